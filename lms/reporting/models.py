"""Long exports as jobs, and training archives that are kept as long as a rule says."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.core.models import Job, PublicIdModel, TimeStampedModel
from lms.core.storage import private_storage
from lms.organizations.enums import PositionCategory
from lms.reporting.enums import ArchiveScope, ReportKind
from lms.reporting.querysets import (
    ReportQuerySet,
    RetentionRuleQuerySet,
    TrainingArchiveQuerySet,
)


def report_path(report: "Report", filename: str) -> str:
    return f"reports/{report.public_id}/{filename}"


def archive_path(archive: "TrainingArchive", filename: str) -> str:
    return f"training-archives/{archive.public_id}/{filename}"


class Report(PublicIdModel, Job):
    """A list or a bundle of archives that takes a while to write.

    `params` are the filters of the list, or whom the archives are of. Empty
    `organization_id`: a list of the regulator's regions.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=ReportKind.choices)
    name = models.CharField(_("list"), max_length=30, blank=True)
    organization_id = models.BigIntegerField(
        _("organization"), null=True, blank=True, db_index=True
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    params = models.JSONField(default=dict, blank=True)
    language = models.CharField(max_length=10)
    title = models.CharField(_("title"), max_length=200)
    file_format = models.CharField(_("format"), max_length=5)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    file = models.FileField(
        _("file"), storage=private_storage, upload_to=report_path, blank=True
    )
    expires_at = models.DateTimeField(_("kept until"))

    objects = ReportQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        indexes = [
            models.Index(name="reporting_report_waiting", fields=["state", "run_after"])
        ]

    def __str__(self) -> str:
        return self.title


class RetentionRule(TimeStampedModel):
    """How many years records of a group are kept, counted from the day they end."""

    code = models.CharField(_("code"), max_length=60, unique=True)
    category = models.CharField(
        _("position category"), max_length=20, choices=PositionCategory.choices
    )
    years = models.PositiveSmallIntegerField(_("years"))
    effective_from = models.DateField(_("in force from"))
    effective_to = models.DateField(_("in force until"), null=True, blank=True)
    basis = models.CharField(_("basis"), max_length=200)
    note = models.TextField(_("note"), blank=True)

    objects = RetentionRuleQuerySet.as_manager()

    class Meta:
        ordering = ["category", "-effective_from"]
        verbose_name = _("retention rule")
        verbose_name_plural = _("retention rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True)
                | Q(effective_to__gte=F("effective_from")),
                name="reporting_retentionrule_period",
            )
        ]

    def __str__(self) -> str:
        return self.code


class TrainingArchive(PublicIdModel, TimeStampedModel):
    """一人一档, or the file of one class, as it was on one day. Never built anew.

    `sha256` is that of the manifest, which names every file with its own.
    """

    organization_id = models.BigIntegerField(_("organization"), db_index=True)
    scope = models.CharField(_("scope"), max_length=6, choices=ArchiveScope.choices)
    membership = models.ForeignKey(
        "organizations.Membership",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="training_archives",
        verbose_name=_("member"),
    )
    assignment = models.ForeignKey(
        "compliance.Assignment",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="training_archives",
    )
    report = models.ForeignKey(
        Report,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="archives",
        verbose_name=_("report"),
    )
    built_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    built_at = models.DateTimeField(_("built at"))
    title = models.CharField(_("title"), max_length=200)
    sha256 = models.CharField(max_length=64)
    file = models.FileField(
        _("file"), storage=private_storage, upload_to=archive_path, max_length=200
    )
    retain_until = models.DateField(_("kept until"))
    retention_basis = models.CharField(_("basis"), max_length=200)

    objects = TrainingArchiveQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("training archive")
        verbose_name_plural = _("training archives")
        constraints = [
            # A report that goes on after a killed worker builds nobody's twice.
            models.UniqueConstraint(
                fields=["report", "membership"],
                condition=Q(report__isnull=False, membership__isnull=False),
                name="reporting_archive_person_once",
            ),
            models.CheckConstraint(
                condition=Q(scope=ArchiveScope.PERSON, membership__isnull=False)
                | Q(scope=ArchiveScope.CLASS, assignment__isnull=False),
                name="reporting_archive_of_something",
            ),
        ]

    def __str__(self) -> str:
        return self.title
