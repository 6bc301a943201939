"""Staff lists on their way in: a file, what came of it, and what each row did."""

from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.core.models import Job, PublicIdModel
from lms.core.storage import private_storage
from lms.organizations.enums import ImportPolicy, StaffAction
from lms.organizations.models.membership import Membership
from lms.organizations.models.organization import Organization
from lms.organizations.querysets import StaffImportEntryQuerySet, StaffImportQuerySet


def staff_import_path(staff_import: "StaffImport", filename: str) -> str:
    """Name the stored file by its import, never by what the uploader called it."""
    suffix = PurePosixPath(filename).suffix.lower()[:8]
    return f"staff-imports/{staff_import.public_id}/source{suffix}"


class StaffImport(PublicIdModel, Job):
    """One staff list on its way in. A dry run is an import that writes nothing.

    `is_complete_list` says that whoever is not in the file has left.
    """

    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="staff_imports",
        verbose_name=_("organization"),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    file = models.FileField(
        _("file"), storage=private_storage, upload_to=staff_import_path
    )
    filename = models.CharField(_("file name"), max_length=200)
    policy = models.CharField(
        _("when some rows are wrong"),
        max_length=20,
        choices=ImportPolicy.choices,
        default=ImportPolicy.ALL_OR_NOTHING,
    )
    is_dry_run = models.BooleanField(_("check only"), default=False)
    is_complete_list = models.BooleanField(_("complete list"), default=False)
    sends_invitations = models.BooleanField(_("send invitations"), default=False)
    total = models.PositiveIntegerField(default=0)
    checked = models.PositiveIntegerField(default=0)
    taken = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    # Counts by action, remarks in the order of the file, columns for the comments.
    report = models.JSONField(default=dict, blank=True)

    objects = StaffImportQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("import of staff")
        verbose_name_plural = _("imports of staff")
        indexes = [
            models.Index(
                name="organizations_staff_waiting", fields=["state", "run_after"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.filename} → {self.organization_id}"

    @property
    def remarks(self) -> list[dict[str, Any]]:
        """What was said of the file, as plain data."""
        return list(self.report.get("remarks", []))

    @property
    def counts(self) -> dict[str, int]:
        """Action → rows."""
        return dict(self.report.get("counts", {}))


class StaffImportEntry(models.Model):
    """What one row did. A row that was done is never done again, by no attempt."""

    staff_import = models.ForeignKey(
        StaffImport, on_delete=models.PROTECT, related_name="entries"
    )
    row = models.PositiveIntegerField(
        _("row"), null=True, help_text=_("Empty: the person was not in the file.")
    )
    action = models.CharField(_("action"), max_length=10, choices=StaffAction.choices)
    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="import_entries"
    )
    invited_at = models.DateTimeField(_("invited at"), null=True)

    objects = StaffImportEntryQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["staff_import", "row"]
        verbose_name = _("row of a staff import")
        verbose_name_plural = _("rows of staff imports")
        constraints = [
            models.UniqueConstraint(
                fields=["staff_import", "row"],
                condition=Q(row__isnull=False),
                name="organizations_staffentry_row_once",
            ),
            models.UniqueConstraint(
                fields=["staff_import", "membership"],
                name="organizations_staffentry_person_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_import_id}#{self.row}: {self.action}"
