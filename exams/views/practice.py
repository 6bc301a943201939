"""Practicing: choosing, answering one question a page, seeing why."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.generic import View

from exams.domain.item_media import attach_players
from exams.domain.practice import (
    ShownItem,
    answer_place,
    check_answer,
    end_session,
    shown_item,
    skip_place,
    start_session,
)
from exams.domain.practice_home import practice_home
from exams.domain.reading_on import reading_for
from exams.enums import PracticeKind
from exams.errors import AlreadyAnswered, InvalidResponse, NothingToPractice
from exams.models import Favorite, PracticeAnswer, PracticeSession, Topic
from lms.accounts.requests import signed_in
from lms.core.clock import now, shanghai_date
from lms.core.errors import DomainError

MAX_VALUE_CHARACTERS = 20_000


def language_of_reader() -> str:
    return get_language() or "zh-hans"


@method_decorator(never_cache, name="dispatch")
class PracticeView(LoginRequiredMixin, View):
    """What to practice: what is due first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        home = practice_home(
            user=signed_in(request), language=language_of_reader(), now=now()
        )
        return render(request, "exams/practice/home.html", {"home": home})


class StartView(LoginRequiredMixin, View):
    """Start a practice or go on with the one that was left."""

    def post(self, request: HttpRequest) -> HttpResponse:
        kind = request.POST.get("kind", "")
        if kind not in PracticeKind.values:
            return redirect("exams:practice")
        topic_id = request.POST.get("topic", "")
        topic = None
        if topic_id.isdecimal():
            topic = Topic.objects.filter(pk=int(topic_id)).first()
        try:
            session = start_session(
                learner=signed_in(request),
                kind=kind,
                topic=topic,
                language=language_of_reader(),
                now=now(),
            )
        except NothingToPractice as refusal:
            messages.info(request, refusal.message)
            return redirect("exams:practice")
        return redirect("exams:practice_session", session.public_id)


@method_decorator(never_cache, name="dispatch")
class SessionView(LoginRequiredMixin, View):
    """One question of a practice; after the answer the same page says why."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        session = self._session(public_id)
        at = request.GET.get("at", "")
        place = int(at) if at.isdecimal() else session.place
        if place > session.size or (session.is_finished and not at):
            return self._summary(session)
        place = max(1, min(place, session.place, session.size))
        shown = shown_item(session=session, place=place)
        if session.kind == PracticeKind.MEMORIZE:
            return self._page("memorize", session, shown)
        answer = session.answers.filter(place=place).select_related("card").first()
        if answer is not None:
            return self._page("answered", session, shown, answer=answer)
        if place < session.place:
            return redirect("exams:practice_session", session.public_id)
        return self._page("question", session, shown)

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        session = self._session(public_id)
        if "end" in request.POST:
            end_session(session=session, now=now())
            return redirect("exams:practice_session", session.public_id)
        place = request.POST.get("place", "")
        if not place.isdecimal() or not 1 <= int(place) <= session.size:
            return redirect("exams:practice_session", session.public_id)
        try:
            return self._take(session, int(place))
        except AlreadyAnswered as refusal:
            return self._already(session, int(place), refusal)

    def _take(self, session: PracticeSession, place: int) -> HttpResponse:
        if "skip" in self.request.POST or session.kind == PracticeKind.MEMORIZE:
            skip_place(session=session, place=place, now=now())
            return redirect("exams:practice_session", session.public_id)
        shown = shown_item(session=session, place=place)
        judged = {"right": True, "wrong": False}.get(
            self.request.POST.get("judged", "")
        )
        try:
            value, is_right = check_answer(
                shown=shown, value=self._value(), judged_right=judged
            )
        except InvalidResponse as refusal:
            return self._page("question", session, shown, refusal=refusal)
        if is_right is None:
            return self._page("judge", session, shown, value=value)
        answer_place(
            session=session,
            place=place,
            shown=shown,
            value=value,
            is_right=is_right,
            is_guess="guess" in self.request.POST,
            now=now(),
        )
        address = reverse("exams:practice_session", args=[session.public_id])
        return redirect(f"{address}?at={place}")

    def _value(self) -> list[str]:
        text = self.request.POST.get("value", "")[:MAX_VALUE_CHARACTERS]
        try:
            value = json.loads(text or "[]")
        except ValueError:
            value = None
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise InvalidResponse("invalid_value", "")
        return value

    def _already(
        self, session: PracticeSession, place: int, refusal: DomainError
    ) -> HttpResponse:
        """Say it, and go on where the learner stands; a card that is gone is passed."""
        messages.info(self.request, refusal.message)
        session.refresh_from_db()
        if session.place == place and not session.is_finished:
            skip_place(session=session, place=place, now=now())
        return redirect("exams:practice_session", session.public_id)

    def _session(self, public_id: UUID) -> PracticeSession:
        mine = PracticeSession.objects.visible_to(self.request.user)
        return get_object_or_404(
            mine.select_related("learner", "topic"), public_id=public_id
        )

    def _page(
        self, state: str, session: PracticeSession, shown: ShownItem, **extra: Any
    ) -> HttpResponse:
        context = {"state": state, "session": session, "shown": shown, **extra}
        subject = session.learner.subject_id
        attach_players(views=[shown.view], subject=subject, now=now())
        context["item"] = shown.view
        context["is_favorite"] = Favorite.objects.filter(
            learner=session.learner, item=shown.item
        ).exists()
        if state != "question":
            context |= self._key(shown, extra.get("answer"), extra.get("value"))
        refusal = extra.get("refusal")
        return render(
            self.request,
            "exams/practice/session.html",
            context,
            status=refusal.status if refusal else 200,
        )

    def _key(
        self, shown: ShownItem, answer: PracticeAnswer | None, value: list[str] | None
    ) -> dict[str, Any]:
        given = answer.value if answer else value or []
        return {
            "given": given,
            "given_lines": shown.describe(given),
            "right_keys": shown.key.get("correct", []),
            "suggestions": reading_for(
                item_key=str(shown.item.public_id),
                user=signed_in(self.request),
                language=language_of_reader(),
            ),
        }

    def _summary(self, session: PracticeSession) -> HttpResponse:
        answers = list(
            session.answers.order_by("place").values_list("place", "is_right")
        )
        context = {
            "session": session,
            "answers": answers,
            "right_count": sum(is_right for _place, is_right in answers),
            "today": shanghai_date(now()),
        }
        return render(self.request, "exams/practice/summary.html", context)
