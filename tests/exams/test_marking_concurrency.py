"""Two at once around marks: claims, points, corrections, releases, appeals."""

from decimal import Decimal
from functools import partial

import pytest

from exams.domain.appeals import make_appeal
from exams.domain.corrections import (
    apply_correction,
    approve_correction,
    propose_correction,
    try_correction,
)
from exams.domain.marking import PointInput, claim_task, mark_task
from exams.domain.release import release_due
from exams.enums import AttemptState, CorrectionKind, MarkSource
from exams.errors import AppealRefused, TaskTaken
from exams.models import Appeal, Assessment, Attempt, Item, Mark, MarkingTask
from lms.notifications.models import Message
from tests.concurrency import at_once as together
from tests.exams.conftest import NOW
from tests.exams.test_marking import essay_exam, make_examiner
from tests.exams.test_release import set_policy, sit
from tests.factories.accounts import UserFactory
from tests.factories.exams import ExamFactory, content_for

pytestmark = [
    pytest.mark.unit,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
at_once = partial(
    together,
    refusals=(
        TaskTaken,
        AppealRefused,
    ),
)


def essay_handed_in():
    return sit(essay_exam(), UserFactory(), NOW, answers=(["A"], ["先通风"]))


def test_of_several_examiners_one_gets_the_answer():
    essay_handed_in()
    task = MarkingTask.objects.select_related("attempt__exam").get()
    people = [make_examiner() for _ in range(4)]
    outcomes = at_once(
        *[lambda p=p: claim_task(task=task, by=p, now=NOW) for p in people]
    )
    refusals = [o for o in outcomes if isinstance(o, TaskTaken)]
    assert len(refusals) == 3
    assert MarkingTask.objects.get().examiner in people


def test_points_sent_twice_at_once_are_one_assessment():
    attempt = essay_handed_in()
    examiner = make_examiner()
    task = claim_task(
        task=MarkingTask.objects.select_related("attempt__exam").get(),
        by=examiner,
        now=NOW,
    )

    def give():
        points = [PointInput(Decimal(1))]
        return mark_task(task=task, by=examiner, points=points, now=NOW)

    at_once(give, give, give)
    assert Assessment.objects.count() == 1
    assert Mark.objects.filter(attempt=attempt, source=MarkSource.EXAMINER).count() == 1
    assert Attempt.objects.get().result.raw == 3


def test_both_seats_marked_at_once_make_one_mark():
    exam = set_policy(essay_exam(), is_double=True)
    sit(exam, UserFactory(), NOW, answers=(["A"], ["先通风"]))
    tasks = MarkingTask.objects.select_related("attempt__exam").order_by("seat")
    calls = []
    for task in tasks:
        person = make_examiner()
        claim_task(task=task, by=person, now=NOW)
        calls.append(
            lambda t=task, p=person: mark_task(
                task=t, by=p, points=[PointInput(Decimal(2))], now=NOW
            )
        )
    at_once(*calls)
    assert Mark.objects.filter(source=MarkSource.EXAMINER).count() == 1
    assert Attempt.objects.get().state == AttemptState.FINALIZED


@pytest.mark.parametrize("round_number", range(3))
def test_a_correction_that_meets_an_examiner_loses_neither(round_number):
    attempt = essay_handed_in()
    examiner = make_examiner()
    task = claim_task(
        task=MarkingTask.objects.select_related("attempt__exam").get(),
        by=examiner,
        now=NOW,
    )
    item = Item.objects.non_polymorphic().filter(type="choice").get()
    correction = propose_correction(
        item=item,
        kind=CorrectionKind.NEW_KEY,
        content=content_for("choice", correct=["B"]),
        reason="更正",
        by=UserFactory(),
        now=NOW,
    )
    try_correction(correction=correction, now=NOW)
    approve_correction(correction=correction, by=UserFactory(), now=NOW)
    points = [PointInput(Decimal(2))]
    at_once(
        lambda: mark_task(task=task, by=examiner, points=points, now=NOW),
        lambda: apply_correction(correction=correction, now=NOW),
    )
    result = Attempt.objects.select_related("result").get(pk=attempt.pk).result
    # 4 points by the examiner, and none any more for the answer A.
    assert (result.raw, result.pending_count) == (Decimal(4), 0)


def test_applying_a_correction_twice_at_once_marks_once():
    exam = ExamFactory()
    sit(exam, UserFactory(), NOW, answers=(["B"],))
    item = Item.objects.non_polymorphic().order_by("pk").first()
    correction = propose_correction(
        item=item,
        kind=CorrectionKind.CREDIT_ALL,
        reason="题目有误",
        by=UserFactory(),
        now=NOW,
    )
    try_correction(correction=correction, now=NOW)
    approve_correction(correction=correction, by=UserFactory(), now=NOW)
    at_once(*[lambda: apply_correction(correction=correction, now=NOW)] * 3)
    assert Mark.objects.filter(source=MarkSource.CORRECTION).count() == 1


def test_a_release_twice_at_once_tells_once():
    exam = set_policy(ExamFactory(), release="at_date", release_at=NOW)
    attempt = sit(exam, UserFactory(), NOW)
    Attempt.objects.filter(pk=attempt.pk).update(state=AttemptState.SUBMITTED)
    at_once(*[lambda: release_due(now=NOW)] * 3)
    assert Message.objects.filter(recipient=attempt.candidate).count() == 1


def test_two_appeals_at_once_are_one():
    attempt = sit(ExamFactory(), UserFactory(), NOW)

    def appeal():
        return make_appeal(
            attempt=attempt, by=attempt.candidate, position=1, reason="x", now=NOW
        )

    at_once(appeal, appeal)
    assert Appeal.objects.count() == 1
