from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from certificates.enums import FindingState, SampleOutcome
from certificates.models.certificate import Certificate
from certificates.querysets import FindingQuerySet, SamplingQuerySet
from lms.core.models import PublicIdModel, TimeStampedModel


class SamplingPlan(PublicIdModel, TimeStampedModel):
    """A random sample for an inspection, drawn so that anyone can draw it again.

    The seed is drawn by the server and kept with a hash of the numbers it was drawn
    from: neither the regulator nor the enterprise chose who is looked at.
    """

    name = models.CharField(_("name"), max_length=120)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    region = models.CharField(_("region"), max_length=12)
    organization_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    issued_from = models.DateField(_("issued from"), null=True, blank=True)
    issued_to = models.DateField(_("issued to"), null=True, blank=True)
    seed = models.CharField(max_length=32)
    population = models.PositiveIntegerField()
    population_hash = models.CharField(max_length=64)

    objects = SamplingQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("sampling plan")
        verbose_name_plural = _("sampling plans")

    def __str__(self) -> str:
        return self.name


class SampledCertificate(models.Model):
    plan = models.ForeignKey(SamplingPlan, models.CASCADE, related_name="samples")
    position = models.PositiveIntegerField()
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="+")
    outcome = models.CharField(
        max_length=10, choices=SampleOutcome.choices, default=SampleOutcome.OPEN
    )
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "position"], name="certificates_sample_position"
            ),
            models.UniqueConstraint(
                fields=["plan", "certificate"], name="certificates_sample_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}/{self.position}"


class Finding(PublicIdModel, TimeStampedModel):
    """A note among regulators, or a finding that the enterprise is told of."""

    organization_id = models.BigIntegerField(db_index=True)
    certificate = models.ForeignKey(
        Certificate, models.PROTECT, null=True, blank=True, related_name="findings"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    text = models.TextField(_("text"), max_length=2000)
    state = models.CharField(
        max_length=10, choices=FindingState.choices, default=FindingState.NOTE
    )
    due_on = models.DateField(_("to be put right by"), null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("finding")
        verbose_name_plural = _("findings")

    def __str__(self) -> str:
        return f"{self.organization_id}: {self.state}"
