"""How an exam is marked and when its results are told."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from exams.enums import MarkingTaskState, ReleasePolicy, ReleaseScope
from exams.models.attempts import Attempt
from exams.models.exams import Exam
from exams.querysets import (
    AssessmentQuerySet,
    ExamPartQuerySet,
    MarkingTaskQuerySet,
)
from lms.core.models import (
    AppendOnlyModel,
    AppendOnlyQuerySet,
    PublicIdModel,
    TimeStampedModel,
)


class AppendOnlyExamPartQuerySet(AppendOnlyQuerySet, ExamPartQuerySet):  # type: ignore[override]
    """History below an exam."""


class MarkingPolicy(TimeStampedModel):
    """Rules of one exam; an exam without a row follows the defaults."""

    exam = models.OneToOneField(
        Exam, on_delete=models.CASCADE, primary_key=True, related_name="marking_policy"
    )
    release = models.CharField(
        _("release of results"),
        max_length=16,
        choices=ReleasePolicy.choices,
        default=ReleasePolicy.AT_ONCE,
    )
    release_at = models.DateTimeField(_("release at"), null=True, blank=True)
    release_scope = models.CharField(
        _("what is released"),
        max_length=16,
        choices=ReleaseScope.choices,
        default=ReleaseScope.KEY,
    )
    is_double = models.BooleanField(
        _("double marking"),
        default=False,
        help_text=_("Two examiners mark each answer, neither sees the other's points."),
    )
    is_blind = models.BooleanField(
        _("blind marking"),
        default=True,
        help_text=_("Examiners do not see whose answer it is."),
    )
    third_threshold = models.DecimalField(
        _("difference that calls a third examiner"),
        max_digits=4,
        decimal_places=3,
        default=Decimal("0.2"),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
        help_text=_("Share of the item's points, 0 to 1."),
    )
    appeal_days = models.PositiveSmallIntegerField(
        _("days for an appeal"),
        default=7,
        help_text=_("Counted from the release of the result. 0: no appeal."),
    )

    objects = ExamPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("marking policy")
        verbose_name_plural = _("marking policies")
        constraints = [
            models.CheckConstraint(
                name="exams_markingpolicy_date_known",
                condition=~Q(release=ReleasePolicy.AT_DATE)
                | Q(release_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(self.exam_id)


class ResultRelease(AppendOnlyModel):
    """Somebody released by hand what had been handed in until then."""

    exam = models.ForeignKey(
        Exam, on_delete=models.PROTECT, related_name="result_releases"
    )
    released_at = models.DateTimeField()
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = AppendOnlyExamPartQuerySet.as_manager()  # type: ignore[misc, assignment]

    class Meta:
        ordering = ["exam", "-released_at"]
        verbose_name = _("release of results")

    def __str__(self) -> str:
        return f"{self.exam_id}: {self.released_at}"


class MarkingTask(PublicIdModel):
    """One seat at one answer: who takes it marks this answer and no other seat of it.

    The unit is the answer, not the paper: an examiner reads the same question many
    times in a row. A claim is a lease; a lapsed one may be taken over.
    """

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="+")
    attempt = models.ForeignKey(
        Attempt, on_delete=models.PROTECT, related_name="marking_tasks"
    )
    position = models.PositiveSmallIntegerField()
    seat = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(
        max_length=10,
        choices=MarkingTaskState.choices,
        default=MarkingTaskState.OPEN,
    )
    examiner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    lease_expires_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    objects = MarkingTaskQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["exam", "position", "pk"]
        verbose_name = _("marking task")
        permissions = [("mark_attempts", _("Can mark answers of the platform's exams"))]
        constraints = [
            models.UniqueConstraint(
                name="exams_markingtask_seat_unique",
                fields=["attempt", "position", "seat"],
            ),
            # Double marking means two people.
            models.UniqueConstraint(
                name="exams_markingtask_examiner_once",
                fields=["attempt", "position", "examiner"],
                condition=Q(examiner__isnull=False),
            ),
            models.CheckConstraint(
                name="exams_markingtask_done_by_someone",
                condition=~Q(state=MarkingTaskState.DONE)
                | Q(examiner__isnull=False, done_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                name="exams_markingtask_queue",
                fields=["exam", "position", "id"],
                condition=Q(state=MarkingTaskState.OPEN),
            )
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.position}/{self.seat}"


class AppendOnlyAssessmentQuerySet(AppendOnlyQuerySet, AssessmentQuerySet):  # type: ignore[override]
    """What examiners decided, never changed."""


class Assessment(AppendOnlyModel):
    """What one examiner gave. With two seats it is no mark before both are in."""

    task = models.OneToOneField(
        MarkingTask, on_delete=models.PROTECT, related_name="assessment"
    )
    examiner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    # One entry for each point of the rubric: text, most, score, comment.
    points = models.JSONField(default=list)
    raw = models.DecimalField(max_digits=8, decimal_places=2)
    max = models.DecimalField(max_digits=8, decimal_places=2)
    comment = models.TextField(blank=True)
    made_at = models.DateTimeField()

    objects = AppendOnlyAssessmentQuerySet.as_manager()  # type: ignore[misc, assignment]

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="exams_assessment_raw_range",
                condition=Q(raw__gte=0, raw__lte=F("max")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.raw}"
