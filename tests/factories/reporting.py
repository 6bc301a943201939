"""Assigned training for tests of the consoles: rows as the domain leaves them."""

import hashlib
import json
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from courses.enums import EnrollmentState, UnitState
from courses.models import Enrollment, Syllabus, UnitProgress
from lms.compliance.models import Assignment, AssignmentEntry
from lms.core.clock import SHANGHAI
from tests.factories.organizations import MembershipFactory

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
TODAY = date(2026, 11, 23)


def make_syllabus(
    *, course_key=None, kinds=("video", "document", "practical"), first=(), version=1
):
    """Write a syllabus with one module and a unit of each kind.

    `first` are the syllabuses of the courses that have to be completed before.
    """
    units = [
        {
            "key": str(uuid4()),
            "kind": kind,
            "titles": {"zh-hans": f"第{n}节", "en": f"Unit {n}"},
            "required_seconds": 60,
            "credit_seconds": 300,
            "required_share": 0.95,
            "move_on": "passed" if kind == "quiz" else "completed",
            "media": {},
            "to_the_end": kind == "document",
        }
        for n, kind in enumerate(kinds, start=1)
    ]
    content = {
        "titles": {"zh-hans": "十分钟安全入门", "en": "Safety in ten minutes"},
        "credit_seconds": 900,
        "modules": [{"key": str(uuid4()), "titles": {"zh-hans": "一"}, "units": units}],
    }
    if first:
        content["prerequisites"] = [
            {"key": str(one.course_key), "titles": one.content["titles"]}
            for one in first
        ]
    return Syllabus.objects.create(
        course_key=course_key or uuid4(),
        version=version,
        content=content,
        sha256=hashlib.sha256(json.dumps(content).encode()).hexdigest(),
        published_at=NOW,
    )


def make_enrollment(*, membership, syllabus, done=0, due_on=None, completed_on=None):
    """Enroll a member, with the first `done` units completed."""
    completed_at = None
    if completed_on is not None:
        completed_at = datetime.combine(completed_on, NOW.timetz())
    enrollment = Enrollment.objects.create(
        learner=membership.user,
        course_key=syllabus.course_key,
        syllabus=syllabus,
        membership=membership,
        organization_id=membership.organization_id,
        state=EnrollmentState.COMPLETED if completed_at else EnrollmentState.ACTIVE,
        enrolled_at=NOW - timedelta(days=30),
        completed_at=completed_at,
        due_on=due_on,
    )
    for unit in syllabus.units[:done]:
        UnitProgress.objects.create(
            enrollment=enrollment,
            unit_key=UUID(unit["key"]),
            state=UnitState.COMPLETED,
            completed_at=NOW,
        )
    return enrollment


def make_assignment(*, organization, syllabus, by, department=None, due_on=None):
    return Assignment.objects.create(
        organization=organization,
        department=department,
        course_key=syllabus.course_key,
        due_on=due_on,
        assigned_by=by,
        assigned_at=NOW,
    )


def make_entry(*, assignment, membership, syllabus, **enrollment):
    """Let an assignment reach a member."""
    enrolled = make_enrollment(
        membership=membership,
        syllabus=syllabus,
        due_on=enrollment.pop("due_on", assignment.due_on),
        **enrollment,
    )
    return AssignmentEntry.objects.create(
        assignment=assignment, membership=membership, enrollment=enrolled
    )


def assigned_people(*, assignment, syllabus, count, department=None, **enrollment):
    """Add members that an assignment has reached."""
    members = [
        MembershipFactory(organization=assignment.organization, department=department)
        for _ in range(count)
    ]
    for member in members:
        make_entry(
            assignment=assignment, membership=member, syllabus=syllabus, **enrollment
        )
    return members
