"""`/organizations/{code}/statements`: what its people learned, as xAPI statements."""

from datetime import timedelta

from django.http import StreamingHttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from courses.statements import statements_between, written
from lms.accounts.enums import TokenScope
from lms.api.administered import UNKNOWN, administered_or_404
from lms.api.authentication import HasScope

LONGEST = timedelta(days=366)


class SpanSerializer(serializers.Serializer):
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(help_text="not included; a year at most")

    def validate(self, attrs: dict) -> dict:
        if not attrs["since"] < attrs["until"] <= attrs["since"] + LONGEST:
            raise serializers.ValidationError(
                {"until": _("Name a time after the beginning, at most a year later.")}
            )
        return attrs


class StatementsSerializer(serializers.Serializer):
    statements = serializers.ListField(
        child=serializers.DictField(), help_text="xAPI 1.0.3 statements"
    )


class StatementsView(APIView):
    """For administrators of the enterprise and operators of the platform."""

    permission_classes = [IsAuthenticated, HasScope]
    required_scope = TokenScope.ORGANIZATION_READ

    @extend_schema(
        operation_id="organization_statements",
        tags=["organizations"],
        parameters=[
            OpenApiParameter("since", type=str, required=True, description="RFC 3339"),
            OpenApiParameter("until", type=str, required=True, description="RFC 3339"),
        ],
        responses={
            200: StatementsSerializer,
            404: UNKNOWN,
        },
    )
    def get(self, request: Request, code: str) -> StreamingHttpResponse:
        organization = administered_or_404(request, code)
        form = SpanSerializer(data=request.query_params)
        form.is_valid(raise_exception=True)
        found = statements_between(
            **form.validated_data, organization_id=organization.pk
        )
        response = StreamingHttpResponse(
            written(found), content_type="application/json"
        )
        response["Content-Disposition"] = 'attachment; filename="statements.json"'
        return response


urlpatterns = [
    path(
        "organizations/<str:code>/statements",
        StatementsView.as_view(),
        name="organization_statements",
    ),
]
