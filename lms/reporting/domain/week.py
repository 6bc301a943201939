"""What an administrator should do this week, and how the figures moved."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from certificates.models import Certificate
from courses.enums import OPEN_STATES, MoveOn, UnitKind
from courses.models import Enrollment, Syllabus
from lms.core.clock import start_of_day
from lms.organizations.domain.queries import organization_members
from lms.organizations.enums import MembershipRole, MembershipState
from lms.organizations.models import Membership, Organization
from lms.reporting.domain.enterprise import (
    FINISHED,
    AssignmentRow,
    assigned_enrollments,
    counted_enrollments,
)

WEEK = timedelta(days=7)
SOON = timedelta(days=30)
SHOWN_NAMES = 5


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


def week_changes(*, organization: Organization, today: date) -> Changes:
    """Compare today's figures with those of seven days ago, in three queries.

    Both sides count the people of today: somebody leaving is no progress.
    """
    before = today - WEEK
    moment = start_of_day(before)
    rows = counted_enrollments(organization_ids=[organization.pk], today=today)
    open_then = Q(completed_at__isnull=True) | Q(completed_at__gte=moment)
    figures = rows.aggregate(
        all_now=Count("pk"),
        done_now=Count("pk", filter=FINISHED),
        late_now=Count("pk", filter=Q(due_on__lt=today) & ~FINISHED),
        all_then=Count("pk", filter=Q(enrolled_at__lt=moment)),
        done_then=Count("pk", filter=Q(completed_at__lt=moment)),
        late_then=Count(
            "pk", filter=Q(due_on__lt=before, enrolled_at__lt=moment) & open_then
        ),
    )
    is_pending = Q(state=MembershipState.PENDING)
    people = Membership.objects.filter(
        organization_id=organization.pk, role=MembershipRole.EMPLOYEE
    ).aggregate(
        joined=Count(
            "pk", filter=Q(starts_on__gt=before, starts_on__lte=today) & ~is_pending
        ),
        left=Count("pk", filter=Q(ends_on__gte=before, ends_on__lt=today)),
        waiting=Count("pk", filter=is_pending),
    )
    certificates = (
        Certificate.objects.filter(organization_id=organization.pk)
        .valid_on(today)
        .aggregate(
            fresh=Count("pk", filter=Q(issued_at__gte=moment)),
            expiring=Count("pk", filter=Q(valid_until__lte=today + SOON)),
        )
    )
    return Changes(
        members=people["joined"] - people["left"],
        share=_share(figures["done_now"], figures["all_now"])
        - _share(figures["done_then"], figures["all_then"]),
        overdue=figures["late_now"] - figures["late_then"],
        certificates=certificates["fresh"],
        waiting=people["waiting"],
        expiring=certificates["expiring"],
    )


def _share(part: int, whole: int) -> int:
    return 100 * part // whole if whole else 0


def week_list(
    *,
    organization: Organization,
    assignments: Iterable[AssignmentRow],
    changes: Changes,
    today: date,
) -> WeekList:
    """Return what asks for a step this week; three queries, however many people."""
    rows = [row for row in assignments if row.finished < row.people]
    soon = today + WEEK
    to_sign_off = _waiting_for_sign_off(organization, today)
    assigned = assigned_enrollments().filter(membership=OuterRef("pk"))
    members = organization_members(organization_id=organization.pk, on=today)
    return WeekList(
        overdue=[row for row in rows if row.overdue],
        due_soon=[
            row
            for row in rows
            if not row.overdue and row.due_on and today <= row.due_on <= soon
        ],
        to_sign_off=to_sign_off[:SHOWN_NAMES],
        to_sign_off_count=len(to_sign_off),
        waiting_count=changes.waiting,
        unassigned_count=members.filter(~Exists(assigned)).count(),
        expiring_count=changes.expiring,
    )


def _waiting_for_sign_off(organization: Organization, today: date) -> list[Person]:
    """Return whom only a practical unit keeps from finishing, by name."""
    open_rows = counted_enrollments(organization_ids=[organization.pk], today=today)
    open_rows = open_rows.filter(state__in=OPEN_STATES)
    online = {
        syllabus.pk: count
        for syllabus in Syllabus.objects.filter(
            pk__in=open_rows.order_by().values("syllabus_id")
        )
        if (count := _online_before_practical(syllabus)) is not None
    }
    if not online:
        return []
    people: dict[UUID, str] = {}
    for enrollment in _with_done_units(open_rows, online):
        if enrollment.done >= online[enrollment.syllabus_id]:  # type: ignore[attr-defined]
            membership = enrollment.membership
            if membership is not None:
                people[membership.public_id] = membership.listed_name
    found = [Person(public_id, name) for public_id, name in people.items()]
    return sorted(found, key=lambda person: person.name)


def _with_done_units(
    rows: QuerySet[Enrollment], online: dict[int, int]
) -> QuerySet[Enrollment]:
    done = Count("progress", filter=Q(progress__completed_at__isnull=False))
    return (
        rows.filter(syllabus_id__in=online)
        .select_related("membership")
        .annotate(done=done)
        .order_by("pk")
    )


def _online_before_practical(syllabus: Syllabus) -> int | None:
    """Return how many units come before the practical ones; None without any.

    Voluntary units count as well when done: a rare person may appear a little early.
    """
    required = [
        unit for unit in syllabus.units if unit.get("move_on") != MoveOn.NOT_APPLICABLE
    ]
    practical = sum(unit["kind"] == UnitKind.PRACTICAL for unit in required)
    return len(required) - practical if practical else None
