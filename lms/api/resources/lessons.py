"""`/lessons/…/playback`: proving study time second by second."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from rest_framework import authentication, exceptions, serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from courses.domain.playback import record_intervals
from courses.domain.presence import answer_check
from courses.domain.queries import enrollment_for_unit
from courses.domain.sessions import open_session
from courses.domain.tokens import PlaybackToken, playback_token, read_token
from courses.errors import SessionUnknown, UnitUnknown
from courses.models import Enrollment, PlaybackSession
from lms.accounts.enums import TokenScope
from lms.accounts.requests import signed_in
from lms.api.authentication import (
    HasScope,
    SessionAuthentication,
    TokenAuthentication,
)
from lms.api.idempotency import idempotent
from lms.api.resources.counting import counted_at_once, receipt_body
from lms.core.clock import now
from media_pipeline.domain.grants import issue_grant
from media_pipeline.models import Asset

GRANT_SECONDS = 6 * 3600


class PresenceCheckSerializer(serializers.Serializer):
    """Somebody has to answer before anything counts again; there is no time limit."""

    id = serializers.UUIDField(source="public_id")
    number = serializers.IntegerField(help_text="The number to choose.")
    options = serializers.ListField(child=serializers.IntegerField())


class OpenSerializer(serializers.Serializer):
    device = serializers.CharField(max_length=80, allow_blank=True, default="")
    language = serializers.CharField(max_length=12, default="zh-hans")


class SessionSerializer(serializers.Serializer):
    session = serializers.UUIDField()
    token = serializers.CharField(
        help_text="`Authorization: Playback <token>` reports into this session."
    )
    grant = serializers.CharField(
        allow_null=True, help_text="Opens the video's files; null for reading."
    )
    rate_limit = serializers.FloatField()
    position = serializers.FloatField()
    offline_until = serializers.DateTimeField()
    in_order = serializers.BooleanField(help_text="Nothing counts ahead of a gap.")


class ReportSerializer(serializers.Serializer):
    session = serializers.UUIDField()
    seq = serializers.IntegerField()
    intervals = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField()),
        help_text="Pairs of start and end in seconds; they must not overlap.",
    )
    rate = serializers.FloatField(default=1.0)
    scroll = serializers.FloatField(
        default=0.0,
        min_value=0.0,
        max_value=1.0,
        help_text="Reading: the share of the text that has been in sight.",
    )


class PlaybackReceiptSerializer(serializers.Serializer):
    watched_seconds = serializers.FloatField()
    required_seconds = serializers.FloatField()
    position = serializers.FloatField()
    credited_seconds = serializers.FloatField()
    completed = serializers.BooleanField()
    active = serializers.BooleanField(
        help_text="False: this session earns no more; `ended` says why."
    )
    ended = serializers.CharField(help_text="superseded, closed, expired or empty")
    hold = serializers.CharField(
        help_text="Why nothing counts now: presence, daily_limit or empty."
    )
    check = PresenceCheckSerializer(allow_null=True)
    has_to_scroll = serializers.BooleanField(
        help_text="The text was not read down to its end yet."
    )
    pages = serializers.ListField(
        child=serializers.FloatField(),
        help_text="A document that is read page by page: seconds read on each. A page "
        "owns its even share of the time axis; report intervals within it.",
    )


class AnswerSerializer(serializers.Serializer):
    check = serializers.UUIDField()
    number = serializers.IntegerField()


class AnsweredSerializer(serializers.Serializer):
    answered = serializers.BooleanField()
    check = PresenceCheckSerializer(allow_null=True)


class PlaybackBearer:
    """Whoever holds the token of one playback session; no account is loaded."""

    is_authenticated = True
    is_anonymous = False
    is_active = True
    pk = None


class PlaybackTokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Playback <token>`: needs no session and no query."""

    keyword = "Playback"

    def authenticate(
        self, request: Request
    ) -> tuple[PlaybackBearer, PlaybackToken] | None:
        scheme, _space, raw = request.headers.get("Authorization", "").partition(" ")
        if scheme != self.keyword:
            return None
        token = read_token(raw.strip())
        if token is None:
            raise exceptions.AuthenticationFailed(
                _("This playback token is not valid."), code="token_invalid"
            )
        return PlaybackBearer(), token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class PlaybackTokenScheme(OpenApiAuthenticationExtension):
    target_class = PlaybackTokenAuthentication
    name = "playbackToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Authorization: Playback <token>`, the token that opening "
            "the session returned. It reports into this session and nothing else.",
        }


