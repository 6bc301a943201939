"""Members of associations: asked by the association, answered by the enterprise."""

from collections.abc import Callable
from typing import Any, cast

from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
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
from lms.api.resources.packages import READ_AND_WRITE, SideSerializer
from lms.core import clock
from lms.organizations.domain.associations import (
    accept_invitation,
    decline_invitation,
    end_association_member,
    invite_association_member,
)
from lms.organizations.enums import AssociationMemberState
from lms.organizations.models import AssociationMember, Organization
from lms.organizations.querysets import AssociationMemberQuerySet


class AssociationMemberSerializer(serializers.ModelSerializer):
    """An enterprise in an association; nothing is open while it is `invited`."""

    id = serializers.UUIDField(source="public_id")
    association = SideSerializer()
    enterprise = SideSerializer()
    state = serializers.ChoiceField(choices=AssociationMemberState.choices)

    class Meta:
        model = AssociationMember
        fields = [
            "id", "association", "enterprise", "state", "starts_on", "ends_on",
            "answered_at",
        ]  # fmt: skip


class InvitationSerializer(serializers.Serializer):
    code = serializers.CharField(max_length=18, help_text="of the enterprise")
    starts_on = serializers.DateField()

    def validate_code(self, code: str) -> Organization:
        rows = Organization.objects.filter(code=code.strip().upper(), is_active=True)
        if (found := rows.first()) is None:
            raise serializers.ValidationError(
                _("No enterprise with the code %(code)s is registered here.")
                % {"code": code}
            )
        return found


class AssociationAnswerSerializer(serializers.Serializer):
    answer = serializers.ChoiceField(choices=["accept", "decline", "leave"])


class _MemberList(ListAPIView):
    """One side's rows, the newest first, with the ended and the declined."""

    permission_classes = [IsAuthenticated, HasScope]
    required_scope = TokenScope.ORGANIZATION_READ
    serializer_class = AssociationMemberSerializer
    pagination_class = CursorPagination
    queryset = AssociationMember.objects.none()
    side = ""

    def get_queryset(self) -> AssociationMemberQuerySet:
        organization = administered_or_404(self.request, self.kwargs["code"])
        rows = AssociationMember.objects.filter(**{self.side: organization})
        return rows.select_related("association", "enterprise").order_by("-pk")


class AssociationListView(_MemberList):
    side = "enterprise"

    @extend_schema(
        operation_id="organization_associations",
        tags=["organizations"],
        responses={200: AssociationMemberSerializer(many=True), 404: UNKNOWN},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the associations that invited the enterprise, and its answers."""
        return super().get(request, *args, **kwargs)


class AssociationMemberListView(_MemberList):
    side = "association"

    required_scope = READ_AND_WRITE  # type: ignore[assignment]

    @extend_schema(
        operation_id="organization_association_members",
        tags=["organizations"],
        responses={200: AssociationMemberSerializer(many=True), 404: UNKNOWN},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the members of an association, and whom it invited."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="organization_association_invite",
        tags=["organizations"],
        request=InvitationSerializer,
        responses={201: AssociationMemberSerializer, 404: UNKNOWN},
    )
    @idempotent
    def post(self, request: Request, code: str) -> Response:
        """Invite an enterprise; its administrators are told and answer."""
        association = administered_or_404(request, code)
        form = InvitationSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        member = invite_association_member(
            association=association,
            enterprise=form.validated_data["code"],
            starts_on=form.validated_data["starts_on"],
            by=cast("User", request.user),
        )
        body = AssociationMemberSerializer(member).data
        return Response(body, status.HTTP_201_CREATED)


class AssociationMemberView(APIView):
    permission_classes = [IsAuthenticated, HasScope]
    required_scope = TokenScope.ORGANIZATION_WRITE

    @extend_schema(
        operation_id="organization_association_end",
        tags=["organizations"],
        request=None,
        responses={204: None, 404: UNKNOWN},
    )
    def delete(self, request: Request, code: str, public_id: str) -> Response:
        """End a membership, or take an invitation back; safe to repeat."""
        association = administered_or_404(request, code)
        rows = AssociationMember.objects.filter(association=association)
        member = rows.filter(public_id=public_id).first()
        if member is not None:
            by = cast("User", request.user)
            end_association_member(member=member, by=by, now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class AssociationAnswerView(APIView):
    """The enterprise's answer to an invitation; it may leave later."""

    permission_classes = [IsAuthenticated, HasScope]
    required_scope = TokenScope.ORGANIZATION_WRITE

    @extend_schema(
        operation_id="organization_association_answer",
        tags=["organizations"],
        request=AssociationAnswerSerializer,
        responses={
            200: AssociationMemberSerializer,
            404: UNKNOWN,
            409: OpenApiResponse(description="`invitation_answered`"),
        },
    )
    @idempotent
    def post(self, request: Request, code: str, public_id: str) -> Response:
        enterprise = administered_or_404(request, code)
        rows = AssociationMember.objects.filter(enterprise=enterprise)
        member = get_object_or_404(rows, public_id=public_id)
        form = AssociationAnswerSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        steps: dict[str, Callable[..., Any]] = {
            "accept": accept_invitation,
            "decline": decline_invitation,
            "leave": end_association_member,
        }
        step = steps[form.validated_data["answer"]]
        step(member=member, by=cast("User", request.user), now=clock.now())
        # One that began today is no longer there: the answer is what it was.
        body = AssociationMemberSerializer(rows.filter(pk=member.pk).first() or member)
        return Response(body.data)


urlpatterns = [
    path(
        "organizations/<str:code>/associations",
        AssociationListView.as_view(),
        name="organization_associations",
    ),
    path(
        "organizations/<str:code>/associations/<uuid:public_id>:answer",
        AssociationAnswerView.as_view(),
        name="organization_association_answer",
    ),
    path(
        "organizations/<str:code>/association-members",
        AssociationMemberListView.as_view(),
        name="organization_association_members",
    ),
    path(
        "organizations/<str:code>/association-members/<uuid:public_id>",
        AssociationMemberView.as_view(),
        name="organization_association_member",
    ),
]
