"""Statistics as cached rows: the worker computes them, anyone may throw them away."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from exams.models.banks import Item
from exams.models.exams import Exam
from exams.querysets import ExamPartQuerySet


class ExamStatistics(models.Model):
    """One exam over its finalized attempts. Points are those of the papers."""

    exam = models.OneToOneField(
        Exam, on_delete=models.CASCADE, primary_key=True, related_name="statistics"
    )
    attempt_count = models.PositiveIntegerField()
    passed_count = models.PositiveIntegerField()
    mean = models.FloatField(null=True)
    deviation = models.FloatField(null=True)
    # Mean share of the points possible, 0 to 1.
    mean_share = models.FloatField(null=True)
    # Alpha, called KR-20 where every item is right or wrong for one point.
    reliability = models.FloatField(null=True)
    reliability_kind = models.CharField(max_length=8, blank=True)
    standard_error = models.FloatField(null=True)
    # Whether all candidates had the same items.
    is_one_paper = models.BooleanField(default=True)
    # Ten numbers of attempts: shares 0 to 10%, 10 to 20% and so on.
    bands = models.JSONField(default=list)
    computed_at = models.DateTimeField()

    objects = ExamPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("exam statistics")

    def __str__(self) -> str:
        return str(self.exam_id)


class ItemStatistics(models.Model):
    """One item in one exam."""

    exam = models.ForeignKey(
        Exam, on_delete=models.CASCADE, related_name="item_statistics"
    )
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="statistics")
    sample_size = models.PositiveIntegerField()
    facility = models.FloatField(null=True)
    discrimination = models.FloatField(null=True)
    omitted_count = models.PositiveIntegerField(default=0)
    # key, count, rest_mean, is_right of each option.
    options = models.JSONField(default=list)
    flags = models.JSONField(default=list)
    computed_at = models.DateTimeField()

    objects = ExamPartQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["exam", "facility"]
        verbose_name = _("item statistics")
        constraints = [
            models.UniqueConstraint(
                name="exams_itemstatistics_once", fields=["exam", "item"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.exam_id}: {self.item_id}"