class LearnerView(APIView):
    permission_classes = [IsAuthenticated, HasScope]
    required_scope = TokenScope.LEARN


def owing(request: Request, lesson: UUID) -> Enrollment:
    """Return the caller's enrollment that a lesson belongs to.

    Raises:
        UnitUnknown: `unit_unknown`; none of this person.
    """
    enrollment = enrollment_for_unit(learner=signed_in(request), unit_key=lesson)
    if enrollment is None:
        raise UnitUnknown("unit_unknown", _("This lesson is no part of your course."))
    return enrollment


class PlaybackSessionView(LearnerView):
    @extend_schema(request=OpenSerializer, responses={201: SessionSerializer})
    @idempotent
    def post(self, request: Request, lesson: UUID) -> Response:
        """Begin to learn a lesson here; the person's session elsewhere ends."""
        form = OpenSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        moment = now()
        enrollment = owing(request, lesson)
        session = open_session(
            enrollment=enrollment, unit_key=lesson, now=moment, **form.validated_data
        )
        answer = {
            "session": session.public_id,
            "token": playback_token(session),
            "grant": _grant(session, request.user, moment),
            "rate_limit": session.rate_limit,
            "position": session.position_at_opening,
            "offline_until": session.offline_until,
            "in_order": session.is_in_order,
        }
        body = SessionSerializer(answer).data
        return Response(body, status=status.HTTP_201_CREATED)


def _grant(session: PlaybackSession, user: Any, moment: Any) -> str | None:
    if not session.is_video:
        return None
    return issue_grant(
        asset=Asset.objects.get(public_id=session.medium),
        subject=str(user.subject_id),
        session=str(session.public_id),
        now=moment,
        ttl_seconds=GRANT_SECONDS,
    )


class PlaybackView(LearnerView):
    authentication_classes = [
        PlaybackTokenAuthentication,
        TokenAuthentication,
        SessionAuthentication,
    ]

    @extend_schema(request=ReportSerializer, responses=PlaybackReceiptSerializer)
    def post(self, request: Request, lesson: UUID) -> Response:
        """Report what was watched; the answer says what of it counts.

        The same report twice counts once. Never more than the wall time that passed.
        """
        form = ReportSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        report = form.validated_data
        learner_id = terms = None
        if not isinstance(request.auth, PlaybackToken):
            learner_id = signed_in(request).pk
        elif request.auth.public_id != report["session"]:
            raise SessionUnknown(
                "session_unknown", _("Open the lesson again: this session is unknown.")
            )
        else:
            terms = request.auth.terms
        receipt = record_intervals(
            public_id=report["session"],
            unit_key=lesson,
            learner_id=learner_id,
            terms=terms,
            seq=report["seq"],
            intervals=report["intervals"],
            rate=report["rate"],
            scroll=report["scroll"],
            now=now(),
        )
        return Response(PlaybackReceiptSerializer(receipt_body(receipt)).data)


def plain_first(whole: Callable[..., HttpResponseBase]) -> Any:
    """Answer the plain case without the framework, for speed; all else is `whole`'s."""

    # With the marks of the view: the schema is read from it.
    @wraps(whole)
    def report(request: HttpRequest, lesson: UUID) -> HttpResponseBase:
        return counted_at_once(request, lesson) or whole(request, lesson=lesson)

    return report


class PresenceView(LearnerView):
    @extend_schema(request=AnswerSerializer, responses=AnsweredSerializer)
    def post(self, request: Request, lesson: UUID) -> Response:
        """Answer a check of presence; a wrong number gives another question."""
        form = AnswerSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        check = answer_check(
            learner=signed_in(request),
            check_id=form.validated_data["check"],
            number=form.validated_data["number"],
            now=now(),
        )
        is_answered = check.answered_at is not None
        body = {"answered": is_answered, "check": None if is_answered else check}
        return Response(AnsweredSerializer(body).data)


urlpatterns = [
    # First: the address that every learner calls each few seconds.
    path(
        "lessons/<uuid:lesson>/playback",
        plain_first(PlaybackView.as_view()),
        name="playback",
    ),
    path(
        "lessons/<uuid:lesson>/playback/sessions",
        PlaybackSessionView.as_view(),
        name="playback_sessions",
    ),
    path(
        "lessons/<uuid:lesson>/playback/checks",
        PresenceView.as_view(),
        name="presence_checks",
    ),
]
