"""What exams tell in xAPI: passed or failed, once the result is released.

A corrected result is told anew, and the statement before it is voided. What a result
was at each moment follows from the marks, which are only ever added to: so an export
of any span gives the same statements, whenever it is asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from django.db.models import Q

from courses.statements import (
    Statement,
    activity,
    build_statement,
    register_statement_source,
    statement_id,
    void_statement,
)
from exams.domain.scoring import total_of
from exams.enums import AttemptState
from exams.models import Mark, Result

CHUNK = 500
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Told:
    """A released result as it was from one moment on."""

    fact: str
    raw: Decimal
    passed: bool
    since: datetime


@register_statement_source
def exams_finished(
    since: datetime, until: datetime, organization_id: int | None
) -> Iterator[Statement]:
    """`passed` or `failed`, with the score; a correction voids what was told before."""
    rows = Result.objects.filter(
        Q(released_at__gte=since) | Q(computed_at__gte=since),
        attempt__state=AttemptState.FINALIZED,
        passed__isnull=False,
        released_at__lt=until,
    ).select_related("attempt__exam", "attempt__candidate")
    if organization_id is not None:
        rows = rows.filter(attempt__organization_id=organization_id)
    for row in rows.order_by("released_at", "pk").iterator(CHUNK):
        before: Told | None = None
        for told in _history(row):
            if since <= told.since < until:
                if before is not None:
                    yield void_statement(
                        voided=statement_id(before.fact), happened_at=told.since
                    )
                yield _statement(row, told)
            before = told


def _history(result: Result) -> Iterator[Told]:
    """Give what was told of a released result, one for each time that it changed."""
    released_at = result.released_at
    if released_at is None:
        return
    name = f"exam:{result.attempt.public_id}"
    if result.computed_at <= released_at:
        raw, passed = result.raw or Decimal(0), bool(result.passed)
        yield Told(f"{name}:{passed}:{raw}", raw, passed, released_at)
        return
    number, known = 0, None
    for moment, raw in _totals(result, released_at):
        passed = raw >= result.max * result.pass_mark
        if (raw, passed) == known:
            continue
        known = (raw, passed)
        again = f":{number}" if number else ""
        yield Told(f"{name}:{passed}:{raw}{again}", raw, passed, moment)
        number += 1


def _totals(
    result: Result, released_at: datetime
) -> Iterator[tuple[datetime, Decimal]]:
    """Give the points at the release and after each later round of marks."""
    marks = Mark.objects.filter(attempt_id=result.pk).order_by(
        "marked_at", "position", "number"
    )
    latest: dict[int, Decimal | None] = {}
    rounds = groupby(marks, key=lambda mark: max(mark.marked_at, released_at))
    for moment, some in rounds:
        latest |= {mark.position: mark.raw for mark in some}
        yield moment, total_of(latest.values()).quantize(CENT)


def _statement(row: Result, told: Told) -> Statement:
    attempt = row.attempt
    raw, most = float(told.raw), float(row.max)
    return build_statement(
        fact=told.fact,
        subject_id=attempt.candidate.subject_id,
        verb="passed" if told.passed else "failed",
        obj=activity("exam", attempt.exam.public_id, {"zh-hans": attempt.exam.title}),
        happened_at=told.since,
        result={
            "success": told.passed,
            "completion": True,
            "score": {
                "raw": raw,
                "min": 0,
                "max": most,
                "scaled": round(raw / most, 4) if most else 0,
            },
        },
    )
