"""Who learns what: joining, being put into a course, leaving it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from courses.domain.opening import refuse_missing_courses
from courses.domain.progress import lock_learner
from courses.domain.queries import live_course
from courses.domain.sessions import close_sessions
from courses.enums import EnrollmentState
from courses.errors import CourseNotOpen, EnrollmentNotPermitted
from courses.models import CoursePage, Enrollment, Syllabus
from courses.permissions import can_enroll_self
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.organizations.models import Membership


def enroll_self(*, learner: User, course: CoursePage, now: datetime) -> Enrollment:
    """Join a course of one's own accord. Asked again, the same enrollment returns.

    Raises:
        EnrollmentNotPermitted: `not_for_you`; the course is by assignment, or another
            organization's.
        PrerequisiteMissing: `prerequisite_missing`; another course comes first. An
            enterprise may assign the course all the same; its lessons stay shut.
        CourseNotOpen: `course_not_open`.
    """
    existing = in_force(learner=learner, course_key=course.translation_key)
    if existing is not None:
        return existing
    if not can_enroll_self(learner, course):
        raise EnrollmentNotPermitted(
            "not_for_you",
            _("This course is open by assignment only. Ask your enterprise."),
        )
    syllabus = Syllabus.objects.of_course(course.translation_key).first()
    if syllabus is not None:
        refuse_missing_courses(learner=learner, syllabus=syllabus)
    return enroll(learner=learner, course=course, by=learner, now=now)


@transaction.atomic
def enroll(
    *,
    learner: User,
    course: CoursePage | UUID,
    membership: Membership | None = None,
    by: User | None,
    now: datetime,
    due_on: date | None = None,
    not_before: datetime | None = None,
) -> Enrollment:
    """Put a person into a course, in its newest syllabus; a repeat changes nothing.

    An enrollment that the learner started alone is taken over by a membership; one
    that counts for another organization stays apart. A completed one answers too,
    unless it was completed before `not_before` (a new year asks for a new round). A
    nearer `due_on` replaces a later or missing one. Whether `by` may do this is the
    caller's question.

    Raises:
        CourseNotOpen: `course_not_open`; not published or without a unit.
        EnrollmentNotPermitted: `foreign_membership`; it is another person's.
    """
    if membership is not None and membership.user_id != learner.pk:
        raise EnrollmentNotPermitted(
            "foreign_membership", _("This membership belongs to another person.")
        )
    key = course if isinstance(course, UUID) else course.translation_key
    organization_id = membership.organization_id if membership else None
    existing = _existing(learner, key, organization_id, not_before)
    if existing is None:
        existing = _create(learner, key, membership, by, now, due_on, not_before)
    return _tighten(existing, membership=membership, due_on=due_on, now=now)


def in_force(*, learner: User, course_key: UUID) -> Enrollment | None:
    """Return what the learner has in this course, an open enrollment before others."""
    return _existing(learner, course_key, None, None)


def _existing(
    learner: User,
    course_key: UUID,
    organization_id: int | None,
    not_before: datetime | None,
) -> Enrollment | None:
    rows = Enrollment.objects.in_force().filter(learner=learner, course_key=course_key)
    if organization_id is not None:
        # Own study may be taken over; another employer's record may not.
        own = rows.filter(organization_id__isnull=True)
        rows = rows.filter(organization_id=organization_id) | own.open()
    if not_before is not None:
        rows = rows.exclude(completed_at__lt=not_before)
    ranked = sorted(
        rows.select_related("syllabus"),
        key=lambda row: (
            row.is_open,
            row.organization_id == organization_id,
            row.enrolled_at,
        ),
    )
    return ranked[-1] if ranked else None


def _create(
    learner: User,
    course_key: UUID,
    membership: Membership | None,
    by: User | None,
    now: datetime,
    due_on: date | None,
    not_before: datetime | None,
) -> Enrollment:
    syllabus = Syllabus.objects.of_course(course_key).first()
    if syllabus is None or live_course(course_key=course_key) is None:
        raise CourseNotOpen("course_not_open", _("This course is not open now."))
    organization_id = membership.organization_id if membership else None
    try:
        with transaction.atomic():
            enrollment = Enrollment.objects.create(
                learner=learner,
                course_key=course_key,
                syllabus=syllabus,
                membership=membership,
                organization_id=organization_id,
                state=EnrollmentState.ACTIVE,
                enrolled_at=now,
                enrolled_by=by,
                due_on=due_on,
            )
    except IntegrityError:
        # Someone was faster between our look and our write.
        found = _existing(learner, course_key, organization_id, not_before)
        if found is None:
            raise
        return found
    record(
        actor=by,
        verb=Verb.ENROLLED,
        obj=enrollment,
        data={"course": str(course_key), "syllabus": syllabus.version},
    )
    return enrollment


def _tighten(
    enrollment: Enrollment,
    *,
    membership: Membership | None,
    due_on: date | None,
    now: datetime,
) -> Enrollment:
    changes: dict[str, Any] = {}
    if membership is not None and enrollment.organization_id is None:
        changes["membership"] = membership
        changes["organization_id"] = membership.organization_id
    if due_on and (enrollment.due_on is None or due_on < enrollment.due_on):
        changes["due_on"] = due_on
    if changes and enrollment.is_open:
        Enrollment.objects.filter(pk=enrollment.pk).update(**changes, updated_at=now)
        enrollment.refresh_from_db()
    return enrollment


@transaction.atomic
def withdraw(*, enrollment: Enrollment, by: User, now: datetime) -> Enrollment:
    """End an open enrollment; what was earned stays. A repeat changes nothing.

    A completed enrollment stays completed.
    """
    # First, as everywhere: a report that completes the course holds it, too.
    lock_learner(enrollment.learner_id)
    changed = (
        Enrollment.objects.open()
        .filter(pk=enrollment.pk)
        .update(state=EnrollmentState.WITHDRAWN, withdrawn_at=now, updated_at=now)
    )
    enrollment.refresh_from_db()
    if changed:
        close_sessions(enrollment=enrollment, now=now)
        record(actor=by, verb=Verb.WITHDRAWN, obj=enrollment)
    return enrollment
