"""The ledger of study credit: entries are appended and chained, never changed."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.enums import TrainingLevel
from lms.compliance.enums import CreditSource
from lms.compliance.querysets import CreditChainQuerySet, CreditEntryQuerySet
from lms.core.models import AppendOnlyModel, AppendOnlyQuerySet


class CreditChain(models.Model):
    """The end of one person's chain. Its row is the queue in which writers wait."""

    subject_id = models.UUIDField(_("subject"), primary_key=True)
    sequence = models.PositiveIntegerField(_("last sequence"), default=0)
    head = models.CharField(_("last hash"), max_length=64, blank=True)

    objects = CreditChainQuerySet.as_manager()

    class Meta:
        verbose_name = _("credit chain")
        verbose_name_plural = _("credit chains")

    def __str__(self) -> str:
        return f"{self.subject_id}:{self.sequence}"


class AppendOnlyCreditQuerySet(CreditEntryQuerySet, AppendOnlyQuerySet):  # type: ignore[override]
    pass


class CreditEntry(AppendOnlyModel):
    """Seconds that count for a person, and for the membership they were learned in.

    The chain holds salted commitments: salt and facts of a row can be destroyed by
    law, and every later hash still proves that the row was there (decision 8).
    """

    entry_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject_id = models.UUIDField(_("subject"))
    sequence = models.PositiveIntegerField(_("sequence"))
    membership_id = models.BigIntegerField(_("membership"), null=True, blank=True)
    organization_id = models.BigIntegerField(
        _("organization"), null=True, blank=True, db_index=True
    )
    enrollment_id = models.BigIntegerField(_("enrollment"), null=True, blank=True)
    course_key = models.UUIDField(_("course"))
    unit_key = models.UUIDField(_("unit"))
    source = models.CharField(_("source"), max_length=15, choices=CreditSource.choices)
    # Null, not empty: SQLite then adds the column without rebuilding a guarded table.
    level = models.CharField(
        _("level of training"), max_length=10, choices=TrainingLevel.choices, null=True
    )
    seconds = models.PositiveIntegerField(_("seconds"))
    rule_version = models.CharField(_("rule version"), max_length=40)
    evidence = models.JSONField(_("evidence"), default=dict)
    recorded_at = models.DateTimeField(_("recorded at"))
    # Statutory days and years are those of Asia/Shanghai (decision 6).
    credited_on = models.DateField(_("counts on"))
    salt = models.CharField(max_length=32)
    commitment = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, unique=True)

    objects = AppendOnlyCreditQuerySet.as_manager()  # type: ignore[misc, assignment]

    class Meta:
        verbose_name = _("credit entry")
        verbose_name_plural = _("credit entries")
        ordering = ("subject_id", "sequence")
        constraints = (
            models.UniqueConstraint(
                fields=["subject_id", "sequence"],
                name="compliance_creditentry_one_per_sequence",
            ),
            models.UniqueConstraint(
                fields=["subject_id", "previous_hash"],
                name="compliance_creditentry_never_forks",
            ),
            # What a completion itself earns is earned once.
            models.UniqueConstraint(
                fields=["enrollment_id", "unit_key"],
                condition=~Q(source=CreditSource.VERIFIED_TIME),
                name="compliance_creditentry_completion_once",
            ),
            models.CheckConstraint(
                condition=Q(seconds__gt=0), name="compliance_creditentry_positive"
            ),
        )
        indexes = (
            models.Index(
                fields=["organization_id", "course_key", "subject_id"],
                name="compliance_credit_course",
            ),
            models.Index(
                fields=["subject_id", "credited_on"], name="compliance_credit_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject_id}/{self.sequence}: {self.seconds} s"
