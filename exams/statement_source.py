"""What exams tell in xAPI: passed or failed, once the result is released."""

from collections.abc import Iterator
from datetime import datetime

from courses.statements import (
    Statement,
    activity,
    build_statement,
    register_statement_source,
)
from exams.enums import AttemptState
from exams.models import Result

CHUNK = 500


@register_statement_source
def exams_finished(
    since: datetime, until: datetime, organization_id: int | None
) -> Iterator[Statement]:
    """`passed` or `failed`, with the score; a corrected result is another fact."""
    rows = Result.objects.filter(
        attempt__state=AttemptState.FINALIZED,
        passed__isnull=False,
        released_at__gte=since,
        released_at__lt=until,
    ).select_related("attempt__exam", "attempt__candidate")
    if organization_id is not None:
        rows = rows.filter(attempt__organization_id=organization_id)
    for row in rows.order_by("released_at", "pk").iterator(CHUNK):
        attempt = row.attempt
        raw, most = float(row.raw or 0), float(row.max)
        yield build_statement(
            fact=f"exam:{attempt.public_id}:{row.passed}:{row.raw}",
            subject_id=attempt.candidate.subject_id,
            verb="passed" if row.passed else "failed",
            obj=activity(
                "exam", attempt.exam.public_id, {"zh-hans": attempt.exam.title}
            ),
            happened_at=row.released_at or since,
            result={
                "success": bool(row.passed),
                "completion": True,
                "score": {
                    "raw": raw,
                    "min": 0,
                    "max": most,
                    "scaled": round(raw / most, 4) if most else 0,
                },
            },
        )
