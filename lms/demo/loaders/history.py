"""What the sample enterprise did before the visitor came, through domain functions.

Some of the staff finished the sample course weeks ago, some are late, one is in the
middle of it: consoles and the register show what they show in a real enterprise. The
employee of the sample sign-ins finds required training waiting.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from courses.domain.progress import complete_unit
from courses.enums import UnitKind
from courses.models import CoursePage, Enrollment
from exams.domain.attempts import start_attempt
from exams.domain.responses import ResponseInput, record_events
from exams.domain.submission import submit_attempt
from exams.domain.writers import open_writer
from exams.models import Exam
from lms.accounts.models import User
from lms.compliance.domain.assignments import assign_course
from lms.compliance.domain.duties import recompute_duties
from lms.compliance.models import Assignment
from lms.core.clock import now as current_time
from lms.core.clock import shanghai_date
from lms.demo.loaders.people import MACHINERY_CODE
from lms.organizations.models import Department, Membership, Organization

# Department: (assigned days ago, days to do it in).
ASSIGNED = {"焊接车间": (45, 30), "仓储部": (20, 30), "乙班": (12, 21)}
# Employee number: (days after the assignment, wrong answers in the exam).
FINISHED = {
    "JH131": (6, 0),
    "JH132": (9, 1),
    "JH150": (3, 0),
    "JH151": (5, 1),
    "JH152": (8, 0),
    "JH121": (4, 1),
}
STARTED = ("JH133", "JH153", "JH120")
SAMPLE_EVIDENCE = {"source": "sample content"}


def load(*, content_dir: Path, log: Callable[[str], None]) -> None:
    """Load the past once; an enterprise with assignments has one already."""
    organization = Organization.objects.get(code=MACHINERY_CODE)
    if Assignment.objects.filter(organization=organization).exists():
        return
    administrator = User.objects.get(email="admin@example.com")
    moment = current_time()
    course = CoursePage.objects.get(slug="quick-start", locale__language_code="zh-hans")
    for name, (days_ago, days) in ASSIGNED.items():
        assigned_at = moment - timedelta(days=days_ago)
        assign_course(
            organization=organization,
            department=Department.objects.get(organization=organization, name=name),
            course_key=course.translation_key,
            due_on=shanghai_date(assigned_at + timedelta(days=days)),
            by=administrator,
            now=assigned_at,
        )
    _study(organization, course.translation_key)
    _assign_required_training(organization, administrator, moment)
    recompute_duties(on=shanghai_date(moment))
    log(f"{len(ASSIGNED) + 1} assignments, {len(FINISHED)} completed courses")


def _assign_required_training(
    organization: Organization, administrator: User, moment: datetime
) -> None:
    course = CoursePage.objects.get(
        slug="workers-three-level", locale__language_code="zh-hans"
    )
    assign_course(
        organization=organization,
        department=Department.objects.get(organization=organization, name="甲班"),
        course_key=course.translation_key,
        due_on=shanghai_date(moment + timedelta(days=21)),
        by=administrator,
        now=moment - timedelta(days=2),
    )


def _study(organization: Organization, course_key: UUID) -> None:
    members = {
        member.employee_number: member
        for member in Membership.objects.filter(
            organization=organization, employee_number__in=[*FINISHED, *STARTED]
        ).select_related("user")
    }
    exam = Exam.objects.get(
        quiz_pages__course_key=course_key,
        quiz_pages__locale__language_code="zh-hans",
    )
    for number, member in members.items():
        enrollment = Enrollment.objects.get(learner=member.user, course_key=course_key)
        days, wrong = FINISHED.get(number, (2, 0))
        done_at = enrollment.enrolled_at + timedelta(days=days)
        lessons = [u for u in enrollment.syllabus.units if u["kind"] != UnitKind.QUIZ]
        for unit in lessons if number in FINISHED else lessons[:1]:
            complete_unit(
                enrollment=enrollment,
                unit_key=UUID(unit["key"]),
                now=done_at,
                evidence=SAMPLE_EVIDENCE,
            )
        if number in FINISHED:
            _pass_exam(exam, member, enrollment, wrong, done_at + timedelta(hours=1))


def _pass_exam(
    exam: Exam,
    member: Membership,
    enrollment: Enrollment,
    wrong: int,
    moment: datetime,
) -> None:
    attempt = start_attempt(
        exam=exam,
        candidate=member.user,
        membership=member,
        enrollment=enrollment,
        now=moment,
    )
    writer = open_writer(attempt=attempt, client_key="sample", now=moment)
    key = attempt.key.blob
    events = [
        ResponseInput(seq=seq, position=int(position), value=entry["correct"])
        for seq, (position, entry) in enumerate(list(key.items())[wrong:], start=1)
    ]
    record_events(
        public_id=attempt.public_id, writer=writer.number, events=events, now=moment
    )
    submit_attempt(
        attempt=attempt,
        by=member.user,
        writer=writer.number,
        last_seq=len(events),
        now=moment + timedelta(minutes=6),
    )
