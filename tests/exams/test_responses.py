"""Answers: numbered, kept, repeated, late (contracts, PUT responses)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.domain.responses import ResponseInput, current_responses, record_events
from exams.domain.writers import open_writer
from exams.errors import (
    AttemptClosed,
    AttemptNotFound,
    InvalidResponse,
    SequenceConflict,
)
from exams.models import ResponseEvent
from lms.core.errors import AppendOnlyError

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


# Counting what has arrived and writing are one statement on PostgreSQL.
SAVING = {
    "postgresql": ["SELECT", "WITH"],
    "sqlite": ["SELECT", "SELECT", "INSERT"],
}


def answer(seq, position, *value):
    return ResponseInput(seq=seq, position=position, value=list(value))


@pytest.fixture
def record(attempt, writer, later):
    def call(*events, number=writer.number, after=60):
        return record_events(
            public_id=attempt.public_id, writer=number, events=events, now=later(after)
        )

    return call


def counting(attempt):
    found = current_responses(attempt)
    return {position: event.value for position, event in found.items()}


def test_an_answer_is_kept_and_acknowledged(record, attempt, later):
    receipt = record(answer(1, 3, "B"))
    assert (receipt.acked, receipt.missing, receipt.superseded) == (1, [], False)
    assert (receipt.deadline, receipt.server_time) == (attempt.deadline, later(60))
    assert counting(attempt) == {3: ["B"]}


def test_a_true_repeat_is_acknowledged_and_changes_nothing(record):
    record(answer(1, 1, "A"), answer(2, 2, "B"))
    receipt = record(answer(1, 1, "A"), answer(2, 2, "B"), answer(2, 2, "B"))
    assert receipt.acked == 2
    assert ResponseEvent.objects.count() == 2


@pytest.mark.parametrize("other", [answer(1, 1, "C"), answer(1, 2, "A")])
def test_a_number_with_another_answer_is_a_conflict_and_nothing_is_kept(record, other):
    record(answer(1, 1, "A"))
    with pytest.raises(SequenceConflict) as conflict:
        record(other, answer(5, 3, "A"))
    assert conflict.value.params["next_seq"] == 2
    assert ResponseEvent.objects.count() == 1


def test_two_answers_under_one_number_in_one_batch_are_a_conflict(record):
    with pytest.raises(SequenceConflict):
        record(answer(1, 1, "A"), answer(1, 1, "B"))
    assert ResponseEvent.objects.count() == 0


def test_a_gap_is_taken_and_reported_until_it_is_filled(record):
    assert record(answer(4, 1, "A")).missing == [1, 2, 3]
    assert record(answer(2, 2, "A")).missing == [1, 3]
    receipt = record(answer(1, 3, "A"), answer(3, 1, "B"))
    assert (receipt.acked, receipt.missing) == (4, [])


def test_numbers_count_per_writer_and_the_old_tab_is_told(record, attempt, now):
    record(answer(1, 1, "A"))
    two = open_writer(attempt=attempt, client_key="tab-2", now=now)
    assert record(answer(1, 1, "B"), number=two.number).superseded is False
    late = record(answer(2, 1, "C"), answer(3, 2, "D"))
    assert late.superseded is True
    assert counting(attempt) == {1: ["B"], 2: ["D"]}


@pytest.mark.parametrize(
    ("after", "is_taken"), [(3600, True), (3630, True), (3631, False)]
)
def test_the_server_decides_when_it_is_too_late(record, after, is_taken):
    if is_taken:
        assert record(answer(1, 1, "A"), after=after).acked == 1
        return
    with pytest.raises(AttemptClosed) as refusal:
        record(answer(1, 1, "A"), after=after)
    assert refusal.value.code == "attempt_closed"
    assert ResponseEvent.objects.count() == 0


def test_a_late_repeat_of_a_kept_answer_is_still_acknowledged(record):
    record(answer(1, 1, "A"))
    assert record(answer(1, 1, "A"), after=5000).acked == 1
    with pytest.raises(AttemptClosed) as refusal:
        record(answer(1, 1, "A"), answer(2, 2, "A"), after=5000)
    assert (refusal.value.params["acked"], refusal.value.params["missing"]) == (1, [])


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (answer(1, 4, "A"), "unknown_position"),
        (answer(1, 0, "A"), "unknown_position"),
        (answer(0, 1, "A"), "invalid_seq"),
        (answer(10**9, 1, "A"), "invalid_seq"),
        (answer(1, 1, "A" * 10_001), "value_too_long"),
        (answer(1, 1, *["A"] * 61), "value_too_long"),
    ],
)
def test_what_has_no_place_on_the_paper_is_refused(record, event, code):
    with pytest.raises(InvalidResponse) as refusal:
        record(event)
    assert refusal.value.code == code
    assert ResponseEvent.objects.count() == 0


def test_an_unknown_attempt_is_not_found(now):
    with pytest.raises(AttemptNotFound):
        record_events(
            public_id="00000000-0000-0000-0000-000000000001",
            writer=1,
            events=[],
            now=now,
        )


def test_answers_are_never_changed(record):
    record(answer(1, 1, "A"))
    with pytest.raises(AppendOnlyError):
        ResponseEvent.objects.update(value=["B"])
    with pytest.raises(Exception, match="append-only"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM exams_responseevent")


@pytest.mark.parametrize("stored", [0, 60])
def test_saving_costs_at_most_three_queries_however_long_the_log(record, stored):
    if stored:
        record(*[answer(seq, 1, "A") for seq in range(1, stored + 1)])
    with CaptureQueriesContext(
        connection,
    ) as queries:
        record(answer(stored + 1, 2, "B"))
    statements = [
        q["sql"].split()[0]
        for q in queries
        if q["sql"].split()[0] not in ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    ]
    assert statements == SAVING[connection.vendor]
