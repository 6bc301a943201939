import math

import pytest

from courses.domain.reports import MAX_INTERVALS, check_report
from courses.errors import IntervalInvalid

pytestmark = pytest.mark.unit


def check(intervals=((0.0, 5.0),), seq=1, rate=1.0):
    return check_report(
        seq=seq, intervals=intervals, rate=rate, length_ms=60_000, rate_limit=2.0
    )


def test_a_report_becomes_milliseconds_within_the_lesson():
    report = check([[0, 14.8], [50.0, 75.5]], rate=1.5)
    assert report.intervals == [(0, 14_800), (50_000, 60_000)]
    assert (report.rate, report.position_ms) == (1.5, 60_000)


@pytest.mark.parametrize(
    ("intervals", "code"),
    [
        ([], "intervals_missing"),
        ([[0, 1]] * (MAX_INTERVALS + 1), "intervals_too_many"),
        ([[-0.1, 5]], "interval_negative"),
        ([[5, 1]], "interval_reversed"),
        ([[math.nan, 1]], "interval_not_finite"),
        ([[0, math.inf]], "interval_not_finite"),
        ([["0", 1]], "interval_not_finite"),
        ([[True, 1]], "interval_not_finite"),
        ([[0, 1e12]], "interval_too_long"),
        ([[0]], "interval_malformed"),
        ([[0, 1, 2]], "interval_malformed"),
        (["ab"], "interval_malformed"),
        ([[0, 10], [9, 12]], "intervals_overlap"),
        ([[0, 10], [0, 10]], "intervals_overlap"),
        ([[66, 70]], "intervals_outside"),
    ],
)
def test_what_can_not_be_true_is_refused(intervals, code):
    with pytest.raises(IntervalInvalid) as refused:
        check(intervals)
    assert refused.value.code == code
    assert refused.value.status == 422
    assert str(refused.value.message)


@pytest.mark.parametrize("interval", [[61.4, 62.2], [60, 70], [3, 3]])
def test_what_lies_just_behind_the_end_is_taken_as_nothing(interval):
    assert check([interval]).intervals == []


@pytest.mark.parametrize("rate", [0, -1, 2.1, 16, math.nan, math.inf, "1", True, None])
def test_a_rate_beyond_the_limit_is_refused(rate):
    with pytest.raises(IntervalInvalid) as refused:
        check(rate=rate)
    assert refused.value.code == "rate_invalid"


@pytest.mark.parametrize("seq", [0, -1, 2**40, 1.5, "1", True, None])
def test_a_number_that_is_none_is_refused(seq):
    with pytest.raises(IntervalInvalid) as refused:
        check(seq=seq)
    assert refused.value.code == "seq_invalid"
