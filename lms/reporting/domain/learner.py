"""What a learner needs to see first: what is due, and where to go on."""

from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from django.db.models import F

from certificates.domain.queries import certificates_of
from certificates.models import Certificate
from courses.domain.opening import Lock, missing_for_each
from courses.models import Enrollment
from exams.domain.wrong_answers import due_count
from lms.accounts.models import User
from lms.compliance.domain.credit import credited_seconds
from lms.compliance.domain.standing import DutyLine, duties_of
from lms.core.clock import shanghai_date
from lms.notifications.models import Message
from lms.reporting.domain.certificates import CertificateLine, certificate_lines
from lms.reporting.domain.titles import PageTitle, page_titles
from lms.reporting.domain.units import UnitLine, light_progress, unit_lines

SHOWN_CERTIFICATES = 3
SHOWN_MESSAGES = 3


@dataclass(frozen=True)
class FirstCourse:
    """A course that has to be completed before another one opens."""

    key: UUID
    title: str
    url: str


@dataclass(frozen=True)
class LearnerCourse:
    """One course of the learner, with the place to go on.

    Attributes:
        first: the course to complete before this one opens, if there is one; to go on
            with this one then leads there.
    """

    title: str
    url: str
    continue_url: str
    next_unit_title: str
    done_units: int
    total_units: int
    is_started: bool
    is_overdue: bool
    due_on: date | None
    completed_on: date | None
    enrollment_id: str = ""
    key: UUID | None = None
    first: FirstCourse | None = None


@dataclass(frozen=True)
class LearnerHome:
    """The learner's home; `current` is the one course to go on with."""

    current: LearnerCourse | None
    waiting: list[LearnerCourse]
    finished: list[LearnerCourse]
    credited_seconds: int
    certificates: list[CertificateLine] = field(default_factory=list)
    certificate_count: int = 0
    # Wrong answers to repeat today.
    repetition_count: int = 0
    messages: list[Message] = field(default_factory=list)
    duties: list[DutyLine] = field(default_factory=list)

    @property
    def open_courses(self) -> list[LearnerCourse]:
        return [self.current, *self.waiting] if self.current else []

    @property
    def open_count(self) -> int:
        return len(self.open_courses)

    @property
    def overdue_count(self) -> int:
        return sum(course.is_overdue for course in self.open_courses)

    @property
    def open_duties(self) -> list[DutyLine]:
        return [line for line in self.duties if not line.is_met]

    @property
    def first_due_on(self) -> date | None:
        days = [course.due_on for course in self.open_courses if course.due_on]
        return min(days, default=None)


def learner_courses(
    *, user: User, language: str, today: date
) -> tuple[list[LearnerCourse], list[LearnerCourse]]:
    """Return open courses, the most pressing first, and finished ones, newest first.

    Before a course that another one has to precede comes that one, where it is learned
    too. Five queries, whatever the number of courses.
    """
    enrollments = list(
        Enrollment.objects.visible_to(user)
        .filter(learner=user)
        .in_force()
        .select_related("syllabus")
        .prefetch_related(light_progress())
        .order_by(F("due_on").asc(nulls_last=True), "-enrolled_at", "pk")
    )
    units = {e.pk: unit_lines(enrollment=e, language=language) for e in enrollments}
    missing = missing_for_each(
        learner=user, syllabuses=[e.syllabus for e in enrollments if e.is_open]
    )
    firsts = {pk: locks[0] for pk, locks in missing.items() if locks}
    keys = {e.course_key for e in enrollments} | {lock.key for lock in firsts.values()}
    for enrollment in enrollments:
        unit = next_unit(units[enrollment.pk])
        if unit is not None and enrollment.is_open:
            keys.add(unit.key)
    pages = page_titles(keys=keys, language=language)
    courses = {}
    for e in enrollments:
        first = firsts.get(e.syllabus_id) if e.is_open else None
        course = _course(e, units[e.pk], pages, language, today)
        courses[e.pk] = _after(course, first, pages) if first else course
    is_open = [e for e in enrollments if e.is_open]
    # Overdue first (they have the earliest days), then begun ones of the same day.
    is_open.sort(key=lambda e: (e.due_on or date.max, not courses[e.pk].is_started))
    done = [(e.completed_at, e) for e in enrollments if e.completed_at]
    done.sort(key=lambda pair: pair[0], reverse=True)
    waiting = _ready_first([courses[e.pk] for e in is_open])
    return waiting, [courses[e.pk] for _at, e in done]


def _after(
    course: LearnerCourse, lock: Lock, pages: dict[UUID, PageTitle]
) -> LearnerCourse:
    """Return a course whose lessons are shut, leading to the one that opens them."""
    page = pages.get(lock.key)
    first = FirstCourse(
        lock.key, page.title if page else lock.title, page.url if page else ""
    )
    return replace(
        course,
        first=first,
        continue_url=first.url or course.url,
        next_unit_title="",
    )


def _ready_first(courses: list[LearnerCourse]) -> list[LearnerCourse]:
    """Put in front what the most pressing course waits for, if it is learned too."""
    by_key = {course.key: course for course in courses}
    front: list[LearnerCourse] = courses[:1]
    while front and (first := front[0].first):
        before = by_key.get(first.key)
        if before is None or before in front:
            break
        front.insert(0, before)
    return front + [course for course in courses if course not in front]


def next_unit(units: list[UnitLine]) -> UnitLine | None:
    """Return the first required unit to do, those on site after those online."""
    waiting = [unit for unit in units if not unit.is_done and not unit.is_voluntary]
    online = [unit for unit in waiting if not unit.is_practical]
    return next(iter(online or waiting), None)


def _course(
    enrollment: Enrollment,
    units: list[UnitLine],
    pages: dict[UUID, PageTitle],
    language: str,
    today: date,
) -> LearnerCourse:
    page = pages.get(enrollment.course_key)
    url = page.url if page else ""
    unit = next_unit(units)
    unit_page = pages.get(unit.key) if unit else None
    required = [u for u in units if not u.is_voluntary]
    done_at = enrollment.completed_at
    due_on = enrollment.due_on
    return LearnerCourse(
        title=enrollment.syllabus.title(language),
        url=url,
        continue_url=(unit_page.url if unit_page else "") or url,
        next_unit_title=unit.title if unit else "",
        done_units=sum(u.is_done for u in required),
        total_units=len(required),
        is_started=any(u.is_started for u in units),
        is_overdue=bool(due_on and due_on < today and not done_at),
        due_on=due_on,
        completed_on=shanghai_date(done_at) if done_at else None,
        enrollment_id=str(enrollment.public_id),
        key=enrollment.course_key,
    )


def learner_home(*, user: User, language: str, today: date) -> LearnerHome:
    """Return everything the learner's home shows."""
    waiting, finished = learner_courses(user=user, language=language, today=today)
    certificates = certificates_of(user)
    newest: list[Certificate] = list(certificates[:SHOWN_CERTIFICATES])
    messages = Message.objects.visible_to(user).unread()[:SHOWN_MESSAGES]
    return LearnerHome(
        current=waiting[0] if waiting else None,
        waiting=waiting[1:],
        finished=finished,
        credited_seconds=credited_seconds(subject_id=user.subject_id, year=today.year),
        certificates=certificate_lines(certificates=newest, today=today),
        certificate_count=certificates.count(),
        repetition_count=due_count(user=user, on=today),
        messages=list(messages),
        duties=duties_of(user=user, on=today),
    )
