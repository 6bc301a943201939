import uuid
from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from cms.models import BasePage
from courses.enums import MoveOn, UnitKind
from courses.models import CoursePage
from courses.units import register_unit_type
from exams.enums import ExamKind
from exams.models.exams import Exam


@register_unit_type
class QuizPage(BasePage):
    """The unit of a course that is an exam. It only refers to the delivery."""

    exam = models.ForeignKey(
        Exam,
        on_delete=models.PROTECT,
        related_name="quiz_pages",
        verbose_name=_("exam"),
    )
    # The course above, kept here so that "may this person sit it" is one join.
    course_key = models.UUIDField(
        default=uuid.uuid4, editable=False, db_index=True, verbose_name=_("course")
    )

    content_panels = [*BasePage.content_panels, FieldPanel("exam")]
    parent_page_types = ["courses.CoursePage", "courses.ModulePage"]
    subpage_types: list[str] = []

    unit_kind = UnitKind.QUIZ
    required_seconds = 0
    credit_seconds = 0

    class Meta:
        verbose_name = _("exam of a course")
        verbose_name_plural = _("exams of courses")

    @property
    def unit_key(self) -> uuid.UUID:
        return self.translation_key

    @property
    def move_on(self) -> str:
        """A mock exam is voluntary; a formal one has to be passed."""
        is_mock = self.exam.kind == ExamKind.MOCK
        return MoveOn.NOT_APPLICABLE if is_mock else MoveOn.PASSED

    def save(self, *args: Any, **kwargs: Any) -> Any:
        course = CoursePage.objects.ancestor_of(self).only("translation_key").first()
        if course is not None:
            self.course_key = course.translation_key
        return super().save(*args, **kwargs)

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Lead to the one place where the exam is sat."""
        return redirect("exams:intro", self.exam.public_id)
