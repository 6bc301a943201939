"""`/exams/…`: starting an attempt."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.http import Http404
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import parsers, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from exams.domain.attempts import Seat, candidate_items
from exams.domain.entry import enter_at_once
from exams.domain.item_media import attach_players
from exams.domain.responses import current_responses
from exams.models import Exam
from exams.permissions import exam_to_sit
from exams.requests import surroundings_of
from lms.accounts.enums import TokenScope
from lms.accounts.models import User
from lms.accounts.requests import signed_in
from lms.core.clock import now


class OptionSerializer(serializers.Serializer):
    key = serializers.CharField()
    text = serializers.CharField()


class AttemptItemSerializer(serializers.Serializer):
    """One item as the candidate sees it; what is absent does not apply to the type."""

    position = serializers.IntegerField()
    type = serializers.CharField()
    cardinality = serializers.CharField(required=False)
    stem = serializers.CharField()
    material = serializers.JSONField(
        required=False, help_text="The story that the items of a case share."
    )
    options = OptionSerializer(many=True, required=False)
    left = OptionSerializer(many=True, required=False)
    right = OptionSerializer(many=True, required=False)
    blanks = serializers.IntegerField(required=False)
    numeric_blanks = serializers.ListField(
        child=serializers.IntegerField(),
        required=False,
        help_text="Which of the blanks take a number, counted from 1.",
    )
    unit = serializers.CharField(required=False)
    image = serializers.JSONField(required=False)
    points = serializers.IntegerField(required=False)
    media = serializers.JSONField(
        required=False,
        help_text="Pictures, sounds and videos. A video has `sources`: signed "
        "addresses (`hls_url`, `mp4_url`, `poster_url`, `captions`) for some hours.",
    )
    max_score = serializers.FloatField()
    penalty = serializers.FloatField(
        required=False, help_text="Points that a wrong answer costs."
    )


class StartSerializer(serializers.Serializer):
    access_code = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=100,
        help_text="Asked at the start by exams that have one.",
    )


class StartedAttemptSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    token = serializers.CharField(help_text="Names this writer (tab or device).")
    writer = serializers.IntegerField()
    is_newest_writer = serializers.BooleanField()
    next_seq = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    deadline = serializers.DateTimeField()
    server_time = serializers.DateTimeField()
    items = AttemptItemSerializer(many=True)
    responses = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField())
    )
    response_writers = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="The writer whose answer counts, by position.",
    )


ITEM_FIELDS = tuple(AttemptItemSerializer().fields)
OPTION_FIELDS = tuple(OptionSerializer().fields)


def item_body(item: dict[str, Any]) -> dict[str, Any]:
    """Return one item of the frozen paper, the fields of `AttemptItemSerializer` only.

    Written out: at the opening of an exam a thousand people ask for a hundred items
    each, and the serializer would take most of the time of a start.
    """
    body = {name: item[name] for name in ITEM_FIELDS if name in item}
    for name in ("max_score", "penalty"):
        if name in body:
            body[name] = float(body[name])
    for name in ("options", "left", "right"):
        if name in body:
            body[name] = [
                {key: one[key] for key in OPTION_FIELDS} for one in body[name]
            ]
    if "media" in body:
        body["media"] = playable(body["media"])
    if body.get("material", {}).get("media"):
        media = playable(body["material"]["media"])
        body["material"] = body["material"] | {"media": media}
    return body


def playable(media: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return pictures, sounds and videos; a video with the addresses it plays from."""
    return [
        one | {"sources": asdict(one["sources"])} if "sources" in one else one
        for one in media
    ]


def seat_body(seat: Seat, user: User, moment: datetime) -> dict[str, Any]:
    """Return what `StartedAttemptSerializer` documents; times in ISO 8601."""
    attempt, writer = seat.attempt, seat.writer
    items = candidate_items(attempt)
    attach_players(views=items, subject=user.subject_id, now=moment)
    answers = {} if seat.is_fresh else current_responses(attempt)
    return {
        "id": str(attempt.public_id),
        "token": writer.token,
        "writer": writer.number,
        "is_newest_writer": writer.is_newest,
        "next_seq": writer.next_seq,
        "started_at": attempt.started_at.isoformat(),
        "deadline": attempt.deadline.isoformat(),
        "server_time": moment.isoformat(),
        "items": [item_body(item) for item in items],
        "responses": {str(p): r.value for p, r in answers.items() if any(r.value)},
        "response_writers": {str(p): r.writer for p, r in answers.items()},
    }


class AttemptsView(APIView):
    """Start an attempt, or come back to the one that runs."""

    required_scope = TokenScope.LEARN
    # Most starts carry nothing; clients that send an empty form mean the same.
    parser_classes = [
        parsers.JSONParser,
        parsers.FormParser,
        parsers.MultiPartParser,
    ]

    @extend_schema(
        operation_id="exams_attempts_create",
        request=StartSerializer,
        responses={201: StartedAttemptSerializer},
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                str,
                OpenApiParameter.HEADER,
                description="Names the tab or device: the same key, the same writer.",
            )
        ],
    )
    def post(self, request: Request, public_id: str) -> Response:
        user = signed_in(request)
        try:
            exam, access = exam_to_sit(user=user, public_id=public_id)
        except Exam.DoesNotExist as missing:
            raise Http404 from missing
        wanted = StartSerializer(data=request.data or {})
        wanted.is_valid(raise_exception=True)
        surroundings = surroundings_of(request)
        moment = now()
        seat = enter_at_once(
            exam=exam,
            candidate=user,
            enrollment=access.enrollment,
            surroundings=surroundings,
            access_code=wanted.validated_data["access_code"],
            client_key=request.headers.get("Idempotency-Key", ""),
            now=moment,
        )
        return Response(seat_body(seat, user, moment), status=status.HTTP_201_CREATED)


urlpatterns = [
    path(
        "exams/<uuid:public_id>/attempts",
        AttemptsView.as_view(),
        name="exam_attempts",
    )
]
