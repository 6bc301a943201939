"""How far an enterprise is with the training it assigned.

Counted are the enrollments of today's active employees; who has left no longer
weighs on the figures, their records stay in the archive.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F

from lms.compliance.models import Assignment
from lms.organizations.models import Department, Organization
from lms.reporting.domain.counting import (
    Counts,
    Row,
    certificate_counts,
    enrollment_counts,
    entry_counts,
    people_counts,
)
from lms.reporting.domain.titles import PageTitle, course_titles


@dataclass(frozen=True)
class Summary:
    """The figures of one enterprise on one day."""

    members: int
    assigned: int
    finished: int
    overdue: int
    people_overdue: int
    valid_certificates: int


@dataclass(frozen=True)
class DepartmentBar:
    """One department with everything below it; None = people without a department."""

    department_id: UUID | None
    name: str
    assigned: int
    finished: int
    overdue: int

    @property
    def missing(self) -> int:
        return self.assigned - self.finished


@dataclass(frozen=True)
class AssignmentRow:
    """One assignment and how far it is."""

    public_id: UUID
    course_key: UUID
    title: str
    department: str
    due_on: date | None
    people: int
    finished: int
    overdue: int

    @property
    def missing(self) -> int:
        return self.people - self.finished


def enterprise_summary(
    *, organization: Organization, today: date, counts: Counts | None = None
) -> Summary:
    """Return the figures of one enterprise, in three queries; none from `counts`."""
    give: dict[str, Any] = {"organization": organization, "today": today}
    rows = counts.enrollments if counts else enrollment_counts(**give)
    people = counts.people if counts else people_counts(**give)
    certificates = counts.certificates if counts else certificate_counts(**give)
    return Summary(
        members=total_of(people, "people"),
        assigned=total_of(rows, "assigned"),
        finished=total_of(rows, "finished"),
        overdue=total_of(rows, "overdue"),
        people_overdue=total_of(rows, "people_overdue"),
        valid_certificates=certificates["valid"],
    )


def total_of(rows: Iterable[Row], figure: str) -> int:
    """Add one figure up over the departments."""
    return sum(row[figure] for row in rows)


def branch_of(
    departments: dict[int, Department], pk: int, parent: int | None
) -> Department | None:
    """Return the department right below `parent` that holds `pk`; None for others."""
    seen = set()
    current: Department | None = departments.get(pk)
    while current is not None and current.pk not in seen:
        above = current.parent_id if current.parent_id in departments else None
        if above == parent:
            return current
        seen.add(current.pk)
        current = departments.get(above) if above else None
    return None


def department_bars(
    *,
    organization: Organization,
    today: date,
    parent: Department | None = None,
    counts: Counts | None = None,
) -> list[DepartmentBar]:
    """Return a bar for each department at the top, or right below `parent`.

    The most missing first. People who stand in `parent` itself, or in no department at
    all, share the bar without a key.
    """
    departments = {
        d.pk: d for d in Department.objects.filter(organization=organization)
    }
    inside = department_subtrees(departments.values())[parent.pk] if parent else None
    above = parent.pk if parent else None
    sums: dict[UUID | None, dict[str, Any]] = {}
    if counts is None:
        rows = enrollment_counts(organization=organization, today=today)
    else:
        rows = counts.enrollments
    for row in rows:
        if inside is not None and row["place"] not in inside:
            continue
        branch = branch_of(departments, row["place"] or 0, above)
        key = branch.public_id if branch else None
        into = sums.setdefault(
            key, {"name": branch.name if branch else "", **dict.fromkeys(FIGURES, 0)}
        )
        for figure in FIGURES:
            into[figure] += row[figure]
    bars = [DepartmentBar(department_id=key, **values) for key, values in sums.items()]
    return sorted(bars, key=lambda bar: (-bar.missing, bar.name))


FIGURES = ("assigned", "finished", "overdue")


def department_subtrees(departments: Iterable[Department]) -> dict[int, set[int]]:
    """Return department → the keys of itself and all below it."""
    by_id = {d.pk: d for d in departments}
    trees: dict[int, set[int]] = {pk: {pk} for pk in by_id}
    for pk, department in by_id.items():
        current, seen = department, {pk}
        while current.parent_id in by_id and current.parent_id not in seen:
            current = by_id[current.parent_id]
            seen.add(current.pk)
            trees[current.pk].add(pk)
    return trees


def assignment_rows(
    *,
    organization: Organization,
    language: str,
    today: date,
    counts: Counts | None = None,
) -> list[AssignmentRow]:
    """Return the enterprise's assignments with their figures, newest due day first.

    Six queries at most, whatever the number of assignments and people. Who left a
    department after the assignment still counts: they still owe it.
    """
    assignments = list(
        Assignment.objects.filter(
            organization_id=organization.pk, ended_at__isnull=True
        ).order_by(F("due_on").desc(nulls_last=True), "-pk")
    )
    if not assignments:
        return []
    departments = list(Department.objects.filter(organization=organization))
    trees = department_subtrees(departments)
    names = {d.pk: d.name for d in departments}
    give: dict[str, Any] = {"organization": organization, "today": today}
    people = {
        row["place"]: row["people"]
        for row in (counts.people if counts else people_counts(**give))
    }
    entries: dict[int, list[Row]] = {assignment.pk: [] for assignment in assignments}
    for row in counts.entries if counts else entry_counts(**give):
        # Kept figures may still name one that has ended since.
        entries.get(row["assignment_key"], []).append(row)
    keys = [a.course_key for a in assignments]
    titles = course_titles(keys=keys, language=language)
    return [
        _assignment_row(
            assignment,
            title=titles.get(assignment.course_key),
            department=names.get(assignment.department_id or 0, ""),
            inside=trees.get(assignment.department_id or 0),
            people=people,
            entries=entries[assignment.pk],
        )
        for assignment in assignments
    ]


def _assignment_row(
    assignment: Assignment,
    *,
    title: PageTitle | None,
    department: str,
    inside: set[int] | None,
    people: dict[int | None, int],
    entries: list[dict[str, Any]],
) -> AssignmentRow:
    meant = sum(n for pk, n in people.items() if inside is None or pk in inside)
    moved = sum(
        row["people"]
        for row in entries
        if inside is not None and row["place"] not in inside
    )
    return AssignmentRow(
        public_id=assignment.public_id,
        course_key=assignment.course_key,
        title=title.title if title else str(assignment.course_key),
        department=department,
        due_on=assignment.due_on,
        people=meant + moved,
        finished=sum(row["finished"] for row in entries),
        overdue=sum(row["overdue"] for row in entries),
    )
