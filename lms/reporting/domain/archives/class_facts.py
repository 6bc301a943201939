"""The facts of one class: one assignment with everybody it reached."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Q, Sum

from courses.domain.queries import media_lengths, required_seconds_of
from exams.enums import AttemptState
from exams.models import Attempt
from lms.compliance.models import Assignment, AssignmentEntry
from lms.organizations.domain.queries import name_on
from lms.reporting.domain.archives.facts import FORMAT
from lms.reporting.domain.archives.plain import day, moment, number


def class_facts(*, assignment: Assignment, on: date, language: str) -> dict[str, Any]:
    """Return plan, syllabus and participants with results, in a few queries."""
    entries = list(
        AssignmentEntry.objects.filter(assignment=assignment)
        .select_related("membership", "enrollment__syllabus")
        .annotate(
            done=Count(
                "enrollment__progress",
                filter=Q(enrollment__progress__completed_at__isnull=False),
            ),
            watched=Sum("enrollment__progress__watched_seconds"),
        )
        .order_by("membership__employee_number", "pk")
    )
    syllabus = entries[0].enrollment.syllabus if entries else None
    lengths = media_lengths(syllabuses=[syllabus]) if syllabus else {}
    scores = _scores(entries)
    return {
        "format": FORMAT,
        "on": day(on),
        "title": syllabus.title(language) if syllabus else str(assignment.course_key),
        "organization": {
            "code": assignment.organization.code,
            "name": name_on(organization_id=assignment.organization_id, on=on),
        },
        "plan": {
            "department": getattr(assignment.department, "name", ""),
            "assigned_by": assignment.assigned_by.get_full_name(),
            "assigned_at": moment(assignment.assigned_at),
            "due_on": day(assignment.due_on),
        },
        "units": [
            {
                "title": unit["titles"].get(language)
                or next(iter(unit["titles"].values()), ""),
                "kind": unit["kind"],
                "required_seconds": required_seconds_of(
                    unit, language=language, lengths=lengths
                ),
                "credit_seconds": unit["credit_seconds"],
            }
            for unit in (syllabus.units if syllabus else [])
        ],
        "people": [
            {
                "name": entry.membership.listed_name,
                "employee_number": entry.membership.employee_number,
                "units": len(entry.enrollment.syllabus.units),
                "done_units": entry.done,  # type: ignore[attr-defined]
                "minutes": int(entry.watched or 0) // 60,  # type: ignore[attr-defined]
                "score": scores.get(entry.enrollment_id),
                "completed_at": moment(entry.enrollment.completed_at),
                "state": entry.enrollment.state,
            }
            for entry in entries
        ],
    }


def _scores(entries: Sequence[AssignmentEntry]) -> dict[int, str | None]:
    """Return enrollment → its best released score."""
    attempts = Attempt.objects.filter(
        enrollment_id__in=[entry.enrollment_id for entry in entries],
        state=AttemptState.FINALIZED,
        result__released_at__isnull=False,
    ).order_by("result__raw")
    rows = attempts.values_list("enrollment_id", "result__raw", "result__max")
    return {
        enrollment: f"{number(raw)}/{number(highest)}"
        for enrollment, raw, highest in rows
        if enrollment is not None and raw is not None
    }
