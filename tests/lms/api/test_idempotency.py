"""`Idempotency-Key`: the same request again answers again and does nothing twice."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test import Client

from courses.domain.queries import live_course
from courses.models import PlaybackSession
from exams.domain.attempts import start_attempt
from exams.domain.writers import open_writer
from exams.models import AttemptEvent
from lms.api import idempotency
from lms.api.models import KEPT_FOR, IdempotencyRecord
from lms.api.tasks import prune_idempotency_records
from lms.core.clock import now
from tests.factories.accounts import UserFactory
from tests.factories.courses import make_enrollment
from tests.factories.exams import ExamFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def enrollment():
    return make_enrollment()


@pytest.fixture
def url(enrollment):
    unit = enrollment.syllabus.units[0]["key"]
    return f"/api/v1/lessons/{unit}/playback/sessions"


def send(client, url, body=None, *, key="k-1", **headers):
    return client.post(
        url,
        body or {},
        content_type="application/json",
        headers={"Idempotency-Key": key} | headers,
    )


def test_the_same_request_again_answers_the_same(client, enrollment, url):
    client.force_login(enrollment.learner)
    first = send(client, url, {"device": "a", "language": "en"})
    again = send(client, url, {"language": "en", "device": "a"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert PlaybackSession.objects.count() == 1


def test_another_key_is_another_request(client, enrollment, url):
    client.force_login(enrollment.learner)
    answers = [send(client, url, key=key).json()["session"] for key in ("1", "2", "")]
    assert len(set(answers)) == 3


def test_another_body_under_the_key_is_a_conflict(client, enrollment, url):
    client.force_login(enrollment.learner)
    send(client, url, {"device": "a"})
    answer = send(client, url, {"device": "b"})
    assert answer.status_code == 409
    assert answer.json()["code"] == "idempotency_conflict"
    assert PlaybackSession.objects.count() == 1


def test_a_key_is_its_callers_own(client, enrollment, url):
    other = make_enrollment(course=live_course(course_key=enrollment.course_key))
    sessions = []
    for learner in (enrollment.learner, other.learner):
        client.force_login(learner)
        sessions.append(send(client, url).json()["session"])
    assert len(set(sessions)) == 2


def test_an_error_is_not_kept(client, enrollment, url):
    client.force_login(enrollment.learner)
    assert send(client, url, {"device": "x" * 81}).status_code == 422
    assert not IdempotencyRecord.objects.exists()
    assert send(client, url, {"device": "x"}).status_code == 201


def test_a_crash_leaves_neither_work_nor_key(enrollment, url, monkeypatch):
    client = Client(raise_request_exception=False)
    client.force_login(enrollment.learner)

    def die(*_args, **_names):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("lms.api.resources.lessons.issue_grant", die)
        assert send(client, url).status_code == 500
    assert not PlaybackSession.objects.exists()
    assert not IdempotencyRecord.objects.exists()
    assert send(client, url).status_code == 201


def test_a_key_is_forgotten_after_a_day(client, enrollment, url, frozen_now):
    client.force_login(enrollment.learner)
    first = send(client, url, {"device": "a"}).json()
    frozen_now.tick(KEPT_FOR + timedelta(seconds=1))
    second = send(client, url, {"device": "b"}).json()
    assert first["session"] != second["session"]
    assert IdempotencyRecord.objects.count() == 1
    frozen_now.tick(KEPT_FOR + timedelta(seconds=1))
    prune_idempotency_records()
    assert not IdempotencyRecord.objects.exists()


@pytest.mark.parametrize("key", ["x" * 201, "é", "a\tb"])
def test_a_key_has_a_shape(client, enrollment, url, key):
    client.force_login(enrollment.learner)
    answer = send(client, url, key=key)
    assert answer.status_code == 400
    assert answer.json()["code"] == "idempotency_key_invalid"


def test_the_answer_is_sealed_in_the_table(client, enrollment, url):
    client.force_login(enrollment.learner)
    grant = send(client, url).json()["grant"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM api_idempotencyrecord")
        stored = bytes(cursor.fetchone()[0])
    assert grant
    assert grant.encode() not in stored


def test_evidence_of_an_attempt_is_written_once(client):
    attempt = start_attempt(exam=ExamFactory(), candidate=UserFactory(), now=now())
    token = open_writer(attempt=attempt, client_key="tab", now=now()).token
    url = f"/api/v1/attempts/{attempt.public_id}/events"
    body = {"events": [{"kind": "focus_lost"}]}
    for _time in range(2):
        answer = send(client, url, body, Authorization=f"Attempt {token}")
        assert answer.status_code == 202
    assert AttemptEvent.objects.filter(attempt=attempt).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_does_the_work(enrollment, url, monkeypatch):
    """The second waits for the first and repeats its answer."""
    meeting = threading.Barrier(2, timeout=10)
    fingerprint = idempotency._fingerprint
    answers = []

    def meet_before_the_row(request):
        text = fingerprint(request)
        meeting.wait()
        return text

    monkeypatch.setattr(idempotency, "_fingerprint", meet_before_the_row)

    def work():
        client = Client()
        try:
            client.force_login(enrollment.learner)
            answers.append(send(client, url))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert PlaybackSession.objects.count() == 1
    replayed = [answer.get("Idempotency-Replayed") for answer in answers]
    assert sorted(map(str, replayed)) == ["None", "true"]
