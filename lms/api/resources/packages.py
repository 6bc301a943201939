"""`/organizations/{code}/packages`: what associations open to their members (R17)."""

from collections.abc import Sequence
from typing import cast

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
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
from lms.organizations.domain.packages import PackageTerms
from lms.organizations.enums import OrganizationKind
from lms.organizations.models import Organization, Package
from lms.organizations.validators import validate_industry
from lms.reporting.domain.packages import PackageLine, package_lines, save_package

READ_AND_WRITE = {
    "GET": TokenScope.ORGANIZATION_READ,
    "POST": TokenScope.ORGANIZATION_WRITE,
}


class PackagePartSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="key")
    title = serializers.CharField()


class SideSerializer(serializers.Serializer):
    code = serializers.CharField(help_text="unified social credit code")
    name = serializers.CharField()


class PackageSerializer(serializers.Serializer):
    """Courses and item banks that an association opens together."""

    id = serializers.UUIDField(source="public_id")
    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    industry = serializers.CharField(allow_blank=True, help_text="GB/T 4754")
    is_open = serializers.BooleanField(help_text="open to the members")
    association = SideSerializer()
    courses = PackagePartSerializer(many=True)
    banks = PackagePartSerializer(many=True)


class PackagePageSerializer(serializers.Serializer):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = PackageSerializer(many=True)


class PackageTermsSerializer(serializers.Serializer):
    title = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=2000, default="", allow_blank=True)
    industry = serializers.CharField(
        max_length=5, default="", allow_blank=True, validators=[validate_industry]
    )
    is_open = serializers.BooleanField(default=False)
    courses = serializers.ListField(child=serializers.UUIDField(), default=list)
    banks = serializers.ListField(child=serializers.UUIDField(), default=list)


def _lines(rows: Sequence[Package]) -> list[PackageLine]:
    return package_lines(rows, language=get_language())


def _association_or_404(request: Request, code: str) -> Organization:
    organization = administered_or_404(request, code)
    if organization.kind != OrganizationKind.ASSOCIATION:
        raise Http404
    return organization


def _save(
    request: Request, association: Organization, package: Package | None = None
) -> PackageLine:
    form = PackageTermsSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    saved = save_package(
        association=association,
        terms=PackageTerms(**form.validated_data),
        by=cast("User", request.user),
        language=get_language(),
        package=package,
    )
    return _lines([saved])[0]


class PackageListView(APIView):
    """What is open to an enterprise; for an association its own, open or not."""

    permission_classes = [IsAuthenticated, HasScope]
    required_scope = READ_AND_WRITE

    @extend_schema(
        operation_id="organization_packages",
        tags=["organizations"],
        parameters=[OpenApiParameter("cursor", str), OpenApiParameter("limit", int)],
        responses={200: PackagePageSerializer, 404: UNKNOWN},
    )
    def get(self, request: Request, code: str) -> Response:
        organization = administered_or_404(request, code)
        today = clock.shanghai_date(clock.now())
        opened = Package.objects.open_to([organization.pk], on=today).values("pk")
        rows = Package.objects.filter(
            Q(association=organization) | Q(pk__in=opened)
        ).order_by("-pk")
        paginator = CursorPagination()
        page = paginator.paginate_queryset(rows, request, view=self) or []
        body = PackageSerializer(_lines(page), many=True).data
        return paginator.get_paginated_response(body)

    @extend_schema(
        operation_id="organization_package_create",
        tags=["organizations"],
        request=PackageTermsSerializer,
        responses={201: PackageSerializer, 404: UNKNOWN},
    )
    @idempotent
    def post(self, request: Request, code: str) -> Response:
        """Make a package; for the administrators of an association."""
        line = _save(request, _association_or_404(request, code))
        return Response(PackageSerializer(line).data, status.HTTP_201_CREATED)


class PackageView(APIView):
    permission_classes = [IsAuthenticated, HasScope]
    required_scope = TokenScope.ORGANIZATION_WRITE

    @extend_schema(
        operation_id="organization_package_change",
        tags=["organizations"],
        request=PackageTermsSerializer,
        responses={200: PackageSerializer, 404: UNKNOWN},
    )
    def put(self, request: Request, code: str, public_id: str) -> Response:
        """Change a package of one's own; what is in it becomes what is named."""
        association = _association_or_404(request, code)
        rows = Package.objects.filter(association=association)
        package = get_object_or_404(rows, public_id=public_id)
        return Response(PackageSerializer(_save(request, association, package)).data)


urlpatterns = [
    path(
        "organizations/<str:code>/packages",
        PackageListView.as_view(),
        name="organization_packages",
    ),
    path(
        "organizations/<str:code>/packages/<uuid:public_id>",
        PackageView.as_view(),
        name="organization_package",
    ),
]
