"""What an administrator should do this week, and how the figures moved."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lms.organizations.models import Membership, Organization
from lms.reporting.domain.counting import WEEK, Counts, count_training
from lms.reporting.domain.enterprise import AssignmentRow, total_of


@dataclass(frozen=True)
class Changes:
    """How the figures moved within seven days; `share` in percentage points.

    Attributes:
        waiting: people who have not answered.
        expiring: certificates whose validity ends within thirty days.
    """

    members: int
    share: int
    overdue: int
    certificates: int
    waiting: int
    expiring: int


@dataclass(frozen=True)
class Person:
    """Somebody in a list of things to do."""

    public_id: UUID
    name: str


@dataclass(frozen=True)
class WeekList:
    """Things to do, each with what is needed to do it in place."""

    overdue: list[AssignmentRow]
    due_soon: list[AssignmentRow]
    to_sign_off: list[Person]
    to_sign_off_count: int
    waiting_count: int
    unassigned_count: int
    expiring_count: int

    @property
    def is_empty(self) -> bool:
        return not (
            self.overdue
            or self.due_soon
            or self.to_sign_off_count
            or self.waiting_count
            or self.unassigned_count
            or self.expiring_count
        )


def week_changes(
    *, organization: Organization, today: date, counts: Counts | None = None
) -> Changes:
    """Compare today's figures with those of seven days ago.

    Both sides count the people of today: somebody leaving is no progress.
    """
    counts = counts or count_training(organization=organization, today=today)
    now, then = ("assigned", "finished"), ("assigned_then", "finished_then")
    rows, people = counts.enrollments, counts.movements
    share_now, share_then = (
        _share(total_of(rows, done), total_of(rows, whole))
        for whole, done in (now, then)
    )
    return Changes(
        members=people["joined"] - people["left"],
        share=share_now - share_then,
        overdue=total_of(rows, "overdue") - total_of(rows, "overdue_then"),
        certificates=counts.certificates["fresh"],
        waiting=people["waiting"],
        expiring=counts.certificates["expiring"],
    )


def _share(part: int, whole: int) -> int:
    return 100 * part // whole if whole else 0


def week_list(
    *,
    organization: Organization,
    assignments: Iterable[AssignmentRow],
    changes: Changes,
    today: date,
    counts: Counts | None = None,
) -> WeekList:
    """Return what asks for a step this week; one query more for the names."""
    counts = counts or count_training(organization=organization, today=today)
    rows = [row for row in assignments if row.finished < row.people]
    soon = today + WEEK
    return WeekList(
        overdue=[row for row in rows if row.overdue],
        due_soon=[
            row
            for row in rows
            if not row.overdue and row.due_on and today <= row.due_on <= soon
        ],
        to_sign_off=_people(counts.sign_off),
        to_sign_off_count=counts.sign_off_count,
        waiting_count=changes.waiting,
        unassigned_count=counts.members
        - total_of(counts.enrollments, "people_assigned"),
        expiring_count=changes.expiring,
    )


def _people(keys: list[int]) -> list[Person]:
    if not keys:
        return []
    rows = Membership.objects.filter(pk__in=keys).order_by("listed_name", "pk")
    return [Person(m.public_id, m.listed_name) for m in rows]
