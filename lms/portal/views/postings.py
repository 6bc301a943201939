"""The posts of one person, as duties follow from them: kept by the administrator."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lms.accounts.models import User
from lms.compliance.domain.postings import (
    add_post,
    end_post,
    last_main_post,
    record_absence,
    record_return,
    sync_postings,
)
from lms.compliance.models import Posting
from lms.organizations.models import Membership
from lms.portal.permissions import administered_or_404, signed_in
from lms.portal.posting_forms import (
    AbsenceForm,
    EndPostForm,
    ReturnForm,
    SecondPostForm,
)
from lms.portal.views.desk import (
    attempt,
    crumbs,
    employee_or_404,
    people_crumb,
    today,
)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def posts(request: HttpRequest, code: str, public_id: str) -> HttpResponse:
    """Show the posts of a person with their days; take a change of one of them."""
    organization = administered_or_404(request.user, code)
    membership = employee_or_404(organization, public_id)
    is_closed = membership.is_pending or membership.has_ended_by(today())
    shown = _forms(membership, None, "")
    status = 200
    if request.method == "POST":
        name = request.POST.get("action", "")
        if name not in shown or is_closed:
            raise Http404
        shown = _forms(membership, request.POST, name)
        if _take(shown[name], name, membership, signed_in(request)):
            messages.success(request, _("Saved. The duties follow from it."))
            return redirect("portal:posts", organization.code, membership.public_id)
        status = 422
    person = reverse("portal:person", args=[organization.code, membership.public_id])
    last = last_main_post(membership=membership)
    context = {
        "organization": organization,
        "person": membership,
        "is_closed": is_closed,
        "forms": shown,
        "is_away": last is not None and last.ends_on is not None,
        "has_second": shown["end"].fields["post"].queryset.exists(),  # type: ignore[attr-defined]
        "posts": Posting.objects.filter(membership=membership)
        .select_related("position")
        .order_by("-starts_on", "-pk"),
        "day": today(),
        "crumbs": crumbs(
            organization,
            people_crumb(organization),
            (membership.listed_name, person),
            (_("Posts and absences"), None),
        ),
    }
    return render(request, "portal/posts.html", context, status=status)


def _forms(membership: Membership, data: Any, name: str) -> dict[str, forms.Form]:
    """Return the forms of the page by action; the one that was sent is bound."""
    day = {"starts_on": today(), "ends_on": today(), "on": today()}

    def sent(action: str) -> dict[str, Any]:
        bound = {"data": data} if action == name else {}
        return {"prefix": action, "initial": day} | bound

    return {
        "add": SecondPostForm(membership=membership, **sent("add")),
        "end": EndPostForm(membership=membership, **sent("end")),
        "away": AbsenceForm(**sent("away") | {"initial": {"starts_on": today()}}),
        "back": ReturnForm(**sent("back")),
    }


def _take(form: forms.Form, name: str, membership: Membership, by: User) -> bool:
    """Do what the form asks for; False with the reason in the form."""
    if not form.is_valid():
        return False
    # What the membership says today comes first: the change follows it.
    sync_postings(membership_ids=[membership.pk], on=today())
    steps: dict[str, Callable[..., Posting]] = {
        "add": lambda **values: add_post(membership=membership, by=by, **values),
        "end": lambda **values: end_post(by=by, **values),
        "away": lambda **values: record_absence(membership=membership, by=by, **values),
        "back": lambda **values: record_return(membership=membership, by=by, **values),
    }
    step = steps[name]
    return attempt(form, lambda: step(**form.cleaned_data)) is not None
