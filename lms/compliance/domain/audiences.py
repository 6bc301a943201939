"""Whom a plan means: found anew each time, so that who comes to match is reached."""

from datetime import date

from django.db.models import Q

from lms.compliance.models import Assignment, Exemption, Plan
from lms.organizations.domain.queries import descendant_ids, organization_members
from lms.organizations.models import Department
from lms.organizations.querysets import MembershipQuerySet


def audience_of(*, plan: Plan, on: date | None = None) -> MembershipQuerySet:
    """Return the active employees that a plan means on a day, today by default."""
    members = organization_members(organization_id=plan.organization_id, on=on)
    audience = plan.audience
    matches = Q()
    if audience.get("departments"):
        named = Department.objects.filter(
            organization_id=plan.organization_id, pk__in=audience["departments"]
        )
        below: set[int] = set()
        for department in named:
            below |= descendant_ids(department=department)
        matches &= Q(department_id__in=below)
    if audience.get("positions"):
        matches &= Q(position_id__in=audience["positions"])
    if audience.get("categories"):
        matches &= Q(position__category__in=audience["categories"])
    if audience.get("kinds"):
        matches &= Q(kind__in=audience["kinds"])
    named_members = Q(pk__in=audience.get("members", []))
    if matches:
        return members.filter(matches | named_members)
    return members.filter(named_members) if audience.get("members") else members


def exempted_ids(*, assignment: Assignment, on: date) -> set[int]:
    """Return the memberships that take no part in the assignment's plan on a day."""
    if assignment.plan_id is None:
        return set()
    rows = Exemption.objects.filter(plan=assignment.plan_id, starts_on__lte=on)
    rows = rows.filter(Q(until__isnull=True) | Q(until__gte=on))
    return set(rows.values_list("membership_id", flat=True))
