from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.core.models import PublicIdModel, TimeStampedModel
from lms.organizations.enums import MembershipKind, MembershipRole, MembershipState
from lms.organizations.models.organization import Department, Organization, Position
from lms.organizations.querysets import JurisdictionQuerySet, MembershipQuerySet
from lms.organizations.validators import validate_employee_number, validate_region


class Membership(PublicIdModel, TimeStampedModel):
    """What a person is in one organization, and since when.

    The same person may be employed here and an expert there. `listed_name` is the
    name on this employer's list: it shows while the person has not accepted, so that
    nobody learns another name by guessing a telephone number.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="memberships",
        verbose_name=_("person"),
    )
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="memberships",
        verbose_name=_("organization"),
    )
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("department"),
    )
    position = models.ForeignKey(
        Position,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("position"),
    )
    role = models.CharField(
        _("role"),
        max_length=12,
        choices=MembershipRole.choices,
        default=MembershipRole.EMPLOYEE,
    )
    kind = models.CharField(
        _("kind"),
        max_length=12,
        choices=MembershipKind.choices,
        default=MembershipKind.EMPLOYEE,
    )
    listed_name = models.CharField(_("name on the list"), max_length=80)
    employee_number = models.CharField(
        _("employee number"),
        max_length=32,
        blank=True,
        validators=[validate_employee_number],
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=MembershipState.choices,
        default=MembershipState.PENDING,
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["organization", "employee_number", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization", "role"],
                condition=Q(state="active"),
                name="organizations_membership_one_active",
            ),
            models.UniqueConstraint(
                fields=["user", "organization", "role"],
                condition=Q(state="pending"),
                name="organizations_membership_one_pending",
            ),
            # A pending member does not sign in with the number yet: it binds later.
            models.UniqueConstraint(
                fields=["organization", "employee_number"],
                condition=Q(state="active", role="employee") & ~Q(employee_number=""),
                name="organizations_membership_number_once",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="organizations_membership_period",
            ),
            # Without one the part of the tree would be nothing, or by mistake all.
            models.CheckConstraint(
                condition=~Q(role="unit_admin") | Q(department__isnull=False),
                name="organizations_membership_unit_admin_place",
            ),
            models.CheckConstraint(
                condition=~Q(state="ended") | Q(ends_on__isnull=False),
                name="organizations_membership_end_is_dated",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "state", "role"],
                name="organizations_member_list",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listed_name} · {self.get_role_display()}"

    @property
    def is_pending(self) -> bool:
        return self.state == MembershipState.PENDING

    def has_ended_by(self, day: date) -> bool:
        """Tell whether it is over on a day: by its state, or by its last day."""
        is_past = self.ends_on is not None and self.ends_on < day
        return self.state == MembershipState.ENDED or is_past


class Jurisdiction(models.Model):
    """A region that a regulator answers for: a prefix of GB/T 2260 codes."""

    membership = models.ForeignKey(
        Membership,
        on_delete=models.CASCADE,
        related_name="jurisdictions",
        verbose_name=_("membership"),
    )
    region_prefix = models.CharField(
        _("region prefix"), max_length=12, validators=[validate_region]
    )

    objects = JurisdictionQuerySet.as_manager()

    class Meta:
        verbose_name = _("jurisdiction")
        verbose_name_plural = _("jurisdictions")
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "region_prefix"],
                name="organizations_jurisdiction_once",
            ),
            # An empty prefix would mean the whole country by mistake.
            models.CheckConstraint(
                condition=~Q(region_prefix=""),
                name="organizations_jurisdiction_not_empty",
            ),
        ]

    def __str__(self) -> str:
        return self.region_prefix
