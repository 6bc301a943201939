"""What may be listed of organizations and their people."""

from datetime import date
from typing import Self

from django.db.models import Q

from lms.core.scope import Scope, ScopedQuerySet
from lms.organizations.enums import MembershipState


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
