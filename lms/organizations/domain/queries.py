"""Reads over memberships and departments; all days are those of Asia/Shanghai."""

from datetime import date

from lms.accounts.models import User
from lms.core import clock
from lms.organizations.enums import MembershipRole
from lms.organizations.models import (
    Department,
    Membership,
    Organization,
    OrganizationName,
)
from lms.organizations.querysets import MembershipQuerySet

# Where several memberships could be meant, work comes first.
ROLE_ORDER = [
    MembershipRole.EMPLOYEE,
    MembershipRole.ADMIN,
    MembershipRole.UNIT_ADMIN,
    MembershipRole.EXPERT,
    MembershipRole.REGULATOR,
]


def today() -> date:
    return clock.shanghai_date(clock.now())


def active_memberships(*, user: User, on: date | None = None) -> MembershipQuerySet:
    """Return a person's memberships that are active on a day, today by default."""
    return (
        Membership.objects.filter(user=user, organization__is_active=True)
        .active(on or today())
        .select_related("organization", "department", "position")
        .order_by("starts_on", "pk")
    )


def current_membership(
    user: User, organization_id: int | None = None, *, on: date | None = None
) -> Membership | None:
    """Return the membership that counts when one is needed, or None.

    Employment goes before other roles, the older before the newer.
    """
    rows = active_memberships(user=user, on=on)
    if organization_id is not None:
        rows = rows.filter(organization_id=organization_id)
    return min(
        rows, key=lambda m: ROLE_ORDER.index(MembershipRole(m.role)), default=None
    )


def descendant_ids(*, department: Department) -> set[int]:
    """Return the keys of a department and of all below it, in one query."""
    children: dict[int | None, list[int]] = {}
    rows = Department.objects.filter(organization_id=department.organization_id)
    for pk, parent_id in rows.values_list("pk", "parent_id"):
        children.setdefault(parent_id, []).append(pk)
    found: set[int] = set()
    waiting = [department.pk]
    while waiting:
        pk = waiting.pop()
        if pk not in found:
            found.add(pk)
            waiting.extend(children.get(pk, []))
    return found


def administering(*, organization: Organization, on: date) -> list[User]:
    """Return the people who administer the whole of an organization on a day."""
    rows = (
        Membership.objects.filter(
            organization=organization,
            role=MembershipRole.ADMIN,
            user__is_active=True,
        )
        .active(on)
        .select_related("user")
        .order_by("pk")
    )
    return [row.user for row in rows]


def department_members(
    *, department: Department, on: date | None = None
) -> MembershipQuerySet:
    """Return active employees of a department and its sub-departments."""
    return (
        Membership.objects.filter(
            department_id__in=descendant_ids(department=department),
            role=MembershipRole.EMPLOYEE,
        )
        .active(on or today())
        .with_people()
        .order_by("employee_number", "pk")
    )


def organization_members(
    *, organization_id: int, on: date | None = None
) -> MembershipQuerySet:
    """Return all active employees of an organization."""
    return (
        Membership.objects.filter(
            organization_id=organization_id, role=MembershipRole.EMPLOYEE
        )
        .active(on or today())
        .with_people()
        .order_by("employee_number", "pk")
    )


def department_path(*, department: Department) -> str:
    """Return 生产部/冲压车间/甲班, as spreadsheets write it; one query."""
    rows = Department.objects.filter(organization_id=department.organization_id)
    by_id = {
        pk: (name, parent)
        for pk, name, parent in rows.values_list("pk", "name", "parent_id")
    }
    names: list[str] = []
    current: int | None = department.pk
    while current is not None and len(names) < len(by_id):
        name, current = by_id[current]
        names.append(name)
    return "/".join(reversed(names))


def name_on(*, organization_id: int, on: date) -> str:
    """Return the name an organization bore on a day; the first one before that."""
    rows = OrganizationName.objects.filter(organization_id=organization_id)
    named = rows.filter(starts_on__lte=on).order_by("-starts_on").first()
    named = named or rows.order_by("starts_on").first()
    return named.name if named else ""
