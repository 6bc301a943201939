"""Invigilators: pause, resume, extend, message, end; and what the page hears of it."""

from datetime import timedelta

import pytest
from django.test import Client

from exams.domain.entry import Surroundings
from exams.domain.presence import note_presence
from exams.domain.responses import ResponseInput, record_events
from exams.domain.submission import submit_attempt
from exams.domain.supervision import intervene, intervene_everywhere
from exams.domain.sweeps import close_overdue_attempts
from exams.domain.writers import open_writer
from exams.errors import AttemptPaused, InvalidResponse, NothingToDo
from exams.models import Attempt, AttemptEvent, AttemptIntervention, AttemptPresence
from lms.audit.models import AuditEvent
from tests.exams.conftest import NOW
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def after(minutes):
    return NOW + timedelta(minutes=minutes)


@pytest.fixture
def invigilator(db):
    return UserFactory()


@pytest.fixture
def act(attempt, invigilator):
    def call(kind, at=10, **given):
        return intervene(
            attempt=attempt,
            by=invigilator,
            kind=kind,
            now=after(at),
            **{"reason": "火警演习"} | given,
        )

    return call


def answer(attempt, seq, at):
    return record_events(
        public_id=attempt.public_id,
        writer=1,
        events=[ResponseInput(seq, 1, ["A"])],
        now=at,
    )


def test_a_pause_gives_back_exactly_the_time_it_took(act, attempt):
    act("paused", at=10)
    act("resumed", at=35)
    attempt.refresh_from_db()
    assert attempt.deadline == after(60 + 25)
    assert attempt.closes_at == attempt.deadline + timedelta(seconds=30)
    assert attempt.paused_at is None


def test_while_the_clock_stands_nothing_runs_out(act, attempt, writer):
    act("paused", at=50)
    assert close_overdue_attempts(now=after(500)) == 0
    act("resumed", at=500)
    assert answer(attempt, 1, after(509)).acked == 1
    assert close_overdue_attempts(now=after(511)) == 1


def test_answers_on_their_way_are_kept_and_later_ones_wait(act, attempt, writer):
    act("paused", at=10)
    assert answer(attempt, 1, after(10) + timedelta(seconds=30)).acked == 1
    with pytest.raises(AttemptPaused) as refusal:
        answer(attempt, 2, after(10) + timedelta(seconds=31))
    assert refusal.value.code == "attempt_paused"
    assert answer(attempt, 1, after(15)).acked == 1
    act("resumed", at=20)
    assert answer(attempt, 2, after(21)).acked == 2


def test_a_paused_attempt_can_still_be_handed_in(act, attempt):
    act("paused", at=59)
    closed = submit_attempt(
        attempt=attempt, by=None, writer=1, last_seq=0, now=after(90)
    )
    assert (closed.is_open, closed.closed_by) == (False, "candidate")


def test_an_extension_reaches_the_next_receipt(act, attempt, writer):
    act("extended", minutes=15)
    receipt = answer(attempt, 1, after(74))
    assert (receipt.deadline, receipt.interventions) == (after(75), 1)


def test_ending_scores_what_was_answered(act, attempt, writer):
    answer(attempt, 1, after(5))
    act("ended", message="考试到此结束。")
    attempt.refresh_from_db()
    assert (attempt.closed_by, attempt.submitted_at) == ("invigilator", after(10))
    assert attempt.result.raw == 1


def test_every_step_leaves_its_reason(act, attempt, invigilator):
    act("paused", reason="  停电  ")
    act("message", message="请安静等待。")
    rows = AttemptIntervention.objects.values_list("number", "kind", "reason")
    assert list(rows) == [(1, "paused", "停电"), (2, "message", "火警演习")]
    events = AuditEvent.objects.filter(verb="attempt_intervened").order_by("pk")
    assert [event.data["kind"] for event in events] == ["paused", "message"]
    assert events[0].data["reason"] == "停电"
    assert events[0].actor_subject_id == invigilator.subject_id


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        ("paused", {"reason": " "}, "reason_missing"),
        ("paused", {"reason": "x" * 301}, "text_too_long"),
        ("message", {}, "message_missing"),
        ("message", {"message": "x" * 501}, "text_too_long"),
        ("extended", {"minutes": 0}, "minutes_invalid"),
        ("extended", {"minutes": 481}, "minutes_invalid"),
        ("extended", {"minutes": -5}, "minutes_invalid"),
    ],
)
def test_what_makes_no_sense_changes_nothing(act, attempt, kind, given, code):
    with pytest.raises(InvalidResponse) as refusal:
        act(kind, **given)
    assert refusal.value.code == code
    assert not AttemptIntervention.objects.exists()


