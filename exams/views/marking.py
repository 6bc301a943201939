"""The examiner's desk: queues, one answer at a time."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import View

from exams.domain.desk import queues_of, script_of
from exams.domain.examiners import is_examiner
from exams.domain.item_media import attach_players
from exams.domain.marking import claim_next, claim_task, mark_task, put_back
from exams.enums import AppealState, MarkingTaskState
from exams.errors import TaskTaken
from exams.marking_forms import ScriptForm
from exams.models import Appeal, Exam, MarkingTask
from lms.accounts.requests import signed_in
from lms.core.clock import now

APPEALS_SHOWN = 100


@method_decorator(never_cache, name="dispatch")
class DeskView(LoginRequiredMixin, View):
    """Base: for examiners; what is not on their desk does not exist."""

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if request.user.is_authenticated and not is_examiner(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def task(self, public_id: UUID) -> MarkingTask:
        tasks = MarkingTask.objects.visible_to(self.request.user).select_related(
            *("attempt__exam__marking_policy", "attempt__paper", "attempt__key"),
            "attempt__candidate",
        )
        return get_object_or_404(tasks, public_id=public_id)


class QueueView(DeskView):
    """All exams with answers to mark."""

    def get(self, request: HttpRequest) -> HttpResponse:
        queues = queues_of(user=signed_in(request), now=now())
        appeals = Appeal.objects.for_examiner(request.user).filter(
            state=AppealState.OPEN
        )
        context = {
            "queues": queues,
            "appeals": appeals.select_related("attempt__exam")[:APPEALS_SHOWN],
        }
        return render(request, "exams/marking/queues.html", context)


class NextView(DeskView):
    """Take the next answer of an exam."""

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        tasks = MarkingTask.objects.visible_to(request.user)
        exam = get_object_or_404(
            Exam.objects.filter(pk__in=tasks.values("exam_id")), public_id=public_id
        )
        task = claim_next(exam=exam, by=signed_in(request), now=now())
        if task is None:
            messages.info(request, _("No answer of this exam waits for you."))
            return redirect("exams:marking")
        return redirect("exams:marking_script", task.public_id)


class ScriptView(DeskView):
    """One answer: read it, give points, go on to the next."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        task = self.task(public_id)
        refusal = self._claim(task)
        if refusal is not None:
            return self._refuse(request, refusal)
        script = script_of(task=task)
        form = ScriptForm(rubric=script.rubric)
        return self._render(request, script, form)

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        task = self.task(public_id)
        script = script_of(task=task)
        form = ScriptForm(request.POST, rubric=script.rubric)
        if not form.is_valid():
            return self._render(request, script, form, status=422)
        try:
            mark_task(
                task=task,
                by=signed_in(request),
                points=form.points(),
                comment=form.cleaned_data["comment"],
                now=now(),
            )
        except TaskTaken as refusal:
            return self._refuse(request, refusal)
        following = claim_next(exam=task.attempt.exam, by=signed_in(request), now=now())
        if following is None:
            messages.success(request, _("Saved. No further answer waits for you."))
            return redirect("exams:marking")
        messages.success(request, _("Saved. Here is the next answer."))
        return redirect("exams:marking_script", following.public_id)

    def _claim(self, task: MarkingTask) -> TaskTaken | None:
        """Opening the page takes the answer, or renews the lease."""
        try:
            claim_task(task=task, by=signed_in(self.request), now=now())
        except TaskTaken as refusal:
            return refusal
        return None

    def _refuse(self, request: HttpRequest, refusal: TaskTaken) -> HttpResponse:
        context = {"refusal": refusal}
        return render(
            request, "exams/marking/taken.html", context, status=refusal.status
        )

    def _render(
        self, request: HttpRequest, script: Any, form: ScriptForm, status: int = 200
    ) -> HttpResponse:
        views = [script.view]
        subject = signed_in(request).subject_id
        attach_players(views=views, subject=subject, now=now())
        context = {
            "script": script,
            "views": views,
            "exam": script.task.attempt.exam,
            "form": form,
            "left": MarkingTask.objects.visible_to(request.user)
            .filter(exam=script.task.exam_id, state=MarkingTaskState.OPEN)
            .count(),
        }
        return render(request, "exams/marking/script.html", context, status=status)


class PutBackView(DeskView):
    """Give an answer back to the queue."""

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        put_back(task=self.task(public_id), by=signed_in(request))
        messages.info(request, _("The answer is back in the queue."))
        return redirect("exams:marking")
