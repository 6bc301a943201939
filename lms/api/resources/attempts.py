"""`/attempts/…`: answers, evidence and the end of a sitting."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from rest_framework import authentication, exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from exams.domain.entry import check_place
from exams.domain.evidence import EvidenceInput, record_evidence
from exams.domain.presence import note_presence
from exams.domain.responses import ResponseInput, record_events
from exams.domain.review import Review, review_attempt
from exams.domain.submission import submit_attempt
from exams.domain.tokens import AttemptToken, read_token
from exams.domain.writers import open_writer
from exams.enums import REPORTABLE_KINDS, InterventionKind
from exams.models import Attempt
from exams.models.attempts import score_number
from exams.requests import surroundings_of
from lms.accounts.enums import TokenScope
from lms.accounts.requests import signed_in
from lms.api.authentication import SessionAuthentication, TokenAuthentication
from lms.api.idempotency import idempotent
from lms.api.resources.saving import receipt_body, saved_at_once
from lms.core.clock import now


class AttemptBearer:
    """Whoever holds the token of one writer of one attempt; no account is loaded."""

    is_authenticated = True
    is_anonymous = False
    is_active = True
    pk = None


class AttemptTokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Attempt <token>`: needs no session and no query."""

    keyword = "Attempt"

    def authenticate(self, request: Request) -> tuple[AttemptBearer, Any] | None:
        scheme, _space, raw = request.headers.get("Authorization", "").partition(" ")
        if scheme != self.keyword:
            return None
        token = read_token(raw.strip())
        if token is None:
            raise exceptions.AuthenticationFailed(
                _("This attempt token is not valid."), code="token_invalid"
            )
        return AttemptBearer(), token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class AttemptTokenScheme(OpenApiAuthenticationExtension):
    target_class = AttemptTokenAuthentication
    name = "attemptToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Authorization: Attempt <token>`, the token that starting "
            "the attempt returned. It opens this attempt and nothing else.",
        }


class SeqEventSerializer(serializers.Serializer):
    seq = serializers.IntegerField(min_value=1)
    position = serializers.IntegerField(min_value=1)
    value = serializers.ListField(
        child=serializers.CharField(allow_blank=True, trim_whitespace=False)
    )


class ResponsesSerializer(serializers.Serializer):
    events = SeqEventSerializer(many=True)


class ResponseReceiptSerializer(serializers.Serializer):
    acked = serializers.IntegerField()
    missing = serializers.ListField(child=serializers.IntegerField())
    server_time = serializers.DateTimeField()
    deadline = serializers.DateTimeField()
    superseded = serializers.BooleanField()
    interventions = serializers.IntegerField(
        help_text="How often an invigilator stepped in; ask `presence` when it grows."
    )


class SubmitSerializer(serializers.Serializer):
    last_seq = serializers.IntegerField(min_value=0)
    accept_missing = serializers.ListField(
        child=serializers.IntegerField(min_value=1), required=False, default=list
    )


class ReportedEventSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=REPORTABLE_KINDS)
    at = serializers.DateTimeField(required=False, allow_null=True)


class EvidenceSerializer(serializers.Serializer):
    events = ReportedEventSerializer(many=True)


class SuggestionSerializer(serializers.Serializer):
    kind = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField()


class ReviewedItemSerializer(serializers.Serializer):
    position = serializers.IntegerField()
    outcome = serializers.CharField()
    value = serializers.ListField(child=serializers.CharField())
    correct_response = serializers.ListField(child=serializers.CharField())
    score = serializers.FloatField(allow_null=True)
    max_score = serializers.FloatField()
    topic = serializers.CharField()
    explanation = serializers.CharField()
    suggestions = SuggestionSerializer(many=True)


class AdviceSerializer(SuggestionSerializer):
    positions = serializers.ListField(child=serializers.IntegerField())


class ResultSerializer(serializers.Serializer):
    state = serializers.CharField()
    score = serializers.FloatField(allow_null=True)
    max_score = serializers.FloatField()
    passed = serializers.BooleanField(allow_null=True)
    items = ReviewedItemSerializer(many=True)
    advice = AdviceSerializer(many=True)


class AttemptView(APIView):
    """Base: the attempt token names the writer; a session is a writer of its own."""

    authentication_classes = [
        AttemptTokenAuthentication,
        TokenAuthentication,
        SessionAuthentication,
    ]
    required_scope = TokenScope.LEARN

    def writer_of(self, request: Request, public_id: UUID) -> int:
        """Return the number of the writer. What is not this person's does not exist.

        Raises:
            Http404: another attempt, or somebody else's.
        """
        if isinstance(request.auth, AttemptToken):
            if request.auth.attempt_public_id != public_id:
                raise Http404
            return request.auth.writer
        mine = Attempt.objects.of_candidate(request.user).select_related("exam")
        attempt = get_object_or_404(mine, public_id=public_id)
        key = request.session.session_key if hasattr(request, "session") else None
        client_key = f"session:{key}" if key else f"token:{request.user.pk}"
        known = attempt.writers.filter(client_key=client_key[:80]).first()
        if known is not None or not attempt.is_open:
            return known.number if known else 1
        surroundings = surroundings_of(request)
        check_place(exam=attempt.exam, surroundings=surroundings)
        writer = open_writer(
            attempt=attempt,
            client_key=client_key,
            user_agent=surroundings.user_agent,
            address=surroundings.address,
            now=now(),
        )
        return writer.number