def test_repeated_and_late_steps_are_refused(act, attempt):
    with pytest.raises(NothingToDo) as refusal:
        act("resumed")
    assert refusal.value.code == "not_paused"
    act("paused")
    with pytest.raises(NothingToDo) as refusal:
        act("paused")
    assert refusal.value.code == "already_paused"
    act("ended")
    for kind in ("paused", "resumed", "ended", "message"):
        with pytest.raises(NothingToDo) as refusal:
            act(kind, message="x")
        assert refusal.value.code == "attempt_closed"


def test_one_whose_time_is_over_is_closed_by_the_clock(act, attempt):
    with pytest.raises(NothingToDo):
        act("extended", at=61, minutes=30)
    assert Attempt.objects.get().closed_by == "deadline"


def test_the_same_for_all_skips_those_it_does_not_fit(act, attempt, invigilator):
    act("paused")
    met = intervene_everywhere(
        attempts=[attempt], by=invigilator, kind="paused", reason="停电", now=after(11)
    )
    assert met == 0


# ---- presence ----------------------------------------------------------------


def present(attempt, shown=0, at=1, number=1, **place):
    return note_presence(
        public_id=attempt.public_id,
        writer=number,
        shown_count=shown,
        surroundings=Surroundings(**{"address": "10.0.0.1", "user_agent": "A"} | place),
        now=after(at),
    )


def test_the_page_hears_only_what_it_has_not_shown(act, attempt):
    assert present(attempt).interventions == []
    act("message", message="还有半小时。")
    act("paused")
    heard = present(attempt, at=11)
    assert [row.kind for row in heard.interventions] == ["message", "paused"]
    assert heard.attempt.is_paused
    assert present(attempt, shown=2).interventions == []
    assert AttemptPresence.objects.get().shown_count == 2
    present(attempt, shown=99)
    assert AttemptPresence.objects.get().shown_count == 2


def test_a_change_of_address_or_browser_is_written_down_once(attempt):
    present(attempt)
    present(attempt, at=2)
    present(attempt, at=3, address="10.9.9.9", user_agent="B")
    present(attempt, at=4, address="10.9.9.9", user_agent="B")
    events = AttemptEvent.objects.values_list("kind", "detail")
    assert list(events) == [
        ("address_changed", "10.0.0.1 → 10.9.9.9"),
        ("device_changed", "B"),
    ]
    assert AttemptPresence.objects.get().seen_at == after(4)


def test_an_old_tab_is_told_and_a_closed_attempt_is_not_touched(act, attempt, writer):
    open_writer(attempt=attempt, client_key="tab-2", now=NOW)
    assert present(attempt, number=1).superseded
    act("ended")
    heard = present(attempt, at=30)
    assert [row.kind for row in heard.interventions] == ["ended"]
    assert AttemptPresence.objects.get().seen_at == after(1)


def test_presence_over_http(act, attempt, writer, frozen_now):
    act("extended", minutes=10, message="补时10分钟。")
    answer = Client().post(
        f"/api/v1/attempts/{attempt.public_id}/presence",
        {"shown": 0},
        content_type="application/json",
        headers={"Authorization": f"Attempt {writer.token}"},
    )
    assert answer.status_code == 200
    body = answer.json()
    assert body["is_paused"] is False
    assert body["seconds_left"] == 70 * 60
    assert body["interventions"] == [
        {
            "number": 1,
            "kind": "extended",
            "message": "补时10分钟。",
            "seconds": 600,
            "happened_at": body["interventions"][0]["happened_at"],
        }
    ]
    assert "火警演习" not in answer.content.decode()


@pytest.mark.parametrize("kind", ["address_changed", "device_changed"])
def test_a_browser_can_not_report_what_only_the_server_sees(attempt, writer, kind):
    answer = Client().post(
        f"/api/v1/attempts/{attempt.public_id}/events",
        {"events": [{"kind": kind}]},
        content_type="application/json",
        headers={"Authorization": f"Attempt {writer.token}"},
    )
    assert answer.status_code == 422
    assert not AttemptEvent.objects.exists()
