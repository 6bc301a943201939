"""What may change a result after it was computed: a corrected key, an appeal."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from exams.enums import AppealState, CorrectionKind, CorrectionState
from exams.models.attempts import Attempt
from exams.models.banks import Item, ItemRevision
from exams.querysets import AppealQuerySet, KeyCorrectionQuerySet
from lms.core.models import PublicIdModel


class KeyCorrection(PublicIdModel):
    """Another answer to an item that papers have shown: proposed by one person,
    approved by another.
    """

    item = models.ForeignKey(
        Item, on_delete=models.PROTECT, related_name="key_corrections"
    )
    kind = models.CharField(max_length=12, choices=CorrectionKind.choices)
    # The corrected content; empty where everybody gets the points.
    content = models.JSONField(default=dict)
    # The newest state of the item that the correction covers.
    base_revision = models.ForeignKey(
        ItemRevision, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=500)
    only_raises = models.BooleanField(_("nobody loses points"), default=False)
    state = models.CharField(
        max_length=10, choices=CorrectionState.choices, default=CorrectionState.PROPOSED
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    # Numbers of papers and the first rows of what would change.
    dry_run = models.JSONField(default=dict)
    dry_run_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    changed_count = models.PositiveIntegerField(default=0)

    objects = KeyCorrectionQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("key correction")
        constraints = [
            models.UniqueConstraint(
                name="exams_keycorrection_one_open",
                fields=["item"],
                condition=Q(
                    state__in=[CorrectionState.PROPOSED, CorrectionState.APPROVED]
                ),
            ),
            models.CheckConstraint(
                name="exams_keycorrection_second_person",
                condition=Q(
                    state__in=[CorrectionState.PROPOSED, CorrectionState.REJECTED]
                )
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def audit_organization_id(self) -> int | None:
        return self.item.bank.owner_organization_id


class Appeal(PublicIdModel):
    """A candidate asks for another look at a released result."""

    attempt = models.ForeignKey(
        Attempt, on_delete=models.PROTECT, related_name="appeals"
    )
    # Null: the result as a whole.
    position = models.PositiveSmallIntegerField(null=True)
    reason = models.TextField(_("reason"))
    state = models.CharField(
        max_length=10, choices=AppealState.choices, default=AppealState.OPEN
    )
    made_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    objects = AppealQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = _("appeal")
        constraints = [
            models.UniqueConstraint(
                name="exams_appeal_one_open",
                fields=["attempt"],
                condition=Q(state=AppealState.OPEN),
            ),
            models.CheckConstraint(
                name="exams_appeal_answer_known",
                condition=Q(state__in=[AppealState.OPEN, AppealState.WITHDRAWN])
                | (Q(answered_by__isnull=False) & ~Q(answer="")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
