"""How a course was learned: sessions, reading, checks of presence, days on site."""

from collections import defaultdict
from typing import Any

from django.db.models import Count, Max, Min, Sum

from courses.domain.queries import media_lengths, required_seconds_of
from courses.domain.reading import page_times
from courses.models import (
    Attendance,
    Enrollment,
    PlaybackInterval,
    PlaybackSession,
    PresenceCheck,
    UnitProgress,
)
from courses.models.playback import READING_MEDIUM
from lms.accounts.models import User
from lms.compliance.models import AssignmentEntry
from lms.reporting.domain.archives.plain import day, moment


class People:
    """Names of those who signed, looked up once each."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def name(self, subject_id: str | None) -> str:
        if not subject_id:
            return ""
        if subject_id not in self._names:
            user = User.objects.filter(subject_id=subject_id).first()
            self._names[subject_id] = user.get_full_name() if user else ""
        return self._names[subject_id]


def course_facts(
    enrollment: Enrollment, language: str, people: People
) -> dict[str, Any]:
    """Return one course: who planned it, how it was learned, unit by unit."""
    syllabus = enrollment.syllabus
    progress = {str(row.unit_key): row for row in enrollment.progress.all()}
    checks, attended = _checks(enrollment), _attended(enrollment)
    lengths = media_lengths(syllabuses=[syllabus])
    return {
        "key": str(enrollment.course_key),
        "title": syllabus.title(language),
        "syllabus": {
            "version": syllabus.version,
            "sha256": syllabus.sha256,
            "published_at": moment(syllabus.published_at),
        },
        "plan": _plan(enrollment),
        "enrolled_at": moment(enrollment.enrolled_at),
        "completed_at": moment(enrollment.completed_at),
        "state": enrollment.state,
        "study": _study(enrollment),
        "units": [
            _unit(unit, progress.get(unit["key"]), language, people)
            | {
                "required_seconds": _required(
                    unit, progress.get(unit["key"]), language, lengths
                )
            }
            | {
                "checks": checks.get(unit["key"], []),
                "on_site": attended.get(unit["key"], []),
            }
            for unit in syllabus.units
        ],
    }


def _plan(enrollment: Enrollment) -> list[dict[str, Any]]:
    entries = AssignmentEntry.objects.filter(enrollment=enrollment).select_related(
        "assignment__assigned_by", "assignment__department"
    )
    return [
        {
            "assigned_by": entry.assignment.assigned_by.get_full_name(),
            "assigned_at": moment(entry.assignment.assigned_at),
            "department": getattr(entry.assignment.department, "name", ""),
            "due_on": day(enrollment.due_on or entry.assignment.due_on),
        }
        for entry in entries.order_by("pk")
    ]


def _study(enrollment: Enrollment) -> dict[str, Any]:
    """Sum up sessions and intervals; each interval stays in its own table."""
    sessions = PlaybackSession.objects.filter(enrollment=enrollment).aggregate(
        count=Count("pk"), first=Min("opened_at"), last=Max("last_receipt_at")
    )
    intervals = PlaybackInterval.objects.filter(enrollment=enrollment).aggregate(
        count=Count("pk"), counted=Sum("counted_ms"), credited=Sum("credited_ms")
    )
    return {
        "sessions": sessions["count"],
        "first_at": moment(sessions["first"]),
        "last_at": moment(sessions["last"]),
        "intervals": intervals["count"],
        "counted_seconds": (intervals["counted"] or 0) // 1000,
        "credited_seconds": (intervals["credited"] or 0) // 1000,
    }


def _unit(
    unit: dict[str, Any],
    row: UnitProgress | None,
    language: str,
    people: People,
) -> dict[str, Any]:
    evidence = dict(row.evidence) if row else {}
    titles = unit["titles"]
    return {
        "title": titles.get(language) or next(iter(titles.values()), ""),
        "kind": unit["kind"],
        "credit_seconds": unit["credit_seconds"],
        "watched_seconds": int(row.watched_seconds) if row else 0,
        "completed_at": moment(row.completed_at) if row else None,
        "read_share": round(row.scroll_share, 2) if row else 0,
        "to_the_end": bool(unit.get("to_the_end")),
        "pages": _pages(unit, row),
        "signed_by": people.name(evidence.get("by")),
        "note": str(evidence.get("note", "")),
    }


def _required(
    unit: dict[str, Any],
    row: UnitProgress | None,
    language: str,
    lengths: dict[str, float],
) -> float | None:
    """Return what the unit asks of this person, in seconds; None if nobody knows yet.

    A syllabus does not name the length of a video: it was fixed for the learner when
    the lesson was opened first.
    """
    if row is not None and row.required_seconds is not None:
        return row.required_seconds
    return required_seconds_of(unit, language=language, lengths=lengths)


def _pages(unit: dict[str, Any], row: UnitProgress | None) -> list[dict[str, Any]]:
    """Return the pages of a document that is read page by page, with their time."""
    seen = row.coverage.get(READING_MEDIUM, []) if row else []
    pages = page_times(
        covered=[(start, end) for start, end in seen],
        length_ms=int(unit["credit_seconds"]) * 1000,
        count=int(unit.get("pages", 0)),
    )
    return [
        {
            "page": page.number,
            "seconds": int(page.seconds),
            "needed_seconds": int(page.needed),
            "read": page.is_read,
        }
        for page in pages
    ]


def _checks(enrollment: Enrollment) -> dict[str, list[dict[str, Any]]]:
    """Return the checks of presence by unit: when asked, when answered, if at all."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rows = PresenceCheck.objects.filter(enrollment=enrollment)
    for row in rows.order_by("asked_at", "pk"):
        found[str(row.unit_key)].append(
            {
                "asked_at": moment(row.asked_at),
                "answered_at": moment(row.answered_at),
                "wrong_answers": row.wrong_answers,
            }
        )
    return found


def _attended(enrollment: Enrollment) -> dict[str, list[dict[str, Any]]]:
    """Return the trainings on site by unit: in and out, and who saw to it."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rows = Attendance.objects.filter(enrollment=enrollment).select_related(
        "training", "vouched_by"
    )
    for row in rows.order_by("signed_in_at", "pk"):
        found[str(row.training.unit_key)].append(
            {
                "title": row.training.title,
                "place": row.training.place,
                "led_by": row.training.led_by,
                "signed_in_at": moment(row.signed_in_at),
                "signed_in_by": row.signed_in_by,
                "signed_out_at": moment(row.signed_out_at),
                "signed_out_by": row.signed_out_by,
                "vouched_by": row.vouched_by.get_full_name() if row.vouched_by else "",
                "credited_seconds": row.credited_seconds,
            }
        )
    return found
