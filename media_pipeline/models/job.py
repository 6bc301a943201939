"""The conversion of one asset, as a row that survives its worker."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.core.enums import JobState
from lms.core.models import Job
from media_pipeline.enums import Failure
from media_pipeline.models.asset import Asset
from media_pipeline.querysets import TranscodeJobQuerySet


class TranscodeJob(Job):
    asset = models.ForeignKey(
        Asset, on_delete=models.CASCADE, related_name="transcode_jobs"
    )
    failure = models.CharField(
        _("reason"), max_length=20, choices=Failure.choices, blank=True
    )

    # Not authored in the admin: no reference index at each save.
    wagtail_reference_index_ignore = True

    objects = TranscodeJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversion")
        verbose_name_plural = _("conversions")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=["asset"],
                condition=Q(state__in=[JobState.QUEUED, JobState.RUNNING]),
                name="media_pipeline_transcodejob_one_live",
            ),
        )
        indexes = (
            models.Index(
                fields=["state", "run_after"], name="media_transcodejob_waiting"
            ),
        )

    def __str__(self) -> str:
        return f"{self.asset_id}: {self.state}"

    @property
    def folder(self) -> str:
        """Name of this attempt's files; no two attempts share one."""
        return f"{self.pk}-{self.attempts}"
