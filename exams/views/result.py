"""After the exam: the score first, then what to do about it."""

from uuid import UUID

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.generic import View

from exams.domain.appeals import may_appeal
from exams.domain.attempts import start_refusal
from exams.domain.comparison import compare_with_earlier
from exams.domain.item_media import attach_players
from exams.domain.review import review_attempt
from exams.domain.submission import close_if_overdue
from exams.models import Attempt
from exams.views.intro import find_course
from lms.accounts.requests import signed_in
from lms.core.clock import now


class ResultView(LoginRequiredMixin, View):
    """The candidate's own result; a running attempt leads back to the sitting."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        mine = Attempt.objects.of_candidate(request.user)
        attempt = get_object_or_404(mine, public_id=public_id)
        attempt = close_if_overdue(attempt=attempt, now=now())
        if attempt.is_open:
            return redirect("exams:attempt", attempt.public_id)
        attempt = mine.select_related(
            *("exam__paper", "exam__marking_policy", "enrollment__syllabus"),
            *("paper", "key", "result"),
        ).get(pk=attempt.pk)
        review = review_attempt(
            attempt=attempt,
            user=signed_in(request),
            language=get_language() or "zh-hans",
        )
        views = [item.view for item in review.wrong_items]
        subject = signed_in(request).subject_id
        attach_players(views=views, subject=subject, now=now())
        context = {
            "attempt": attempt,
            "views": views,
            "exam": attempt.exam,
            "review": review,
            "result": review.result,
            "comparison": compare_with_earlier(attempt=attempt),
            "refusal": start_refusal(
                exam=attempt.exam, candidate=signed_in(request), now=now()
            ),
            "appeals": attempt.appeals.order_by("-made_at"),
            "may_appeal": may_appeal(attempt=attempt, now=now()),
            "course": find_course(attempt.exam),
        }
        return render(request, "exams/result.html", context)
