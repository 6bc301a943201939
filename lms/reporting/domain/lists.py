"""Every list of the consoles: its rows with the filters of the page, and as a table.

A page and its file are built from the same rows, so that the file holds what was seen.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from lms.compliance.models import Assignment
from lms.core.clock import shanghai_date
from lms.organizations.domain.queries import descendant_ids
from lms.organizations.enums import MembershipKind
from lms.organizations.models import Department, Organization
from lms.organizations.querysets import MembershipQuerySet
from lms.reporting.domain import console_lists, people
from lms.reporting.domain.arranging import arranged_assignments, arranged_places
from lms.reporting.domain.asking import ListRequest, title_of
from lms.reporting.domain.enterprise import assignment_rows
from lms.reporting.domain.region import (
    enterprises_in_regions,
    sort_enterprises,
    with_figures,
)
from lms.reporting.domain.structure import department_lines, position_lines
from lms.reporting.domain.tables import Table
from lms.reporting.domain.titles import course_titles
from lms.reporting.enums import ArchiveScope
from lms.reporting.models import TrainingArchive
from lms.reporting.querysets import TrainingArchiveQuerySet

CHUNK = 2_000
REGION_CHUNK = 200


def kept_inside(
    rows: MembershipQuerySet, inside: frozenset[int] | None
) -> MembershipQuerySet:
    """Keep the people of some departments; of all when `inside` is None."""
    return rows if inside is None else rows.filter(department_id__in=inside)


def members_list(
    asked: ListRequest,
) -> tuple[MembershipQuerySet, dict[str, str]]:
    """Return the people that the filters leave, and what was chosen."""
    state = asked.param("state") or "active"
    if state not in people.PEOPLE_STATES:
        state = "active"
    text, sort = asked.param("q"), asked.param("sort")
    wanted = asked.param("department")
    rows = people.people_with_figures(
        organization=asked.own, today=asked.today, state=state
    )
    rows = people.sort_people(people.find_people(rows, text=text), by=sort)
    rows = kept_inside(rows, asked.inside)
    departments = Department.objects.filter(organization=asked.own, merged_into=None)
    chosen = next((d for d in departments if str(d.public_id) == wanted), None)
    if chosen is not None:
        rows = rows.filter(department_id__in=descendant_ids(department=chosen))
    elif wanted == "none":
        rows = rows.filter(department__isnull=True)
    else:
        wanted = ""
    return rows, {
        "state_value": state,
        "department_value": wanted,
        "q": text,
        "sort": sort,
    }


def status_labels() -> dict[str, str]:
    """Name each status in the reader's language."""
    return {
        "finished": _("Finished"),
        "overdue": _("Overdue"),
        "running": _("In progress"),
        "not_started": _("Not started"),
        "not_enrolled": _("Not enrolled yet"),
    }


def assignment_list(
    asked: ListRequest, assignment: Assignment
) -> tuple[MembershipQuerySet, dict[str, int], str, str]:
    """Return the people of an assignment, counts by status, status and text."""
    rows = people.people_of_assignment(
        assignment=assignment, organization=asked.own, today=asked.today
    )
    text = asked.param("q")
    rows = people.sort_people(
        people.find_people(rows, text=text), by=asked.param("sort")
    )
    rows = kept_inside(rows, asked.inside)
    counts = people.status_counts(rows)
    status = asked.param("status")
    if status in people.STATUSES:
        rows = rows.filter(status=status)
    else:
        status = ""
    return rows, counts, status, text


def assignment_of(asked: ListRequest) -> Assignment:
    """Return the assignment that `params` names; of this enterprise, or 404."""
    return get_object_or_404(
        Assignment, organization=asked.own, public_id=asked.params["assignment"]
    )


def _members(asked: ListRequest) -> Table:
    rows, _chosen = members_list(asked)
    kinds = {value: str(label) for value, label in MembershipKind.choices}
    fields = (
        "listed_name", "employee_number", "department__name", "position__name",
        "kind", "starts_on", "assigned_count", "finished_count", "overdue_count",
    )  # fmt: skip

    def cells() -> Iterator[list[str]]:
        values = rows.values_list(*fields).iterator(chunk_size=CHUNK)
        for name, number, department, position, kind, starts_on, *figures in values:
            yield [
                name, number, department or "", position or "", kinds.get(kind, kind),
                starts_on.isoformat(), *map(str, figures),
            ]  # fmt: skip

    return Table(
        title=title_of(asked, _("People")),
        headings=[
            _("Full name"), _("Employee number"), _("Department"), _("Position"),
            _("Employed as"), _("First day"), _("Courses assigned"),
            _("Courses finished"), _("Overdue"),
        ],
        rows=cells(),
        total=rows.order_by().count(),
    )  # fmt: skip


def _assignment(asked: ListRequest) -> Table:
    assignment = assignment_of(asked)
    rows, _counts, _status, _text = assignment_list(asked, assignment)
    labels = status_labels()
    titles = course_titles(keys=[assignment.course_key], language=asked.language)
    title = titles.get(assignment.course_key)
    fields = (
        "listed_name", "employee_number", "department__name", "position__name",
        "status", "done_units", "completed_at",
    )  # fmt: skip

    def cells() -> Iterator[list[str]]:
        values = rows.values_list(*fields).iterator(chunk_size=CHUNK)
        for name, number, department, position, status, done, at in values:
            yield [
                name, number, department or "", position or "", labels[status],
                str(done), _day(at),
            ]  # fmt: skip

    name = title.title if title else asked.own.code
    return Table(
        title=f"{name}-{asked.today:%Y%m%d}",
        headings=[
            _("Full name"), _("Employee number"), _("Department"), _("Position"),
            _("Status"), _("Units done"), _("Finished on"),
        ],
        rows=cells(),
        total=rows.order_by().count(),
    )  # fmt: skip


