"""`GET /courses/{uuid}`: what a course consists of, and how far the caller is."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import path
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from courses.domain.queries import (
    Outline,
    UnitLine,
    active_enrollment,
    live_course,
    outline_of,
)
from courses.models import Syllabus
from courses.permissions import can_view_course
from exams.models import QuizPage
from lms.accounts.enums import TokenScope
from lms.accounts.requests import signed_in
from lms.api.authentication import HasScope


class UnitSerializer(serializers.Serializer):
    """A lesson or an exam; `id` is the lesson of `/lessons/{lesson}/playback`."""

    id = serializers.UUIDField()
    kind = serializers.CharField(help_text="video, document, exercise, practical, quiz")
    title = serializers.CharField()
    url = serializers.CharField(help_text="empty while it is not published")
    is_required = serializers.BooleanField()
    required_seconds = serializers.FloatField(
        allow_null=True, help_text="null while the length of a video is not known"
    )
    state = serializers.CharField()
    watched_seconds = serializers.FloatField()
    completed_at = serializers.DateTimeField(allow_null=True)
    exam = serializers.UUIDField(
        allow_null=True, help_text="for a quiz: the exam of `/exams/{uuid}/attempts`"
    )


class ModuleSerializer(serializers.Serializer):
    title = serializers.CharField()
    units = UnitSerializer(many=True)


class CourseOutlineSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    enrollment = serializers.UUIDField(
        allow_null=True, help_text="the enrollment whose states these are"
    )
    modules = ModuleSerializer(many=True)


class CourseView(APIView):
    """The modules and units of a course; those who learn it see their states."""

    permission_classes = [AllowAny, HasScope]
    required_scope = TokenScope.READ

    @extend_schema(
        operation_id="course_outline", responses={200: CourseOutlineSerializer}
    )
    def get(self, request: Request, course: UUID) -> Response:
        language = get_language()
        enrollment = None
        if request.user.is_authenticated:
            enrollment = active_enrollment(
                learner=signed_in(request), course_key=course
            )
        if enrollment is None:
            page = live_course(course_key=course, language=language)
            if page is None or not can_view_course(request.user, page):
                raise Http404
        syllabus = (
            enrollment.syllabus
            if enrollment
            else Syllabus.objects.of_course(course).first()
        )
        if syllabus is None:
            raise Http404
        outline = outline_of(
            syllabus=syllabus,
            language=language,
            enrollment=enrollment,
            request=request._request,  # noqa: SLF001 -- page addresses are cached on Django's request
        )
        body = {
            "id": course,
            "title": outline.title,
            "enrollment": enrollment.public_id if enrollment else None,
            "modules": _modules(outline),
        }
        return Response(CourseOutlineSerializer(body).data)


def _modules(outline: Outline) -> list[dict[str, Any]]:
    quizzes = QuizPage.objects.live().filter(
        translation_key__in=[unit.key for unit in outline.units]
    )
    exams = dict(quizzes.values_list("translation_key", "exam__public_id"))
    return [
        {
            "title": module.title,
            "units": [_unit(unit, exams.get(unit.key)) for unit in module.units],
        }
        for module in outline.modules
    ]


def _unit(unit: UnitLine, exam: UUID | None) -> dict[str, Any]:
    return {
        "id": unit.key,
        "kind": unit.kind,
        "title": unit.title,
        "url": unit.url,
        "is_required": unit.is_required,
        "required_seconds": unit.required_seconds,
        "state": unit.state,
        "watched_seconds": unit.watched_seconds,
        "completed_at": unit.completed_at,
        "exam": exam,
    }


urlpatterns = [path("courses/<uuid:course>", CourseView.as_view(), name="course")]
