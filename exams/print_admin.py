"""A paper as its candidates see it, and on paper: preview and printed sets."""

import secrets
from random import Random
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from wagtail import hooks

from exams.domain.papers import choose_items, freeze_items
from exams.domain.printing.documents import answer_key, answer_sheet, question_paper
from exams.domain.printing.sets import VERSIONS, print_paper
from exams.errors import InfeasibleBlueprint
from exams.models import Paper, PaperPrint
from lms.core.clock import now, shanghai_date

SEED_BITS = 62


@require_GET
def preview_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one draw as a candidate would see it; nothing is kept of it."""
    paper = get_object_or_404(Paper.objects.visible_to(request.user), pk=pk)
    rng = Random(secrets.randbits(SEED_BITS))  # noqa: S311 -- seeded from the system
    context: dict[str, Any] = {"paper": paper}
    try:
        chosen = choose_items(paper=paper, rng=rng, on=shanghai_date(now()))
        frozen = freeze_items(paper=paper, chosen=chosen, rng=rng)
        context["items"] = frozen.blob["items"]
    except InfeasibleBlueprint as refusal:
        context["refusal"] = refusal.message
    return render(request, "exams/admin/paper_preview.html", context)


def paper_prints(request: HttpRequest, pk: int) -> HttpResponse:
    """List the printed sets of a paper, and make another."""
    paper = get_object_or_404(Paper.objects.visible_to(request.user), pk=pk)
    if request.method == "POST":
        moment = now()
        try:
            print_paper(
                paper=paper,
                by=request.user,  # type: ignore[arg-type]
                on=shanghai_date(moment),
                now=moment,
            )
        except InfeasibleBlueprint as refusal:
            messages.error(request, refusal.message)
        return redirect("paper_prints", paper.pk)
    context = {"paper": paper, "prints": paper.prints.all(), "versions": VERSIONS}
    return render(request, "exams/admin/paper_prints.html", context)


@require_GET
def download_print(
    request: HttpRequest, public_id: str, document: str, version: str = ""
) -> HttpResponse:
    """Return one document of a printed set as PDF."""
    rows = PaperPrint.objects.visible_to(request.user).select_related("paper")
    printed = get_object_or_404(rows, public_id=public_id)
    if document == "key":
        data = answer_key(printed=printed)
    elif version not in VERSIONS:
        raise Http404(_("There is no such version."))
    elif document == "paper":
        data = question_paper(printed=printed, version=version)
    else:
        data = answer_sheet(printed=printed, version=version)
    name = f"{printed.paper.slug}-{printed.number:03}-{document}{version}.pdf"
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@hooks.register("register_admin_urls")
def register_print_urls() -> list[Any]:
    return [
        path("paper-preview/<int:pk>/", preview_paper, name="paper_preview"),
        path("paper-prints/<int:pk>/", paper_prints, name="paper_prints"),
        path(
            "paper-prints/<uuid:public_id>/key.pdf",
            download_print,
            {"document": "key"},
            name="paper_print_key",
        ),
        path(
            "paper-prints/<uuid:public_id>/paper-<str:version>.pdf",
            download_print,
            {"document": "paper"},
            name="paper_print_paper",
        ),
        path(
            "paper-prints/<uuid:public_id>/sheet-<str:version>.pdf",
            download_print,
            {"document": "sheet"},
            name="paper_print_sheet",
        ),
    ]
