"""The provider behind `lms.core.scope`: memberships say what a person reaches."""

from typing import Any

from lms.core import clock
from lms.core.scope import Scope
from lms.organizations.enums import MembershipRole
from lms.organizations.models import (
    Department,
    Jurisdiction,
    Membership,
    Organization,
)

INSIDERS = frozenset(
    {MembershipRole.EMPLOYEE, MembershipRole.ADMIN, MembershipRole.UNIT_ADMIN}
)


def scope_of(user: Any) -> Scope:
    """Return what an authenticated person reaches today, in at most four queries.

    An expert or regulator of an organization is no insider of it; regulators reach
    the organizations of their regions instead.
    """
    if not user.is_active:
        return Scope()
    today = clock.shanghai_date(clock.now())
    rows = list(
        Membership.objects.filter(user_id=user.pk, organization__is_active=True)
        .active(today)
        .values_list("pk", "organization_id", "role", "department_id")
    )
    regulating = [pk for pk, _, role, _d in rows if role == MembershipRole.REGULATOR]
    prefixes = _prefixes(regulating)
    return Scope(
        user_id=user.pk,
        is_staff_all=user.is_superuser or user.is_staff,
        member_organization_ids=frozenset(o for _, o, r, _d in rows if r in INSIDERS),
        administered_organization_ids=frozenset(
            o for _, o, r, _d in rows if r == MembershipRole.ADMIN
        ),
        expert_organization_ids=frozenset(
            o for _, o, r, _d in rows if r == MembershipRole.EXPERT
        ),
        managed_departments=_managed(
            {(o, d) for _, o, r, d in rows if r == MembershipRole.UNIT_ADMIN and d}
        ),
        region_prefixes=prefixes,
        regulated_organization_ids=_regulated(prefixes),
    )


def _prefixes(membership_ids: list[int]) -> tuple[str, ...]:
    if not membership_ids:
        return ()
    rows = Jurisdiction.objects.filter(membership_id__in=membership_ids)
    return tuple(sorted(set(rows.values_list("region_prefix", flat=True))))


def _regulated(prefixes: tuple[str, ...]) -> frozenset[int]:
    found: set[int] = set()
    for prefix in prefixes:
        rows = Organization.objects.in_region(prefix).values_list("pk", flat=True)
        found.update(rows)
    return frozenset(found)


def _managed(roots: set[tuple[int, int]]) -> dict[int, frozenset[int]]:
    """Return organization → departments at and below the roots, in one query."""
    if not roots:
        return {}
    organizations = {organization for organization, _root in roots}
    rows = Department.objects.filter(organization_id__in=organizations)
    children: dict[int | None, list[int]] = {}
    for pk, parent_id in rows.values_list("pk", "parent_id"):
        children.setdefault(parent_id, []).append(pk)
    managed: dict[int, frozenset[int]] = {}
    for organization, root in roots:
        found, waiting = set(), [root]
        while waiting:
            pk = waiting.pop()
            if pk not in found:
                found.add(pk)
                waiting.extend(children.get(pk, []))
        managed[organization] = managed.get(organization, frozenset()) | found
    return managed
