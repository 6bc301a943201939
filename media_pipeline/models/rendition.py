"""What is served of an asset: variants, poster and captions."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.core.models import TimeStampedModel
from lms.core.storage import media_storage
from media_pipeline.enums import RenditionKind
from media_pipeline.models.asset import Asset
from media_pipeline.querysets import OfAssetQuerySet


class Rendition(TimeStampedModel):
    """One form of the asset: an HLS rung or its master, the MP4, the poster."""

    asset = models.ForeignKey(
        Asset, on_delete=models.CASCADE, related_name="renditions"
    )
    kind = models.CharField(max_length=10, choices=RenditionKind.choices)
    name = models.CharField(max_length=40)
    file = models.CharField(max_length=255, help_text=_("Key in the media storage."))
    content_type = models.CharField(max_length=80)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    bitrate = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("Bits per second, as measured.")
    )
    size_bytes = models.BigIntegerField(default=0)

    # Not authored in the admin: no reference index at each save.
    wagtail_reference_index_ignore = True

    objects = OfAssetQuerySet.as_manager()

    class Meta:
        ordering = ("kind", "height", "name")
        constraints = (
            models.UniqueConstraint(
                fields=["asset", "kind", "name"],
                name="media_pipeline_rendition_one_per_name",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def caption_path(track: "CaptionTrack", filename: str) -> str:
    return f"captions/{track.asset.public_id}/{filename}"


class CaptionTrack(TimeStampedModel):
    """Captions in one language, as WebVTT beside the video."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="captions")
    language = models.CharField(_("language"), max_length=12)
    label = models.CharField(_("label"), max_length=60)
    file = models.FileField(storage=media_storage, upload_to=caption_path)

    # Not authored in the admin: no reference index at each save.
    wagtail_reference_index_ignore = True

    objects = OfAssetQuerySet.as_manager()

    class Meta:
        verbose_name = _("captions")
        verbose_name_plural = _("captions")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=["asset", "language"],
                name="media_pipeline_captiontrack_one_per_language",
            ),
        )

    def __str__(self) -> str:
        return self.label
