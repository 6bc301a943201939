"""From one version of a course to the next, for people in the middle of it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models.enrollment import Enrollment, Syllabus
from courses.querysets import OfEnrollmentQuerySet, RequiredMoveQuerySet
from lms.core.models import AppendOnlyModel, AppendOnlyQuerySet, PublicIdModel


class RequiredMove(PublicIdModel):
    """An author requires everyone in the middle to go on in a newer version."""

    course_key = models.UUIDField(_("course"), db_index=True)
    syllabus = models.OneToOneField(
        Syllabus, on_delete=models.PROTECT, related_name="required_move"
    )
    reason = models.CharField(_("reason"), max_length=500)
    required_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    required_at = models.DateTimeField(_("required at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = RequiredMoveQuerySet.as_manager()

    class Meta:
        verbose_name = _("required move to a new version")
        verbose_name_plural = _("required moves to new versions")
        ordering = ("-required_at",)

    def __str__(self) -> str:
        return self.reason


class SyllabusMoveQuerySet(OfEnrollmentQuerySet, AppendOnlyQuerySet):  # type: ignore[override]
    pass


class SyllabusMove(AppendOnlyModel):
    """An enrollment went over to a newer syllabus.

    `reopened` keeps what completed lessons had been completed by, where the new
    version asks for something else: `[{"unit", "completed_at", "evidence"}]`.
    """

    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="moves"
    )
    from_syllabus = models.ForeignKey(
        Syllabus, on_delete=models.PROTECT, related_name="+"
    )
    to_syllabus = models.ForeignKey(
        Syllabus, on_delete=models.PROTECT, related_name="+"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    is_required = models.BooleanField(_("required"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    reopened = models.JSONField(default=list)
    moved_at = models.DateTimeField(_("moved at"))

    objects = SyllabusMoveQuerySet.as_manager()  # type: ignore[misc, assignment]

    class Meta:
        verbose_name = _("move to a new version")
        verbose_name_plural = _("moves to new versions")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=["enrollment", "to_syllabus"], name="courses_syllabusmove_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.enrollment_id}: {self.to_syllabus_id}"
