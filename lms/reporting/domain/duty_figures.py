"""What an enterprise owes by statute, and how much of it is met, due and overdue.

Read from the verdicts that `lms.compliance` keeps beside each obligation: grouped by
department in the database, whatever the number of employees.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q

from lms.compliance.enums import ObligationState
from lms.compliance.models import Obligation
from lms.organizations.domain.queries import organization_members
from lms.organizations.enums import MembershipRole, MembershipState
from lms.organizations.models import Department, Organization
from lms.reporting.domain.enterprise import branch_of, department_subtrees

# Local scales of discretion for art. 97 grade by the share of staff that was not
# trained (seen in secondary sources; a province may cut elsewhere).
BRACKETS = ((0, "none"), (10, "below_10"), (30, "below_30"), (101, "from_30"))
MET = Q(state=ObligationState.MET)


def overdue_on(today: date) -> Q:
    """Obligations not met in time; the verdict of the day may be a night old."""
    late = Q(state=ObligationState.OPEN, period_end__lt=today)
    return Q(state=ObligationState.OVERDUE) | late


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


FIGURES = ("people", "total", "met", "overdue", "untrained")


def duty_board(
    *, organization: Organization, today: date, parent: Department | None = None
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
    for key, row in _figures(organization, today).items():
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
    organization: Organization, today: date
) -> dict[int | None, dict[str, int]]:
    """Return department → figures of those who stand right in it; two queries."""
    late = Obligation.objects.filter(
        overdue_on(today), membership=OuterRef("pk"), period_start__lte=today
    )
    members = organization_members(organization_id=organization.pk, on=today)
    people = (
        members.order_by()
        .values("department_id")
        .annotate(people=Count("pk"), untrained=Count("pk", filter=Exists(late)))
    )
    figures: dict[int | None, dict[str, int]] = {
        row["department_id"]: dict.fromkeys(FIGURES, 0)
        | {"people": row["people"], "untrained": row["untrained"]}
        for row in people
    }
    duties = (
        Obligation.objects.filter(
            Q(membership__ends_on__isnull=True) | Q(membership__ends_on__gte=today),
            membership__organization_id=organization.pk,
            membership__state=MembershipState.ACTIVE,
            membership__role=MembershipRole.EMPLOYEE,
            membership__starts_on__lte=today,
            period_start__lte=today,
        )
        .order_by()
        .values(department=F("membership__department_id"))
        .annotate(
            total=Count("pk"),
            met=Count("pk", filter=MET),
            overdue=Count("pk", filter=overdue_on(today)),
        )
    )
    for row in duties:
        into = figures.setdefault(row["department"], dict.fromkeys(FIGURES, 0))
        for figure in ("total", "met", "overdue"):
            into[figure] = row[figure]
    return figures
