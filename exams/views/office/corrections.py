"""Key corrections in the editors' admin: propose, see whom it touches, approve."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from exams.correction_forms import CorrectionForm
from exams.domain.corrections import (
    approve_correction,
    propose_correction,
    reject_correction,
)
from exams.enums import CorrectionState
from exams.errors import CorrectionRefused
from exams.models import Attempt, Item, KeyCorrection
from exams.tasks import continue_corrections
from lms.accounts.requests import signed_in
from lms.core.clock import now


def index(request: HttpRequest) -> HttpResponse:
    """All corrections of the banks one writes for, the newest first."""
    rows = KeyCorrection.objects.visible_to(request.user).select_related(
        "item", "proposed_by", "decided_by"
    )
    return render(request, "exams/office/corrections.html", {"rows": rows[:200]})


def propose(request: HttpRequest, item_pk: int) -> HttpResponse:
    """Propose another key for one item."""
    items = Item.objects.visible_to(request.user).non_polymorphic()
    item = get_object_or_404(
        items.select_related("current_revision", "bank"), pk=item_pk
    )
    form = CorrectionForm(request.POST or None, item=item)
    if request.method == "POST" and form.is_valid():
        try:
            correction = propose_correction(
                item=item,
                kind=form.cleaned_data["kind"],
                content=form.corrected_content(),
                reason=form.cleaned_data["reason"],
                only_raises=form.cleaned_data["only_raises"],
                by=signed_in(request),
                now=now(),
            )
        except CorrectionRefused as refusal:
            form.add_error(None, refusal.message)
        except ValidationError as refusal:
            form.add_error("answer", refusal.messages)
        else:
            continue_corrections.delay_on_commit()  # type: ignore[attr-defined]
            return redirect("exam_office:correction", correction.pk)
    return render(request, "exams/office/propose.html", {"item": item, "form": form})


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Whose score and verdict change, by name; two buttons."""
    correction = _find(request, pk)
    rows = correction.dry_run.get("rows", [])
    attempts = Attempt.objects.filter(public_id__in=[row["attempt"] for row in rows])
    people = {
        str(a.public_id): a
        for a in attempts.visible_to(request.user).select_related("candidate", "exam")
    }
    return render(
        request,
        "exams/office/correction.html",
        {
            "correction": correction,
            "rows": [row | {"seen": people.get(row["attempt"])} for row in rows],
            "is_proposed": correction.state == CorrectionState.PROPOSED,
            "is_own": correction.proposed_by_id == request.user.pk,
        },
    )


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, approve_correction)


@require_POST
def reject(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, reject_correction)


def _decide(
    request: HttpRequest, pk: int, decide: Callable[..., KeyCorrection]
) -> HttpResponse:
    correction = _find(request, pk)
    try:
        decide(correction=correction, by=signed_in(request), now=now())
    except CorrectionRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Your decision was kept."))
        continue_corrections.delay_on_commit()  # type: ignore[attr-defined]
    return redirect("exam_office:correction", pk)


def _find(request: HttpRequest, pk: int) -> Any:
    rows = KeyCorrection.objects.visible_to(request.user).select_related(
        "item__bank", "item__current_revision", "proposed_by", "decided_by"
    )
    return get_object_or_404(rows, pk=pk)
