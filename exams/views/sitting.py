"""The sitting: the paper as a page; scripts send the answers."""

from typing import Any
from uuid import UUID

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.generic import View

from exams.domain.entry import place_refusal
from exams.domain.item_media import attach_players
from exams.domain.submission import close_if_overdue
from exams.models import Attempt
from exams.requests import surroundings_of
from lms.core.clock import now


def page_strings() -> dict[str, str]:
    """Return what the scripts say, in the reader's language."""
    return {
        "saved": _("Saved"),
        "saving": _("Saving…"),
        "connecting": _("Connecting…"),
        "offline_one": ngettext(
            "Offline. The answer is on this device, %(count)s question to send",
            "Offline. Answers are on this device, %(count)s questions to send",
            1,
        ),
        "offline_other": ngettext(
            "Offline. The answer is on this device, %(count)s question to send",
            "Offline. Answers are on this device, %(count)s questions to send",
            2,
        ),
        "offline_idle": _("Offline. You can go on answering"),
        "minutes_left": _("%(count)s minutes left"),
        "minute_left": _("One minute left"),
        "time_over": _("The time is over. Handing in…"),
        "answered": _("answered"),
        "unanswered": _("not answered"),
        "flagged": _("flagged"),
        "question": _("Question %(number)s"),
        "flag": _("Flag"),
        "unflag": _("Remove flag"),
        "all_answered": _("You have answered all questions."),
        "left_one": ngettext(
            "%(count)s question is not answered yet.",
            "%(count)s questions are not answered yet.",
            1,
        ),
        "left_other": ngettext(
            "%(count)s question is not answered yet.",
            "%(count)s questions are not answered yet.",
            2,
        ),
        "marked_one": ngettext(
            "%(count)s question is flagged.", "%(count)s questions are flagged.", 1
        ),
        "marked_other": ngettext(
            "%(count)s question is flagged.", "%(count)s questions are flagged.", 2
        ),
        "waiting": _(
            "Some answers are still on this device. They are sent before you hand in."
        ),
        "no_network": _(
            "No network now. Your answers are safe on this device, "
            "and the paper is handed in as soon as the network is back."
        ),
        "missing": _(
            "%(count)s earlier entries never arrived and are not on this device. "
            "Hand in without them?"
        ),
        "accept_missing": _("Hand in without them"),
        "unsaved": _("Not saved: questions %(numbers)s."),
        "none_unsaved": _("All your answers were saved."),
        "moved_up": _("%(text)s is now number %(number)s"),
        "unflagged": _("not flagged"),
        "offline_volatile": _(
            "Offline, and this browser stores nothing: keep this page open"
        ),
        "extended": _("You have %(count)s more minutes."),
        "refused": _("Question %(number)s could not be saved. Answer it again."),
    }


@method_decorator(never_cache, name="dispatch")
class SittingView(LoginRequiredMixin, View):
    """The candidate's own attempt; a closed one leads to its result."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        attempt = get_object_or_404(
            Attempt.objects.of_candidate(request.user).select_related(
                "exam", "paper", "candidate"
            ),
            public_id=public_id,
        )
        moment = now()
        if not close_if_overdue(attempt=attempt, now=moment).is_open:
            return redirect("exams:result", attempt.public_id)
        refusal = place_refusal(
            exam=attempt.exam, surroundings=surroundings_of(request)
        )
        if refusal is not None:
            context = {"exam": attempt.exam, "refusal": refusal}
            return render(
                request, "exams/not_permitted.html", context, status=refusal.status
            )
        return render(request, "exams/sitting.html", self._context(attempt))

    def _context(self, attempt: Attempt) -> dict[str, Any]:
        items = attempt.paper.blob["items"]
        attach_players(views=items, subject=attempt.candidate.subject_id, now=now())
        public_id = attempt.public_id
        return {
            "attempt": attempt,
            "exam": attempt.exam,
            "items": items,
            "strings": page_strings(),
            "config": {
                "attempt": str(public_id),
                "start_url": reverse(
                    "api:exam_attempts", args=[attempt.exam.public_id]
                ),
                "responses_url": reverse("api:attempt_responses", args=[public_id]),
                "submit_url": reverse("api:attempt_submit", args=[public_id]),
                "presence_url": reverse("api:attempt_presence", args=[public_id]),
                "events_url": reverse("api:attempt_events", args=[public_id]),
                "result_url": reverse("exams:result", args=[public_id]),
                "count": len(items),
            },
        }
