"""Enterprises with assigned courses, for tests."""

from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from uuid import uuid4

from courses.models import Enrollment, Syllabus
from lms.compliance.domain.ledger import append_credit
from lms.compliance.enums import CreditSource
from lms.core.clock import SHANGHAI
from lms.organizations.models import Membership, Organization
from tests.factories.courses import make_published_course
from tests.factories.organizations import (
    AdministratorFactory,
    DepartmentFactory,
    MembershipFactory,
    OrganizationFactory,
)


@dataclass
class Enterprise:
    organization: Organization
    department: Any
    admin: Any
    members: list[Membership] = field(default_factory=list)
    course: Any = None


def make_enterprise(*, employees=2, with_course=True, **course_fields):
    """Return an enterprise with an administrator and employees in one department."""
    organization = OrganizationFactory()
    department = DepartmentFactory(organization=organization)
    admin = AdministratorFactory(organization=organization).user
    members = [
        MembershipFactory(organization=organization, department=department)
        for _ in range(employees)
    ]
    course = make_published_course(**course_fields) if with_course else None
    return Enterprise(organization, department, admin, members, course)


def credit(membership, seconds, *, on, level="", onsite=False):
    """Put seconds into the ledger of a member, as a lesson of a new course does."""
    key = uuid4()
    content = {"titles": {"zh-hans": "课"}, "credit_seconds": seconds, "modules": []}
    unit = {
        "key": str(key),
        "kind": "practical",
        "titles": {"zh-hans": "一节"},
        "required_seconds": 0,
        "required_share": 1,
        "credit_seconds": seconds,
        "move_on": "completed",
        "media": {},
    }
    unit |= {"level": level} if level else {}
    content["modules"] = [{"key": str(uuid4()), "titles": {}, "units": [unit]}]
    moment = datetime.combine(on, time(12), tzinfo=SHANGHAI)
    syllabus = Syllabus.objects.create(
        course_key=uuid4(), version=1, content=content, sha256="", published_at=moment
    )
    enrollment = Enrollment.objects.create(
        learner=membership.user,
        course_key=syllabus.course_key,
        syllabus=syllabus,
        membership=membership,
        organization_id=membership.organization_id,
        enrolled_at=moment,
    )
    return append_credit(
        enrollment=enrollment,
        unit_key=key,
        seconds=seconds,
        source=CreditSource.SIGN_OFF if onsite else CreditSource.VERIFIED_TIME,
        evidence={},
        now=moment,
    )
