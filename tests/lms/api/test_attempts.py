"""Answers, submit and evidence over HTTP, as contracts say it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from exams.domain.attempts import start_attempt
from exams.domain.tokens import issue_token
from exams.domain.writers import open_writer
from exams.models import Attempt, AttemptEvent, ResponseEvent
from lms.core.clock import now
from tests.exams.test_responses import SAVING
from tests.factories.accounts import UserFactory
from tests.factories.exams import ExamFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def learner():
    return UserFactory()


@pytest.fixture
def attempt(learner):
    return start_attempt(exam=ExamFactory(), candidate=learner, now=now())


@pytest.fixture
def token(attempt):
    return open_writer(attempt=attempt, client_key="tab", now=now()).token


@pytest.fixture
def call(attempt, token):
    """Call an address of the attempt as the holder of its token, without a session."""

    def send(verb, path, body, *, client=None, token=token, of=None):
        headers = {"Authorization": f"Attempt {token}"} if token else {}
        method = getattr(client or Client(enforce_csrf_checks=True), verb)
        return method(
            f"/api/v1/attempts/{(of or attempt).public_id}/{path}",
            body,
            content_type="application/json",
            headers=headers,
        )

    return send


def event(seq=1, position=1, value=("A",)):
    return {"seq": seq, "position": position, "value": list(value)}


def put(call, *events, **kwargs):
    return call("put", "responses", {"events": list(events)}, **kwargs)


def test_an_answer_is_acknowledged(call, attempt):
    answer = put(call, event())
    body = answer.json()
    assert answer.status_code == 200
    assert {key: body[key] for key in ("acked", "missing")} == {
        "acked": 1,
        "missing": [],
    }
    assert body["deadline"] == attempt.deadline.isoformat()


def test_a_conflict_names_the_next_number(call):
    put(call, event())
    answer = put(call, event(value=["B"]))
    assert (answer.status_code, answer.json()["code"]) == (409, "sequence_conflict")
    assert answer.json()["next_seq"] == 2


def test_a_late_answer_is_409_and_nothing_is_kept(call, attempt):
    past = now() - timedelta(hours=3)
    Attempt.objects.filter(pk=attempt.pk).update(
        started_at=past,
        deadline=past + timedelta(hours=1),
        closes_at=past + timedelta(hours=1),
    )
    answer = put(call, event())
    assert (answer.status_code, answer.json()["code"]) == (409, "attempt_closed")
    assert ResponseEvent.objects.count() == 0


def test_the_clients_own_times_and_scores_are_ignored(call, attempt):
    body = {
        "events": [event() | {"score": 100, "received_at": "2020-01-01"}],
        "deadline": "2099-01-01T00:00:00Z",
        "score": 100,
    }
    assert call("put", "responses", body).status_code == 200
    done = call("post", "submit", {"last_seq": 1, "score": 3, "passed": True}).json()
    assert (done["score"], done["passed"]) == (1, False)


@pytest.mark.parametrize("bad", ["", "x.1:y", "Attempt"])
def test_a_forged_token_is_401(call, bad):
    answer = put(call, event(), token=bad or "none")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


def test_a_token_opens_its_own_attempt_only(call, learner):
    other = start_attempt(exam=ExamFactory(), candidate=UserFactory(), now=now())
    assert put(call, event(), of=other).status_code == 404
    assert ResponseEvent.objects.count() == 0


def test_another_persons_session_finds_nothing(call, attempt):
    stranger = Client()
    stranger.force_login(UserFactory())
    for verb, path, body in (
        ("put", "responses", {"events": [event()]}),
        ("post", "submit", {"last_seq": 0}),
        ("post", "events", {"events": [{"kind": "focus_lost"}]}),
    ):
        assert call(verb, path, body, client=stranger, token=None).status_code == 404
    assert Attempt.objects.get(pk=attempt.pk).is_open


def test_even_an_operator_does_not_answer_for_somebody(call, attempt):
    operator = Client()
    operator.force_login(UserFactory(is_staff=True))
    answer = put(call, event(), client=operator, token=None)
    assert answer.status_code == 404


def test_a_session_is_a_writer_of_its_own(call, attempt, learner):
    client = Client()
    client.force_login(learner)
    put(call, event())
    assert put(call, event(value=["B"]), client=client, token=None).status_code == 200
    assert put(call, event(2), client=client, token=None).json()["acked"] == 2
    assert set(ResponseEvent.objects.values_list("writer", flat=True)) == {1, 2}


def test_a_session_without_csrf_is_refused(call, learner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(learner)
    assert put(call, event(), client=client, token=None).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"events": "x"},
        {"events": [{"seq": 1}]},
        {"events": [event(position=99)]},
        {"events": [event(value=[{"a": 1}])]},
        {"events": [{"seq": -1, "position": 1, "value": []}]},
    ],
)
def test_a_malformed_body_is_422_and_says_what(call, body):
    answer = call("put", "responses", body)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"


def test_submit_answers_score_items_and_advice(call):
    put(call, event(1, 1), event(2, 2, ["B"]))
    answer = call("post", "submit", {"last_seq": 2})
    body = answer.json()
    assert answer.status_code == 200
    assert {key: body[key] for key in ("state", "score", "max_score", "passed")} == {
        "state": "finalized",
        "score": 1,
        "max_score": 3,
        "passed": False,
    }
    assert body["items"][1] == {
        "position": 2,
        "outcome": "wrong",
        "value": ["B"],
        "correct_response": ["A"],
        "score": 0.0,
        "max_score": 1.0,
        "topic": "",
        "explanation": "第二十八条",
        "suggestions": [],
    }
    assert call("post", "submit", {"last_seq": 2}).json() == body


def test_submit_is_refused_while_an_answer_is_missing(call):
    put(call, event(2, 1))
    answer = call("post", "submit", {"last_seq": 2})
    assert (answer.status_code, answer.json()["code"]) == (409, "responses_missing")
    assert answer.json()["missing"] == [1]
    accepted = call("post", "submit", {"last_seq": 2, "accept_missing": [1]})
    assert accepted.json()["score"] == 1


def test_no_answer_before_submit_leaks_the_key(call, attempt):
    for answer in (
        put(call, event()),
        put(call, event(value=["B"])),
        call("post", "submit", {"last_seq": 5}),
    ):
        assert "correct" not in answer.content.decode()
        assert "第二十八条" not in answer.content.decode()


def test_reports_are_kept_as_evidence_and_judge_nothing(call, attempt):
    body = {"events": [{"kind": "focus_lost", "at": "2026-11-23T02:00:00Z"}]}
    assert call("post", "events", body).status_code == 202
    kept = AttemptEvent.objects.get()
    assert (kept.kind, kept.writer) == ("focus_lost", 1)
    assert Attempt.objects.get(pk=attempt.pk).is_open
    assert call("post", "events", {"events": [{"kind": "guilty"}]}).status_code == 422


def test_reports_are_limited(call, attempt, monkeypatch):
    monkeypatch.setattr("exams.domain.evidence.MAX_PER_ATTEMPT", 1)
    body = {"events": [{"kind": "focus_lost"}]}
    assert call("post", "events", body).status_code == 202
    assert call("post", "events", body).status_code == 429
    too_many = {"events": [{"kind": "focus_lost"}] * 51}
    assert call("post", "events", too_many).status_code == 422


def test_saving_over_http_costs_no_query_more(call):
    with CaptureQueriesContext(connection) as queries:
        put(call, event())
    control = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    found = [q["sql"].split()[0] for q in queries]
    assert [word for word in found if word not in control] == SAVING[connection.vendor]


def test_a_token_of_an_older_tab_is_told_it_is_superseded(call, attempt):
    newer = issue_token(attempt=attempt, writer=2)
    open_writer(attempt=attempt, client_key="tab-2", now=now())
    assert put(call, event(), token=newer).json()["superseded"] is False
    assert put(call, event()).json()["superseded"] is True
