"""How far an enterprise is with the training it assigned.

Counted are the enrollments of today's active employees; who has left no longer
weighs on the figures, their records stay in the archive.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from certificates.models import Certificate
from courses.enums import EnrollmentState
from courses.models import Enrollment
from lms.compliance.models import Assignment, AssignmentEntry
from lms.organizations.domain.queries import organization_members
from lms.organizations.enums import MembershipRole, MembershipState
from lms.organizations.models import Department, Organization
from lms.reporting.domain.titles import PageTitle, course_titles

FINISHED = Q(state=EnrollmentState.COMPLETED)


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


def overdue_on(today: date) -> Q:
    """Enrollments that should have been finished before `today`."""
    return Q(due_on__lt=today) & ~FINISHED


def assigned_enrollments() -> QuerySet[Enrollment]:
    """Return the enrollments that serve an assignment which has not ended."""
    entries = AssignmentEntry.objects.filter(
        enrollment=OuterRef("pk"), assignment__ended_at__isnull=True
    )
    return Enrollment.objects.in_force().filter(Exists(entries))


def counted_enrollments(
    *, organization_ids: Iterable[int], today: date
) -> QuerySet[Enrollment]:
    """Return what the employees who are active on a day owe or have finished."""
    return assigned_enrollments().filter(
        Q(membership__ends_on__isnull=True) | Q(membership__ends_on__gte=today),
        organization_id__in=list(organization_ids),
        membership__state=MembershipState.ACTIVE,
        membership__role=MembershipRole.EMPLOYEE,
        membership__starts_on__lte=today,
    )


def enterprise_summary(*, organization: Organization, today: date) -> Summary:
    """Return the figures of one enterprise, in three queries."""
    rows = counted_enrollments(organization_ids=[organization.pk], today=today)
    figures = rows.aggregate(
        assigned=Count("pk"),
        finished=Count("pk", filter=FINISHED),
        overdue=Count("pk", filter=overdue_on(today)),
        people_overdue=Count("membership", filter=overdue_on(today), distinct=True),
    )
    members = organization_members(organization_id=organization.pk, on=today).count()
    certificates = Certificate.objects.filter(organization_id=organization.pk)
    valid = certificates.valid_on(today).count()
    return Summary(members=members, valid_certificates=valid, **figures)


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
    *, organization: Organization, today: date, parent: Department | None = None
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
    for row in _figures_per_department(organization, today):
        if inside is not None and row["department"] not in inside:
            continue
        branch = branch_of(departments, row["department"] or 0, above)
        key = branch.public_id if branch else None
        into = sums.setdefault(
            key, {"name": branch.name if branch else "", **dict.fromkeys(FIGURES, 0)}
        )
        for figure in FIGURES:
            into[figure] += row[figure]
    bars = [DepartmentBar(department_id=key, **values) for key, values in sums.items()]
    return sorted(bars, key=lambda bar: (-bar.missing, bar.name))


def _figures_per_department(
    organization: Organization, today: date
) -> list[dict[str, Any]]:
    rows = (
        counted_enrollments(organization_ids=[organization.pk], today=today)
        .values(department=F("membership__department_id"))
        .annotate(
            assigned=Count("pk"),
            finished=Count("pk", filter=FINISHED),
            overdue=Count("pk", filter=overdue_on(today)),
        )
        .order_by("department")
    )
    return [dict(row) for row in rows]


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
    *, organization: Organization, language: str, today: date
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
    people = _people_per_department(organization, today)
    entries = _entries_per_department(assignments, today)
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
        if inside is not None and row["department"] not in inside
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


def _people_per_department(
    organization: Organization, today: date
) -> dict[int | None, int]:
    rows = organization_members(organization_id=organization.pk, on=today)
    counted = rows.order_by().values("department_id").annotate(n=Count("pk"))
    return {row["department_id"]: row["n"] for row in counted}


def _entries_per_department(
    assignments: list[Assignment], today: date
) -> dict[int, list[dict[str, Any]]]:
    is_finished = Q(enrollment__state=EnrollmentState.COMPLETED)
    is_overdue = Q(enrollment__due_on__lt=today) & ~is_finished
    rows = (
        AssignmentEntry.objects.filter(
            Q(membership__ends_on__isnull=True) | Q(membership__ends_on__gte=today),
            assignment__in=assignments,
            membership__state=MembershipState.ACTIVE,
            membership__starts_on__lte=today,
        )
        .exclude(enrollment__state=EnrollmentState.WITHDRAWN)
        .values("assignment_id", department=F("membership__department_id"))
        .annotate(
            people=Count("pk"),
            finished=Count("pk", filter=is_finished),
            overdue=Count("pk", filter=is_overdue),
        )
        .order_by()
    )
    found: dict[int, list[dict[str, Any]]] = {a.pk: [] for a in assignments}
    for row in rows:
        found[row["assignment_id"]].append(dict(row))
    return found
