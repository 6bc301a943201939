"""Before the exam: what awaits one, and the door."""

from typing import Any
from uuid import UUID

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.generic import View

from courses.models import CoursePage
from exams.domain.attempts import open_attempt, start_refusal
from exams.domain.entry import enter_exam, place_refusal
from exams.domain.queries import attempts_of, has_penalty, paper_facts
from exams.domain.release import policy_of
from exams.enums import ExamKind, ReleasePolicy, ReleaseScope
from exams.errors import ExamNotOpen, ExamNotPermitted, TooManyTries
from exams.models import Exam
from exams.permissions import exam_access
from exams.requests import surroundings_of
from lms.accounts.requests import signed_in
from lms.core.clock import now
from lms.core.enums import Audience
from lms.core.errors import DomainError

# What is said beside the field of the code; everything else above the page.
CODE_REFUSALS = {"access_code_required", "access_code_wrong", "too_many_tries"}


def find_course(exam: Exam) -> CoursePage | None:
    """Return the course this exam belongs to, in the reader's language if it can."""
    courses = CoursePage.objects.live().filter(
        translation_key__in=exam.quiz_pages.values("course_key")
    )
    here = courses.filter(locale__language_code=get_language()).first()
    return here or courses.first()


class ExamIntroView(LoginRequiredMixin, View):
    """Rules and what is left; POST starts the attempt or goes back to it."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        exam = self._exam(public_id)
        try:
            exam_access(user=signed_in(request), exam=exam)
        except ExamNotPermitted as refusal:
            return self._refuse(request, exam, refusal)
        return render(request, "exams/intro.html", self._context(request, exam))

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        exam = self._exam(public_id)
        user = signed_in(request)
        try:
            access = exam_access(user=user, exam=exam)
        except ExamNotPermitted as refusal:
            return self._refuse(request, exam, refusal)
        try:
            attempt = enter_exam(
                exam=exam,
                candidate=user,
                enrollment=access.enrollment,
                surroundings=surroundings_of(request),
                access_code=request.POST.get("access_code", ""),
                now=now(),
            )
        except (ExamNotOpen, ExamNotPermitted, TooManyTries) as refusal:
            context = self._context(request, exam)
            name = "code_refusal" if refusal.code in CODE_REFUSALS else "refusal"
            return render(
                request,
                "exams/intro.html",
                context | {name: refusal},
                status=refusal.status,
            )
        return redirect("exams:attempt", attempt.public_id)

    def _exam(self, public_id: UUID) -> Exam:
        """Find an exam the person may know of; others' exams do not exist.

        The exam of a course that is open to everyone may be known to exist, so that
        who has not joined yet is told how to.
        """
        exams = Exam.objects.select_related("paper", "marking_policy").filter(
            public_id=public_id
        )
        exam = exams.visible_to(self.request.user).first() or exams.first()
        if exam is None:
            raise Http404
        if not Exam.objects.visible_to(self.request.user).filter(pk=exam.pk).exists():
            course = find_course(exam) if exam.audience == Audience.ASSIGNED else None
            if course is None or course.audience != Audience.PUBLIC:
                raise Http404
        return exam

    def _refuse(
        self, request: HttpRequest, exam: Exam, refusal: ExamNotPermitted
    ) -> HttpResponse:
        context = {"exam": exam, "refusal": refusal, "course": find_course(exam)}
        return render(
            request, "exams/not_permitted.html", context, status=refusal.status
        )

    def _context(self, request: HttpRequest, exam: Exam) -> dict[str, Any]:
        moment = now()
        running = open_attempt(exam=exam, candidate=signed_in(request), now=moment)
        refusal: DomainError | None = place_refusal(
            exam=exam, surroundings=surroundings_of(request)
        )
        if running is None and refusal is None:
            refusal = start_refusal(exam=exam, candidate=signed_in(request), now=moment)
        attempts = attempts_of(exam=exam, candidate=signed_in(request))
        policy = policy_of(exam)
        left = None
        if exam.max_attempts is not None:
            left = max(0, exam.max_attempts - len(attempts))
        return {
            "exam": exam,
            "is_mock": exam.kind == ExamKind.MOCK,
            "is_released_at_once": policy.release == ReleasePolicy.AT_ONCE
            and policy.release_scope == ReleaseScope.KEY,
            "has_penalty": has_penalty(paper=exam.paper),
            "facts": paper_facts(exam=exam),
            "running": running,
            "refusal": refusal,
            "can_enter": refusal is None,
            "asks_code": exam.needs_access_code and running is None,
            "accommodation": exam.accommodations.filter(
                candidate=signed_in(request)
            ).first(),
            "attempts": [a for a in attempts if not a.is_open],
            "attempts_left": left,
            "course": find_course(exam),
        }
