"""Who has finished what: lists of people with the state of their training."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from certificates.models import Certificate
from courses.enums import EnrollmentState
from courses.models import Enrollment, UnitProgress
from lms.compliance.domain.credit import credited_seconds
from lms.compliance.domain.standing import DutyLine, duties_of
from lms.compliance.models import Assignment, AssignmentEntry
from lms.core.clock import shanghai_date
from lms.organizations.domain.queries import descendant_ids, organization_members
from lms.organizations.enums import MembershipRole, MembershipState
from lms.organizations.models import Department, Membership, Organization
from lms.organizations.querysets import MembershipQuerySet
from lms.reporting.domain.certificates import CertificateLine, certificate_lines
from lms.reporting.domain.counting import FINISHED, assigned_enrollments, overdue_on
from lms.reporting.domain.units import UnitLine, light_progress, unit_lines

PEOPLE_STATES = ("active", "waiting", "ended")
# What a list of people may be sorted by, and the columns that stand behind it.
SORT_COLUMNS = {
    "name": ("listed_name",),
    "number": ("employee_number",),
    "department": ("department__name",),
    "position": ("position__name",),
    "finished": ("finished_count",),
    "overdue": ("overdue_count",),
}
STATUSES = ("finished", "overdue", "running", "not_started", "not_enrolled")


@dataclass(frozen=True)
class PersonCourse:
    """One course of one person, unit by unit."""

    enrollment_id: UUID
    course_key: UUID
    title: str
    status: str
    is_open: bool
    due_on: date | None
    completed_on: date | None
    units: list[UnitLine]

    @property
    def done_units(self) -> int:
        return sum(unit.is_done for unit in self.units)

    @property
    def to_sign_off(self) -> list[UnitLine]:
        """Practical units that wait for a person on the spot."""
        if not self.is_open:
            return []
        return [u for u in self.units if u.is_practical and not u.is_done]


@dataclass(frozen=True)
class PersonRecord:
    """What one membership has to show."""

    credited_seconds: int
    courses: list[PersonCourse] = field(default_factory=list)
    certificates: list[CertificateLine] = field(default_factory=list)

    @property
    def finished_count(self) -> int:
        return sum(course.status == "finished" for course in self.courses)


def find_people(people: MembershipQuerySet, *, text: str) -> MembershipQuerySet:
    """Keep those whose name on the list or employee number holds the text."""
    text = text.strip()
    if not text:
        return people
    return people.filter(
        Q(listed_name__icontains=text) | Q(employee_number__icontains=text)
    )


def people_of_assignment(
    *, assignment: Assignment, organization: Organization, today: date
) -> MembershipQuerySet:
    """Return everyone an assignment is for, each with `status` and figures.

    Annotated: `status` (one of STATUSES), `completed_at`, `done_units`.
    """
    people = organization_members(organization_id=organization.pk, on=today)
    mine = AssignmentEntry.objects.filter(
        membership=OuterRef("pk"), assignment=assignment
    ).exclude(enrollment__state=EnrollmentState.WITHDRAWN)
    if assignment.department_id is not None:
        department = Department.objects.get(pk=assignment.department_id)
        inside = descendant_ids(department=department)
        people = people.filter(Q(department_id__in=inside) | Exists(mine))
    done = (
        UnitProgress.objects.filter(
            enrollment=OuterRef("enrollment_pk"), completed_at__isnull=False
        )
        .order_by()
        .values("enrollment")
        .annotate(n=Count("pk"))
        .values("n")
    )
    started = UnitProgress.objects.filter(enrollment=OuterRef("enrollment_pk"))
    return people.annotate(
        enrollment_pk=Subquery(mine.values("enrollment_id")[:1]),
        completed_at=Subquery(mine.values("enrollment__completed_at")[:1]),
        enrollment_due_on=Subquery(mine.values("enrollment__due_on")[:1]),
    ).annotate(
        done_units=Coalesce(Subquery(done, output_field=IntegerField()), Value(0)),
        first_progress=Subquery(started.values("pk")[:1]),
        status=Case(
            When(enrollment_pk__isnull=True, then=Value("not_enrolled")),
            When(completed_at__isnull=False, then=Value("finished")),
            When(enrollment_due_on__lt=today, then=Value("overdue")),
            When(first_progress__isnull=False, then=Value("running")),
            default=Value("not_started"),
            output_field=CharField(),
        ),
    )


def status_counts(people: MembershipQuerySet) -> dict[str, int]:
    """Return status → number of people, every status named."""
    rows = people.order_by().values("status").annotate(n=Count("pk"))
    return dict.fromkeys(STATUSES, 0) | {row["status"]: row["n"] for row in rows}


def listed_people(
    *, organization: Organization, state: str, today: date
) -> MembershipQuerySet:
    """Return the employees of one state: active, waiting or ended.

    Waiting are those who have not answered yet, and those who start on a later day.
    """
    if state == "active":
        return organization_members(organization_id=organization.pk, on=today)
    is_over = Q(state=MembershipState.ENDED) | Q(ends_on__lt=today)
    rows = Membership.objects.filter(
        organization_id=organization.pk, role=MembershipRole.EMPLOYEE
    ).with_people()
    if state == "ended":
        return rows.filter(is_over).order_by("-ends_on", "pk")
    is_later = Q(state=MembershipState.ACTIVE, starts_on__gt=today)
    return rows.filter(Q(state=MembershipState.PENDING) | is_later).exclude(is_over)


def state_counts(
    *, organization: Organization, today: date, inside: frozenset[int] | None = None
) -> dict[str, int]:
    """Return how many employees each state has; `inside` keeps to departments."""
    counts = {}
    for state in PEOPLE_STATES:
        rows = listed_people(organization=organization, state=state, today=today)
        if inside is not None:
            rows = rows.filter(department_id__in=inside)
        counts[state] = rows.count()
    return counts


def sort_people(people: MembershipQuerySet, *, by: str) -> MembershipQuerySet:
    """Sort by one of SORT_COLUMNS, `-` for downwards; anything else is ignored."""
    columns = SORT_COLUMNS.get(by.removeprefix("-"))
    if columns is None:
        return people
    sign = "-" if by.startswith("-") else ""
    return people.order_by(*(f"{sign}{column}" for column in columns), "pk")


def people_with_figures(
    *, organization: Organization, today: date, state: str = "active"
) -> MembershipQuerySet:
    """Return the employees of a state with assigned, finished and overdue counts."""
    people = listed_people(organization=organization, state=state, today=today)
    enrollments = (
        assigned_enrollments()
        .filter(membership=OuterRef("pk"))
        .order_by()
        .values("membership")
    )

    def count(condition: Q) -> Any:
        rows = enrollments.filter(condition).annotate(n=Count("pk")).values("n")
        return Coalesce(Subquery(rows, output_field=IntegerField()), Value(0))

    return people.annotate(
        assigned_count=count(Q()),
        finished_count=count(FINISHED),
        overdue_count=count(overdue_on(today)),
    ).order_by(F("overdue_count").desc(), "employee_number", "pk")


def person_record(
    *, membership: Membership, language: str, today: date
) -> PersonRecord:
    """Return courses with their units, hours of this year and certificates.

    Only what counts for this employer: the person's other records are not theirs.
    """
    enrollments = (
        Enrollment.objects.in_force()
        .filter(membership=membership)
        .select_related("syllabus")
        .prefetch_related(light_progress())
        .order_by(F("completed_at").asc(nulls_first=True), "due_on", "pk")
    )
    certificates = (
        Certificate.objects.filter(
            holder_id=membership.user_id, organization_id=membership.organization_id
        )
        .current()
        .order_by("-issued_at", "-pk")
    )
    return PersonRecord(
        credited_seconds=credited_seconds(
            subject_id=membership.user.subject_id,
            membership=membership,
            year=today.year,
        ),
        courses=[_course(e, language, today) for e in enrollments],
        certificates=certificate_lines(certificates=certificates, today=today),
    )


def duties_here(*, membership: Membership, today: date) -> list[DutyLine]:
    """Return what the person owes at this employer by law, the most urgent first."""
    lines = duties_of(user=membership.user, on=today)
    return [line for line in lines if line.obligation.membership_id == membership.pk]


def _course(enrollment: Enrollment, language: str, today: date) -> PersonCourse:
    units = unit_lines(enrollment=enrollment, language=language)
    done_at = enrollment.completed_at
    return PersonCourse(
        enrollment_id=enrollment.public_id,
        course_key=enrollment.course_key,
        title=enrollment.syllabus.title(language),
        status=_status(enrollment, units, today),
        is_open=enrollment.is_open,
        due_on=enrollment.due_on,
        completed_on=shanghai_date(done_at) if done_at else None,
        units=units,
    )


def _status(enrollment: Enrollment, units: list[UnitLine], today: date) -> str:
    if enrollment.completed_at:
        return "finished"
    if enrollment.due_on and enrollment.due_on < today:
        return "overdue"
    return "running" if any(unit.is_started for unit in units) else "not_started"
