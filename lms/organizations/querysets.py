"""What may be listed of organizations and their people."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Self

from django.db.models import Q

from lms.core import clock
from lms.core.scope import Scope, ScopedQuerySet
from lms.organizations.enums import AssociationMemberState, MembershipState


class OrganizationQuerySet(ScopedQuerySet):
    def reach(self, scope: Scope) -> Q:
        """One's own, those one administers, those in a regulator's region."""
        mine = scope.member_organization_ids | scope.administered_organization_ids
        return Q(pk__in=mine) | in_regions(scope)

    def in_region(self, prefix: str) -> Self:
        return self.filter(region__startswith=prefix)


def in_regions(scope: Scope, path: str = "") -> Q:
    """Rows of organizations in the regulator's regions; matches none without one."""
    condition = Q(pk__in=[])
    for prefix in scope.region_prefixes:
        condition |= Q(**{f"{path}region__startswith": prefix})
    return condition


class OrganizationPartQuerySet(ScopedQuerySet):
    """Departments, positions, names: seen by whoever sees the organization."""

    def reach(self, scope: Scope) -> Q:
        mine = scope.member_organization_ids | scope.administered_organization_ids
        return Q(organization_id__in=mine) | in_regions(scope, "organization__")


class MembershipQuerySet(ScopedQuerySet):
    def reach(self, scope: Scope) -> Q:
        """One's own; an organization's for its administrators and regulators.

        Department administrators see their part of the tree.
        """
        return (
            Q(user_id=scope.user_id)
            | Q(organization_id__in=scope.administered_organization_ids)
            | Q(department_id__in=scope.managed_department_ids)
            | (in_regions(scope, "organization__") & ~Q(state=MembershipState.PENDING))
        )

    def active(self, on: date) -> Self:
        """Active on a day in China: state and period both say so."""
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=on),
            state=MembershipState.ACTIVE,
            starts_on__lte=on,
        )

    def pending(self) -> Self:
        return self.filter(state=MembershipState.PENDING)

    def with_people(self) -> Self:
        """Load what a list shows, in one query."""
        return self.select_related("user", "organization", "department", "position")


class JurisdictionQuerySet(ScopedQuerySet):
    def reach(self, scope: Scope) -> Q:
        return Q(membership__user_id=scope.user_id) | Q(
            membership__organization_id__in=scope.administered_organization_ids
        )


class StaffImportQuerySet(ScopedQuerySet):
    """A staff list names everybody: for those who administer the whole enterprise."""

    organization_path = "organization_id__in"

    def reach(self, scope: Scope) -> Q:
        return Q(**{self.organization_path: scope.administered_organization_ids})


class StaffImportEntryQuerySet(StaffImportQuerySet):
    organization_path = "staff_import__organization_id__in"


class FirstCodeQuerySet(StaffImportQuerySet):
    organization_path = "membership__organization_id__in"


class AssociationMemberQuerySet(ScopedQuerySet):
    """Seen by the administrators of both sides."""

    def reach(self, scope: Scope) -> Q:
        mine = scope.administered_organization_ids
        return Q(association__in=mine) | Q(enterprise__in=mine)

    def active(self, on: date) -> Self:
        """Those who accepted and whose days include this one."""
        return self.current(on).filter(
            state=AssociationMemberState.ACCEPTED, starts_on__lte=on
        )

    def current(self, on: date) -> Self:
        """Asked or accepted, and not over."""
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=on),
            state__in=[
                AssociationMemberState.INVITED,
                AssociationMemberState.ACCEPTED,
            ],
        )

    def invited(self) -> Self:
        return self.filter(state=AssociationMemberState.INVITED)


class PackageQuerySet(ScopedQuerySet):
    """The association's own, and for a member's administrators those it opened."""

    def visible_to(self, user: Any) -> Self:
        return super().visible_to(user).distinct()

    def reach(self, scope: Scope) -> Q:
        mine = scope.administered_organization_ids
        today = clock.shanghai_date(clock.now())
        return Q(association__in=mine) | _opened(mine, today)

    def open_to(self, organization_ids: Iterable[int], *, on: date) -> Self:
        """Packages that one of the members may take from on a day."""
        return self.filter(_opened(organization_ids, on)).distinct()


class PackageItemQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        return super().visible_to(user).distinct()

    def reach(self, scope: Scope) -> Q:
        mine = scope.administered_organization_ids
        today = clock.shanghai_date(clock.now())
        return Q(package__association__in=mine) | _opened(mine, today, "package__")

    def open_to(self, organization_ids: Iterable[int], *, on: date) -> Self:
        return self.filter(_opened(organization_ids, on, "package__")).distinct()


def _opened(organization_ids: Iterable[int], on: date, path: str = "") -> Q:
    """Open packages of associations to which one of the organizations belongs."""
    to = f"{path}association__association_members__"
    still = Q(**{f"{to}ends_on__isnull": True}) | Q(**{f"{to}ends_on__gte": on})
    return still & Q(
        **{
            f"{path}is_open": True,
            f"{path}association__is_active": True,
            f"{to}enterprise__in": list(organization_ids),
            f"{to}starts_on__lte": on,
            f"{to}state": AssociationMemberState.ACCEPTED,
        }
    )
