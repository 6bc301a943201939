"""Who may do what in an organization; views and API call the same functions."""

from typing import Any

from lms.core.scope import scope_for
from lms.organizations.models import Membership, Organization


def can_administer(user: Any, organization: Organization) -> bool:
    """An active ADMIN membership in exactly this organization, or the platform.

    The administrator of a parent company is none of its subsidiaries: they are other
    employers with other people's data.
    """
    scope = scope_for(user)
    return scope.is_staff_all or (
        organization.pk in scope.administered_organization_ids
    )


def can_manage(user: Any, membership: Membership) -> bool:
    """Administers the organization, or the department that the member stands in."""
    scope = scope_for(user)
    return (
        scope.is_staff_all
        or membership.organization_id in scope.administered_organization_ids
        or membership.department_id in scope.managed_department_ids
    )


def can_regulate(user: Any, organization: Organization) -> bool:
    """An active REGULATOR membership whose jurisdiction covers the region."""
    scope = scope_for(user)
    return any(organization.region.startswith(p) for p in scope.region_prefixes)


def is_regulator(user: Any) -> bool:
    return bool(scope_for(user).region_prefixes)


def is_administrator(user: Any) -> bool:
    scope = scope_for(user)
    return bool(scope.administered_organization_ids or scope.managed_departments)


def can_see_staff(user: Any, organization: Organization) -> bool:
    """Who may list the people of an organization."""
    return can_administer(user, organization) or can_regulate(user, organization)


def can_answer_membership(user: Any, membership: Membership) -> bool:
    """Only the person concerned accepts or declines."""
    return user.is_authenticated and membership.user_id == user.pk


def needs_second_factor(user: Any) -> bool:
    """Staff roles: operators, administrators, regulators, and who edits the site."""
    scope = scope_for(user)
    return bool(
        scope.is_staff_all
        or scope.administered_organization_ids
        or scope.managed_departments
        or scope.region_prefixes
        or user.has_perm("wagtailadmin.access_admin")
    )
