"""From the log of answers to marks, and from marks to the result."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from exams.domain.folding import fold_responses
from exams.domain.keys import effective_keys
from exams.domain.mark_log import append_first_marks
from exams.domain.responses import logged_responses
from exams.enums import MarkSource
from exams.interactions import InvalidValue, Score, interaction_for
from exams.models import Attempt, Mark, Result

ZERO = Decimal(0)


def score_value(
    *, view: dict[str, Any], key: dict[str, Any], value: list[str]
) -> tuple[list[str], Score | None]:
    """Return the normalized answer and its score; None: an examiner decides.

    An answer that the item does not know scores nothing; it stays in the log.
    """
    interaction = interaction_for(key["type"])
    max_score = Decimal(key["max_score"])
    try:
        normal = interaction.normalize_value(view, value)
    except InvalidValue:
        is_credited = key.get("is_credited", False)
        return value, Score(max_score if is_credited else ZERO, max_score)
    if key.get("is_credited"):
        return normal, Score(max_score, max_score)
    return normal, interaction.score(key, normal, max_score)


def score_attempt(*, attempt: Attempt, now: datetime) -> Result:
    """Append the first mark of every position and fold the result.

    Everything comes from what was frozen at the start, under the key corrections that
    were approved since; nothing from the live bank.
    """
    views = {item["position"]: item for item in attempt.paper.blob["items"]}
    keys = effective_keys(attempt)
    responses = fold_responses(logged_responses(attempt))
    marks = []
    for position, view in views.items():
        key = keys[str(position)]
        value, score = score_value(
            view=view, key=key, value=responses.get(position, [])
        )
        marks.append(
            Mark(
                attempt=attempt,
                position=position,
                source=MarkSource.AUTOMATIC,
                value=value,
                raw=score.raw if score else None,
                max=Decimal(key["max_score"]),
                marked_at=now,
            )
        )
    append_first_marks(marks=marks)
    return fold_result(attempt=attempt, marks=marks, keys=keys, now=now)


def fold_result(
    *,
    attempt: Attempt,
    marks: Iterable[Mark],
    keys: dict[str, Any],
    pass_mark: Decimal | None = None,
    now: datetime,
) -> Result:
    """Compute the result anew: per position the latest mark counts.

    The first scoring takes the exam's pass mark; later ones keep it (`pass_mark`),
    whatever the exam says by then.
    """
    latest: dict[int, Mark] = {}
    for mark in marks:
        known = latest.get(mark.position)
        if known is None or mark.number > known.number:
            latest[mark.position] = mark
    pending = sum(mark.raw is None for mark in latest.values())
    raw = total_of(mark.raw for mark in latest.values())
    maximum = sum((mark.max for mark in latest.values()), ZERO)
    if pass_mark is None:
        pass_mark = attempt.exam.pass_mark
    result, _created = Result.objects.update_or_create(
        attempt=attempt,
        defaults={
            "raw": None if pending else raw,
            "max": maximum,
            "passed": None if pending else raw >= maximum * pass_mark,
            "pass_mark": pass_mark,
            "pending_count": pending,
            "by_topic": _by_topic(latest, keys),
            "computed_at": now,
        },
    )
    return result


def total_of(raws: Iterable[Decimal | None]) -> Decimal:
    """Add points; what wrong answers cost never makes a paper worth less than 0."""
    return max(ZERO, sum((raw or ZERO for raw in raws), ZERO))


def _by_topic(latest: dict[int, Mark], keys: dict[str, Any]) -> list[dict[str, str]]:
    totals: dict[str, list[Decimal]] = {}
    for position, mark in sorted(latest.items()):
        sums = totals.setdefault(keys[str(position)]["topic"], [ZERO, ZERO])
        sums[0] += mark.raw or ZERO
        sums[1] += mark.max
    ordered = sorted(totals.items(), key=lambda entry: entry[1][0] / entry[1][1])
    return [
        {"topic": topic, "raw": str(max(ZERO, raw)), "max": str(maximum)}
        for topic, (raw, maximum) in ordered
    ]
