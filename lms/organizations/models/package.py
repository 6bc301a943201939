"""What an association offers to the enterprises that are its members (R17)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.core.models import PublicIdModel, TimeStampedModel
from lms.organizations.enums import AssociationMemberState, PackageItemKind
from lms.organizations.models.organization import Organization
from lms.organizations.querysets import (
    AssociationMemberQuerySet,
    PackageItemQuerySet,
    PackageQuerySet,
)


class AssociationMember(PublicIdModel, TimeStampedModel):
    """An enterprise belongs to an association from one day to another.

    The association asks and the enterprise answers: nothing is opened, and nobody is
    told of as a member, before its administrator has accepted.
    """

    association = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="association_members"
    )
    enterprise = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="associations"
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    state = models.CharField(
        _("answer"),
        max_length=10,
        choices=AssociationMemberState.choices,
        default=AssociationMemberState.INVITED,
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    objects = AssociationMemberQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["enterprise__name", "pk"]
        verbose_name = _("member of an association")
        verbose_name_plural = _("members of associations")
        constraints = [
            models.UniqueConstraint(
                fields=["association", "enterprise"],
                condition=Q(ends_on__isnull=True, state__in=["invited", "accepted"]),
                name="organizations_association_member_once",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="organizations_association_member_period",
            ),
            models.CheckConstraint(
                condition=~Q(association=F("enterprise")),
                name="organizations_association_not_own_member",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.association_id}: {self.enterprise_id}"


class Package(PublicIdModel, TimeStampedModel):
    """Courses and item banks that an association opens to its members together."""

    association = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="packages"
    )
    title = models.CharField(_("title"), max_length=120)
    description = models.TextField(_("description"), max_length=2000, blank=True)
    industry = models.CharField(_("industry (GB/T 4754)"), max_length=5, blank=True)
    is_open = models.BooleanField(_("open to the members"), default=False)

    objects = PackageQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["title", "pk"]
        verbose_name = _("industry package")
        verbose_name_plural = _("industry packages")
        constraints = [
            models.UniqueConstraint(
                fields=["association", "title"], name="organizations_package_title_once"
            )
        ]

    def __str__(self) -> str:
        return self.title


class PackageItem(models.Model):
    """A course or a bank in a package, by the key that lasts over its versions."""

    package = models.ForeignKey(Package, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(_("kind"), max_length=10, choices=PackageItemKind.choices)
    key = models.UUIDField(_("course or bank"))

    objects = PackageItemQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["pk"]
        verbose_name = _("part of a package")
        verbose_name_plural = _("parts of packages")
        constraints = [
            models.UniqueConstraint(
                fields=["package", "kind", "key"], name="organizations_packageitem_once"
            )
        ]
        indexes = [
            models.Index(fields=["kind", "key"], name="organizations_packageitem_key")
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.key}"
