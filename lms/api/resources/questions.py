"""`/lessons/…/questions` and `/handouts`: what a lesson asks, and what it gives along.

Questions come without their key; what is right is said after an answer only, as on the
page of the lesson. Every answer is kept.
"""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import FileResponse
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from courses.domain.answering import (
    Shown,
    answer_question,
    restart_scenario,
    shown_questions,
)
from courses.domain.handouts import download_handout, handouts_of
from courses.domain.move_on import standing_in
from courses.domain.opening import refuse_locked
from courses.domain.progress import owed_unit
from courses.enums import ActivityKind
from courses.errors import ActivityUnknown
from courses.models import Enrollment
from courses.views.questions import handout_file
from lms.api.idempotency import idempotent
from lms.api.resources.exams import OptionSerializer, item_body
from lms.api.resources.lessons import LearnerView, owing
from lms.core.clock import now

LANGUAGES = ("zh-hans", "en")
MAX_PARTS = 60
MAX_CHARACTERS = 200
IN_LANGUAGE = OpenApiParameter(
    "language",
    enum=LANGUAGES,
    description="Of the lesson; it decides which wording is asked.",
)


class FeedbackSerializer(serializers.Serializer):
    is_right = serializers.BooleanField()
    share = serializers.FloatField(help_text="Of the points, 0 to 1.")
    text = serializers.CharField()
    whys = serializers.ListField(
        child=serializers.CharField(),
        help_text="Why what was chosen is right or wrong.",
    )
    right = serializers.ListField(
        child=serializers.CharField(),
        help_text="The right answer in words; empty before the second wrong one.",
    )
    explanation = serializers.CharField()


class SpotSerializer(serializers.Serializer):
    """A place in a picture, in percent of its width and height."""

    key = serializers.CharField()
    number = serializers.IntegerField()
    text = serializers.CharField()
    x = serializers.FloatField()
    y = serializers.FloatField()
    w = serializers.FloatField()
    h = serializers.FloatField()


class SituationSerializer(serializers.Serializer):
    text = serializers.CharField()
    options = OptionSerializer(many=True)


class StepSerializer(serializers.Serializer):
    """A decision of a scenario that was taken, and what came of it."""

    text = serializers.CharField()
    chosen = serializers.CharField()
    outcome = serializers.CharField()
    is_best = serializers.BooleanField()


class QuestionSerializer(serializers.Serializer):
    """A question; what is absent does not apply to its kind."""

    ref = serializers.CharField(help_text="Its name in the lesson.")
    kind = serializers.ChoiceField(choices=ActivityKind.choices)
    is_check = serializers.BooleanField(help_text="Part of the self-check at the end.")
    stem = serializers.CharField()
    cardinality = serializers.CharField(required=False)
    options = OptionSerializer(many=True, required=False)
    left = OptionSerializer(many=True, required=False)
    right = OptionSerializer(many=True, required=False)
    image = serializers.JSONField(required=False)
    spots = SpotSerializer(many=True, required=False)
    situation = SituationSerializer(
        required=False, allow_null=True, help_text="Null: the story has ended."
    )
    step = serializers.IntegerField(
        required=False, help_text="Number of the situation that is asked, from 0."
    )
    steps = StepSerializer(many=True, required=False)
    value = serializers.ListField(
        child=serializers.CharField(), help_text="The answer given last."
    )
    tries = serializers.IntegerField()
    is_passed = serializers.BooleanField(help_text="Answered rightly once.")
    feedback = FeedbackSerializer(allow_null=True)


class HandoutSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    kind = serializers.CharField(help_text="As in `PDF`.")
    is_taken = serializers.BooleanField(help_text="Downloaded before.")


class LessonQuestionsSerializer(serializers.Serializer):
    questions = QuestionSerializer(many=True)
    handouts = HandoutSerializer(many=True)
    completed = serializers.BooleanField()
    missing = serializers.ListField(
        child=serializers.CharField(),
        help_text="What the lesson still waits for, in words.",
    )


class AnswerQuestionSerializer(serializers.Serializer):
    value = serializers.ListField(
        child=serializers.CharField(max_length=MAX_CHARACTERS),
        max_length=MAX_PARTS,
        help_text="choice `[B]`, order `[C, A, B]`, match `[1:c, 2:a]`, hotspot the "
        "keys of the spots, scenario one option of the situation.",
    )
    step = serializers.IntegerField(
        default=0,
        min_value=0,
        max_value=999,
        help_text="Scenario: the number of the situation that is answered.",
    )
    language = serializers.ChoiceField(choices=LANGUAGES, default=LANGUAGES[0])


class RestartSerializer(serializers.Serializer):
    language = serializers.ChoiceField(choices=LANGUAGES, default=LANGUAGES[0])


class AnsweredQuestionSerializer(serializers.Serializer):
    question = QuestionSerializer()
    completed = serializers.BooleanField(help_text="Of the lesson.")
    missing = serializers.ListField(child=serializers.CharField())