class ResponsesView(AttemptView):
    """Save answers: durable before they are acknowledged."""

    # The whole contract: `saved_at_once` leaves all but the plain case to it.
    @extend_schema(
        operation_id="attempts_responses_update",
        request=ResponsesSerializer,
        responses=ResponseReceiptSerializer,
    )
    def put(self, request: Request, public_id: UUID) -> Response:
        body = ResponsesSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        writer = self.writer_of(request, public_id)
        receipt = record_events(
            public_id=public_id,
            writer=writer,
            events=[ResponseInput(**event) for event in body.validated_data["events"]],
            now=now(),
        )
        return Response(receipt_body(receipt))


def plain_first(whole: Callable[..., HttpResponseBase]) -> Any:
    """Answer the plain case without the framework, for speed; all else is `whole`'s."""

    # With the marks of the view: the schema is read from it.
    @wraps(whole)
    def save(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
        return saved_at_once(request, public_id) or whole(request, public_id=public_id)

    return save


class SubmitView(AttemptView):
    """End the sitting; the answer holds what the exam's policy has released."""

    @extend_schema(
        operation_id="attempts_submit_create",
        request=SubmitSerializer,
        responses=ResultSerializer,
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        body = SubmitSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        writer = self.writer_of(request, public_id)
        is_account = not isinstance(request.auth, AttemptToken)
        submit_attempt(
            attempt=get_object_or_404(Attempt, public_id=public_id),
            by=signed_in(request) if is_account else None,
            writer=writer,
            last_seq=body.validated_data["last_seq"],
            accept_missing=body.validated_data["accept_missing"],
            now=now(),
        )
        attempt = Attempt.objects.select_related(
            *("exam__marking_policy", "enrollment__syllabus", "candidate"),
            *("paper", "key", "result"),
        ).get(public_id=public_id)
        review = review_attempt(
            attempt=attempt,
            user=attempt.candidate,
            language=get_language() or "zh-hans",
        )
        return Response(ResultSerializer(result_body(review)).data)


def result_body(review: Review) -> dict[str, Any]:
    """Return state, score, items and advice; points as JSON numbers."""
    return {
        "state": review.attempt.state,
        "score": score_number(review.score),
        "max_score": score_number(review.result.max),
        "passed": review.passed,
        "items": review.items,
        "advice": [
            {
                "kind": suggestion.kind,
                "title": suggestion.title,
                "url": suggestion.url,
                "positions": positions,
            }
            for suggestion, positions in review.advice
        ],
    }


class EventsView(AttemptView):
    """Reports of the browser; evidence, never a verdict."""

    @extend_schema(
        operation_id="attempts_events_create",
        request=EvidenceSerializer,
        responses={202: None},
    )
    @idempotent
    def post(self, request: Request, public_id: UUID) -> Response:
        body = EvidenceSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        writer = self.writer_of(request, public_id)
        record_evidence(
            attempt=get_object_or_404(Attempt, public_id=public_id),
            writer=writer,
            reports=[
                EvidenceInput(kind=event["kind"], happened_at=event.get("at"))
                for event in body.validated_data["events"]
            ],
            now=now(),
        )
        return Response(status=202)


class PresenceSerializer(serializers.Serializer):
    shown = serializers.IntegerField(
        min_value=0,
        required=False,
        default=0,
        help_text="Number of the last intervention that the candidate has seen.",
    )


class InterventionSerializer(serializers.Serializer):
    number = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=InterventionKind.choices)
    message = serializers.CharField()
    seconds = serializers.IntegerField()
    happened_at = serializers.DateTimeField()


class PageStateSerializer(serializers.Serializer):
    state = serializers.CharField()
    server_time = serializers.DateTimeField()
    deadline = serializers.DateTimeField()
    seconds_left = serializers.FloatField()
    is_paused = serializers.BooleanField()
    superseded = serializers.BooleanField()
    interventions = InterventionSerializer(many=True)


class PresenceView(AttemptView):
    """Say that the page is there; hear of pauses, extensions and messages."""

    @extend_schema(
        operation_id="attempts_presence_create",
        request=PresenceSerializer,
        responses=PageStateSerializer,
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        body = PresenceSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        page = note_presence(
            public_id=public_id,
            writer=self.writer_of(request, public_id),
            shown_count=body.validated_data["shown"],
            surroundings=surroundings_of(request),
            now=now(),
        )
        return Response(
            PageStateSerializer(
                {
                    "state": page.attempt.state,
                    "server_time": page.server_time,
                    "deadline": page.attempt.deadline,
                    "seconds_left": page.seconds_left,
                    "is_paused": page.attempt.is_paused,
                    "superseded": page.superseded,
                    "interventions": page.interventions,
                }
            ).data
        )


urlpatterns = [
    path(
        "attempts/<uuid:public_id>/presence",
        PresenceView.as_view(),
        name="attempt_presence",
    ),
    path(
        "attempts/<uuid:public_id>/responses",
        plain_first(ResponsesView.as_view()),
        name="attempt_responses",
    ),
    path(
        "attempts/<uuid:public_id>/submit",
        SubmitView.as_view(),
        name="attempt_submit",
    ),
    path(
        "attempts/<uuid:public_id>/events",
        EventsView.as_view(),
        name="attempt_events",
    ),
]
