"""Two at once: the database decides, on SQLite as on PostgreSQL."""

from datetime import timedelta
from functools import partial

import pytest

from exams.domain.attempts import start_attempt
from exams.domain.responses import ResponseInput, record_events
from exams.domain.submission import close_if_overdue, submit_attempt
from exams.domain.writers import open_writer
from exams.errors import AttemptClosed
from exams.models import Attempt, Mark, ResponseEvent
from tests.concurrency import at_once as together
from tests.exams.conftest import NOW
from tests.factories.accounts import UserFactory
from tests.factories.exams import ExamFactory

pytestmark = [
    pytest.mark.unit,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
at_once = partial(together, refusals=(AttemptClosed,))


def answer(attempt, seq, position, writer=1):
    return lambda: record_events(
        public_id=attempt.public_id,
        writer=writer,
        events=[ResponseInput(seq, position, ["A"])],
        now=NOW + timedelta(seconds=5),
    )


def submit(attempt, last_seq):
    return lambda: submit_attempt(
        attempt=attempt,
        by=None,
        writer=1,
        last_seq=last_seq,
        accept_missing=range(1, 20),
        now=NOW + timedelta(seconds=6),
    )


def begun():
    attempt = start_attempt(exam=ExamFactory(), candidate=UserFactory(), now=NOW)
    open_writer(attempt=attempt, client_key="tab", now=NOW)
    return attempt


def test_starting_twice_at_once_gives_one_attempt():
    exam, candidate = ExamFactory(), UserFactory()
    started = at_once(
        *[lambda: start_attempt(exam=exam, candidate=candidate, now=NOW)] * 4
    )
    assert len({attempt.pk for attempt in started}) == 1
    assert Attempt.objects.count() == 1


def test_opening_tabs_at_once_gives_each_its_number():
    attempt = begun()
    writers = at_once(*[lambda: open_writer(attempt=attempt, now=NOW)] * 4)
    assert sorted(writer.number for writer in writers) == [2, 3, 4, 5]


def test_submitting_twice_at_once_scores_once():
    attempt = begun()
    answer(attempt, 1, 1)()
    at_once(*[submit(attempt, 1)] * 3)
    assert Mark.objects.count() == 3
    assert Attempt.objects.get().result.raw == 1


def test_the_sweep_and_the_candidate_close_it_once():
    attempt = begun()
    late = NOW + timedelta(hours=2)
    at_once(*[lambda: close_if_overdue(attempt=attempt, now=late)] * 3)
    assert Mark.objects.count() == 3


@pytest.mark.parametrize("round_number", range(5))
def test_an_answer_that_meets_a_submit_is_scored_or_refused(round_number):
    """Never acknowledged and left out."""
    attempt = begun()
    outcome, _done = at_once(answer(attempt, 1, 2), submit(attempt, 0))
    was_acknowledged = not isinstance(outcome, AttemptClosed)
    assert ResponseEvent.objects.count() == was_acknowledged
    assert Attempt.objects.get().result.raw == was_acknowledged


def test_the_same_answer_sent_twice_at_once_is_kept_once():
    attempt = begun()
    receipts = at_once(*[answer(attempt, 1, 1)] * 4)
    assert {receipt.acked for receipt in receipts} == {1}
    assert ResponseEvent.objects.count() == 1
