from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from certificates.querysets import OwnedQuerySet
from certificates.validators import ISSUER_CODE, validate_layout
from lms.core.models import OwnedModel, TimeStampedModel


class Issuer(TimeStampedModel):
    """Who stands on the certificate; its code starts every number and never changes."""

    owner_organization_id = models.BigIntegerField(
        _("owner organization"), null=True, blank=True, db_index=True
    )
    code = models.CharField(
        _("code"), max_length=10, unique=True, validators=[ISSUER_CODE]
    )
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("certificate issuer")
        verbose_name_plural = _("certificate issuers")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class NumberSeries(models.Model):
    """The last serial given out, one row per issuer and year: gap-free by UPDATE.

    The row is raised in the transaction that writes the certificate, so a serial is
    used or rolled back, never lost.
    """

    issuer = models.ForeignKey(Issuer, models.PROTECT, related_name="series")
    year = models.PositiveSmallIntegerField()
    last_serial = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "year"], name="certificates_series_one_per_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.issuer_id}-{self.year}: {self.last_serial}"


class CertificateTemplate(OwnedModel, TimeStampedModel):
    """How certificates look and how long they hold; a version is never edited."""

    issuer = models.ForeignKey(
        Issuer, models.PROTECT, related_name="templates", verbose_name=_("issuer")
    )
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    layout = models.JSONField(_("layout"), validators=[validate_layout])
    validity_months = models.PositiveSmallIntegerField(
        _("valid for months"),
        null=True,
        blank=True,
        help_text=_("Empty: the certificate does not expire."),
    )
    validity_rule = models.SlugField(
        _("validity rule"),
        max_length=40,
        blank=True,
        help_text=_("A dated rule decides in place of a fixed number of months."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["name", "language", "-version"]
        verbose_name = _("certificate template")
        verbose_name_plural = _("certificate templates")
        constraints = [
            models.UniqueConstraint(
                F("issuer"),
                F("name"),
                F("language"),
                F("version"),
                name="certificates_template_unique_version",
            ),
            models.CheckConstraint(
                condition=Q(validity_months__isnull=True) | Q(validity_months__gt=0),
                name="certificates_template_validity_positive",
            ),
            models.CheckConstraint(
                condition=Q(validity_rule="") | Q(validity_months__isnull=True),
                name="certificates_template_rule_or_months",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language_name}, v{self.version})"

    @property
    def language_name(self) -> str:
        """The language in its own words."""
        return get_language_info(self.language)["name_local"]


class PublishedKey(models.Model):
    """A public key that signed something of ours; rotation adds rows, removes none."""

    kid = models.CharField(max_length=43, primary_key=True)
    jwk = models.JSONField()
    certificate_pem = models.TextField()
    first_used_at = models.DateTimeField()
    compromised_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-first_used_at"]

    def __str__(self) -> str:
        return self.kid
