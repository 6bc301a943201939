"""Statistics of an exam and its items, computed by the worker from finalized attempts.

The rows are a cache: they can be thrown away and computed again. Attempts stream
through in chunks; what stays in memory is one small record per item.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import F, Max, OuterRef, Q, Subquery

from exams.domain.flags import OptionFacts, flags_of
from exams.domain.psychometrics import (
    ItemSums,
    Moments,
    OptionSums,
    cronbach_alpha,
    standard_error,
)
from exams.enums import AttemptState
from exams.models import (
    Attempt,
    AttemptKey,
    Exam,
    ExamStatistics,
    Item,
    ItemStatistics,
    Mark,
)

CHUNK = 200
BANDS = 10
CHOICES = ("choice", "true_false")


@dataclass(slots=True)
class ExamSums:
    """Running sums of one exam."""

    items: dict[str, ItemSums] = field(default_factory=dict)
    totals: Moments = field(default_factory=Moments)
    shares: Moments = field(default_factory=Moments)
    bands: list[int] = field(default_factory=lambda: [0] * BANDS)
    passed: int = 0
    shown: frozenset[str] | None = None
    is_one_paper: bool = True


def compute_statistics(*, exam: Exam, now: datetime) -> ExamStatistics:
    """Compute an exam's statistics anew and keep them; any number of times."""
    sums = ExamSums()
    for chunk in _chunks(exam):
        _add_chunk(sums, chunk)
    return _store(exam=exam, sums=sums, now=now)


def _chunks(exam: Exam) -> Iterator[list[Attempt]]:
    """Yield finalized attempts by their key, a chunk at a time."""
    last = 0
    while True:
        chunk = list(
            Attempt.objects.filter(exam=exam, state=AttemptState.FINALIZED, pk__gt=last)
            .select_related("result")
            .order_by("pk")[:CHUNK]
        )
        if not chunk:
            return
        yield chunk
        last = chunk[-1].pk


Latest = tuple[int, int, list[str], Decimal | None, Decimal]


def _add_chunk(sums: ExamSums, attempts: list[Attempt]) -> None:
    ids = [attempt.pk for attempt in attempts]
    keys = dict(
        AttemptKey.objects.filter(attempt_id__in=ids).values_list("attempt_id", "blob")
    )
    marks = _marks_of(ids)
    for attempt in attempts:
        _add_attempt(
            sums,
            attempt=attempt,
            keys=keys[attempt.pk],
            marks=marks.get(attempt.pk, []),
        )


def _marks_of(ids: list[int]) -> dict[int, list[Latest]]:
    """Return the marks that count, by attempt."""
    rows = (
        Mark.objects.filter(attempt_id__in=ids)
        .order_by("attempt_id", "position", "number")
        .values_list("attempt_id", "position", "value", "raw", "max")
    )
    found: dict[int, list[Latest]] = {}
    for _place, versions in groupby(rows, key=lambda row: (row[0], row[1])):
        row = list(versions)[-1]
        found.setdefault(row[0], []).append(row)
    return found


def _add_attempt(
    sums: ExamSums, *, attempt: Attempt, keys: dict[str, Any], marks: list[Latest]
) -> None:
    result = attempt.result
    if result.raw is None:
        return
    total = float(sum((row[3] or Decimal(0) for row in marks), Decimal(0)))
    sums.totals.add(float(result.raw))
    share = float(result.raw / result.max) if result.max else 0.0
    sums.shares.add(share)
    sums.bands[min(BANDS - 1, int(share * BANDS))] += 1
    sums.passed += bool(result.passed)
    shown = frozenset(key["item"] for key in keys.values())
    sums.is_one_paper &= sums.shown in (None, shown)
    sums.shown = sums.shown or shown
    for _attempt, position, value, raw, most in marks:
        key = keys[str(position)]
        item = sums.items.setdefault(key["item"], ItemSums())
        score = float(raw or 0)
        item.add(score=score, most=float(most), total=total)
        item.omitted += not value
        if key["type"] in CHOICES:
            _add_choice(item, key, value, rest=total - score)


