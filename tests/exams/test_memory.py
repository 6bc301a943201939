"""When a question is asked again, in days of China."""

from datetime import UTC, date, datetime, timedelta

import pytest

from exams.domain.memory import MASTERY_DAYS, Memory, remember

pytestmark = pytest.mark.unit

MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00 in China
NEW = Memory(None, None, None, 0, date(2026, 11, 23))


def after(memory, moment, *, is_right=True, is_guess=False):
    return remember(memory=memory, is_right=is_right, is_guess=is_guess, now=moment)


def test_right_days_in_a_row_lengthen_the_pause_until_mastery():
    memory, moment, pauses = NEW, MORNING, []
    for _day in range(MASTERY_DAYS):
        memory = after(memory, moment)
        pauses.append((memory.due_on - moment.date()).days)
        moment = datetime(*memory.due_on.timetuple()[:3], 2, tzinfo=UTC)
    assert pauses == sorted(pauses)
    assert pauses[0] >= 1
    assert pauses[-1] > pauses[0]
    assert memory.is_mastered


def test_a_wrong_answer_comes_back_tomorrow_and_starts_anew():
    memory = after(NEW, MORNING)
    memory = after(memory, MORNING + timedelta(days=5), is_right=False)
    assert memory.streak == 0
    assert memory.due_on <= date(2026, 11, 30)
    assert after(NEW, MORNING, is_right=False).due_on == date(2026, 11, 24)


def test_twice_right_on_one_day_counts_once():
    memory = after(NEW, MORNING)
    again = after(memory, MORNING + timedelta(hours=3))
    assert (memory.streak, again.streak) == (1, 1)


def test_the_day_ends_at_midnight_in_china_not_in_greenwich():
    late = datetime(2026, 11, 23, 15, 50, tzinfo=UTC)  # 23:50 on the 23rd
    memory = after(NEW, late)
    next_day = after(memory, late + timedelta(minutes=20))  # 00:10 on the 24th
    assert next_day.streak == 2
    assert after(NEW, late, is_right=False).due_on == date(2026, 11, 24)


def test_a_right_guess_neither_counts_nor_breaks_the_row():
    memory = after(NEW, MORNING)
    guessed = after(memory, MORNING + timedelta(days=3), is_guess=True)
    assert guessed.streak == 1
    certain = after(memory, MORNING + timedelta(days=3))
    assert certain.streak == 2
    assert guessed.due_on <= certain.due_on


def test_the_same_history_always_gives_the_same_day():
    assert after(after(NEW, MORNING), MORNING + timedelta(days=2)) == after(
        after(NEW, MORNING), MORNING + timedelta(days=2)
    )


def test_nobody_waits_longer_than_half_a_year():
    memory = Memory(5000.0, 1.0, MORNING - timedelta(days=400), 0, date(2026, 1, 1))
    assert after(memory, MORNING).due_on <= date(2026, 11, 23) + timedelta(days=180)
