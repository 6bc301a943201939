"""What surrounds an attempt: who gets more time, who watches, what lies ready."""

from django.conf import settings
from django.core.validators import MinLengthValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from exams.enums import InterventionKind
from exams.models.attempts import AppendOnlyPartQuerySet, Attempt
from exams.models.exams import Exam
from exams.querysets import (
    AttemptPartQuerySet,
    OfExamQuerySet,
    PreparedPaperQuerySet,
)
from lms.core.models import AppendOnlyModel, TimeStampedModel


class Accommodation(TimeStampedModel):
    """Extra time of one person in one exam, and why."""

    exam = models.ForeignKey(
        Exam, on_delete=models.CASCADE, related_name="accommodations"
    )
    candidate = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    extra_seconds = models.PositiveIntegerField(
        _("extra time in seconds"), validators=[MinValueValidator(60)]
    )
    reason = models.CharField(
        _("reason"), max_length=300, validators=[MinLengthValidator(2)]
    )
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = OfExamQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["exam", "pk"]
        verbose_name = _("extra time")
        constraints = [
            models.UniqueConstraint(
                name="exams_accommodation_person_unique", fields=["exam", "candidate"]
            ),
            models.CheckConstraint(
                name="exams_accommodation_has_time", condition=Q(extra_seconds__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exam_id}/{self.candidate_id}"


class AccessTry(models.Model):
    """One guess at an access code; counted before the code is looked at."""

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="+")
    candidate = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    tried_at = models.DateTimeField()

    objects = OfExamQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        indexes = [
            models.Index(
                name="exams_accesstry_count", fields=["exam", "candidate", "tried_at"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.exam_id}/{self.candidate_id}"


class PreparedPaper(models.Model):
    """A paper drawn and frozen before anyone came; whoever starts takes one."""

    exam = models.ForeignKey(
        Exam, on_delete=models.CASCADE, related_name="prepared_papers"
    )
    # Of what it was drawn: papers of another state of the banks are thrown away.
    fingerprint = models.CharField(max_length=64)
    # What stands on it, and the state that was in: the start looks at these alone.
    item_ids = models.JSONField(default=list)
    items_state = models.CharField(max_length=64, default="")
    seed = models.BigIntegerField()
    position_count = models.PositiveSmallIntegerField()
    blob = models.JSONField()
    key = models.JSONField()
    sha256 = models.CharField(max_length=64)
    prepared_at = models.DateTimeField()

    objects = PreparedPaperQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(name="exams_preparedpaper_stock", fields=["exam", "id"])
        ]

    def __str__(self) -> str:
        return f"{self.exam_id}/{self.pk}"


class AttemptPresence(models.Model):
    """When the candidate's page was last heard of, and from where."""

    attempt = models.OneToOneField(
        Attempt, on_delete=models.PROTECT, primary_key=True, related_name="presence"
    )
    writer = models.PositiveSmallIntegerField()
    address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    seen_at = models.DateTimeField()
    # The last intervention that this page has shown.
    shown_count = models.PositiveSmallIntegerField(default=0)

    objects = AttemptPartQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return str(self.attempt_id)


class AttemptIntervention(AppendOnlyModel):
    """What an invigilator did to a running attempt: who, when, why."""

    attempt = models.ForeignKey(
        Attempt, on_delete=models.PROTECT, related_name="interventions"
    )
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=InterventionKind.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=300)
    # What the candidate reads.
    message = models.CharField(max_length=500, blank=True)
    seconds = models.PositiveIntegerField(default=0)
    happened_at = models.DateTimeField()

    objects = AppendOnlyPartQuerySet.as_manager()  # type: ignore[misc, assignment]

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["attempt", "number"]
        constraints = [
            models.UniqueConstraint(
                name="exams_attemptintervention_number_unique",
                fields=["attempt", "number"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}: {self.kind}"
