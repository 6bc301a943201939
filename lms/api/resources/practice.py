"""`/practice`: by topic, at random, by weakness, what is due, and to memorize."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

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
from exams.domain.practice_pool import practicable_items
from exams.domain.reading_on import reading_for
from exams.enums import PracticeKind
from exams.errors import AlreadyAnswered
from exams.models import PracticeSession, Topic
from lms.accounts.enums import TokenScope
from lms.accounts.models import User
from lms.accounts.requests import signed_in
from lms.api.idempotency import idempotent
from lms.api.resources.attempts import SuggestionSerializer
from lms.api.resources.exams import AttemptItemSerializer, item_body
from lms.core.clock import now, shanghai_date

MAX_ENTRIES = 60
MAX_CHARACTERS = 10_000


class PracticeTopicSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    parent = serializers.CharField(source="parent_name")  # type: ignore[assignment]
    count = serializers.IntegerField()


class WeakTopicSerializer(serializers.Serializer):
    topic = serializers.CharField()
    percent = serializers.IntegerField(help_text="Points reached, of those possible.")


class PracticeHomeSerializer(serializers.Serializer):
    due = serializers.IntegerField(
        source="due_count", help_text="Wrong answers to repeat today."
    )
    wrong_answers = serializers.IntegerField(source="book_count")
    favorites = serializers.IntegerField(source="favorite_count")
    items = serializers.IntegerField(source="total_count")
    topics = PracticeTopicSerializer(many=True)
    weak = WeakTopicSerializer(many=True)


class StartPracticeSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=PracticeKind.choices)
    topic = serializers.IntegerField(required=False, allow_null=True, default=None)


class SolutionSerializer(serializers.Serializer):
    """What is right, and why."""

    correct_response = serializers.ListField(child=serializers.CharField())
    right = serializers.ListField(
        child=serializers.CharField(), help_text="The right answer in words."
    )
    explanation = serializers.CharField()
    suggestions = SuggestionSerializer(
        many=True, help_text="Where to read on: articles, a lesson, a case."
    )


class PracticeSessionSerializer(serializers.Serializer):
    """A walk through items, and the item where the learner stands."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=PracticeKind.choices)
    size = serializers.IntegerField()
    place = serializers.IntegerField(help_text="Where one stands, from 1.")
    is_finished = serializers.BooleanField()
    item = AttemptItemSerializer(allow_null=True)
    item_id = serializers.UUIDField(
        allow_null=True, help_text="Its name among the favorites."
    )
    solution = SolutionSerializer(
        allow_null=True, help_text="With the item, in memorize mode only."
    )


class PracticeAnswerSerializer(serializers.Serializer):
    place = serializers.IntegerField(min_value=1)
    value = serializers.ListField(
        child=serializers.CharField(
            allow_blank=True, trim_whitespace=False, max_length=MAX_CHARACTERS
        ),
        max_length=MAX_ENTRIES,
    )
    is_guess = serializers.BooleanField(required=False, default=False)
    judged_right = serializers.BooleanField(
        required=False,
        allow_null=True,
        default=None,
        help_text="A free text is judged by the learner: first ask without it.",
    )


class PlaceSerializer(serializers.Serializer):
    place = serializers.IntegerField(min_value=1)


class JudgedSerializer(serializers.Serializer):
    is_right = serializers.BooleanField(
        allow_null=True,
        help_text="Null: nothing was kept; judge the text and send it again.",
    )
    solution = SolutionSerializer()
    place = serializers.IntegerField()
    is_finished = serializers.BooleanField()


def solution_of(shown: ShownItem, reader: User) -> dict[str, Any]:
    return {
        "correct_response": shown.correct_response,
        "right": shown.right,
        "explanation": shown.explanation,
        "suggestions": reading_for(
            item_key=str(shown.item.public_id),
            user=reader,
            language=get_language() or "zh-hans",
        ),
    }


def session_body(session: PracticeSession) -> dict[str, Any]:
    """Return a session with its present item; the key only where it is learned by."""
    shown = None
    if not session.is_finished and session.place <= session.size:
        shown = shown_item(session=session, place=session.place)
        subject = session.learner.subject_id
        attach_players(views=[shown.view], subject=subject, now=now())
    is_open = shown is not None and session.kind == PracticeKind.MEMORIZE
    return {
        "id": session.public_id,
        "kind": session.kind,
        "size": session.size,
        "place": session.place,
        "is_finished": session.is_finished,
        "item": item_body(shown.view) if shown else None,
        "item_id": shown.item.public_id if shown else None,
        "solution": solution_of(shown, session.learner) if shown and is_open else None,
    }


class PracticeAPIView(APIView):
    """Base: what one practices is nobody else's business, not even an employer's."""

    required_scope = TokenScope.LEARN

    def session_of(self, public_id: UUID) -> PracticeSession:
        mine = PracticeSession.objects.visible_to(self.request.user)
        return get_object_or_404(
            mine.select_related("learner", "topic"), public_id=public_id
        )


