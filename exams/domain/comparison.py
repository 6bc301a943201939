"""With oneself, never with others: this attempt beside the earlier ones."""

from dataclasses import dataclass
from decimal import Decimal

from exams.enums import AttemptState
from exams.models import Attempt, Result

SHOWN_EARLIER = 5


@dataclass(frozen=True, slots=True)
class Change:
    """A share of points then and now, in whole percent; None: it was not asked.

    Attributes:
        topic: empty for what belongs to none.
    """

    topic: str
    before: int | None
    now: int | None

    @property
    def difference(self) -> int | None:
        """Percentage points gained, negative where some were lost."""
        if self.before is None or self.now is None:
            return None
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class Comparison:
    """This attempt and the one before it.

    Attributes:
        earlier: released earlier attempts with results, the newest first.
        total: the whole paper, then and now.
        topics: the largest gain or loss first; what was asked only once comes last.
    """

    earlier: list[Attempt]
    total: Change
    topics: list[Change]


def compare_with_earlier(*, attempt: Attempt) -> Comparison | None:
    """Compare with the released attempts of the same exam before it; one query.

    None where there is none, or where this result itself is not released or complete.
    Draws differ, so that shares are compared, not points.
    """
    if not attempt.is_finalized or attempt.result.pending_count:
        return None
    earlier = list(
        Attempt.objects.filter(
            exam_id=attempt.exam_id,
            candidate_id=attempt.candidate_id,
            number__lt=attempt.number,
            state=AttemptState.FINALIZED,
            result__pending_count=0,
        )
        .select_related("result")
        .order_by("-number")[:SHOWN_EARLIER]
    )
    if not earlier:
        return None
    then, now = earlier[0].result, attempt.result
    before, after = _shares(then), _shares(now)
    topics = [
        Change(topic, before.get(topic), after.get(topic))
        for topic in {**after, **before}
    ]
    topics.sort(key=_rank)
    return Comparison(earlier, Change("", _share(then), _share(now)), topics)


def _rank(change: Change) -> tuple[bool, int, str]:
    difference = change.difference
    return difference is None, -abs(difference or 0), change.topic


def _share(result: Result) -> int:
    return percent(result.raw or Decimal(0), result.max)


def _shares(result: Result) -> dict[str, int]:
    return {
        row["topic"]: percent(Decimal(row["raw"]), Decimal(row["max"]))
        for row in result.by_topic
    }


def percent(raw: Decimal, maximum: Decimal) -> int:
    """Return a share in whole percent, rounded down: 100 means all of it."""
    return int(raw * 100 / maximum) if maximum else 0
