"""Figures of large enterprises, kept by those who count them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.organizations.models.organization import Organization
from lms.organizations.querysets import StaffImportQuerySet


class OrganizationFigures(models.Model):
    """What was counted of an organization: numbers and keys, no names.

    `counts` is written and read by the package that counts; a row may be deleted at
    any time, it is counted again.
    """

    organization = models.OneToOneField(
        Organization, on_delete=models.CASCADE, related_name="figures"
    )
    counted_on = models.DateField(_("counted for"))
    counted_at = models.DateTimeField(_("counted at"))
    looked_at = models.DateTimeField(_("last looked at"), null=True)
    counts = models.JSONField(default=dict)

    objects = StaffImportQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("figures of an organization")
        verbose_name_plural = _("figures of organizations")

    def __str__(self) -> str:
        return f"{self.organization_id}: {self.counted_at}"
