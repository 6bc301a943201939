"""The invigilator's desk: who is in, what happened, and what to do about it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.generic import View

from exams.domain.accommodations import (
    find_candidate,
    grant_extra_time,
    withdraw_extra_time,
)
from exams.domain.item_media import attach_players
from exams.domain.likeness import likeness_report
from exams.domain.live import PAGE_SIZE, live_counts, live_rows, sitting_attempts
from exams.domain.replay import replay_attempt
from exams.domain.supervision import intervene, intervene_everywhere
from exams.errors import InvalidResponse, NothingToDo
from exams.models import Attempt, Exam
from exams.permissions import can_intervene
from exams.supervision_forms import ExtraTimeForm, InterventionForm
from lms.accounts.requests import signed_in
from lms.core.clock import now


@method_decorator(never_cache, name="dispatch")
class InvigilatorView(LoginRequiredMixin, View):
    """Base: exams whose owner one acts for; all others do not exist."""

    def find_exam(self, public_id: UUID) -> Exam:
        exams = Exam.objects.invigilated_by(self.request.user).select_related("paper")
        return get_object_or_404(exams, public_id=public_id)


class ExamListView(InvigilatorView):
    """All exams one may watch, those with people in them first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        exams = Exam.objects.invigilated_by(request.user).with_running()
        if not exams.exists():
            raise Http404
        page = Paginator(exams, PAGE_SIZE).get_page(request.GET.get("page"))
        return render(request, "exams/invigilation/list.html", {"page_obj": page})


def live_context(request: HttpRequest, exam: Exam) -> dict[str, Any]:
    """Return what table and figures show; as many queries for one as for a thousand."""
    moment = now()
    search = request.GET.get("q", "").strip()[:80]
    attempts = sitting_attempts(exam=exam, search=search)
    page = Paginator(attempts, PAGE_SIZE).get_page(request.GET.get("page"))
    return {
        "exam": exam,
        "q": search,
        "page_obj": page,
        "rows": live_rows(attempts=list(page.object_list), now=moment),
        "counts": live_counts(exam=exam, now=moment),
        "moment": moment,
    }


class LiveView(InvigilatorView):
    """The desk of one exam; the table asks for itself again every ten seconds."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        exam = self.find_exam(public_id)
        context = live_context(request, exam)
        if request.headers.get("HX-Request"):
            return render(request, "exams/invigilation/rows.html", context)
        context["form"] = InterventionForm()
        return render(request, "exams/invigilation/live.html", context)

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """Do the same to everybody who sits there now."""
        exam = self.find_exam(public_id)
        form = InterventionForm(request.POST)
        if form.is_valid():
            others = Attempt.objects.open().filter(exam=exam)
            others = others.exclude(candidate=signed_in(request)).select_related("exam")
            try:
                met = intervene_everywhere(
                    attempts=list(others),
                    by=signed_in(request),
                    now=now(),
                    **form.step(),
                )
            except InvalidResponse as refusal:
                form.add_error(None, refusal.message)
            else:
                text = ngettext(
                    "Done for %(count)d candidate.",
                    "Done for %(count)d candidates.",
                    met,
                )
                messages.success(request, text % {"count": met})
                return redirect("exams:live", exam.public_id)
        context = live_context(request, exam) | {"form": form}
        return render(request, "exams/invigilation/live.html", context, status=422)


class ReplayView(InvigilatorView):
    """One attempt: what happened when; and a step for this candidate alone."""

    def find_attempt(self, public_id: UUID) -> Attempt:
        return get_object_or_404(
            Attempt.objects.select_related("exam", "candidate", "paper"),
            public_id=public_id,
            exam__in=Exam.objects.invigilated_by(self.request.user),
        )

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self._show(request, self.find_attempt(public_id), InterventionForm())

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        attempt = self.find_attempt(public_id)
        if not can_intervene(user=request.user, attempt=attempt):
            raise Http404
        form = InterventionForm(request.POST)
        if form.is_valid():
            try:
                intervene(
                    attempt=attempt, by=signed_in(request), now=now(), **form.step()
                )
            except (InvalidResponse, NothingToDo) as refusal:
                form.add_error(None, refusal.message)
            else:
                messages.success(request, _("Done, and kept with its reason."))
                return redirect("exams:replay", attempt.public_id)
        return self._show(request, attempt, form, status=422)

    def _show(
        self,
        request: HttpRequest,
        attempt: Attempt,
        form: InterventionForm,
        status: int = 200,
    ) -> HttpResponse:
        moment = now()
        replay = replay_attempt(attempt=attempt)
        views = [timing.view for timing in replay.timings if timing.view]
        subject = signed_in(request).subject_id
        attach_players(views=views, subject=subject, now=moment)
        context = {
            "attempt": attempt,
            "exam": attempt.exam,
            "replay": replay,
            "views": views,
            "row": live_rows(attempts=[attempt], now=moment)[0],
            "item_count": attempt.position_count,
            "can_intervene": attempt.is_open
            and can_intervene(user=request.user, attempt=attempt),
            "form": form,
        }
        return render(request, "exams/invigilation/replay.html", context, status=status)


class ExtraTimeView(InvigilatorView):
    """Who has more time in this exam, and why."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self._show(request, self.find_exam(public_id), ExtraTimeForm())

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        exam = self.find_exam(public_id)
        if "withdraw" in request.POST:
            rows = exam.accommodations.filter(pk=_number(request.POST["withdraw"]))
            for row in rows.select_related("candidate", "exam"):
                withdraw_extra_time(accommodation=row, by=signed_in(request))
            return redirect("exams:extra_time", exam.public_id)
        form = ExtraTimeForm(request.POST)
        if form.is_valid():
            data = form.cleaned_data
            person = find_candidate(exam=exam, name=data["person"])
            if person is None:
                form.add_error("person", _("Nobody is found under this name."))
            elif person == request.user:
                form.add_error("person", _("Nobody gives extra time to oneself."))
            else:
                grant_extra_time(
                    exam=exam,
                    candidate=person,
                    minutes=data["minutes"],
                    reason=data["reason"],
                    by=signed_in(request),
                )
                return redirect("exams:extra_time", exam.public_id)
        return self._show(request, exam, form, status=422)

    def _show(
        self, request: HttpRequest, exam: Exam, form: ExtraTimeForm, status: int = 200
    ) -> HttpResponse:
        rows = exam.accommodations.select_related("candidate", "granted_by")
        return render(
            request,
            "exams/invigilation/extra_time.html",
            {"exam": exam, "form": form, "rows": rows},
            status=status,
        )


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0


class LikenessView(InvigilatorView):
    """Papers that are more alike than chance explains."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        exam = self.find_exam(public_id)
        report = likeness_report(exam=exam)
        return render(
            request,
            "exams/invigilation/likeness.html",
            {"exam": exam, "report": report},
        )
