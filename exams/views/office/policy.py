"""How an exam is marked, when its results are told, and telling them by hand."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from exams.domain.release import policy_of, release_results, results_overview
from exams.errors import ReleaseRefused
from exams.marking_forms import MarkingPolicyForm
from exams.models import Exam
from lms.accounts.requests import signed_in
from lms.core.clock import now


def edit_policy(request: HttpRequest, pk: int) -> HttpResponse:
    """Show and change the rules; what is released already stays released."""
    exam = get_object_or_404(
        Exam.objects.managed_by(request.user).select_related("marking_policy"), pk=pk
    )
    form = MarkingPolicyForm(request.POST or None, instance=policy_of(exam))
    if request.method == "POST" and form.is_valid():
        form.save_for(exam=exam, by=signed_in(request))
        messages.success(request, _("The rules of marking were saved."))
        return redirect("exam_office:policy", exam.pk)
    return render(
        request,
        "exams/office/policy.html",
        {"exam": exam, "form": form, "overview": results_overview(exam=exam)},
    )


@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    exam = get_object_or_404(Exam.objects.managed_by(request.user), pk=pk)
    try:
        count = release_results(exam=exam, by=signed_in(request), now=now())
    except ReleaseRefused as refusal:
        messages.error(request, refusal.message)
    else:
        text = ngettext(
            "%(count)d result was released.", "%(count)d results were released.", count
        )
        messages.success(request, text % {"count": count})
    return redirect("exam_office:policy", exam.pk)
