"""An uploaded file and what has become of it."""

from pathlib import PurePosixPath

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.core.models import OwnedModel, PublicIdModel, TimeStampedModel
from lms.core.storage import private_storage
from media_pipeline.enums import AssetKind, AssetState
from media_pipeline.querysets import AssetQuerySet


def source_path(asset: "Asset", filename: str) -> str:
    """Name the stored source by the asset, never by what the uploader called it."""
    suffix = PurePosixPath(filename).suffix.lower()[:8]
    return f"asset/{asset.public_id}/source{suffix}"


class Asset(PublicIdModel, OwnedModel, TimeStampedModel):
    """A file that lessons show. Its source stays private; renditions are served."""

    kind = models.CharField(_("kind"), max_length=10, choices=AssetKind.choices)
    title = models.CharField(_("title"), max_length=200)
    reference = models.CharField(
        max_length=200,
        blank=True,
        help_text=_("Stable name given by the program that made the asset."),
    )
    source = models.FileField(
        _("file"), storage=private_storage, upload_to=source_path, blank=True
    )
    source_size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=AssetState.choices,
        default=AssetState.UPLOADED,
    )
    duration_seconds = models.FloatField(_("duration"), null=True, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    # Folder of the renditions in force; switched in one transaction.
    rendition_prefix = models.CharField(max_length=200, blank=True)

    objects = AssetQuerySet.as_manager()

    class Meta:
        verbose_name = _("media asset")
        verbose_name_plural = _("media assets")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=AssetKind.values),
                name="media_pipeline_asset_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=AssetState.values),
                name="media_pipeline_asset_state_known",
            ),
            models.UniqueConstraint(
                fields=["reference"],
                condition=~Q(reference=""),
                name="media_pipeline_asset_reference_unique",
            ),
            # The same bytes are one asset per owner. Two constraints, because null
            # never equals null in a unique index.
            models.UniqueConstraint(
                fields=["sha256"],
                condition=Q(owner_organization_id__isnull=True, reference="")
                & ~Q(sha256=""),
                name="media_pipeline_asset_platform_file_unique",
            ),
            models.UniqueConstraint(
                fields=["owner_organization_id", "sha256"],
                condition=Q(owner_organization_id__isnull=False, reference="")
                & ~Q(sha256=""),
                name="media_pipeline_asset_organization_file_unique",
            ),
            models.CheckConstraint(
                condition=~Q(state=AssetState.READY) | ~Q(sha256=""),
                name="media_pipeline_asset_ready_has_source",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_ready(self) -> bool:
        return self.state == AssetState.READY
