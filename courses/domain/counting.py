"""What a report adds to a running lesson: arithmetic, without a row or a clock.

One person is present in one place. A session owns the wall time between its opening
and its end, and no two sessions of a person overlap; so whatever is reported, by how
many tabs and how often, credit never exceeds the time that has passed.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from courses.domain import coverage
from courses.domain.coverage import Interval
from courses.domain.day import count, left_today_ms
from courses.domain.reading import PageTime, page_times
from courses.domain.reports import Report
from courses.models.playback import READING_MEDIUM

# A report later than this after the one before was not sent as it was watched.
OFFLINE_AFTER_MS = 90_000
# Unused wall time that evens out the jitter of the network …
CARRY_MS = 5_000
# … and all of it where reports follow each other closely: a queue that was filled
# offline arrives like one long report.
BURST_MS = 5_000
# Who must not skip ahead may jump this far, as players do at key frames.
ORDER_SLACK_MS = 2_000


class Terms(NamedTuple):
    """What stands fast when a session is opened, and how it ended."""

    pk: int
    public_id: UUID
    learner_id: int
    enrollment_id: int
    unit_key: UUID
    medium: str
    length_ms: int
    required_ms: int
    rate_limit: float
    is_in_order: bool
    check_every_ms: int
    owed_scroll: float
    is_finished_by_hand: bool
    page_count: int
    offline_until: datetime
    ended_at: datetime | None
    end_reason: str

    @property
    def is_active(self) -> bool:
        return self.ended_at is None

    @property
    def is_video(self) -> bool:
        return self.medium != READING_MEDIUM


@dataclass(slots=True)
class Running:
    """What changes with each report; milliseconds, of the unit and of the person."""

    last_receipt_at: datetime
    carry_ms: int
    coverage_carry_ms: int
    last_seq: int
    coverage: list[Interval]
    watched_ms: int
    credited_ms: int
    position_ms: int
    scroll_share: float
    is_completed: bool
    day: date | None
    day_ms: int
    until_check_ms: int | None
    open_check_id: int | None


class Counted(NamedTuple):
    """One interval as it was claimed, and what of it counts."""

    start_ms: int
    end_ms: int
    counted_ms: int
    credited_ms: int


@dataclass(slots=True)
class _Budget:
    """What a report may add, in milliseconds: credit, and new ground."""

    credit: int
    ground: int


@dataclass(slots=True)
class Addition:
    """What a report came to."""

    intervals: list[Counted] = field(default_factory=list)
    is_offline: bool = False

    @property
    def credited_ms(self) -> int:
        return sum(one.credited_ms for one in self.intervals)


def count_report(
    *, terms: Terms, running: Running, report: Report, now: datetime
) -> Addition:
    """Count a new report; `running` is brought up to date, the check is not asked.

    What counts is the new ground of the intervals, at most the wall time since the
    last report times the rate limit. Credit is new ground, at most that wall time, at
    most the day's rest, at most what is left before a check of presence, and in all at
    most the lesson's length.
    """
    addition = Addition()
    budget = _budget_of(terms, running, addition, now)
    covered = running.coverage
    for interval in report.intervals:
        is_ahead = terms.is_in_order and interval[0] > _frontier(covered)
        added = coverage.add(
            covered=covered,
            interval=interval,
            limit_ms=0 if is_ahead and not running.is_completed else budget.ground,
        )
        covered = added.coverage
        budget.ground -= added.counted_ms
        # The same lesson seen again in another language earns no second time.
        left_ms = max(0, terms.length_ms - running.credited_ms)
        credited = min(added.counted_ms, budget.credit, left_ms)
        budget.credit -= credited
        running.credited_ms += credited
        addition.intervals.append(Counted(*interval, added.counted_ms, credited))
    running.coverage = covered
    running.watched_ms = max(running.watched_ms, coverage.length(covered))
    running.carry_ms, running.coverage_carry_ms = budget.credit, budget.ground
    running.last_seq = max(running.last_seq, report.seq)
    if addition.credited_ms:
        count(presence=running, credited_ms=addition.credited_ms, now=now)
    return addition


def _budget_of(
    terms: Terms, running: Running, addition: Addition, now: datetime
) -> _Budget:
    """Return what has passed since the last report, less what must not count."""
    # The clock of this session stops at its end and when its grant runs out.
    until = min(now, terms.ended_at or now, terms.offline_until)
    elapsed_ms = max(0, (until - running.last_receipt_at) // timedelta(milliseconds=1))
    running.last_receipt_at = max(running.last_receipt_at, until)
    carry_ms, ground_carry_ms = running.carry_ms, running.coverage_carry_ms
    if elapsed_ms > BURST_MS:
        carry_ms = min(carry_ms, CARRY_MS)
        ground_carry_ms = min(ground_carry_ms, CARRY_MS)
    budget = _Budget(
        credit=elapsed_ms + carry_ms,
        # New ground has a budget of its own: who watches faster uses up less time.
        ground=int(elapsed_ms * terms.rate_limit) + ground_carry_ms,
    )
    is_late = elapsed_ms + carry_ms > OFFLINE_AFTER_MS
    addition.is_offline = is_late or not terms.is_active
    most = left_today_ms(running, now)
    if running.open_check_id is not None:
        most = 0
    elif running.until_check_ms is not None and not addition.is_offline:
        # What comes from offline could not be asked about: it is asked about after.
        most = min(most, running.until_check_ms)
    budget.credit = min(budget.credit, most)
    budget.ground = min(budget.ground, int(most * terms.rate_limit))
    return budget


def next_position_ms(*, running: Running, report: Report, now: datetime) -> int:
    """Return where to go on: what a hold kept from counting is played again."""
    if running.open_check_id is not None or not left_today_ms(running, now):
        for interval in report.intervals:
            missing = coverage.subtract(interval, running.coverage)
            if missing:
                return missing[0][0]
    return report.position_ms


def _frontier(covered: list[Interval]) -> int:
    """Return up to where the start of a video was seen without a gap, and a little."""
    seen = covered[0][1] if covered and covered[0][0] <= ORDER_SLACK_MS else 0
    return seen + ORDER_SLACK_MS


def pages_of(terms: Terms, running: Running) -> list[PageTime]:
    """Return the pages of a document that is read page by page; none of others."""
    return page_times(
        covered=running.coverage, length_ms=terms.length_ms, count=terms.page_count
    )


def is_earned(*, terms: Terms, running: Running) -> bool:
    """Tell whether the unit is complete now and was not before."""
    if (
        running.is_completed
        or terms.is_finished_by_hand
        or terms.required_ms <= 0
        or running.scroll_share < terms.owed_scroll
    ):
        return False
    if terms.page_count:
        return all(page.is_read for page in pages_of(terms, running))
    return coverage.length(running.coverage) >= terms.required_ms
