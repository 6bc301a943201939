"""What courses tell in xAPI: lessons begun and completed, questions, whole courses."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from courses.domain.queries import unit_of
from courses.models import ActivityAnswer, Enrollment, UnitProgress
from courses.statements import (
    Statement,
    activity,
    build_statement,
    register_statement_source,
)

CHUNK = 500


def _of(organization_id: int | None, prefix: str = "enrollment__") -> dict[str, Any]:
    if organization_id is None:
        return {}
    return {f"{prefix}organization_id": organization_id}


def _course(enrollment: Enrollment) -> Statement:
    titles = enrollment.syllabus.content["titles"]
    return activity("course", enrollment.course_key, titles)


def _lesson(enrollment: Enrollment, unit_key: Any) -> Statement:
    unit = unit_of(syllabus=enrollment.syllabus, unit_key=unit_key)
    return activity("lesson", unit_key, unit["titles"] if unit else None)


@register_statement_source
def lessons_begun(
    since: datetime, until: datetime, organization_id: int | None
) -> Iterator[Statement]:
    """`experienced`: a lesson was opened for the first time."""
    rows = UnitProgress.objects.filter(
        created_at__gte=since, created_at__lt=until, **_of(organization_id)
    ).select_related("enrollment__syllabus", "enrollment__learner")
    for row in rows.order_by("created_at", "pk").iterator(CHUNK):
        yield build_statement(
            fact=f"unit-begun:{row.enrollment.public_id}:{row.unit_key}",
            subject_id=row.enrollment.learner.subject_id,
            verb="experienced",
            obj=_lesson(row.enrollment, row.unit_key),
            happened_at=row.created_at,
            parent=_course(row.enrollment),
        )


@register_statement_source
def lessons_completed(
    since: datetime, until: datetime, organization_id: int | None
) -> Iterator[Statement]:
    """`completed`, with the time that was credited in the lesson."""
    rows = UnitProgress.objects.filter(
        completed_at__gte=since, completed_at__lt=until, **_of(organization_id)
    ).select_related("enrollment__syllabus", "enrollment__learner")
    for row in rows.order_by("completed_at", "pk").iterator(CHUNK):
        done_at = row.completed_at or since
        yield build_statement(
            # A lesson that a new version opened again may be completed twice.
            fact=f"unit-completed:{row.enrollment.public_id}:{row.unit_key}"
            f":{done_at.isoformat()}",
            subject_id=row.enrollment.learner.subject_id,
            verb="completed",
            obj=_lesson(row.enrollment, row.unit_key),
            happened_at=done_at,
            parent=_course(row.enrollment),
            result={"completion": True},
        )


@register_statement_source
def courses_completed(
    since: datetime, until: datetime, organization_id: int | None
) -> Iterator[Statement]:
    """`completed`, for a whole course."""
    rows = Enrollment.objects.filter(
        completed_at__gte=since, completed_at__lt=until, **_of(organization_id, "")
    ).select_related("syllabus", "learner")
    for row in rows.order_by("completed_at", "pk").iterator(CHUNK):
        yield build_statement(
            fact=f"course-completed:{row.public_id}",
            subject_id=row.learner.subject_id,
            verb="completed",
            obj=_course(row),
            happened_at=row.completed_at or since,
            result={"completion": True},
        )


@register_statement_source
def questions_answered(
    since: datetime, until: datetime, organization_id: int | None
) -> Iterator[Statement]:
    """`answered`: a question inside a lesson, and whether rightly."""
    rows = ActivityAnswer.objects.filter(
        answered_at__gte=since,
        answered_at__lt=until,
        is_right__isnull=False,
        **_of(organization_id),
    ).select_related("enrollment__syllabus", "enrollment__learner", "activity")
    for row in rows.order_by("answered_at", "pk").iterator(CHUNK):
        yield build_statement(
            fact=f"answered:{row.enrollment.public_id}:{row.unit_key}"
            f":{row.activity.sha256}:{row.number}",
            subject_id=row.enrollment.learner.subject_id,
            verb="answered",
            obj=activity("question", row.activity.sha256, None),
            happened_at=row.answered_at,
            parent=_lesson(row.enrollment, row.unit_key),
            result={
                "success": bool(row.is_right),
                "score": {"scaled": round(row.share, 4)},
            },
        )