class PracticeHomeView(PracticeAPIView):
    @extend_schema(operation_id="practice", responses=PracticeHomeSerializer)
    def get(self, request: Request) -> Response:
        """Tell what there is to practice, and what is due."""
        home = practice_home(
            user=signed_in(request), language=get_language() or "zh-hans", now=now()
        )
        return Response(PracticeHomeSerializer(home).data)


class PracticeSessionsView(PracticeAPIView):
    @extend_schema(
        operation_id="practice_sessions_create",
        request=StartPracticeSerializer,
        responses={201: PracticeSessionSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Start a practice; one of this kind that was left is gone on with."""
        wanted = StartPracticeSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        topic = None
        if wanted.validated_data["topic"] is not None:
            items = practicable_items(user=signed_in(request), on=shanghai_date(now()))
            topics = Topic.objects.filter(pk__in=items.values("topic"))
            topic = get_object_or_404(topics, pk=wanted.validated_data["topic"])
        session = start_session(
            learner=signed_in(request),
            kind=wanted.validated_data["kind"],
            topic=topic,
            language=get_language() or "zh-hans",
            now=now(),
        )
        body = PracticeSessionSerializer(session_body(session)).data
        return Response(body, status.HTTP_201_CREATED)


class PracticeSessionView(PracticeAPIView):
    @extend_schema(
        operation_id="practice_sessions_read", responses=PracticeSessionSerializer
    )
    def get(self, request: Request, public_id: UUID) -> Response:
        """Return a practice and the item where the learner stands."""
        body = session_body(self.session_of(public_id))
        return Response(PracticeSessionSerializer(body).data)


class PracticeAnswersView(PracticeAPIView):
    @extend_schema(
        operation_id="practice_sessions_answer",
        request=PracticeAnswerSerializer,
        responses=JudgedSerializer,
    )
    @idempotent
    def post(self, request: Request, public_id: UUID) -> Response:
        """Answer the item where one stands; the answer says what is right, and why."""
        given = PracticeAnswerSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        session = self.session_of(public_id)
        check_place(session, data["place"])
        shown = shown_item(session=session, place=data["place"])
        value, is_right = check_answer(
            shown=shown, value=data["value"], judged_right=data["judged_right"]
        )
        if is_right is not None:
            answer_place(
                session=session,
                place=data["place"],
                shown=shown,
                value=value,
                is_right=is_right,
                is_guess=data["is_guess"],
                now=now(),
            )
        body = {
            "is_right": is_right,
            "solution": solution_of(shown, session.learner),
            "place": session.place,
            "is_finished": session.is_finished,
        }
        return Response(JudgedSerializer(body).data)


class PracticeSkipView(PracticeAPIView):
    @extend_schema(
        operation_id="practice_sessions_skip",
        request=PlaceSerializer,
        responses=PracticeSessionSerializer,
    )
    @idempotent
    def post(self, request: Request, public_id: UUID) -> Response:
        """Go on without an answer, as one does in memorize mode."""
        wanted = PlaceSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        session = self.session_of(public_id)
        check_place(session, wanted.validated_data["place"])
        skip_place(session=session, place=session.place, now=now())
        return Response(PracticeSessionSerializer(session_body(session)).data)


class PracticeEndView(PracticeAPIView):
    @extend_schema(
        operation_id="practice_sessions_end",
        request=None,
        responses=PracticeSessionSerializer,
    )
    @idempotent
    def post(self, request: Request, public_id: UUID) -> Response:
        """Finish early; what was answered stays. Asking again changes nothing."""
        session = self.session_of(public_id)
        end_session(session=session, now=now())
        return Response(PracticeSessionSerializer(session_body(session)).data)


def check_place(session: PracticeSession, place: int) -> None:
    """Let nobody look at a solution ahead of the place where they stand.

    Raises:
        AlreadyAnswered: another place, or the practice is finished.
    """
    if session.is_finished or place != session.place:
        raise AlreadyAnswered(
            "already_answered",
            _("This question was already answered."),
            place=session.place,
        )


urlpatterns = [
    path("practice", PracticeHomeView.as_view(), name="practice"),
    path("practice/sessions", PracticeSessionsView.as_view(), name="practice_sessions"),
    path(
        "practice/sessions/<uuid:public_id>",
        PracticeSessionView.as_view(),
        name="practice_session",
    ),
    path(
        "practice/sessions/<uuid:public_id>/answers",
        PracticeAnswersView.as_view(),
        name="practice_answers",
    ),
    path(
        "practice/sessions/<uuid:public_id>/skip",
        PracticeSkipView.as_view(),
        name="practice_skip",
    ),
    path(
        "practice/sessions/<uuid:public_id>/end",
        PracticeEndView.as_view(),
        name="practice_end",
    ),
]
