"""What an enterprise owes by statute, and how much of it is met, due and overdue.

Read from the verdicts that `lms.compliance` keeps beside each obligation: grouped by
department in the database, whatever the number of employees.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from lms.organizations.models import Department, Organization
from lms.reporting.domain.counting import Counts, duty_counts, people_counts
from lms.reporting.domain.enterprise import branch_of, department_subtrees

# Local scales of discretion for art. 97 grade by the share of staff that was not
# trained (seen in secondary sources; a province may cut elsewhere).
BRACKETS = ((0, "none"), (10, "below_10"), (30, "below_30"), (101, "from_30"))


@dataclass(frozen=True)
class DutyLine:
    """One department with all below it, or the whole enterprise.

    Attributes:
        department_id: None for people without a department, and for the whole.
        untrained: employees with at least one overdue obligation.
    """

    department_id: UUID | None
    name: str
    people: int
    total: int
    met: int
    overdue: int
    untrained: int

    @property
    def due(self) -> int:
        return self.total - self.met - self.overdue

    @property
    def untrained_percent(self) -> float:
        return round(100 * self.untrained / self.people, 1) if self.people else 0.0

    @property
    def bracket(self) -> str:
        """The grade of the share, as scales for art. 97 cut it."""
        if not self.untrained:
            return "none"
        share = 100 * self.untrained / self.people
        return next(name for limit, name in BRACKETS[1:] if share < limit)


@dataclass(frozen=True)
class DutyBoard:
    """The whole, and each department right below a place."""

    whole: DutyLine
    departments: list[DutyLine]


DUTY_FIGURES = ("total", "met", "overdue", "untrained")
FIGURES = ("people", *DUTY_FIGURES)


def duty_board(
    *,
    organization: Organization,
    today: date,
    parent: Department | None = None,
    counts: Counts | None = None,
) -> DutyBoard:
    """Return the duties of an enterprise or a department, in three queries.

    The most people with an overdue obligation first.
    """
    departments = {
        d.pk: d for d in Department.objects.filter(organization=organization)
    }
    inside = department_subtrees(departments.values())[parent.pk] if parent else None
    whole = dict.fromkeys(FIGURES, 0)
    sums: dict[UUID | None, dict[str, Any]] = {}
    for key, row in _figures(organization, today, counts).items():
        if inside is not None and key not in inside:
            continue
        branch = branch_of(departments, key or 0, parent.pk if parent else None)
        public_id = branch.public_id if branch else None
        into = sums.setdefault(
            public_id,
            {"name": branch.name if branch else "", **dict.fromkeys(FIGURES, 0)},
        )
        for figure in FIGURES:
            into[figure] += row[figure]
            whole[figure] += row[figure]
    lines = [DutyLine(department_id=key, **values) for key, values in sums.items()]
    lines.sort(key=lambda line: (-line.untrained, -line.overdue, line.name))
    name = parent.name if parent else organization.name
    return DutyBoard(DutyLine(department_id=None, name=name, **whole), lines)


def _figures(
    organization: Organization, today: date, counts: Counts | None
) -> dict[int | None, dict[str, int]]:
    """Return department → figures of those who stand right in it."""
    give: dict[str, Any] = {"organization": organization, "today": today}
    people = counts.people if counts else people_counts(**give)
    duties = counts.duties if counts else duty_counts(**give)
    figures: dict[int | None, dict[str, int]] = {
        row["place"]: dict.fromkeys(FIGURES, 0) | {"people": row["people"]}
        for row in people
    }
    for row in duties:
        into = figures.setdefault(row["place"], dict.fromkeys(FIGURES, 0))
        for figure in DUTY_FIGURES:
            into[figure] = row[figure]
    return figures
