"""`/courses` and `/enrollments`: what there is to learn, and what I learn."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.urls import path
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from certificates.domain.queries import certificates_of
from courses.domain.enrollments import enroll_self
from courses.domain.queries import EnrollmentLine, enrollment_lines, live_course
from courses.models import CoursePage, Enrollment
from courses.permissions import can_view_course
from lms.accounts.enums import TokenScope
from lms.accounts.requests import signed_in
from lms.api.authentication import HasScope
from lms.api.pagination import CursorPagination
from lms.core.clock import now


class CourseSerializer(serializers.ModelSerializer):
    id = serializers.UUIDField(source="translation_key")
    language = serializers.CharField(source="locale.language_code")
    url = serializers.SerializerMethodField()

    class Meta:
        model = CoursePage
        fields = (
            "id",
            "title",
            "summary",
            "language",
            "url",
            "credit_hours",
            "industry",
            "audience_role",
            "audience",
        )

    def get_url(self, course: CoursePage) -> str:
        return course.get_url(self.context["request"]) or ""


class EnrollmentSerializer(serializers.Serializer):
    """An enrollment and how much of it is done."""

    id = serializers.UUIDField(source="enrollment.public_id")
    course = serializers.UUIDField(source="enrollment.course_key")
    title = serializers.CharField()
    url = serializers.CharField()
    state = serializers.CharField(source="enrollment.state")
    enrolled_at = serializers.DateTimeField(source="enrollment.enrolled_at")
    completed_at = serializers.DateTimeField(
        source="enrollment.completed_at", allow_null=True
    )
    due_on = serializers.DateField(source="enrollment.due_on", allow_null=True)
    units_done = serializers.IntegerField(source="done")
    units_required = serializers.IntegerField(source="required")
    credited_seconds = serializers.IntegerField()
    certificate = serializers.SerializerMethodField()

    def get_certificate(self, line: EnrollmentLine) -> str | None:
        """Number for `/certificates/{number}`, once there is one."""
        return self.context["certificates"].get(line.enrollment.pk)


class EnrollmentPageSerializer(serializers.Serializer):
    """One cursor page."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = EnrollmentSerializer(many=True)


class CourseListView(generics.ListAPIView):
    """Courses that the caller may see; visitors see the public ones."""

    permission_classes = [AllowAny, HasScope]
    required_scope = TokenScope.READ
    serializer_class = CourseSerializer
    pagination_class = CursorPagination
    queryset = CoursePage.objects.none()

    def get_queryset(self) -> QuerySet[CoursePage]:
        rows = CoursePage.objects.live().visible_to(self.request.user)
        return rows.select_related("locale").order_by("-pk")


class EnrollView(APIView):
    permission_classes = [IsAuthenticated, HasScope]
    required_scope = TokenScope.LEARN

    @extend_schema(request=None, responses={201: EnrollmentSerializer})
    def post(self, request: Request, course: UUID) -> Response:
        """Join a course; asking again returns the same enrollment."""
        page = live_course(course_key=course, language=get_language())
        if page is None or not can_view_course(request.user, page):
            raise Http404
        enrollment = enroll_self(learner=signed_in(request), course=page, now=now())
        body = _bodies([enrollment], request)[0]
        return Response(body, status.HTTP_201_CREATED)


class EnrollmentListView(APIView):
    permission_classes = [IsAuthenticated, HasScope]
    required_scope = TokenScope.READ

    @extend_schema(
        operation_id="my_enrollments",
        parameters=[OpenApiParameter("cursor", str), OpenApiParameter("limit", int)],
        responses={200: EnrollmentPageSerializer},
    )
    def get(self, request: Request) -> Response:
        """List what the caller learns, newest first, in cursor pages."""
        rows = (
            Enrollment.objects.visible_to(request.user)
            .in_force()
            .filter(learner=signed_in(request))
            .select_related("syllabus")
            .order_by("-pk")
        )
        paginator = CursorPagination()
        page = paginator.paginate_queryset(rows, request, view=self) or []
        return paginator.get_paginated_response(_bodies(page, request))


def _bodies(rows: Sequence[Enrollment], request: Request) -> list[dict[str, Any]]:
    lines = enrollment_lines(
        enrollments=rows,
        language=get_language(),
        request=request._request,  # noqa: SLF001 -- page addresses are cached on Django's request
    )
    numbers = (
        certificates_of(signed_in(request))
        .filter(enrollment__in=[row.pk for row in rows])
        .values_list("enrollment_id", "number")
    )
    context = {"certificates": dict(numbers)}
    return list(EnrollmentSerializer(lines, many=True, context=context).data)


urlpatterns = [
    path("courses", CourseListView.as_view(), name="courses"),
    path("courses/<uuid:course>/enroll", EnrollView.as_view(), name="enroll"),
    path("enrollments", EnrollmentListView.as_view(), name="enrollments"),
]
