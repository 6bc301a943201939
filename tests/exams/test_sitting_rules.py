"""When an attempt may start, and how long it may last."""

from datetime import timedelta

import pytest

from exams.domain.attempts import start_attempt
from exams.domain.submission import submit_attempt
from exams.errors import ExamNotOpen
from exams.models import Accommodation
from tests.exams.conftest import NOW
from tests.factories.accounts import UserFactory
from tests.factories.exams import ExamFactory

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def minutes(count):
    return timedelta(minutes=count)


def start(exam, candidate, now=NOW):
    return start_attempt(exam=exam, candidate=candidate, now=now)


def hand_in(attempt, now):
    return submit_attempt(attempt=attempt, by=None, writer=1, last_seq=0, now=now)


@pytest.mark.parametrize(
    ("after", "code"), [(-1, "not_yet_open"), (0, ""), (15, ""), (16, "too_late")]
)
def test_late_entry_is_bounded_from_the_opening(candidate, after, code):
    exam = ExamFactory(opens_at=NOW, entry_limit_seconds=15 * 60)
    moment = NOW + minutes(after)
    if not code:
        assert start(exam, candidate, moment).started_at == moment
        return
    with pytest.raises(ExamNotOpen) as refusal:
        start(exam, candidate, moment)
    assert refusal.value.code == code


def test_the_end_for_everybody_cuts_the_duration(candidate):
    exam = ExamFactory(opens_at=NOW, ends_at=NOW + minutes(90))
    late = start(exam, candidate, NOW + minutes(40))
    assert late.deadline == NOW + minutes(90)
    assert late.closes_at == late.deadline + timedelta(seconds=30)
    with pytest.raises(ExamNotOpen) as refusal:
        start(exam, UserFactory(), NOW + minutes(91))
    assert refusal.value.code == "window_closed"


def test_extra_time_is_added_after_everything_else(candidate):
    exam = ExamFactory(opens_at=NOW, ends_at=NOW + minutes(50))
    Accommodation.objects.create(
        exam=exam,
        candidate=candidate,
        extra_seconds=20 * 60,
        reason="右手受伤",
        granted_by=UserFactory(),
    )
    assert start(exam, candidate).deadline == NOW + minutes(70)
    assert start(exam, UserFactory()).deadline == NOW + minutes(50)


def test_the_next_attempt_waits_for_the_pause(candidate):
    exam = ExamFactory(pause_between_seconds=3600)
    first = start(exam, candidate)
    hand_in(first, NOW + minutes(10))
    with pytest.raises(ExamNotOpen) as refusal:
        start(exam, candidate, NOW + minutes(69))
    assert refusal.value.code == "pause_between_attempts"
    assert refusal.value.params["next_start_at"] == (NOW + minutes(70)).isoformat()
    assert start(exam, candidate, NOW + minutes(70)).number == 2


def test_the_moment_of_the_end_is_no_start(candidate):
    exam = ExamFactory(ends_at=NOW)
    with pytest.raises(ExamNotOpen):
        start(exam, candidate, NOW)
