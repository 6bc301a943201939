"""First sign-in on paper, and the badge that other sites may show."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.core.models import PublicIdModel, TimeStampedModel
from lms.organizations.models.membership import Membership
from lms.organizations.models.organization import Organization
from lms.organizations.querysets import FirstCodeQuerySet, StaffImportQuerySet


class FirstCode(models.Model):
    """A one-time code on paper, with which somebody sets the own first password.

    Only its salted hash is kept. A new code takes the place of an older one.
    """

    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="first_codes"
    )
    code_hash = models.CharField(max_length=128)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("valid until"))
    failures = models.PositiveSmallIntegerField(default=0)
    # Used, replaced, or refused too often: it opens nothing any more.
    closed_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(_("used at"), null=True)

    objects = FirstCodeQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("one-time code")
        verbose_name_plural = _("one-time codes")
        constraints = [
            models.UniqueConstraint(
                fields=["membership"],
                condition=Q(closed_at__isnull=True),
                name="organizations_firstcode_one_open",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(closed_at__isnull=False),
                name="organizations_firstcode_used_is_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id}: {self.created_at}"


class StatusBadge(PublicIdModel, TimeStampedModel):
    """Whether the training status may be shown elsewhere, and on which sites."""

    organization = models.OneToOneField(
        Organization, on_delete=models.CASCADE, related_name="status_badge"
    )
    is_enabled = models.BooleanField(_("the badge may be shown"), default=False)
    origins = models.JSONField(_("sites"), default=list)

    objects = StaffImportQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("training badge")
        verbose_name_plural = _("training badges")

    def __str__(self) -> str:
        return str(self.organization_id)
