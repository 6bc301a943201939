"""xAPI of exams: a result is told once; a corrected one voids what was told before."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from courses.statements import VERBS, VOIDED, statements_between
from exams.domain.marks import NewMark, append_marks, lock_attempt
from exams.enums import MarkSource
from tests.exams.test_release import sit
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.unit, pytest.mark.django_db]
DAY = timedelta(days=1)


def told(since, until):
    return [
        one
        for one in statements_between(since=since, until=until)
        if one["object"]["objectType"] == "StatementRef"
        or "/exam/" in one["object"]["id"]
    ]


def correct(attempt, points, now):
    """Give the first answer other points, as an examiner does after an appeal."""
    with transaction.atomic():
        append_marks(
            attempt=lock_attempt(attempt.pk),
            marks=[NewMark(1, Decimal(points), MarkSource.APPEAL, UserFactory())],
            by=None,
            reason="复核",
            now=now,
        )


def meanings(statements):
    """Return verb and points, or the place of what is voided among them."""
    ids = [one["id"] for one in statements]
    return [
        ("voided", ids.index(one["object"]["id"]))
        if one["verb"]["id"] == VOIDED
        else (one["verb"]["id"].rsplit("/", 1)[1], one["result"]["score"]["raw"])
        for one in statements
    ]


def test_a_released_result_is_told_once(exam, candidate, now):
    sit(exam, candidate, now)

    first, second = told(now, now + DAY), told(now - DAY, now + DAY)

    assert first == second
    assert meanings(first) == [("passed", 3.0)]
    assert told(now + DAY, now + 2 * DAY) == []


def test_each_correction_voids_what_was_told_before(exam, candidate, now):
    attempt = sit(exam, candidate, now, answers=(["B"], ["A"], ["B"]))
    correct(attempt, 1, now + DAY)
    correct(attempt, 0, now + 2 * DAY)

    all_days = told(now, now + 3 * DAY)
    by_day = [told(now + n * DAY, now + (n + 1) * DAY) for n in range(3)]

    # The third result is like the first one, and still a statement of its own.
    assert meanings(all_days) == [
        ("failed", 1.0),
        ("voided", 0),
        ("passed", 2.0),
        ("voided", 2),
        ("failed", 1.0),
    ]
    assert len({one["id"] for one in all_days}) == 5
    # A day tells what changed on it, and with the same numbers.
    assert [one for day in by_day for one in day] == all_days
    assert [len(day) for day in by_day] == [1, 2, 2]
    assert all_days[0]["actor"] == all_days[2]["actor"]
    assert {one["verb"]["id"] for one in all_days} == {
        VOIDED,
        VERBS["passed"],
        VERBS["failed"],
    }


def test_marks_that_change_nothing_are_not_told(exam, candidate, now):
    attempt = sit(exam, candidate, now)
    correct(attempt, 1, now + DAY)

    assert told(now + DAY, now + 2 * DAY) == []
    assert meanings(told(now, now + 2 * DAY)) == [("passed", 3.0)]


def test_a_correction_stays_with_the_enterprise_it_counts_for(exam, candidate, now):
    attempt = sit(exam, candidate, now, answers=(["B"], ["A"], ["B"]))
    correct(attempt, 1, now + DAY)

    found = statements_between(
        since=now, until=now + 2 * DAY, organization_id=987_654_321
    )

    assert list(found) == []
