"""What a person has learned, and when: the own ledger with titles; the due dates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from courses.domain.queries import in_language, unit_of
from courses.models import Enrollment
from lms.accounts.models import User
from lms.compliance.domain.standing import duties_of, study_days
from lms.compliance.enums import CreditSource
from lms.reporting.domain.learner import LearnerCourse, learner_courses
from lms.ui.languages import site_path


@dataclass(frozen=True)
class HistoryLine:
    """One lesson on one day."""

    on: date
    course: str
    unit: str
    how: str
    seconds: int


def study_history(*, user: User, language: str) -> list[HistoryLine]:
    """Return all that was credited to a person, the newest day first; two queries."""
    days = study_days(user=user)
    enrollments = {
        row.pk: row
        for row in Enrollment.objects.filter(
            learner=user, pk__in={day.enrollment_id for day in days}
        ).select_related("syllabus")
    }
    lines = []
    for day in days:
        enrollment = enrollments.get(day.enrollment_id or 0)
        if enrollment is None:
            continue
        unit = unit_of(syllabus=enrollment.syllabus, unit_key=UUID(day.unit_key))
        lines.append(
            HistoryLine(
                on=day.on,
                course=enrollment.syllabus.title(language),
                unit=in_language(unit["titles"], language) if unit else "",
                how=str(CreditSource(day.source).label),
                seconds=day.seconds,
            )
        )
    return lines


@dataclass(frozen=True)
class DueDay:
    """Something that is due: an entry of a calendar."""

    uid: str
    on: date
    title: str
    url: str


def due_days(*, user: User, language: str, today: date) -> list[DueDay]:
    """Return the courses and duties that are still to be done, by their due dates."""
    waiting, _finished = learner_courses(user=user, language=language, today=today)
    days = [_course_day(course) for course in waiting if course.due_on]
    days += [
        DueDay(
            uid=f"duty-{line.obligation.public_id}",
            on=line.due_on,
            title=f"{_('My training duty')} · {line.obligation.get_phase_display()}",
            url=site_path("learn/"),
        )
        for line in duties_of(user=user, on=today)
        if not line.is_met
    ]
    return sorted(days, key=lambda day: (day.on, day.uid))


def _course_day(course: LearnerCourse) -> DueDay:
    return DueDay(
        uid=f"course-{course.enrollment_id}",
        on=course.due_on or date.max,
        title=course.title,
        url=course.url or "/learn/",
    )


def _escape(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return text


def _fold(line: str) -> str:
    """Break a line after 75 octets, never inside of a character (RFC 5545, 3.1)."""
    parts: list[str] = []
    current = b""
    for character in line:
        piece = character.encode()
        if len(current) + len(piece) > (75 if not parts else 74):
            parts.append(current.decode())
            current = b""
        current += piece
    parts.append(current.decode())
    return "\r\n ".join(parts)


def to_calendar(
    *, days: Iterable[DueDay], name: str, site_url: str, now: datetime
) -> str:
    """Return due dates as an iCalendar of all-day events with an alarm the day before.

    Source: RFC 5545. Each entry keeps its UID, so that a calendar replaces it.
    """
    domain = site_url.rsplit("//", maxsplit=1)[-1].split("/", maxsplit=1)[0]
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Anxue//Training//ZH",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escape(name)}",
    ]
    for day in days:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{day.uid}@{domain}",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{day.on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day.on + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escape(day.title)}",
            f"URL:{site_url.rstrip('/')}{day.url}",
            "TRANSP:TRANSPARENT",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            "TRIGGER:-P1D",
            f"DESCRIPTION:{_escape(day.title)}",
            "END:VALARM",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "\r\n".join(_fold(line) for line in lines) + "\r\n"
