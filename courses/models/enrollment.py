"""What a learner owes and has done. No row here hangs on a live page."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.enums import OPEN_STATES, EnrollmentState, UnitState
from courses.querysets import (
    EnrollmentQuerySet,
    OfEnrollmentQuerySet,
    SyllabusQuerySet,
)
from lms.core.models import (
    AppendOnlyModel,
    AppendOnlyQuerySet,
    PublicIdModel,
    TimeStampedModel,
)


class AppendOnlySyllabusQuerySet(SyllabusQuerySet, AppendOnlyQuerySet):  # type: ignore[override]
    pass


class Syllabus(AppendOnlyModel):
    """What a course asked for when it was published; written once.

    `content` is `{"titles", "credit_seconds", "modules": [{"key", "titles", "units":
    [{"key", "kind", "titles", "required_seconds", "credit_seconds", "required_share",
    "move_on", "media"}]}]}`; titles and media are dictionaries by language. Where they
    are used: `presence_minutes`, `in_order`, `opening` (an `Opening`) and
    `prerequisites` (`[{"key", "titles"}]`) of the course; `level`, `to_the_end`,
    `completion` (a `CompletionRule`), `pass_share`, `activities` (`[{"ref", "kind",
    "is_check", "versions": {language: sha256 of an ActivityVersion}}]`) and `handouts`
    (`[{"id", "title"}]` by language) of a unit.
    """

    course_key = models.UUIDField(_("course"))
    version = models.PositiveIntegerField(_("version"))
    content = models.JSONField(_("content"))
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField(_("published at"))

    objects = AppendOnlySyllabusQuerySet.as_manager()  # type: ignore[misc, assignment]

    class Meta:
        verbose_name = _("syllabus")
        verbose_name_plural = _("syllabuses")
        ordering = ("course_key", "-version")
        constraints = (
            models.UniqueConstraint(
                fields=["course_key", "version"],
                name="courses_syllabus_version_unique",
            ),
        )

    def __str__(self) -> str:
        return f"{self.title()} v{self.version}"

    def title(self, language: str = "zh-hans") -> str:
        """Return the course's title in a language, else in the source language."""
        titles = self.content["titles"]
        return titles.get(language) or next(iter(titles.values()))

    @property
    def units(self) -> list[dict[str, Any]]:
        return [unit for module in self.content["modules"] for unit in module["units"]]


class Enrollment(PublicIdModel, TimeStampedModel):
    """One person learns one course, in the version of its syllabus.

    With a membership it counts for that employer, who sees it; without one it is the
    learner's own.
    """

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="enrollments"
    )
    course_key = models.UUIDField(_("course"), db_index=True)
    syllabus = models.ForeignKey(
        Syllabus, on_delete=models.PROTECT, related_name="enrollments"
    )
    membership = models.ForeignKey(
        "organizations.Membership",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="enrollments",
    )
    organization_id = models.BigIntegerField(
        _("organization"), null=True, blank=True, db_index=True
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=EnrollmentState.choices,
        default=EnrollmentState.ACTIVE,
    )
    enrolled_at = models.DateTimeField(_("enrolled at"))
    enrolled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    kept_version = models.PositiveIntegerField(
        _("stays in spite of version"),
        null=True,
        blank=True,
        help_text=_("The newest version whose offer the learner has declined."),
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrollment")
        verbose_name_plural = _("enrollments")
        ordering = ("-enrolled_at", "-pk")
        constraints = (
            # Null never equals null in a unique index, hence two of them.
            models.UniqueConstraint(
                fields=["learner", "course_key"],
                condition=Q(state__in=OPEN_STATES, organization_id__isnull=True),
                name="courses_enrollment_one_open_own",
            ),
            models.UniqueConstraint(
                fields=["learner", "course_key", "organization_id"],
                condition=Q(state__in=OPEN_STATES, organization_id__isnull=False),
                name="courses_enrollment_one_open_per_organization",
            ),
            models.CheckConstraint(
                condition=Q(state__in=EnrollmentState.values),
                name="courses_enrollment_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state=EnrollmentState.COMPLETED, completed_at__isnull=False)
                | (~Q(state=EnrollmentState.COMPLETED) & Q(completed_at__isnull=True)),
                name="courses_enrollment_completed_at",
            ),
            models.CheckConstraint(
                condition=Q(membership__isnull=True) | Q(organization_id__isnull=False),
                name="courses_enrollment_membership_names_organization",
            ),
        )
        indexes = (
            models.Index(
                fields=["organization_id", "course_key", "state"],
                name="courses_enrollment_status",
            ),
        )

    def __str__(self) -> str:
        return f"{self.learner_id} · {self.course_key}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class UnitProgress(TimeStampedModel):
    """How far one unit of an enrollment is: the fold of its evidence.

    `coverage` is the union of viewed intervals per medium, in milliseconds:
    `{"<asset public id>" | "reading": [[0, 14800], …]}`.
    """

    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="progress"
    )
    unit_key = models.UUIDField()
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=UnitState.choices,
        default=UnitState.IN_PROGRESS,
    )
    watched_seconds = models.FloatField(_("watched"), default=0)
    required_seconds = models.FloatField(_("required"), null=True, blank=True)
    position_seconds = models.FloatField(_("playback position"), default=0)
    scroll_share = models.FloatField(
        _("read down to"), default=0, help_text=_("Share of the text, 0 to 1.")
    )
    credited_seconds = models.FloatField(_("credited"), default=0)
    announced_seconds = models.PositiveIntegerField(
        default=0, help_text=_("Part of the credit that stands in the ledger.")
    )
    coverage = models.JSONField(default=dict, blank=True)
    evidence = models.JSONField(default=dict, blank=True)
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)

    objects = OfEnrollmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit progress")
        verbose_name_plural = _("unit progress")
        ordering = ("enrollment", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["enrollment", "unit_key"],
                name="courses_unitprogress_one_per_unit",
            ),
            models.CheckConstraint(
                condition=Q(state=UnitState.COMPLETED, completed_at__isnull=False)
                | (~Q(state=UnitState.COMPLETED) & Q(completed_at__isnull=True)),
                name="courses_unitprogress_completed_at",
            ),
            models.CheckConstraint(
                condition=Q(watched_seconds__gte=0, credited_seconds__gte=0),
                name="courses_unitprogress_not_negative",
            ),
        )

    def __str__(self) -> str:
        return f"{self.unit_key}: {self.state}"

    @property
    def is_completed(self) -> bool:
        return self.state == UnitState.COMPLETED
