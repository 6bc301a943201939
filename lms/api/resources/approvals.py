"""`/organizations/{code}/changes`: changes that wait for a second person."""

from collections.abc import Callable
from typing import Any, cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lms.accounts.enums import TokenScope
from lms.accounts.models import User
from lms.api.administered import UNKNOWN, administered_or_404
from lms.api.authentication import HasScope
from lms.api.idempotency import idempotent
from lms.api.pagination import CursorPagination
from lms.core import clock
from lms.organizations.domain.approvals import (
    approve_change,
    can_decide,
    expire_changes,
    refuse_change,
    withdraw_change,
)
from lms.organizations.enums import ChangeKind, ChangeState
from lms.organizations.models import ChangeRequest, Organization


class SensitiveChangeSerializer(serializers.ModelSerializer):
    """A change that takes effect when a second person agrees."""

    id = serializers.UUIDField(source="public_id")
    kind = serializers.ChoiceField(choices=ChangeKind.choices)
    state = serializers.ChoiceField(choices=ChangeState.choices)
    requested_by = serializers.CharField(source="requested_by.get_full_name")
    decided_by = serializers.SerializerMethodField()
    may_decide = serializers.SerializerMethodField(
        help_text="waits, and the caller is not the one who asked"
    )

    class Meta:
        model = ChangeRequest
        fields = [
            "id", "kind", "title", "reason", "state", "requested_by", "requested_at",
            "expires_at", "decided_by", "decided_at", "decision_note", "may_decide",
        ]  # fmt: skip

    def get_decided_by(self, row: ChangeRequest) -> str | None:
        return row.decided_by.get_full_name() if row.decided_by else None

    def get_may_decide(self, row: ChangeRequest) -> bool:
        return row.is_waiting and can_decide(self.context["request"].user, row)


class DecisionSerializer(serializers.Serializer):
    decision = serializers.ChoiceField(
        choices=["approve", "refuse", "withdraw"],
        help_text="`withdraw` is for whoever asked",
    )
    note = serializers.CharField(
        max_length=500, default="", allow_blank=True, help_text="a refusal needs one"
    )


def _changes(organization: Organization) -> QuerySet[ChangeRequest]:
    rows = ChangeRequest.objects.filter(organization=organization)
    return rows.select_related("organization", "requested_by", "decided_by")


def _body(row: ChangeRequest, request: Request) -> dict[str, Any]:
    return SensitiveChangeSerializer(row, context={"request": request}).data


class ChangeListView(ListAPIView):
    """What waits for a second person and what was decided, the newest first."""

    permission_classes = [IsAuthenticated, HasScope]
    required_scope = TokenScope.ORGANIZATION_READ
    serializer_class = SensitiveChangeSerializer
    pagination_class = CursorPagination
    queryset = ChangeRequest.objects.none()

    def get_queryset(self) -> QuerySet[ChangeRequest]:
        organization = administered_or_404(self.request, self.kwargs["code"])
        expire_changes(now=clock.now(), organization=organization)
        rows = _changes(organization).order_by("-pk")
        state = self.request.query_params.get("state", "")
        return rows.filter(state=state) if state in ChangeState.values else rows

    @extend_schema(
        operation_id="organization_changes",
        tags=["organizations"],
        parameters=[
            OpenApiParameter("state", str, enum=ChangeState.values),
        ],
        responses={200: SensitiveChangeSerializer(many=True), 404: UNKNOWN},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class ChangeView(APIView):
    permission_classes = [IsAuthenticated, HasScope]
    required_scope = TokenScope.ORGANIZATION_READ

    @extend_schema(
        operation_id="organization_change",
        tags=["organizations"],
        responses={200: SensitiveChangeSerializer, 404: UNKNOWN},
    )
    def get(self, request: Request, code: str, public_id: str) -> Response:
        """Return one change."""
        rows = _changes(administered_or_404(request, code))
        row = get_object_or_404(rows, public_id=public_id)
        return Response(_body(row, request))


class ChangeDecisionView(APIView):
    """The second person's yes or no; who asked may withdraw."""

    permission_classes = [IsAuthenticated, HasScope]
    required_scope = TokenScope.ORGANIZATION_WRITE

    @extend_schema(
        operation_id="organization_change_decide",
        tags=["organizations"],
        request=DecisionSerializer,
        responses={
            200: SensitiveChangeSerializer,
            403: OpenApiResponse(description="`own_change`, `not_own_change`"),
            404: UNKNOWN,
            409: OpenApiResponse(
                description="`change_not_open`, or what the change itself refuses"
            ),
        },
    )
    @idempotent
    def post(self, request: Request, code: str, public_id: str) -> Response:
        rows = _changes(administered_or_404(request, code))
        row = get_object_or_404(rows, public_id=public_id)
        form = DecisionSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        _decide(row, by=cast("User", request.user), **form.validated_data)
        row.refresh_from_db()
        return Response(_body(row, request))


def _decide(change: ChangeRequest, *, by: User, decision: str, note: str) -> None:
    steps: dict[str, Callable[[], Any]] = {
        "approve": lambda: approve_change(
            change=change, by=by, note=note, now=clock.now()
        ),
        "refuse": lambda: refuse_change(
            change=change, by=by, note=note, now=clock.now()
        ),
        "withdraw": lambda: withdraw_change(change=change, by=by, now=clock.now()),
    }
    steps[decision]()


urlpatterns = [
    path(
        "organizations/<str:code>/changes",
        ChangeListView.as_view(),
        name="organization_changes",
    ),
    path(
        "organizations/<str:code>/changes/<uuid:public_id>",
        ChangeView.as_view(),
        name="organization_change",
    ),
    path(
        "organizations/<str:code>/changes/<uuid:public_id>:decide",
        ChangeDecisionView.as_view(),
        name="organization_change_decide",
    ),
]
