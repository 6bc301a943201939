from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.core.models import PublicIdModel, TimeStampedModel
from lms.organizations.enums import OrganizationKind, PositionCategory
from lms.organizations.querysets import OrganizationPartQuerySet, OrganizationQuerySet
from lms.organizations.validators import (
    validate_credit_code,
    validate_industry,
    validate_region,
    validate_short_code,
)


class Organization(PublicIdModel, TimeStampedModel):
    """A legal body that owes training, gives it or watches over it."""

    code = models.CharField(
        _("unified social credit code"),
        max_length=18,
        unique=True,
        validators=[validate_credit_code],
    )
    short_code = models.CharField(
        _("short code"),
        max_length=20,
        unique=True,
        null=True,
        blank=True,
        validators=[validate_short_code],
        help_text=_("Easier to type on a phone than 18 characters when signing in."),
    )
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(
        _("kind"),
        max_length=20,
        choices=OrganizationKind.choices,
        default=OrganizationKind.ENTERPRISE,
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("belongs to"),
    )
    successor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("successor"),
        help_text=_("Who took over its rights and duties, such as after a merger."),
    )
    region = models.CharField(
        _("region (GB/T 2260)"),
        max_length=12,
        db_index=True,
        validators=[validate_region],
    )
    industry = models.CharField(
        _("industry (GB/T 4754)"),
        max_length=5,
        blank=True,
        validators=[validate_industry],
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="organizations_organization_not_own_parent",
            ),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | ~Q(successor=F("id")),
                name="organizations_organization_not_own_successor",
            ),
            models.CheckConstraint(
                condition=Q(short_code__isnull=True) | ~Q(short_code=""),
                name="organizations_organization_short_code_null",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_organization_id(self) -> int | None:
        """Events about an organization belong to its own chain."""
        return self.pk


class OrganizationName(models.Model):
    """A name and the days on which the organization bore it.

    Certificates and archives print the name of their day, not today's.
    """

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="names"
    )
    name = models.CharField(_("name"), max_length=120)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = OrganizationPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("name of an organization")
        verbose_name_plural = _("names of organizations")
        ordering = ["organization", "-starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(ends_on__isnull=True),
                name="organizations_name_one_current",
            ),
            models.UniqueConstraint(
                fields=["organization", "starts_on"],
                name="organizations_name_one_per_day",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="organizations_name_period",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Department(PublicIdModel, TimeStampedModel):
    """A part of an organization; workshops and teams are departments too."""

    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="departments",
        verbose_name=_("organization"),
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("belongs to"),
    )
    name = models.CharField(_("name"), max_length=80)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
        editable=False,
    )

    objects = OrganizationPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["organization", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "parent", "name"],
                condition=Q(parent__isnull=False, merged_into__isnull=True),
                name="organizations_department_name_in_parent",
            ),
            models.UniqueConstraint(
                fields=["organization", "name"],
                condition=Q(parent__isnull=True, merged_into__isnull=True),
                name="organizations_department_name_at_top",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="organizations_department_not_own_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Position(PublicIdModel, TimeStampedModel):
    """A post; its category decides which training rules apply."""

    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="positions",
        verbose_name=_("organization"),
    )
    name = models.CharField(_("name"), max_length=80)
    category = models.CharField(
        _("category"),
        max_length=20,
        choices=PositionCategory.choices,
        default=PositionCategory.WORKER,
    )

    objects = OrganizationPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        ordering = ["organization", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="organizations_position_name_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name
