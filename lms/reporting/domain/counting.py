"""The figures of an enterprise, counted by the database in grouped queries.

Each function here is one query whose answer has a row per department (or assignment and
department), never one per employee: what is shown is added up from those rows, so that
an overview, a department and the answer to a permit system stand on the same counts.

A large enterprise's counts are kept: see `kept_counts`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
    Window,
)

from certificates.models import Certificate
from courses.enums import OPEN_STATES, EnrollmentState, MoveOn, UnitKind
from courses.models import Enrollment, Syllabus, UnitProgress
from lms.compliance.enums import ObligationState
from lms.compliance.models import Assignment, AssignmentEntry, Obligation
from lms.core import clock
from lms.organizations.domain.queries import organization_members
from lms.organizations.enums import MembershipRole, MembershipState
from lms.organizations.models import Membership, Organization

FINISHED = Q(state=EnrollmentState.COMPLETED)
MET = Q(state=ObligationState.MET)
WEEK = timedelta(days=7)
SOON = timedelta(days=30)
SHOWN_NAMES = 5

Row = dict[str, Any]


@dataclass(frozen=True)
class Counts:
    """What was counted of one enterprise on one day.

    Attributes:
        people: per department: people.
        enrollments: per department: assigned, finished, overdue, the people among
            them, and the same as it was seven days ago (`*_then`) for the people of
            today.
        duties: per department: total, met, overdue, and the untrained people.
        entries: per assignment and department: people, finished, overdue.
        movements: joined and left within seven days, waiting now.
        certificates: valid, fresh (seven days), expiring (thirty days).
        sign_off: keys of the first memberships that only a practical unit keeps from
            finishing; `sign_off_count` of all of them.
    """

    counted_at: datetime
    people: list[Row] = field(default_factory=list)
    enrollments: list[Row] = field(default_factory=list)
    duties: list[Row] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)
    movements: Row = field(default_factory=dict)
    certificates: Row = field(default_factory=dict)
    sign_off: list[int] = field(default_factory=list)
    sign_off_count: int = 0

    @property
    def members(self) -> int:
        return sum(row["people"] for row in self.people)


def overdue_on(today: date) -> Q:
    """Enrollments that should have been finished before `today`."""
    return Q(due_on__lt=today) & ~FINISHED


def duty_overdue_on(today: date) -> Q:
    """Obligations not met in time; the verdict of the day may be a night old."""
    late = Q(state=ObligationState.OPEN, period_end__lt=today)
    return Q(state=ObligationState.OVERDUE) | late


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


def count_training(*, organization: Organization, today: date) -> Counts:
    """Count everything now; neither queries nor answers grow with the people."""
    counted_at = clock.now()
    sign_off, waiting = sign_off_counts(organization=organization, today=today)
    return Counts(
        counted_at=counted_at,
        people=people_counts(organization=organization, today=today),
        enrollments=enrollment_counts(organization=organization, today=today),
        duties=duty_counts(organization=organization, today=today),
        entries=entry_counts(organization=organization, today=today),
        movements=movement_counts(organization=organization, today=today),
        certificates=certificate_counts(organization=organization, today=today),
        sign_off=sign_off,
        sign_off_count=waiting,
    )


def people_counts(*, organization: Organization, today: date) -> list[Row]:
    """Count the employees of each department."""
    rows = (
        organization_members(organization_id=organization.pk, on=today)
        .order_by()
        .values(place=F("department_id"))
        .annotate(people=Count("pk"))
    )
    return [dict(row) for row in rows]


def enrollment_counts(*, organization: Organization, today: date) -> list[Row]:
    """Count what was assigned, by department, today and seven days ago."""
    before = today - WEEK
    moment = clock.start_of_day(before)
    open_then = Q(completed_at__isnull=True) | Q(completed_at__gte=moment)
    rows = (
        counted_enrollments(organization_ids=[organization.pk], today=today)
        .order_by()
        .values(place=F("membership__department_id"))
        .annotate(
            assigned=Count("pk"),
            finished=Count("pk", filter=FINISHED),
            overdue=Count("pk", filter=overdue_on(today)),
            # People, not enrollments; one person stands in one department.
            people_assigned=Count("membership_id", distinct=True),
            people_overdue=Count(
                "membership_id", filter=overdue_on(today), distinct=True
            ),
            assigned_then=Count("pk", filter=Q(enrolled_at__lt=moment)),
            finished_then=Count("pk", filter=Q(completed_at__lt=moment)),
            overdue_then=Count(
                "pk", filter=Q(due_on__lt=before, enrolled_at__lt=moment) & open_then
            ),
        )
    )
    return [dict(row) for row in rows]


def duty_counts(*, organization: Organization, today: date) -> list[Row]:
    """Count the obligations by law that have begun, by department."""
    rows = (
        Obligation.objects.filter(
            Q(membership__ends_on__isnull=True) | Q(membership__ends_on__gte=today),
            membership__organization_id=organization.pk,
            membership__state=MembershipState.ACTIVE,
            membership__role=MembershipRole.EMPLOYEE,
            membership__starts_on__lte=today,
            period_start__lte=today,
        )
        .order_by()
        .values(place=F("membership__department_id"))
        .annotate(
            total=Count("pk"),
            met=Count("pk", filter=MET),
            overdue=Count("pk", filter=duty_overdue_on(today)),
            untrained=Count(
                "membership_id", filter=duty_overdue_on(today), distinct=True
            ),
        )
    )
    return [dict(row) for row in rows]


def entry_counts(*, organization: Organization, today: date) -> list[Row]:
    """Count whom each live assignment reached, by assignment and department."""
    is_finished = Q(enrollment__state=EnrollmentState.COMPLETED)
    rows = (
        AssignmentEntry.objects.filter(
            Q(membership__ends_on__isnull=True) | Q(membership__ends_on__gte=today),
            assignment__organization_id=organization.pk,
            assignment__ended_at__isnull=True,
            membership__state=MembershipState.ACTIVE,
            membership__starts_on__lte=today,
        )
        .exclude(enrollment__state=EnrollmentState.WITHDRAWN)
        .order_by()
        .values(assignment_key=F("assignment_id"), place=F("membership__department_id"))
        .annotate(
            people=Count("pk"),
            finished=Count("pk", filter=is_finished),
            overdue=Count("pk", filter=Q(enrollment__due_on__lt=today) & ~is_finished),
        )
    )
    return [dict(row) for row in rows]


def movement_counts(*, organization: Organization, today: date) -> Row:
    """Count who joined and left within seven days, and who has not answered."""
    before = today - WEEK
    is_pending = Q(state=MembershipState.PENDING)
    return Membership.objects.filter(
        organization_id=organization.pk, role=MembershipRole.EMPLOYEE
    ).aggregate(
        joined=Count(
            "pk", filter=Q(starts_on__gt=before, starts_on__lte=today) & ~is_pending
        ),
        left=Count("pk", filter=Q(ends_on__gte=before, ends_on__lt=today)),
        waiting=Count("pk", filter=is_pending),
    )


def certificate_counts(*, organization: Organization, today: date) -> Row:
    """Count the valid certificates, the new ones and those that soon expire."""
    moment = clock.start_of_day(today - WEEK)
    return (
        Certificate.objects.filter(organization_id=organization.pk)
        .valid_on(today)
        .aggregate(
            valid=Count("pk"),
            fresh=Count("pk", filter=Q(issued_at__gte=moment)),
            expiring=Count("pk", filter=Q(valid_until__lte=today + SOON)),
        )
    )


def sign_off_counts(
    *, organization: Organization, today: date
) -> tuple[list[int], int]:
    """Return whom only a practical unit keeps from finishing: the first, and how many.

    Two queries. The first by name.
    """
    courses = Assignment.objects.filter(
        organization_id=organization.pk, ended_at__isnull=True
    )
    online = {
        syllabus.pk: count
        for syllabus in Syllabus.objects.filter(
            course_key__in=courses.values("course_key")
        )
        if (count := _online_before_practical(syllabus)) is not None
    }
    if not online:
        return [], 0
    needed = Case(
        *(When(enrollment__syllabus_id=pk, then=Value(n)) for pk, n in online.items()),
        output_field=IntegerField(),
    )
    open_rows = counted_enrollments(
        organization_ids=[organization.pk], today=today
    ).filter(state__in=OPEN_STATES, syllabus_id__in=online)
    ready = (
        UnitProgress.objects.filter(
            enrollment__in=open_rows, completed_at__isnull=False
        )
        .order_by()
        .values("enrollment_id", "enrollment__membership_id")
        .annotate(done=Count("pk"))
        .filter(done__gte=needed)
    )
    without_online = open_rows.filter(
        syllabus_id__in=[pk for pk, count in online.items() if count == 0]
    )
    people = (
        Membership.objects.filter(
            Q(pk__in=ready.values("enrollment__membership_id"))
            | Q(pk__in=without_online.order_by().values("membership_id"))
        )
        .annotate(all=Window(Count("pk")))
        .order_by("listed_name", "pk")
        .values_list("pk", "all")[:SHOWN_NAMES]
    )
    found = list(people)
    return [pk for pk, _all in found], found[0][1] if found else 0


def _online_before_practical(syllabus: Syllabus) -> int | None:
    """Return how many units come before the practical ones; None without any.

    Voluntary units count as well when done: a rare person may appear a little early.
    """
    required = [
        unit for unit in syllabus.units if unit.get("move_on") != MoveOn.NOT_APPLICABLE
    ]
    practical = sum(unit["kind"] == UnitKind.PRACTICAL for unit in required)
    return len(required) - practical if practical else None