def _day(moment: datetime | None) -> str:
    return shanghai_date(moment).isoformat() if moment else ""


def _assignments(asked: ListRequest) -> Table:
    lines = arranged_assignments(
        assignment_rows(
            organization=asked.own, language=asked.language, today=asked.today
        ),
        by=asked.param("sort"),
        text=asked.param("q"),
    )
    return Table(
        title=title_of(asked, _("Assignments")),
        headings=[
            _("Course"), _("Department"), _("Due on"), _("People"), _("Finished"),
            _("Overdue"),
        ],
        rows=[
            [
                line.title, line.department,
                line.due_on.isoformat() if line.due_on else "", str(line.people),
                str(line.finished), str(line.overdue),
            ]
            for line in lines
        ],
        total=len(lines),
    )  # fmt: skip


def _departments(asked: ListRequest) -> Table:
    lines = arranged_places(
        department_lines(organization=asked.own, today=asked.today),
        by=asked.param("sort"),
        text=asked.param("q"),
    )
    return Table(
        title=title_of(asked, _("Departments")),
        headings=[_("Level"), _("Department"), _("People")],
        rows=[[str(x.depth + 1), x.name, str(x.people)] for x in lines],
        total=len(lines),
    )


def _positions(asked: ListRequest) -> Table:
    lines = arranged_places(
        position_lines(organization=asked.own, today=asked.today),
        by=asked.param("sort"),
        text=asked.param("q"),
    )
    return Table(
        title=title_of(asked, _("Positions")),
        headings=[_("Position"), _("Category"), _("People")],
        rows=[[x.name, x.category, str(x.people)] for x in lines],
        total=len(lines),
    )


ARCHIVE_COLUMNS = {
    "name": "title",
    "kind": "scope",
    "built": "built_at",
    "until": "retain_until",
}


def archives_list(
    rows: TrainingArchiveQuerySet, params: Mapping[str, Any]
) -> TrainingArchiveQuerySet:
    """Filter by `q` and `scope`, sort by one of ARCHIVE_COLUMNS; the newest first."""
    if text := str(params.get("q", ""))[:80].strip():
        rows = rows.filter(title__icontains=text)
    if (scope := params.get("scope")) in ArchiveScope.values:
        rows = rows.filter(scope=scope)
    by = str(params.get("sort", ""))
    column = ARCHIVE_COLUMNS.get(by.removeprefix("-"))
    if column is None:
        return rows
    return rows.order_by(f"-{column}" if by.startswith("-") else column, "-pk")


def _archives(asked: ListRequest) -> Table:
    rows = archives_list(
        TrainingArchive.objects.filter(organization_id=asked.own.pk), asked.params
    )

    def cells() -> Iterator[list[str]]:
        for row in rows.iterator(chunk_size=CHUNK):
            yield [
                row.title, str(row.get_scope_display()), _day(row.built_at),
                row.retain_until.isoformat(), row.retention_basis, row.sha256,
            ]  # fmt: skip

    return Table(
        title=title_of(asked, _("Training archives")),
        headings=[
            _("Name"), _("Kind"), _("Built on"), _("Kept until"), _("Basis"),
            _("Hash of the manifest"),
        ],
        rows=cells(),
        total=rows.count(),
    )  # fmt: skip


def _region(asked: ListRequest) -> Table:
    rows = enterprises_in_regions(user=asked.user, text=asked.param("q"))
    listed = sort_enterprises(
        organizations=rows, by=asked.param("sort"), today=asked.today
    )

    def cells() -> Iterator[list[str]]:
        batch: list[Organization] = []
        for organization in listed:
            batch.append(organization)
            if len(batch) == REGION_CHUNK:
                yield from lines(batch)
                batch = []
        yield from lines(batch)

    def lines(batch: list[Organization]) -> Iterator[list[str]]:
        for row in with_figures(organizations=batch, today=asked.today):
            figures = (row.members, row.assigned, row.finished, row.overdue)
            yield [row.name, row.code, *map(str, figures)]

    return Table(
        title=f"{_('Enterprises in my region')}-{asked.today:%Y%m%d}",
        headings=[
            _("Enterprise"), _("Unified social credit code"), _("People"),
            _("Courses assigned"), _("Courses finished"), _("Overdue"),
        ],
        rows=cells(),
        total=rows.order_by().count(),
    )  # fmt: skip


# Lists of one enterprise; department administrators get the first two.
LISTS: dict[str, Callable[[ListRequest], Table]] = {
    "members": _members,
    "assignment": _assignment,
    "assignments": _assignments,
    "departments": _departments,
    "positions": _positions,
    "archives": _archives,
    "plans": console_lists.plans_table,
    "exemptions": console_lists.exemptions_table,
    "changes": console_lists.changes_table,
    "findings": console_lists.findings_table,
    "administrators": console_lists.administrators_table,
    "association_members": console_lists.association_members_table,
}
REGION_LISTS: dict[str, Callable[[ListRequest], Table]] = {"region": _region}


def build_list(name: str, asked: ListRequest) -> Table:
    """Return one list as a table whose rows are read while they are written."""
    build = (REGION_LISTS if asked.organization is None else LISTS)[name]
    return build(asked)


def copied(params: Mapping[str, Any]) -> dict[str, str]:
    """Return the filters of an address as plain data for a job's row."""
    return {str(key): str(value)[:80] for key, value in params.items()}
