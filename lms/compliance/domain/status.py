"""Who has finished an assigned course: counts and a list, without a query per row."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from courses.domain.queries import EnrollmentLine, enrollment_lines
from courses.models import Enrollment
from lms.compliance.enums import LearnerStanding
from lms.organizations.domain.queries import department_members, organization_members
from lms.organizations.models import Department, Membership, Organization


@dataclass(frozen=True, slots=True)
class MemberStatus:
    """One member and a course."""

    membership: Membership
    standing: LearnerStanding
    line: EnrollmentLine | None
    due_on: date | None
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class CourseStatus:
    """A course in a department: how many there are and where they stand."""

    rows: list[MemberStatus]

    @property
    def counts(self) -> dict[str, int]:
        """The number of members by standing, with zeros."""
        found = Counter(row.standing for row in self.rows)
        return {str(standing): found[standing] for standing in LearnerStanding}

    @property
    def total(self) -> int:
        return len(self.rows)

    @property
    def finished(self) -> int:
        return self.counts[LearnerStanding.FINISHED]

    @property
    def overdue(self) -> int:
        return sum(row.is_overdue for row in self.rows)


def course_status(
    *,
    organization: Organization,
    department: Department | None,
    course_key: UUID,
    language: str,
    on: date,
) -> CourseStatus:
    """Return where each active employee of a department stands; five queries.

    Only enrollments that count for this organization are looked at. Of several rounds
    the newest answers. `on` decides what is overdue.
    """
    members = list(
        department_members(department=department, on=on)
        if department is not None
        else organization_members(organization_id=organization.pk, on=on)
    )
    newest: dict[int, Enrollment] = {}
    rows = Enrollment.objects.in_force().filter(
        organization_id=organization.pk,
        course_key=course_key,
        learner__in=[m.user_id for m in members],
    )
    for row in rows.select_related("syllabus").order_by("enrolled_at", "pk"):
        newest[row.learner_id] = row
    lines = {
        line.enrollment.learner_id: line
        for line in enrollment_lines(enrollments=newest.values(), language=language)
    }
    return CourseStatus(
        rows=[_status(member, lines.get(member.user_id), on) for member in members]
    )


def _status(member: Membership, line: EnrollmentLine | None, on: date) -> MemberStatus:
    standing = _standing(line)
    due_on = line.enrollment.due_on if line else None
    is_late = due_on is not None and due_on < on
    return MemberStatus(
        membership=member,
        standing=standing,
        line=line,
        due_on=due_on,
        is_overdue=is_late and standing != LearnerStanding.FINISHED,
    )


def _standing(line: EnrollmentLine | None) -> LearnerStanding:
    if line is None:
        return LearnerStanding.NOT_ENROLLED
    if line.is_done:
        return LearnerStanding.FINISHED
    if line.done or line.credited_seconds:
        return LearnerStanding.IN_PROGRESS
    return LearnerStanding.NOT_STARTED
