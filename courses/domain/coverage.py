"""Arithmetic of viewed intervals: whole milliseconds, half-open, no clock, no rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

Interval = tuple[int, int]


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the union as sorted intervals that neither overlap nor touch."""
    merged: list[Interval] = []
    for start, end in sorted(i for i in intervals if i[1] > i[0]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def length(intervals: Iterable[Interval]) -> int:
    """Return the length of the union."""
    return sum(end - start for start, end in merge(intervals))


def overlaps(intervals: Iterable[Interval]) -> bool:
    """Tell whether two of the intervals share more than an end point."""
    ordered = sorted(intervals)
    return any(right[0] < left[1] for left, right in pairwise(ordered))


def subtract(interval: Interval, covered: Iterable[Interval]) -> list[Interval]:
    """Return the parts of `interval` that `covered` does not hold."""
    parts: list[Interval] = []
    start, end = interval
    for left, right in merge(covered):
        if right <= start or left >= end:
            continue
        if left > start:
            parts.append((start, left))
        start = max(start, right)
    if start < end:
        parts.append((start, end))
    return parts


@dataclass(frozen=True, slots=True)
class Addition:
    """What one interval added: its new parts, cut off where the limit was reached."""

    counted_ms: int
    coverage: list[Interval]


def add(*, covered: Iterable[Interval], interval: Interval, limit_ms: int) -> Addition:
    """Add one interval to a coverage, at most `limit_ms` of new ground.

    What is covered already adds nothing; the first new parts count, the rest is
    dropped.
    """
    known = merge(covered)
    accepted: list[Interval] = []
    left = max(0, limit_ms)
    for start, end in subtract(interval, known):
        taken = min(end - start, left)
        if taken:
            accepted.append((start, start + taken))
        left -= taken
    counted = sum(end - start for start, end in accepted)
    return Addition(counted_ms=counted, coverage=merge([*known, *accepted]))
