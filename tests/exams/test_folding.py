"""The log of answers gives one result, whatever happened on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.domain.folding import LoggedResponse, find_gaps, fold_responses

pytestmark = pytest.mark.unit

# Unique by writer and seq, as the table is.
LOGS = st.lists(
    st.builds(
        LoggedResponse,
        writer=st.integers(1, 4),
        seq=st.integers(1, 12),
        position=st.integers(1, 6),
        value=st.lists(st.sampled_from("ABCD"), max_size=2),
    ),
    unique_by=lambda event: (event.writer, event.seq),
    max_size=40,
)


@given(LOGS, st.randoms())
def test_any_order_and_any_repetition_folds_to_the_same(log, random):
    arrived = log + random.choices(log, k=10) if log else []
    random.shuffle(arrived)
    assert fold_responses(arrived) == fold_responses(log)


@given(LOGS, st.integers(0, 40))
def test_folding_in_parts_is_folding_at_once(log, cut):
    first = fold_responses(log[:cut])
    whole = fold_responses(log)
    assert set(first) <= set(whole)


@given(LOGS)
def test_per_position_the_newest_writer_and_its_highest_number_win(log):
    for position, value in fold_responses(log).items():
        here = [event for event in log if event.position == position]
        newest = max(event.writer for event in here)
        last = max(event.seq for event in here if event.writer == newest)
        assert value == next(
            e.value for e in here if (e.writer, e.seq) == (newest, last)
        )


def test_a_late_answer_of_an_old_tab_counts_only_where_the_new_one_is_silent():
    log = [
        LoggedResponse(2, 1, 1, ["B"]),
        LoggedResponse(1, 9, 1, ["A"]),
        LoggedResponse(1, 10, 2, ["C"]),
    ]
    assert fold_responses(log) == {1: ["B"], 2: ["C"]}


def test_gaps_are_named_and_limited():
    assert find_gaps({1, 4}, up_to=5, limit=10) == [2, 3, 5]
    assert find_gaps(set(), up_to=100_000, limit=3) == [1, 2, 3]
