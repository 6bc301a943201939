"""Reading a player's report: what can't be true is refused before it is counted."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from django.utils.translation import gettext as _

from courses.domain.coverage import Interval, overlaps
from courses.errors import IntervalInvalid

MAX_INTERVALS = 200
MAX_SEQ = 2_000_000_000
# No lesson is longer; a larger number is an error of the sender.
MAX_SECONDS = 24 * 3600
MIN_RATE = 0.1
# Players run a little past the end that the server measured; that earns nothing.
OVERRUN_MS = 5_000


@dataclass(frozen=True, slots=True)
class Report:
    """A checked report in whole milliseconds, clamped to the length of the medium."""

    seq: int
    intervals: list[Interval]
    rate: float
    position_ms: int


def check_report(
    *,
    seq: int,
    intervals: Sequence[Sequence[float]],
    rate: float,
    length_ms: int,
    rate_limit: float,
) -> Report:
    """Return the report, or refuse it as a whole.

    Raises:
        IntervalInvalid: `seq_invalid`, `rate_invalid`, `intervals_missing`,
            `intervals_too_many`, `interval_malformed`, `interval_not_finite`,
            `interval_negative`, `interval_reversed`, `interval_too_long`,
            `intervals_overlap`, `intervals_outside`.
    """
    if isinstance(seq, bool) or not isinstance(seq, int) or not 0 < seq <= MAX_SEQ:
        _refuse("seq_invalid", _("The number of the report must be 1 or more."))
    if not _is_number(rate) or not MIN_RATE <= rate <= rate_limit:
        _refuse(
            "rate_invalid",
            _("Playback speed must lie between %(low)s and %(high)s.")
            % {"low": MIN_RATE, "high": rate_limit},
        )
    if not intervals:
        _refuse("intervals_missing", _("The report names no interval."))
    if len(intervals) > MAX_INTERVALS:
        _refuse("intervals_too_many", _("The report names too many intervals."))
    exact = [_exact(interval) for interval in intervals]
    if overlaps(exact):
        _refuse("intervals_overlap", _("Intervals of one report must not overlap."))
    clamped = [(start, min(end, length_ms)) for start, end in exact]
    kept = [(start, end) for start, end in clamped if start < end]
    if not kept and exact[0][0] > length_ms + OVERRUN_MS:
        _refuse("intervals_outside", _("The intervals lie outside of the lesson."))
    position_ms = kept[-1][1] if kept else length_ms
    return Report(seq=seq, intervals=kept, rate=float(rate), position_ms=position_ms)


def _is_number(value: object) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
    )


def _exact(interval: Sequence[float]) -> Interval:
    if not isinstance(interval, list | tuple) or len(interval) != 2:
        _refuse("interval_malformed", _("An interval is a pair of start and end."))
    start, end = interval
    if not _is_number(start) or not _is_number(end):
        _refuse("interval_not_finite", _("Start and end must be numbers."))
    if start < 0:
        _refuse("interval_negative", _("An interval can't begin before the start."))
    if end < start:
        _refuse("interval_reversed", _("An interval can't end before it begins."))
    if end > MAX_SECONDS:
        _refuse("interval_too_long", _("No lesson is that long."))
    return round(start * 1000), round(end * 1000)


def _refuse(code: str, message: str) -> NoReturn:
    raise IntervalInvalid(code, message)
