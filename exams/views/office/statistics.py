"""Statistics in the editors' admin: of an exam, of a paper, of an item."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from exams.domain.flags import SMALLEST_SAMPLE
from exams.domain.statistics_pages import (
    exam_page,
    item_page,
    paper_page,
)
from exams.models import Exam, Item, Paper
from exams.tasks import compute_statistics


def of_exam(request: HttpRequest, pk: int) -> HttpResponse:
    exam = get_object_or_404(
        Exam.objects.managed_by(request.user).select_related("statistics", "paper"),
        pk=pk,
    )
    context = {"exam": exam, "page": exam_page(exam=exam)}
    return _page(request, "exams/office/exam_statistics.html", context)


def of_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """All exams of one paper side by side, as far as the reader manages them."""
    paper = get_object_or_404(Paper.objects.visible_to(request.user), pk=pk)
    exams = Exam.objects.managed_by(request.user).filter(paper=paper)
    context = {"paper": paper, "page": paper_page(exams=exams)}
    return _page(request, "exams/office/paper_statistics.html", context)


def of_item(request: HttpRequest, pk: int) -> HttpResponse:
    items = Item.objects.visible_to(request.user).non_polymorphic()
    item = get_object_or_404(items.select_related("current_revision"), pk=pk)
    exams = Exam.objects.managed_by(request.user)
    context = {"item": item, "page": item_page(item=item, exams=exams)}
    return _page(request, "exams/office/item_statistics.html", context)


@require_POST
def recompute(request: HttpRequest, pk: int) -> HttpResponse:
    exam = get_object_or_404(Exam.objects.managed_by(request.user), pk=pk)
    compute_statistics.delay_on_commit(exam.pk)  # type: ignore[attr-defined]
    messages.info(request, _("The worker computes the statistics anew."))
    return redirect("exam_office:exam_statistics", exam.pk)


def _page(request: HttpRequest, template: str, context: dict) -> HttpResponse:
    return render(request, template, context | {"smallest": SMALLEST_SAMPLE})
