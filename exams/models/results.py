from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from exams.enums import MarkSource
from exams.models.attempts import AppendOnlyPartQuerySet, Attempt
from exams.querysets import AttemptPartQuerySet
from lms.core.models import AppendOnlyModel


class Mark(AppendOnlyModel):
    """One judgment of one answer. A later mark of the same position overrules it."""

    attempt = models.ForeignKey(
        Attempt, on_delete=models.PROTECT, related_name="marks", db_index=False
    )
    position = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField(default=1)
    source = models.CharField(max_length=10, choices=MarkSource.choices)
    examiner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # The normalized answer that was judged.
    value = models.JSONField(default=list)
    # Null: an examiner has still to decide.
    raw = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    max = models.DecimalField(max_digits=8, decimal_places=2)
    comment = models.TextField(blank=True)
    marked_at = models.DateTimeField()

    objects = AppendOnlyPartQuerySet.as_manager()  # type: ignore[misc, assignment]

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["attempt", "position", "number"]
        constraints = [
            models.UniqueConstraint(
                name="exams_mark_number_unique",
                fields=["attempt", "position", "number"],
            ),
            models.CheckConstraint(
                name="exams_mark_raw_range",
                condition=Q(raw__isnull=True) | Q(raw__lte=F("max")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.position}: {self.raw}"


class Result(models.Model):
    """The fold of the marks, computed again whenever one is added."""

    attempt = models.OneToOneField(
        Attempt, on_delete=models.PROTECT, primary_key=True, related_name="result"
    )
    raw = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    max = models.DecimalField(max_digits=8, decimal_places=2)
    passed = models.BooleanField(null=True)
    pass_mark = models.DecimalField(max_digits=4, decimal_places=3)
    pending_count = models.PositiveSmallIntegerField(default=0)
    # A list of topic, raw and max, the weakest first; points as text.
    by_topic = models.JSONField(default=list)
    computed_at = models.DateTimeField()
    # When the candidate could read it first; until then it counts for nothing.
    released_at = models.DateTimeField(null=True)

    objects = AttemptPartQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("result")
        constraints = [
            models.CheckConstraint(
                name="exams_result_known_when_marked",
                condition=Q(pending_count=0, raw__isnull=False, passed__isnull=False)
                | Q(pending_count__gt=0, raw__isnull=True, passed__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}: {self.raw}/{self.max}"
