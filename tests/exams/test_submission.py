"""Handing in: what counts, what it leads to, and what the clock does."""

from decimal import Decimal

import pytest

from courses.enums import EnrollmentState
from exams.domain.attempts import start_attempt
from exams.domain.responses import ResponseInput, record_events
from exams.domain.submission import close_if_overdue, submit_attempt
from exams.domain.sweeps import close_overdue_attempts
from exams.domain.writers import open_writer
from exams.enums import AttemptState, ClosedBy
from exams.errors import InvalidResponse, ResponsesMissing
from exams.models import Attempt, Mark, Result
from exams.signals import attempt_finalized
from exams.tasks import close_overdue_attempts as close_task
from lms.audit.models import AuditEvent
from tests.factories.accounts import UserFactory
from tests.factories.exams import (
    ExamFactory,
    ItemBankFactory,
    TopicFactory,
    enroll_in,
    make_course,
    make_fixed_paper,
    make_item,
    make_items,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


@pytest.fixture
def say(attempt, writer, later):
    def call(*answers, after=60):
        events = [ResponseInput(seq, pos, list(v)) for seq, pos, *v in answers]
        return record_events(
            public_id=attempt.public_id,
            writer=writer.number,
            events=events,
            now=later(after),
        )

    return call


@pytest.fixture
def submit(attempt, writer, candidate, later):
    def call(last_seq, *, accept=(), after=120):
        return submit_attempt(
            attempt=attempt,
            by=candidate,
            writer=writer.number,
            last_seq=last_seq,
            accept_missing=accept,
            now=later(after),
        )

    return call


def test_submit_scores_what_was_answered_and_finalizes(say, submit, later):
    say((1, 1, "A"), (2, 2, "B"), (3, 3, "A"))
    done = submit(3)
    assert (done.state, done.closed_by, done.submitted_at) == (
        AttemptState.FINALIZED,
        ClosedBy.CANDIDATE,
        later(120),
    )
    result = done.result
    assert (result.raw, result.max, result.passed) == (Decimal(2), Decimal(3), True)
    assert list(Mark.objects.values_list("position", "raw")) == [
        (1, Decimal(1)),
        (2, Decimal(0)),
        (3, Decimal(1)),
    ]


def test_submitting_again_changes_nothing(
    say, submit, django_capture_on_commit_callbacks
):
    heard = []
    attempt_finalized.connect(lambda **kw: heard.append(kw["result"]), weak=False)
    say((1, 1, "A"))
    with django_capture_on_commit_callbacks(execute=True):
        first = submit(1)
        second = submit(1, after=300)
    assert (second.submitted_at, Mark.objects.count()) == (first.submitted_at, 3)
    assert [result.raw for result in heard] == [Decimal(1)]
    assert AuditEvent.objects.filter(verb="attempt_submitted").count() == 1


def test_submit_waits_for_every_numbered_answer(say, submit, attempt):
    say((1, 1, "A"), (3, 3, "A"))
    with pytest.raises(ResponsesMissing) as refusal:
        submit(5)
    assert refusal.value.params["missing"] == [2, 4, 5]
    assert Attempt.objects.get(pk=attempt.pk).is_open
    with pytest.raises(ResponsesMissing) as refusal:
        submit(5, accept=[2, 4])
    assert refusal.value.params["missing"] == [5]
    done = submit(5, accept=[2, 4, 5])
    assert (done.accepted_missing, done.result.raw) == ([2, 4, 5], Decimal(2))


def test_a_client_that_understates_its_numbers_is_still_held_to_the_gap(say, submit):
    say((1, 1, "A"), (3, 3, "A"))
    with pytest.raises(ResponsesMissing):
        submit(1)


def test_an_absurd_number_is_refused(submit):
    with pytest.raises(InvalidResponse):
        submit(10**9)


def test_after_the_deadline_the_attempt_is_closed_as_of_its_deadline(
    say, submit, attempt
):
    say((1, 1, "A"), (2, 2, "A"))
    done = submit(99, after=4000)
    assert (done.state, done.closed_by) == (AttemptState.FINALIZED, ClosedBy.DEADLINE)
    assert (done.submitted_at, done.result.raw) == (attempt.deadline, Decimal(2))


def test_the_sweep_closes_what_is_overdue_and_nothing_else(say, attempt, later):
    say((1, 1, "A"))
    other = start_attempt(
        exam=ExamFactory(duration_seconds=7200), candidate=UserFactory(), now=later(0)
    )
    assert close_overdue_attempts(now=later(3630)) == 0
    assert close_overdue_attempts(now=later(3631)) == 1
    assert close_overdue_attempts(now=later(3632)) == 0
    attempt.refresh_from_db()
    assert (attempt.state, attempt.result.raw) == (AttemptState.FINALIZED, Decimal(1))
    assert Attempt.objects.get(pk=other.pk).is_open


def test_the_task_is_named_for_the_schedule(attempt, db):
    assert close_task.name == "exams.close_overdue_attempts"
    close_task()


def test_reading_an_overdue_attempt_closes_it(attempt, later):
    assert close_if_overdue(attempt=attempt, now=later(3630)).is_open
    assert not close_if_overdue(attempt=attempt, now=later(3631)).is_open


def test_an_answer_that_the_item_does_not_know_scores_nothing(say, submit):
    say((1, 1, "A", "B"), (2, 2, "Z"), (3, 3, "a"))
    marks = dict(submit(3).marks.values_list("position", "raw"))
    assert marks == {1: Decimal(0), 2: Decimal(0), 3: Decimal(1)}


def test_a_free_answer_keeps_the_result_open(candidate, now, later):
    bank = ItemBankFactory()
    paper = make_fixed_paper([make_item(bank), make_item(bank, "extended_text")])
    attempt = start_attempt(exam=ExamFactory(paper=paper), candidate=candidate, now=now)
    writer = open_writer(attempt=attempt, now=now)
    record_events(
        public_id=attempt.public_id,
        writer=writer.number,
        events=[ResponseInput(1, 2, ["先通风，再检测"])],
        now=later(1),
    )
    done = submit_attempt(attempt=attempt, by=None, writer=1, last_seq=1, now=later(2))
    assert done.state == AttemptState.SUBMITTED
    result = Result.objects.get(attempt=done)
    assert (result.raw, result.passed, result.pending_count) == (None, None, 1)


def test_the_result_says_where_it_was_weak(candidate, now, later):
    bank = ItemBankFactory()
    strong, weak = TopicFactory(name="强"), TopicFactory(name="弱")
    items = [
        *make_items(1, bank=bank, topic=strong),
        *make_items(2, bank=bank, topic=weak),
    ]
    exam = ExamFactory(paper=make_fixed_paper(items))
    attempt = start_attempt(exam=exam, candidate=candidate, now=now)
    open_writer(attempt=attempt, now=now)
    record_events(
        public_id=attempt.public_id,
        writer=1,
        events=[ResponseInput(1, 1, ["A"])],
        now=later(1),
    )
    done = submit_attempt(attempt=attempt, by=None, writer=1, last_seq=1, now=later(2))
    assert done.result.by_topic == [
        {"topic": "弱", "raw": "0", "max": "2.00"},
        {"topic": "强", "raw": "1.00", "max": "1.00"},
    ]


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ([(1, 1, "A"), (2, 2, "A")], EnrollmentState.COMPLETED),
        ([(1, 1, "A"), (2, 2, "B")], EnrollmentState.ACTIVE),
    ],
)
def test_a_pass_completes_the_unit_of_the_course(
    candidate, exam, now, later, answers, state
):
    course = make_course(exam)
    enrollment = enroll_in(course, candidate)
    attempt = start_attempt(
        exam=exam, candidate=candidate, enrollment=enrollment, now=now
    )
    open_writer(attempt=attempt, now=now)
    events = [ResponseInput(seq, pos, list(v)) for seq, pos, *v in answers]
    record_events(public_id=attempt.public_id, writer=1, events=events, now=later(1))
    submit_attempt(attempt=attempt, by=None, writer=1, last_seq=2, now=later(2))
    enrollment.refresh_from_db()
    assert enrollment.state == state


def test_a_pass_stands_where_the_course_no_longer_takes_it(candidate, exam, now, later):
    enrollment = enroll_in(make_course(exam), candidate)
    attempt = start_attempt(
        exam=exam, candidate=candidate, enrollment=enrollment, now=now
    )
    type(enrollment).objects.filter(pk=enrollment.pk).update(
        state=EnrollmentState.WITHDRAWN
    )
    open_writer(attempt=attempt, now=now)
    events = [ResponseInput(n, n, ["A"]) for n in (1, 2, 3)]
    record_events(public_id=attempt.public_id, writer=1, events=events, now=later(1))
    done = submit_attempt(attempt=attempt, by=None, writer=1, last_seq=3, now=later(2))
    assert (done.state, done.result.passed) == (AttemptState.FINALIZED, True)
