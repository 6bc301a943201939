"""The tree of departments and the positions, with the people in them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q

from lms.organizations.domain.queries import organization_members
from lms.organizations.models import Department, Membership, Organization, Position


@dataclass(frozen=True)
class DepartmentLine:
    """One department in reading order; `people` counts those below it, too."""

    public_id: UUID
    name: str
    depth: int
    people: int


@dataclass(frozen=True)
class PositionLine:
    """One position; `is_used` also by those who have left."""

    public_id: UUID
    name: str
    category: str
    people: int
    is_used: bool


def department_lines(
    *, organization: Organization, today: date
) -> list[DepartmentLine]:
    """Return the departments in use, each before those below it; two queries."""
    rows = Department.objects.filter(organization=organization, merged_into=None)
    children: dict[int | None, list[Department]] = {}
    known = {department.pk: department for department in rows}
    for department in sorted(known.values(), key=lambda d: d.pk):
        parent = department.parent_id if department.parent_id in known else None
        children.setdefault(parent, []).append(department)
    people = _people_per_department(organization, today)
    lines: list[DepartmentLine] = []

    def walk(parent: int | None, depth: int) -> int:
        total = 0
        for department in children.get(parent, []):
            place = len(lines)
            lines.append(DepartmentLine(department.public_id, "", depth, 0))
            count = people.get(department.pk, 0) + walk(department.pk, depth + 1)
            lines[place] = DepartmentLine(
                department.public_id, department.name, depth, count
            )
            total += count
        return total

    walk(None, 0)
    return lines


def _people_per_department(
    organization: Organization, today: date
) -> dict[int | None, int]:
    rows = organization_members(organization_id=organization.pk, on=today)
    counted = rows.order_by().values("department_id").annotate(n=Count("pk"))
    return {row["department_id"]: row["n"] for row in counted}


def position_lines(*, organization: Organization, today: date) -> list[PositionLine]:
    """Return the positions by name; one query."""
    now_here = Q(memberships__in=Membership.objects.active(today))
    rows = (
        Position.objects.filter(organization=organization)
        .annotate(
            people=Count("memberships", filter=now_here, distinct=True),
            ever=Count("memberships", distinct=True),
        )
        .order_by("name", "pk")
    )
    return [
        PositionLine(
            public_id=position.public_id,
            name=position.name,
            category=str(position.get_category_display()),
            people=position.people,
            is_used=position.ever > 0,
        )
        for position in rows
    ]
