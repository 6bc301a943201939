"""Sensitive changes wait until a second person has agreed."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.core.models import PublicIdModel
from lms.organizations.enums import ChangeKind, ChangeState
from lms.organizations.models.organization import Organization
from lms.organizations.querysets import StaffImportQuerySet


class ChangeRequest(PublicIdModel):
    """Who wants which change, and why; another person decides.

    `subject` names what is changed within the kind, so that one change is asked for
    once; `payload` holds what the change needs when it is done.
    """

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="change_requests"
    )
    kind = models.CharField(_("change"), max_length=20, choices=ChangeKind.choices)
    subject = models.CharField(_("concerns"), max_length=80)
    title = models.CharField(_("change in words"), max_length=200)
    payload = models.JSONField(default=dict)
    reason = models.CharField(_("reason"), max_length=500)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=ChangeState.choices,
        default=ChangeState.WAITING,
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("asked for by"),
    )
    requested_at = models.DateTimeField(_("asked for at"))
    expires_at = models.DateTimeField(_("waits until"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decision_note = models.CharField(_("note"), max_length=500, blank=True)

    objects = StaffImportQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-requested_at", "-pk"]
        verbose_name = _("request for a change")
        verbose_name_plural = _("requests for changes")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "subject"],
                condition=Q(state="waiting"),
                name="organizations_change_asked_once",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | Q(state="withdrawn")
                | ~Q(decided_by=F("requested_by")),
                name="organizations_change_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "expired"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="organizations_change_decided_by_someone",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "state"], name="organizations_change_list"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_waiting(self) -> bool:
        return self.state == ChangeState.WAITING
