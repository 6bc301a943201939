"""Appeals: when, about what, who answers, what follows."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError

from exams.domain.appeals import (
    answer_appeal,
    appeal_until,
    make_appeal,
    open_appeal_of,
    withdraw_appeal,
)
from exams.domain.marking import claim_next
from exams.enums import AppealState, MarkSource
from exams.errors import AppealRefused
from exams.models import Appeal, Attempt, Mark
from lms.notifications.models import Message
from tests.exams.test_marking import essay_exam, give, make_examiner
from tests.exams.test_release import set_policy, sit
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


@pytest.fixture
def done(exam, candidate, now):
    return sit(exam, candidate, now, answers=(["A"], ["B"], ["B"]))


@pytest.fixture
def appeal(done, candidate, now):
    return make_appeal(attempt=done, by=candidate, position=2, reason="B 也对", now=now)


def answer(appeal, now, by=None, **fields):
    values = {"answer": "已复核"} | fields
    return answer_appeal(appeal=appeal, by=by or make_examiner(), now=now, **values)


def refusal_of(call):
    """Return the code with which a call is refused; one that is not fails."""
    with pytest.raises(AppealRefused) as refusal:
        call()
    return refusal.value.code


def test_an_upheld_appeal_gives_a_new_mark_and_tells_the_candidate(
    appeal, done, candidate, now
):
    examiner = make_examiner()
    upheld = answer(appeal, now, by=examiner, raw=Decimal(1))
    mark = Mark.objects.get(attempt=done, position=2, number=2)
    assert (mark.raw, mark.source, mark.examiner) == (1, MarkSource.APPEAL, examiner)
    done = Attempt.objects.get(pk=done.pk)
    assert (upheld.state, done.result.raw, done.result.passed) == (
        AppealState.UPHELD,
        2,
        True,
    )
    bodies = list(
        Message.objects.filter(recipient=candidate).values_list("body", flat=True)
    )
    assert "已复核" in bodies
    assert len(bodies) == 2


def test_an_appeal_that_is_not_upheld_changes_no_mark(appeal, done, now):
    assert answer(appeal, now).state == AppealState.REJECTED
    assert Mark.objects.filter(attempt=done).count() == 3


def test_the_mark_that_stands_again_is_not_written_twice(appeal, done, now):
    assert answer(appeal, now, raw=Decimal(0)).state == AppealState.UPHELD
    assert Mark.objects.filter(attempt=done).count() == 3


def test_one_appeal_at_a_time(appeal, done, candidate, now):
    def again():
        return make_appeal(
            attempt=done, by=candidate, position=None, reason="再看", now=now
        )

    assert refusal_of(again) == "open_already"
    withdraw_appeal(appeal=appeal, by=candidate, now=now)
    assert again().state == AppealState.OPEN
    assert open_appeal_of(done) is not None


def test_a_decision_is_taken_once(appeal, candidate, now):
    answer(appeal, now)
    assert refusal_of(lambda: answer(appeal, now)) == "answered_already"
    assert (
        refusal_of(lambda: withdraw_appeal(appeal=appeal, by=candidate, now=now))
        == "answered_already"
    )


def test_only_within_the_window(done, candidate, now):
    until = now + timedelta(days=7)
    assert appeal_until(done) == until

    def at(moment):
        return make_appeal(
            attempt=done, by=candidate, position=1, reason="x", now=moment
        )

    assert refusal_of(lambda: at(until + timedelta(seconds=1))) == "window_closed"
    assert at(until).position == 1


def test_an_exam_may_take_no_appeals(exam, candidate, now):
    exam = set_policy(exam, appeal_days=0)
    attempt = sit(exam, candidate, now)
    assert (
        refusal_of(
            lambda: make_appeal(
                attempt=attempt, by=candidate, position=1, reason="x", now=now
            )
        )
        == "window_closed"
    )


def test_before_the_release_there_is_nothing_to_appeal(exam, candidate, now):
    exam = set_policy(exam, release="by_hand")
    attempt = sit(exam, candidate, now)
    assert (
        refusal_of(
            lambda: make_appeal(
                attempt=attempt, by=candidate, position=1, reason="x", now=now
            )
        )
        == "not_released"
    )


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"reason": " "}, "reason_missing"),
        ({"reason": "长" * 2001}, "reason_too_long"),
        ({"position": 9}, "unknown_position"),
        ({"position": 0}, "unknown_position"),
    ],
)
def test_bad_input_is_refused(done, candidate, now, fields, code):
    values = {"position": 1, "reason": "x"} | fields
    assert (
        refusal_of(lambda: make_appeal(attempt=done, by=candidate, now=now, **values))
        == code
    )


def test_with_the_score_alone_only_the_whole_result_can_be_appealed(
    exam, candidate, now
):
    exam = set_policy(exam, release_scope="score")
    attempt = sit(exam, candidate, now)

    def about(position):
        return make_appeal(
            attempt=attempt, by=candidate, position=position, reason="x", now=now
        )

    assert refusal_of(lambda: about(1)) == "unknown_position"
    assert about(None).position is None


def test_nobody_appeals_for_somebody_else(done, now):
    assert (
        refusal_of(
            lambda: make_appeal(
                attempt=done, by=UserFactory(), position=1, reason="x", now=now
            )
        )
        == "not_yours"
    )


@pytest.mark.parametrize("who", ["a stranger", "the candidate"])
def test_who_is_no_examiner_does_not_answer(appeal, candidate, now, who):
    person = UserFactory() if who == "a stranger" else candidate
    assert refusal_of(lambda: answer(appeal, now, by=person)) == "not_yours"
    assert not Appeal.objects.for_examiner(person).exists()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"answer": ""}, "answer_missing"),
        ({"raw": Decimal("1.5")}, "points_out_of_range"),
        ({"raw": Decimal("-1")}, "points_out_of_range"),
    ],
)
def test_bad_answers_are_refused(appeal, now, fields, code):
    assert refusal_of(lambda: answer(appeal, now, **fields)) == code
    assert Appeal.objects.get().state == AppealState.OPEN


def test_points_need_a_question(done, candidate, now):
    whole = make_appeal(attempt=done, by=candidate, position=None, reason="x", now=now)
    assert refusal_of(lambda: answer(whole, now, raw=Decimal(1))) == "unknown_position"
    answer(whole, now, position=3, raw=Decimal(1))
    assert Attempt.objects.get(pk=done.pk).result.raw == 2


def test_the_examiner_of_the_mark_does_not_answer_the_appeal(candidate, now):
    exam = essay_exam()
    attempt = sit(exam, candidate, now, answers=(["A"], ["答"]))
    examiner = make_examiner()
    give(claim_next(exam=exam, by=examiner, now=now), examiner, "1", now)
    attempt = Attempt.objects.get(pk=attempt.pk)
    appeal = make_appeal(attempt=attempt, by=candidate, position=2, reason="x", now=now)
    assert (
        refusal_of(lambda: answer(appeal, now, by=examiner, raw=Decimal(4)))
        == "own_mark"
    )
    answer(appeal, now, raw=Decimal(4))
    assert Attempt.objects.get(pk=attempt.pk).result.raw == 5


def test_an_answer_without_words_is_impossible(appeal):
    with pytest.raises(IntegrityError):
        Appeal.objects.update(state=AppealState.REJECTED)
