"""Imports of items: a file, what came of it, and what it added."""

from pathlib import PurePosixPath

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from exams.enums import ImportPolicy
from exams.models.banks import Item, ItemBank
from exams.querysets import (
    ImportedItemQuerySet,
    ItemImportQuerySet,
)
from lms.core.models import Job, PublicIdModel
from lms.core.storage import private_storage


def import_path(item_import: "ItemImport", filename: str) -> str:
    """Name the stored file by its import, never by what the uploader called it."""
    suffix = PurePosixPath(filename).suffix.lower()[:8]
    return f"item-imports/{item_import.public_id}/source{suffix}"


class ItemImport(PublicIdModel, Job):
    """One file on its way into a bank. A dry run is an import that writes nothing."""

    bank = models.ForeignKey(
        ItemBank,
        on_delete=models.PROTECT,
        related_name="imports",
        verbose_name=_("bank"),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    file = models.FileField(_("file"), storage=private_storage, upload_to=import_path)
    filename = models.CharField(_("file name"), max_length=200)
    format = models.CharField(_("format"), max_length=20, default="auto")
    policy = models.CharField(
        _("when some rows are wrong"),
        max_length=20,
        choices=ImportPolicy.choices,
        default=ImportPolicy.ALL_OR_NOTHING,
    )
    is_dry_run = models.BooleanField(_("check only"), default=False)
    total = models.PositiveIntegerField(default=0)
    checked = models.PositiveIntegerField(default=0)
    taken = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    # Remarks in the order of the file; columns of the sheet for the comments.
    report = models.JSONField(default=dict, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = ItemImportQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("import of items")
        verbose_name_plural = _("imports of items")
        indexes = [
            models.Index(name="exams_itemimport_waiting", fields=["state", "run_after"])
        ]

    def __str__(self) -> str:
        return f"{self.filename} → {self.bank_id}"

    @property
    def audit_organization_id(self) -> int | None:
        return self.bank.owner_organization_id

    @property
    def remarks(self) -> list[dict[str, object]]:
        """What was said of the file, as plain data."""
        return list(self.report.get("remarks", []))


class ImportedItem(models.Model):
    """An item that an import added. The place in the file comes once per import."""

    item_import = models.ForeignKey(
        ItemImport, on_delete=models.PROTECT, related_name="imported_items"
    )
    position = models.PositiveIntegerField()
    item = models.OneToOneField(
        Item, on_delete=models.PROTECT, related_name="imported_by"
    )

    objects = ImportedItemQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["item_import", "position"]
        constraints = [
            models.UniqueConstraint(
                name="exams_importeditem_position_unique",
                fields=["item_import", "position"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.item_import_id}#{self.position}"
