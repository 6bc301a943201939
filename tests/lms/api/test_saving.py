"""The quick way of saving answers the same as the whole view, or leaves it to it."""

import json

import pytest
from django.test import Client

from exams.domain.attempts import start_attempt
from exams.domain.writers import open_writer
from exams.models import ResponseEvent
from lms.api.resources import attempts
from lms.core.clock import now
from tests.factories.accounts import UserFactory
from tests.factories.exams import ExamFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

ONE = {"seq": 1, "position": 1, "value": ["A"]}
PLAIN = {
    "one answer": {"events": [ONE]},
    "several, out of order": {"events": [ONE | {"seq": 3}, ONE | {"seq": 1}]},
    "emptied": {"events": [ONE | {"value": []}]},
    "text": {"events": [ONE | {"value": ["安全第一，\n预防为主 \u200b🙂"]}]},
    "more than is asked": {"events": [ONE | {"score": 9}], "deadline": "2099-01-01"},
    "nothing": {"events": []},
}
NOT_PLAIN = {
    "numbers as text": {"events": [{"seq": "1", "position": "2", "value": ["A"]}]},
    "a number as answer": {"events": [ONE | {"value": [3.5]}]},
    "a truth as number": {"events": [ONE | {"seq": True}]},
    "a whole fraction": {"events": [ONE | {"seq": 1.0}]},
    "text for a list": {"events": [ONE | {"value": "AB"}]},
    "a list of lists": {"events": [ONE | {"value": [["A"]]}]},
    "NUL": {"events": [ONE | {"value": ["a\x00b"]}]},
    "half a character": {"events": [ONE | {"value": ["a\ud800b"]}]},
    "negative": {"events": [ONE | {"seq": -1}]},
    "no such position": {"events": [ONE | {"position": 99}]},
    "beyond all numbers": {"events": [ONE | {"seq": 10**30}]},
    "one number, two answers": {"events": [ONE, ONE | {"position": 2}]},
    "an event missing": {"events": [{"seq": 1}]},
    "events of another form": {"events": {"seq": 1}},
    "no events": {},
    "a list": [ONE],
    "text": "events",
    "null": None,
}
RAW = ["", "{", "{]", "nul", '{"events": [], "a": NaN}', "\ufeff{}", "[" * 100_000]


@pytest.fixture
def url_and_token(frozen_now):
    attempt = start_attempt(exam=ExamFactory(), candidate=UserFactory(), now=now())
    token = open_writer(attempt=attempt, client_key="tab", now=now()).token
    return f"/api/v1/attempts/{attempt.public_id}/responses", token


def both_ways(url_and_token, body, monkeypatch, **headers):
    """Send it the usual way, then to the whole view alone; both start from nothing."""
    url, token = url_and_token
    kind = headers.pop("kind", "application/json")
    headers = {"Authorization": f"Attempt {token}"} | headers

    def send():
        client = Client(enforce_csrf_checks=True)
        answer = client.put(url, body, content_type=kind, headers=headers)
        kept = sorted(ResponseEvent.objects.values_list("seq", "position", "value"))
        return answer.status_code, answer.content, dict(answer.headers), kept

    taken = []

    def watched(request, public_id, way=attempts.saved_at_once):
        taken.append(way(request, public_id))
        return taken[-1]

    monkeypatch.setattr(attempts, "saved_at_once", watched)
    quick = send()
    # The log is append-only: the other way meets the same number, a true repeat.
    monkeypatch.setattr(attempts, "saved_at_once", lambda *_names: None)
    whole = send()
    return quick, whole, taken != [None]


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_save_is_answered_at_once_and_alike(url_and_token, monkeypatch, name):
    body = json.dumps(PLAIN[name])
    quick, whole, was_quick = both_ways(url_and_token, body, monkeypatch)
    assert was_quick
    assert quick == whole
    assert quick[0] == 200
    assert len(quick[3]) == len(PLAIN[name]["events"])


@pytest.mark.parametrize("name", NOT_PLAIN)
def test_what_is_not_plain_is_left_to_the_view(url_and_token, monkeypatch, name):
    body = json.dumps(NOT_PLAIN[name])
    quick, whole, was_quick = both_ways(url_and_token, body, monkeypatch)
    assert not was_quick
    assert quick == whole


@pytest.mark.parametrize("body", RAW, ids=range(len(RAW)))
def test_what_is_no_json_is_left_to_the_view(url_and_token, monkeypatch, body):
    quick, whole, was_quick = both_ways(url_and_token, body, monkeypatch)
    assert not was_quick
    assert quick == whole
    assert quick[0] in {400, 422}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"kind": "text/plain"}, 415),
        ({"kind": "application/json; charset=utf-8"}, 200),
        ({"Accept": "text/csv"}, 406),
        ({"Accept": "application/json, text/plain;q=0.5"}, 200),
        ({"Authorization": "Attempt forged"}, 401),
        ({"Authorization": "Bearer nobody"}, 401),
        ({"Authorization": ""}, 401),
    ],
)
def test_other_headers_are_left_to_the_view(
    url_and_token, monkeypatch, headers, status
):
    body = json.dumps(PLAIN["one answer"])
    quick, whole, was_quick = both_ways(url_and_token, body, monkeypatch, **headers)
    assert not was_quick
    assert quick == whole
    assert quick[0] == status


def test_a_body_that_is_too_large_is_left_to_the_view(
    url_and_token, monkeypatch, settings
):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    body = json.dumps(PLAIN["one answer"])
    quick, whole, was_quick = both_ways(url_and_token, body, monkeypatch)
    assert not was_quick
    assert quick == whole
    assert quick[0] == 413


def test_a_repeat_is_acknowledged_and_a_conflict_explained_by_the_view(
    url_and_token, monkeypatch
):
    url, token = url_and_token
    headers = {"Authorization": f"Attempt {token}"}
    body = {"events": [ONE | {"seq": 2}]}
    kind = "application/json"
    first = Client().put(url, body, content_type=kind, headers=headers)
    assert first.json()["missing"] == [1]
    again = json.dumps(body)
    quick, whole, was_quick = both_ways(url_and_token, again, monkeypatch)
    assert was_quick
    assert (quick, quick[1]) == (whole, first.content)
    other = {"events": [ONE | {"seq": 2, "position": 3}]}
    refused = Client().put(url, other, content_type=kind, headers=headers)
    assert (refused.status_code, refused.json()["next_seq"]) == (409, 3)


def test_more_rows_than_one_statement_takes(url_and_token):
    url, token = url_and_token
    events = [ONE | {"seq": seq} for seq in range(1, 301)]
    answer = Client().put(
        url,
        {"events": events},
        content_type="application/json",
        headers={"Authorization": f"Attempt {token}"},
    )
    assert (answer.json()["acked"], answer.json()["missing"]) == (300, [])
    assert ResponseEvent.objects.count() == 300
