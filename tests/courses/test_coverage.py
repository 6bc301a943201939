from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.domain.coverage import add, length, merge, overlaps, subtract

pytestmark = pytest.mark.unit

interval = st.tuples(st.integers(0, 500), st.integers(0, 500)).map(
    lambda pair: (min(pair), max(pair))
)
intervals = st.lists(interval, max_size=12)


def seconds_in(rows):
    return {n for start, end in rows for n in range(start, end)}


@given(intervals)
def test_merge_is_the_union_without_overlap(rows):
    merged = merge(rows)
    assert seconds_in(merged) == seconds_in(rows)
    assert not overlaps(merged)
    assert all(a[1] < b[0] for a, b in pairwise(merged))
    assert length(rows) == len(seconds_in(rows))


@given(interval, intervals)
def test_subtract_leaves_exactly_what_is_new(one, rows):
    assert seconds_in(subtract(one, rows)) == seconds_in([one]) - seconds_in(rows)


@given(interval, intervals, st.integers(0, 300))
def test_add_never_exceeds_its_limit_nor_the_new_ground(one, rows, limit):
    added = add(covered=rows, interval=one, limit_ms=limit)
    new = len(seconds_in([one]) - seconds_in(rows))
    assert added.counted_ms == min(new, limit)
    assert seconds_in(rows) <= seconds_in(added.coverage)
    assert len(seconds_in(added.coverage)) == length(rows) + added.counted_ms


def test_a_negative_limit_counts_nothing():
    assert add(covered=[], interval=(0, 10), limit_ms=-5).counted_ms == 0


def test_intervals_that_touch_do_not_overlap():
    assert not overlaps([(0, 5), (5, 9)])
    assert overlaps([(0, 6), (5, 9)])
