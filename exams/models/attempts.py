from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models import Enrollment
from exams.enums import AttemptState, ClosedBy, EvidenceKind
from exams.models.exams import Exam
from exams.querysets import AttemptPartQuerySet, AttemptQuerySet
from lms.core.models import AppendOnlyModel, AppendOnlyQuerySet, PublicIdModel
from lms.organizations.models import Membership


class AppendOnlyPartQuerySet(AppendOnlyQuerySet, AttemptPartQuerySet):  # type: ignore[override]
    """History below an attempt: seen with it, never changed."""


class Attempt(PublicIdModel):
    """One sitting of one candidate. All times are the server's."""

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="attempts")
    candidate = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="attempts"
    )
    membership = models.ForeignKey(
        Membership,
        on_delete=models.PROTECT,
        null=True,
        related_name="attempts",
    )
    enrollment = models.ForeignKey(
        Enrollment,
        on_delete=models.PROTECT,
        null=True,
        related_name="attempts",
    )
    organization_id = models.BigIntegerField(null=True, db_index=True)
    number = models.PositiveSmallIntegerField()
    state = models.CharField(
        max_length=12, choices=AttemptState.choices, default=AttemptState.IN_PROGRESS
    )
    seed = models.BigIntegerField()
    # How many positions the paper has: an answer beyond them is refused unread.
    position_count = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    deadline = models.DateTimeField()
    # Deadline and grace: from here on nothing is taken.
    closes_at = models.DateTimeField()
    newest_writer = models.PositiveSmallIntegerField(default=0)
    # Since when the clock stands still; null: it runs.
    paused_at = models.DateTimeField(null=True)
    # How often an invigilator stepped in: receipts carry it, so that the page asks.
    intervention_count = models.PositiveSmallIntegerField(default=0)
    submitted_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=12, choices=ClosedBy.choices, blank=True)
    # Numbers of answers that never arrived and that the candidate let go.
    accepted_missing = models.JSONField(default=list)

    objects = AttemptQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("attempt")
        constraints = [
            models.UniqueConstraint(
                name="exams_attempt_one_open",
                fields=["exam", "candidate"],
                condition=Q(state=AttemptState.IN_PROGRESS),
            ),
            models.UniqueConstraint(
                name="exams_attempt_number_unique",
                fields=["exam", "candidate", "number"],
            ),
            models.CheckConstraint(
                name="exams_attempt_times_order",
                condition=Q(started_at__lt=F("deadline"), deadline__lte=F("closes_at")),
            ),
            models.CheckConstraint(
                name="exams_attempt_open_until_submitted",
                condition=Q(state=AttemptState.IN_PROGRESS, submitted_at__isnull=True)
                | (~Q(state=AttemptState.IN_PROGRESS) & Q(submitted_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                name="exams_attempt_sweep",
                fields=["closes_at"],
                condition=Q(state=AttemptState.IN_PROGRESS),
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_open(self) -> bool:
        return self.state == AttemptState.IN_PROGRESS

    @property
    def is_paused(self) -> bool:
        return self.is_open and self.paused_at is not None

    @property
    def is_finalized(self) -> bool:
        return self.state == AttemptState.FINALIZED


class AttemptPaper(AppendOnlyModel):
    """The paper as this candidate sees it: read as one piece, never changed."""

    attempt = models.OneToOneField(
        Attempt, on_delete=models.PROTECT, primary_key=True, related_name="paper"
    )
    blob = models.JSONField()
    sha256 = models.CharField(max_length=64)

    objects = AppendOnlyPartQuerySet.as_manager()  # type: ignore[misc, assignment]

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return str(self.attempt_id)


class AttemptKey(AppendOnlyModel):
    """What is right on this paper. A table of its own: no page loads it by accident."""

    attempt = models.OneToOneField(
        Attempt, on_delete=models.PROTECT, primary_key=True, related_name="key"
    )
    blob = models.JSONField()

    objects = AppendOnlyPartQuerySet.as_manager()  # type: ignore[misc, assignment]

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return str(self.attempt_id)


class AttemptWriter(AppendOnlyModel):
    """A tab or device that writes answers; the newest one is the one that counts."""

    attempt = models.ForeignKey(
        Attempt, on_delete=models.PROTECT, related_name="writers"
    )
    number = models.PositiveSmallIntegerField()
    # The client's own name of itself: asking again with it gives the same writer.
    client_key = models.CharField(max_length=80)
    user_agent = models.CharField(max_length=300, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    opened_at = models.DateTimeField()

    objects = AppendOnlyPartQuerySet.as_manager()  # type: ignore[misc, assignment]

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["attempt", "number"]
        constraints = [
            models.UniqueConstraint(
                name="exams_attemptwriter_number_unique", fields=["attempt", "number"]
            ),
            models.UniqueConstraint(
                name="exams_attemptwriter_client_unique",
                fields=["attempt", "client_key"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.number}"


class ResponseEvent(AppendOnlyModel):
    """One answer as it arrived. Nothing points here; the key leads with the attempt."""

    pk = models.CompositePrimaryKey("attempt_id", "writer", "seq")
    attempt = models.ForeignKey(
        Attempt,
        on_delete=models.PROTECT,
        related_name="response_events",
        db_index=False,
    )
    writer = models.PositiveSmallIntegerField()
    seq = models.PositiveIntegerField()
    position = models.PositiveSmallIntegerField()
    value = models.JSONField()
    received_at = models.DateTimeField()

    objects = AppendOnlyPartQuerySet.as_manager()  # type: ignore[misc, assignment]

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="exams_responseevent_numbers_positive",
                condition=Q(seq__gt=0, position__gt=0, writer__gt=0),
            )
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.writer}/{self.seq}"


class AttemptEvent(AppendOnlyModel):
    """What the browser reported during the sitting: evidence, never a verdict."""

    attempt = models.ForeignKey(
        Attempt, on_delete=models.PROTECT, related_name="events", db_index=False
    )
    writer = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=EvidenceKind.choices)
    # The browser's word for when; `received_at` is ours.
    happened_at = models.DateTimeField(null=True)
    detail = models.CharField(max_length=120, blank=True, default="")
    received_at = models.DateTimeField()

    objects = AppendOnlyPartQuerySet.as_manager()  # type: ignore[misc, assignment]

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["attempt", "pk"]
        indexes = [
            models.Index(name="exams_attemptevent_time", fields=["attempt", "id"])
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}: {self.kind}"


def score_number(value: Any) -> float | int | None:
    """Return a Decimal as a JSON number: whole where it is whole."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)