def _add_choice(
    item: ItemSums, key: dict[str, Any], value: list[str], *, rest: float
) -> None:
    """Count options under the author's keys: labels differ between papers."""
    authors = key.get("labels") or {"true": "true", "false": "false"}
    for author in authors.values():
        item.options.setdefault(author, OptionSums())
    for label in value:
        if label in authors:
            item.choose(authors[label], rest=rest)


@transaction.atomic
def _store(*, exam: Exam, sums: ExamSums, now: datetime) -> ExamStatistics:
    """Replace the cached rows of this exam."""
    alpha, kind = _reliability(sums)
    kept, _created = ExamStatistics.objects.update_or_create(
        exam=exam,
        defaults={
            "attempt_count": sums.totals.n,
            "passed_count": sums.passed,
            "mean": sums.totals.mean if sums.totals.n else None,
            "deviation": sums.totals.deviation if sums.totals.n else None,
            "mean_share": sums.shares.mean if sums.shares.n else None,
            "reliability": alpha,
            "reliability_kind": kind,
            "standard_error": standard_error(sums.totals.deviation, alpha),
            "is_one_paper": sums.is_one_paper,
            "bands": sums.bands,
            "computed_at": now,
        },
    )
    ItemStatistics.objects.filter(exam=exam).delete()
    items = Item.objects.non_polymorphic().select_related("current_revision")
    known = {
        str(item.public_id): item for item in items.filter(public_id__in=sums.items)
    }
    ItemStatistics.objects.bulk_create(
        _item_row(exam=exam, item=known[key], sums=one, now=now)
        for key, one in sums.items.items()
        if key in known
    )
    return kept


def _reliability(sums: ExamSums) -> tuple[float | None, str]:
    """Return alpha, and whether it is KR-20; none where papers differ.

    Candidates who drew different items have no common set of items to be consistent
    over; the figure would mean nothing.
    """
    if not sums.is_one_paper or not sums.items:
        return None, ""
    rows = list(sums.items.values())
    kind = "kr20" if all(_is_zero_one(row) for row in rows) else "alpha"
    return cronbach_alpha([row.score for row in rows], sums.totals), kind


def _is_zero_one(row: ItemSums) -> bool:
    """One point each, right or wrong: where alpha is called KR-20."""
    return row.is_dichotomous and row.maximum == row.score.n


def _item_row(
    *, exam: Exam, item: Item, sums: ItemSums, now: datetime
) -> ItemStatistics:
    correct = _correct_options(item)
    options = [
        OptionFacts(
            key=key,
            count=option.n,
            rest_mean=option.rest_mean,
            is_right=key in correct,
        )
        for key, option in sorted(sums.options.items())
    ]
    return ItemStatistics(
        exam=exam,
        item=item,
        sample_size=sums.score.n,
        facility=sums.facility,
        discrimination=sums.discrimination,
        omitted_count=sums.omitted,
        options=[asdict(option) for option in options],
        flags=flags_of(
            n=sums.score.n,
            facility=sums.facility,
            discrimination=sums.discrimination,
            options=options,
        ),
        computed_at=now,
    )


def _correct_options(item: Item) -> set[str]:
    """Return the author's keys that are right today."""
    correct = item.content.get("correct")
    if isinstance(correct, bool):
        return {str(correct).lower()}
    return set(map(str, correct)) if isinstance(correct, list) else set()


def outdated_exams(*, limit: int = 20) -> list[Exam]:
    """Return exams with results that their statistics have not seen yet."""
    newest = (
        Attempt.objects.filter(exam=OuterRef("pk"), state=AttemptState.FINALIZED)
        .order_by()
        .values("exam")
        .annotate(newest=Max("result__computed_at"))
        .values("newest")
    )
    return list(
        Exam.objects.annotate(newest=Subquery(newest))
        .filter(newest__isnull=False)
        .filter(Q(statistics__isnull=True) | Q(statistics__computed_at__lt=F("newest")))
        .order_by("pk")[:limit]
    )
