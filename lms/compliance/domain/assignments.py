"""An administrator assigns a course; everyone it reaches is enrolled and told."""

import logging
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from courses.domain.enrollments import enroll
from courses.domain.queries import unit_urls
from courses.models import Enrollment
from courses.signals import course_assigned
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.compliance.domain.audiences import audience_of, exempted_ids
from lms.compliance.enums import PlanCycle
from lms.compliance.errors import AssignmentInvalid, AssignmentNotPermitted
from lms.compliance.models import Assignment, AssignmentEntry
from lms.compliance.permissions import can_assign, is_closed
from lms.core.clock import SHANGHAI, shanghai_date
from lms.core.errors import DomainError
from lms.notifications.domain import notify
from lms.notifications.enums import MessageKind
from lms.organizations.domain.queries import department_members, organization_members
from lms.organizations.models import Department, Membership, Organization

logger = logging.getLogger(__name__)


@transaction.atomic
def assign_course(
    *,
    organization: Organization,
    department: Department | None,
    course_key: UUID,
    due_on: date | None,
    by: User,
    now: datetime,
) -> Assignment:
    """Assign a course to a department with all below it, or to the whole enterprise.

    Every active employee is enrolled and notified once. The same call again reaches
    those who came later, takes over a changed `due_on` and disturbs nobody else. Who
    completed the course this year has nothing to do again.

    Raises:
        AssignmentNotPermitted: `not_permitted`; see `can_assign`.
        AssignmentInvalid: `foreign_department` or `due_in_the_past`.
        CourseNotOpen: see `courses.domain.enrollments.enroll`.
    """
    if not can_assign(by, organization, course_key):
        raise AssignmentNotPermitted(
            "not_permitted", _("You may not assign this course in this organization.")
        )
    if department is not None and department.organization_id != organization.pk:
        raise AssignmentInvalid(
            "foreign_department", _("This department belongs to another organization.")
        )
    if due_on is not None and due_on < shanghai_date(now):
        raise AssignmentInvalid("due_in_the_past", _("The due date has passed."))
    assignment, is_new = _store(organization, department, course_key, due_on, by, now)
    reached = reach_members(assignment=assignment, now=now)
    if is_new or reached:
        record(
            actor=by,
            verb=Verb.COURSE_ASSIGNED,
            obj=assignment,
            data={"course": str(course_key), "members": reached},
        )
    return assignment


def _store(
    organization: Organization,
    department: Department | None,
    course_key: UUID,
    due_on: date | None,
    by: User,
    now: datetime,
) -> tuple[Assignment, bool]:
    live = Assignment.objects.filter(
        organization=organization,
        department=department,
        course_key=course_key,
        ended_at__isnull=True,
        plan__isnull=True,
    )
    try:
        with transaction.atomic():
            existing = live.first()
            if existing is None:
                created = Assignment.objects.create(
                    organization=organization,
                    department=department,
                    course_key=course_key,
                    due_on=due_on,
                    assigned_by=by,
                    assigned_at=now,
                )
                return created, True
    except IntegrityError:
        # Two administrators at once: both speak of the same row.
        existing = live.get()
    if existing.due_on != due_on:
        existing.due_on = due_on
        existing.save(update_fields=["due_on", "updated_at"])
    return existing, False


@transaction.atomic
def reach_members(*, assignment: Assignment, now: datetime) -> int:
    """Enroll the active members that an assignment has not reached yet.

    Returns how many there were. Safe to repeat: a sweep calls it for newcomers.
    """
    if assignment.ended_at is not None:
        return 0
    if is_closed(assignment.organization_id, assignment.course_key):
        return 0
    known = set(assignment.entries.values_list("membership_id", flat=True))
    day = shanghai_date(now)
    known |= exempted_ids(assignment=assignment, on=day)
    waiting = [
        m for m in members_of(assignment=assignment, on=day) if m.pk not in known
    ]
    for membership in waiting:
        enrollment = enroll(
            learner=membership.user,
            course=assignment.course_key,
            membership=membership,
            by=assignment.assigned_by,
            now=now,
            due_on=_due_for(assignment, membership, day),
            not_before=_round_begins(assignment, now),
        )
        AssignmentEntry.objects.create(
            assignment=assignment, membership=membership, enrollment=enrollment
        )
        if enrollment.is_open:
            _tell(assignment, enrollment, membership)
            _announce(enrollment, assignment.assigned_by, now)
    return len(waiting)