def question_body(shown: Shown) -> dict[str, Any]:
    """Return a question as its learner may see it: the fields of the serializer."""
    view = shown.view
    body = item_body({"type": shown.kind, **view}) | {
        name: view[name]
        for name in ("spots", "situation", "step", "steps")
        if name in view
    }
    return body | {
        "ref": shown.ref,
        "kind": shown.kind,
        "is_check": shown.is_check,
        "value": shown.value,
        "tries": shown.tries,
        "is_passed": shown.is_passed,
        "feedback": asdict(shown.feedback) if shown.feedback else None,
    }


def standing(enrollment: Enrollment, unit: dict[str, Any]) -> dict[str, Any]:
    """Return whether a lesson is complete, and what it waits for."""
    is_complete, missing = standing_in(enrollment=enrollment, unit=unit)
    return {"completed": is_complete, "missing": [one.sentence for one in missing]}


class LessonQuestionsView(LearnerView):
    @extend_schema(
        operation_id="lesson_questions",
        parameters=[IN_LANGUAGE],
        responses=LessonQuestionsSerializer,
    )
    def get(self, request: Request, lesson: UUID) -> Response:
        """List what a lesson asks, with one's last answers, and its hand-outs."""
        enrollment = owing(request, lesson)
        unit = owed_unit(enrollment=enrollment, unit_key=lesson)
        refuse_locked(enrollment=enrollment, unit_key=lesson)
        wanted = request.query_params.get("language", "")
        language = wanted if wanted in LANGUAGES else LANGUAGES[0]
        shown = shown_questions(enrollment=enrollment, unit=unit, language=language)
        body = {
            "questions": [question_body(one) for one in shown],
            "handouts": handouts_of(enrollment=enrollment, unit=unit),
        } | standing(enrollment, unit)
        return Response(LessonQuestionsSerializer(body).data)


class _ActView(LearnerView):
    """What is done with one question; it is answered as it is afterwards."""

    def answered(
        self, enrollment: Enrollment, lesson: UUID, ref: str, shown: list[Shown]
    ) -> Response:
        unit = owed_unit(enrollment=enrollment, unit_key=lesson)
        question = next((one for one in shown if one.ref == ref), None)
        if question is None:
            raise ActivityUnknown(
                "question_unknown", _("There is no such question in this lesson.")
            )
        body = {"question": question_body(question)} | standing(enrollment, unit)
        return Response(AnsweredQuestionSerializer(body).data)


class LessonAnswerView(_ActView):
    @extend_schema(
        operation_id="lesson_answer",
        request=AnswerQuestionSerializer,
        responses=AnsweredQuestionSerializer,
    )
    @idempotent
    def post(self, request: Request, lesson: UUID, ref: str) -> Response:
        """Answer a question; the server says what is right, and keeps every answer."""
        form = AnswerQuestionSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        enrollment = owing(request, lesson)
        shown = answer_question(
            enrollment=enrollment,
            unit_key=lesson,
            ref=ref,
            now=now(),
            **form.validated_data,
        )
        return self.answered(enrollment, lesson, ref, shown)


class LessonRestartView(_ActView):
    @extend_schema(
        operation_id="lesson_restart",
        request=RestartSerializer,
        responses=AnsweredQuestionSerializer,
    )
    @idempotent
    def post(self, request: Request, lesson: UUID, ref: str) -> Response:
        """Begin a scenario again; what was decided before stays written down."""
        form = RestartSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        enrollment = owing(request, lesson)
        shown = restart_scenario(
            enrollment=enrollment,
            unit_key=lesson,
            ref=ref,
            now=now(),
            **form.validated_data,
        )
        return self.answered(enrollment, lesson, ref, shown)


class LessonHandoutView(LearnerView):
    @extend_schema(
        operation_id="lesson_handout",
        responses={
            (200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY)
        },
    )
    def get(self, request: Request, lesson: UUID, handout: UUID) -> FileResponse:
        """Download a hand-out; that it was taken is noted for the lesson."""
        row = download_handout(
            enrollment=owing(request, lesson),
            unit_key=lesson,
            handout_id=handout,
            now=now(),
        )
        return handout_file(row)


urlpatterns = [
    path(
        "lessons/<uuid:lesson>/questions",
        LessonQuestionsView.as_view(),
        name="lesson_questions",
    ),
    path(
        "lessons/<uuid:lesson>/questions/<slug:ref>/answers",
        LessonAnswerView.as_view(),
        name="lesson_answer",
    ),
    path(
        "lessons/<uuid:lesson>/questions/<slug:ref>/restart",
        LessonRestartView.as_view(),
        name="lesson_restart",
    ),
    path(
        "lessons/<uuid:lesson>/handouts/<uuid:handout>",
        LessonHandoutView.as_view(),
        name="lesson_handout",
    ),
]
