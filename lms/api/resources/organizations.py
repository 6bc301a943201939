"""`/organizations/{code}/training-status`: does an enterprise meet its duty?"""

from typing import Any

from django.http import Http404
from django.urls import path, reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lms.accounts.enums import TokenScope
from lms.api.authentication import HasScope
from lms.core import clock
from lms.organizations.models import Organization
from lms.organizations.permissions import can_see_staff
from lms.reporting.domain.training_status import TrainingStatus, training_status
from lms.ui.languages import site_path


class FiguresSerializer(serializers.Serializer):
    total = serializers.IntegerField()
    met = serializers.IntegerField()
    open = serializers.IntegerField()
    overdue = serializers.IntegerField()


class LinksSerializer(serializers.Serializer):
    page = serializers.CharField(help_text="the same figures for a regulator's eyes")
    register = serializers.CharField(help_text="the register of certificates")


class TrainingStatusSerializer(serializers.Serializer):
    """Figures of one enterprise on one day; no names of people."""

    code = serializers.CharField(help_text="unified social credit code")
    name = serializers.CharField()
    on = serializers.DateField()
    members = serializers.IntegerField(help_text="active employees")
    trained_members = serializers.IntegerField(
        help_text="those with study time in the ledger"
    )
    untrained_share = serializers.FloatField(
        help_text="share of members without any study time in the ledger, 0 to 1"
    )
    overdue_members = serializers.IntegerField(
        help_text="members with at least one overdue obligation"
    )
    overdue_share = serializers.FloatField(
        help_text="those as a share of all members, 0 to 1"
    )
    bracket = serializers.ChoiceField(
        choices=["none", "below_10", "below_30", "from_30"],
        help_text="grade of that share in percent, as scales for article 97 cut it",
    )
    article = serializers.CharField(help_text="the provision behind the grade")
    obligations = FiguresSerializer(help_text="statutory hours by person and period")
    assignments = FiguresSerializer(help_text="courses the enterprise assigned")
    valid_certificates = serializers.IntegerField()
    links = LinksSerializer()


def status_body(status: TrainingStatus, request: Request) -> dict[str, Any]:
    page = site_path(f"regulator/enterprises/{status.code}/")
    register = reverse("api:register_checkpoint")
    return {
        "code": status.code,
        "name": status.name,
        "on": status.on,
        "members": status.members,
        "trained_members": status.trained_members,
        "untrained_share": status.untrained_share,
        "overdue_members": status.overdue_members,
        "overdue_share": status.overdue_share,
        "bracket": status.bracket,
        "article": "work-safety-law:97",
        "obligations": status.obligations,
        "assignments": status.assignments,
        "valid_certificates": status.valid_certificates,
        "links": {
            "page": request.build_absolute_uri(page),
            "register": request.build_absolute_uri(register),
        },
    }


class TrainingStatusView(APIView):
    """For the regulator of the region, a permit system, and the enterprise itself."""

    permission_classes = [IsAuthenticated, HasScope]
    required_scope = TokenScope.ORGANIZATION_READ

    @extend_schema(
        operation_id="organization_training_status",
        tags=["organizations"],
        responses={
            200: TrainingStatusSerializer,
            404: OpenApiResponse(description="unknown, or of another region"),
        },
    )
    def get(self, request: Request, code: str) -> Response:
        rows = Organization.objects.visible_to(request.user)
        organization = rows.filter(code=code).first()
        if organization is None or not can_see_staff(request.user, organization):
            raise Http404
        today = clock.shanghai_date(clock.now())
        status = training_status(organization=organization, today=today)
        body = TrainingStatusSerializer(status_body(status, request)).data
        return Response(body)


urlpatterns = [
    path(
        "organizations/<str:code>/training-status",
        TrainingStatusView.as_view(),
        name="organization_training_status",
    ),
]