def members_of(
    *, assignment: Assignment, on: date | None = None
) -> Iterable[Membership]:
    """Return the active employees that an assignment means on a day, or today."""
    if assignment.plan is not None:
        return audience_of(plan=assignment.plan, on=on)
    if assignment.department is not None:
        return department_members(department=assignment.department)
    return organization_members(organization_id=assignment.organization_id)


def _due_for(assignment: Assignment, membership: Membership, on: date) -> date | None:
    """Return the due date; who comes later has as many days as the others had.

    Into a cycle one comes on one's first day; into an assignment that was due before
    it reached the person, as by a move to its department, on the day it does.
    """
    plan, start, due_on = assignment.plan, assignment.cycle_start, assignment.due_on
    if plan is not None and start is not None and membership.starts_on > start:
        return membership.starts_on + timedelta(days=plan.due_days)
    if plan is None and due_on is not None and due_on < on:
        return on + max(due_on - shanghai_date(assignment.created_at), timedelta(1))
    return due_on


def _round_begins(assignment: Assignment, now: datetime) -> datetime:
    """Return since when a completion counts: this cycle, or else this year."""
    first = date(shanghai_date(now).year, 1, 1)
    plan = assignment.plan
    if plan is not None and plan.cycle != PlanCycle.ONCE and assignment.cycle_start:
        first = assignment.cycle_start
    return datetime.combine(first, time.min, tzinfo=SHANGHAI)


def _announce(enrollment: Enrollment, by: User, now: datetime) -> None:
    transaction.on_commit(
        lambda: course_assigned.send_robust(
            Enrollment, enrollment=enrollment, by=by, now=now
        )
    )


def _tell(
    assignment: Assignment, enrollment: Enrollment, membership: Membership
) -> None:
    learner = membership.user
    key = str(assignment.course_key)
    urls = unit_urls(keys=[key], language=learner.language)
    title = enrollment.syllabus.title(learner.language)
    with translation.override(learner.language):
        subject = _("New course: %(title)s") % {"title": title}
        if enrollment.due_on:
            body = _("%(organization)s asks you to finish it by %(due_on)s.") % {
                "organization": membership.organization.name,
                "due_on": enrollment.due_on.isoformat(),
            }
        else:
            body = _("%(organization)s asks you to finish it.") % {
                "organization": membership.organization.name
            }
        notify(
            recipient=learner,
            kind=MessageKind.COURSE,
            subject=subject,
            body=body,
            url=urls.get(key, ""),
            dedupe_key=f"assignment:{assignment.public_id}:{membership.pk}",
        )


@transaction.atomic
def end_assignment(*, assignment: Assignment, by: User, now: datetime) -> Assignment:
    """Stop reaching newcomers; who was reached keeps the course. Safe to repeat.

    Raises:
        AssignmentNotPermitted: `not_permitted`.
    """
    if not can_assign(by, assignment.organization, assignment.course_key):
        raise AssignmentNotPermitted(
            "not_permitted", _("You may not assign this course in this organization.")
        )
    ended = Assignment.objects.filter(pk=assignment.pk, ended_at__isnull=True).update(
        ended_at=now, updated_at=now
    )
    assignment.refresh_from_db()
    if ended:
        record(actor=by, verb=Verb.ASSIGNMENT_ENDED, obj=assignment)
    return assignment


def reach_newcomers(*, now: datetime) -> int:
    """Sweep: let every live assignment reach those who joined since; returns how many.

    One that can't go on (its course was withdrawn) does not stop the others.
    """
    reached = 0
    live = Assignment.objects.filter(ended_at__isnull=True, plan__isnull=True)
    live = live.select_related("organization", "department", "assigned_by")
    for assignment in live.order_by("pk"):
        try:
            reached += reach_members(assignment=assignment, now=now)
        except DomainError:
            logger.warning("Assignment %s reaches nobody now", assignment.public_id)
    return reached
