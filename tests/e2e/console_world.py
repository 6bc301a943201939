"""States of the consoles that the demo does not bring; part of `tests.e2e.world`."""

from datetime import timedelta

from certificates.domain.batches import submit_completions
from certificates.domain.findings import close_finding, write_finding
from certificates.models import CertificateTemplate
from courses.models import CoursePage
from exams.domain.statistics import compute_statistics
from exams.models import Attempt, Exam
from lms.accounts.models import User
from lms.compliance.models import TrainingRule
from lms.core.clock import now, shanghai_date
from lms.organizations.domain.administrators import ask_to_grant
from lms.organizations.domain.approvals import refuse_change
from lms.organizations.domain.associations import (
    accept_invitation,
    invite_association_member,
)
from lms.organizations.domain.packages import PackageTerms, write_package
from lms.organizations.enums import MembershipRole, OrganizationKind
from lms.organizations.models import Department, Membership, Organization
from lms.reporting.domain.lists import ListRequest
from lms.reporting.domain.reports import submit_list
from tests.factories.accounts import UserFactory, verify_email
from tests.factories.certificates import (
    CertifiedSyllabusFactory,
    CompletedEnrollmentFactory,
)
from tests.factories.organizations import (
    AdministratorFactory,
    MembershipFactory,
    OrganizationFactory,
)

FACTORY_CODE = "91329901MA00TE5T2B"
# As the accounts of the demo have it.
PASSWORD = "anxue-demo"
UNIT, ASSOCIATION = "unit@example.com", "association@example.com"


def consoles() -> dict[str, str]:
    """Make the states once; return the addresses that no link of the demo leads to."""
    factory = Organization.objects.get(code=FACTORY_CODE)
    second = _colleagues(factory)
    findings(factory)
    return {
        "change": change(factory, second),
        "report": report(factory),
        "association": association(factory),
        "batch": batch(),
        "exam": str(results()),
        "rule": str(TrainingRule.objects.order_by("pk").first().pk),
        "course": str(_course().pk),
    }


def person(email: str, name: str) -> User:
    """Return somebody who signs in as the people of the demo do."""
    known = User.objects.filter(email=email).first()
    if known:
        return known
    user = UserFactory(email=email, display_name=name, password=PASSWORD)
    verify_email(user)
    return user


def employee(factory: Organization, name: str) -> Membership:
    """Return somebody new, with a number of their own."""
    return MembershipFactory(
        user=UserFactory(display_name=name, email=None),
        organization=factory,
        employee_number=f"W{Membership.objects.count():05d}",
    )


def _colleagues(factory: Organization) -> User:
    """A second administrator, one of a department, and a newcomer without password."""
    department = Department.objects.filter(organization=factory, parent=None).last()
    kept = Membership.objects.filter(organization=factory)
    unit = person(UNIT, "周工")
    if not kept.filter(user=unit).exists():
        MembershipFactory(
            user=unit,
            organization=factory,
            role=MembershipRole.UNIT_ADMIN,
            department=department,
            employee_number="",
        )
        newcomer = employee(factory, "新来的")
        User.objects.filter(pk=newcomer.user_id).update(password="!", last_login=None)
    second = person("second@example.com", "李副总")
    if not kept.filter(user=second).exists():
        AdministratorFactory(user=second, organization=factory)
    return second


def findings(factory: Organization) -> None:
    """One in each state: open, overdue, put right, and a note among regulators."""
    regulator = User.objects.get(email="regulator@example.com")
    today = shanghai_date(now())
    for text, days, is_note in (
        ("冲压车间两名新员工没有三级安全教育记录。", 20, False),
        ("焊接作业人员操作证过期，仍在岗。", -3, False),
        ("培训档案缺少考核试卷。", 10, False),
        ("下次检查先看外包单位。", 0, True),
    ):
        written = write_finding(
            organization_id=factory.pk,
            text=text,
            by=regulator,
            is_note=is_note,
            due_on=today + timedelta(days=days),
        )
    closed = type(written).objects.filter(text="培训档案缺少考核试卷。").last()
    close_finding(finding=closed, by=regulator, now=now())


def change(factory: Organization, second: User) -> str:
    """One that the demo's administrator may decide, and one that was refused."""
    waiting, refused = (employee(factory, name) for name in ("陈班长", "林组长"))
    asked = [
        ask_to_grant(
            employee=one,
            department=None,
            reason="王敏休假期间代管培训。",
            by=second,
            now=now(),
        )
        for one in (refused, waiting)
    ]
    by = User.objects.get(email="admin@example.com")
    refuse_change(change=asked[0], by=by, note="人选不合适。", now=now())
    return str(asked[1].public_id)


def report(factory: Organization) -> str:
    """Ask for a list as a long one is asked for: the worker writes it."""
    by = User.objects.get(email="admin@example.com")
    asked = ListRequest(
        organization=factory,
        user=by,
        params={},
        language="zh-hans",
        today=shanghai_date(now()),
    )
    job = submit_list(
        name="members", asked=asked, title="人员", total=24, file_format="xlsx"
    )
    return f"/reports/{job.public_id}/"


def association(factory: Organization) -> str:
    """An association with a member, an open package and an enterprise it has asked."""
    by = person(ASSOCIATION, "协会秘书")
    known = Membership.objects.filter(user=by).first()
    if known:
        return f"/enterprise/{known.organization.code}/"
    own = AdministratorFactory(
        user=by,
        organization=OrganizationFactory(
            kind=OrganizationKind.ASSOCIATION, name="江海市机械行业协会"
        ),
    ).organization
    today = shanghai_date(now())
    member = invite_association_member(
        association=own, enterprise=factory, starts_on=today, by=by
    )
    accept_invitation(
        member=member, by=User.objects.get(email="admin@example.com"), now=now()
    )
    invite_association_member(
        association=own,
        enterprise=OrganizationFactory(name="滨江船舶修造有限公司"),
        starts_on=today,
        by=by,
    )
    write_package(
        association=own,
        terms=PackageTerms(
            title="冲压行业必修", is_open=True, courses=[_course().translation_key]
        ),
        by=by,
    )
    return f"/enterprise/{own.code}/"


def batch() -> str:
    """A batch that issues one certificate and refuses another."""
    syllabus = CertifiedSyllabusFactory()
    enrollments = [
        CompletedEnrollmentFactory(
            learner=UserFactory(display_name=name, email=None),
            syllabus=syllabus,
            completed_at=now(),
        )
        for name in ("韩冬", "")
    ]
    made = submit_completions(
        template=CertificateTemplate.objects.filter(is_active=True).first(),
        name="十一月班组",
        enrollment_ids=[row.pk for row in enrollments],
        by=User.objects.get(email="superuser@example.com"),
    )
    return f"/admin/certificates/batches/{made.public_id}/"


def results() -> int:
    """Compute the statistics of an exam that somebody sat; return its key."""
    sat = Attempt.objects.exclude(submitted_at=None).order_by("pk").first()
    exam = Exam.objects.get(pk=sat.exam_id)
    compute_statistics(exam=exam, now=now())
    return exam.pk


def _course() -> CoursePage:
    return CoursePage.objects.get(slug="quick-start", locale__language_code="zh-hans")
