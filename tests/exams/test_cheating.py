"""What a candidate with a program of their own may try (the table of docs/exams.md).

One test per attack, over HTTP: each is refused, and nothing has changed afterwards.
What is said before the release is walked in `test_leaks.py`.
"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client, override_settings

from exams.domain.tokens import issue_token
from exams.models import Attempt, Mark, ResponseEvent, Result
from lms.core.clock import now
from tests.factories.accounts import UserFactory
from tests.factories.exams import ExamFactory, make_fixed_paper, make_items
from tests.factories.organizations import AdministratorFactory, MembershipFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
JSON = "application/json"


class Candidate:
    """Somebody with a program: a session, and the token of what they started."""

    def __init__(self, user=None):
        self.user = user or UserFactory()
        self.client = Client()
        self.client.force_login(self.user)
        self.token = None

    def post(self, path, body, **headers):
        return self.client.post(
            f"/api/v1/{path}", body, content_type=JSON, headers=headers
        )

    def start(self, exam, **headers):
        answer = self.post(f"exams/{exam.public_id}/attempts", {}, **headers)
        if answer.status_code == 201:
            self.token, self.attempt = answer.json()["token"], answer.json()["id"]
        return answer

    def save(self, *events, token=None, attempt=None, **more):
        """Save with a token alone, as a program without a session would."""
        return Client().put(
            f"/api/v1/attempts/{attempt or self.attempt}/responses",
            {"events": list(events)} | more,
            content_type=JSON,
            headers={"Authorization": f"Attempt {token or self.token}"},
        )

    def submit(self, last_seq, *, token=None, attempt=None, **more):
        return Client().post(
            f"/api/v1/attempts/{attempt or self.attempt}/submit",
            {"last_seq": last_seq} | more,
            content_type=JSON,
            headers={"Authorization": f"Attempt {token or self.token}"},
        )


def answer(seq=1, position=1, value=("A",), **more):
    return {"seq": seq, "position": position, "value": list(value)} | more


@pytest.fixture
def exam():
    return ExamFactory(paper=make_fixed_paper(make_items(3)))


@pytest.fixture
def cheat(exam):
    candidate = Candidate()
    candidate.start(exam)
    return candidate


@pytest.fixture
def victim(exam):
    candidate = Candidate()
    candidate.start(exam)
    candidate.save(answer(1, 2, ["B"]))
    return candidate


def code_of(response):
    return response.status_code, response.json().get("code")


def kept(candidate):
    rows = ResponseEvent.objects.filter(attempt__public_id=candidate.attempt)
    return list(rows.values_list("writer", "seq", "position", "value"))


# --- another candidate's attempt ---


def test_with_ones_own_token_no_other_attempt_exists(cheat, victim):
    for refused in (
        cheat.save(answer(), attempt=victim.attempt),
        cheat.submit(0, attempt=victim.attempt),
    ):
        assert code_of(refused) == (404, "not_found")
    assert kept(victim) == [(1, 1, 2, ["B"])]
    assert Attempt.objects.get(public_id=victim.attempt).is_open


@pytest.mark.parametrize("who", ["colleague", "employer", "operator"])
def test_with_ones_own_session_no_other_attempt_exists(victim, who):
    employer = AdministratorFactory()
    MembershipFactory(user=victim.user, organization=employer.organization)
    people = {
        "colleague": UserFactory(),
        "employer": employer.user,
        "operator": UserFactory(is_staff=True, is_superuser=True),
    }
    stranger = Candidate(people[who])
    path = f"attempts/{victim.attempt}"
    events = {"events": [{"kind": "focus_lost"}]}
    for refused in (
        stranger.post(f"{path}/submit", {"last_seq": 0}),
        stranger.post(f"{path}/events", events),
        stranger.post(f"{path}/presence", {}),
        stranger.client.put(
            f"/api/v1/{path}/responses", {"events": [answer()]}, content_type=JSON
        ),
        stranger.client.get(f"/attempts/{victim.attempt}/"),
    ):
        assert refused.status_code == 404
    assert kept(victim) == [(1, 1, 2, ["B"])]
    assert Attempt.objects.get(public_id=victim.attempt).is_open


# --- forged and replayed tokens ---


def test_a_forged_token_opens_nothing(cheat, victim):
    name, _colon, signature = victim.token.partition(":")
    attempt, _dot, _writer = name.partition(".")
    for forged in (
        f"{attempt}.2:{signature}",
        f"{victim.attempt}.1:{signature}",
        f"{name}:{signature[:-2]}xx",
        f"{name}:",
        name,
        cheat.token.replace(cheat.attempt.replace("-", ""), attempt),
    ):
        assert code_of(victim.save(answer(9, 1), token=forged)) == (
            401,
            "token_invalid",
        )
    assert kept(victim) == [(1, 1, 2, ["B"])]


def test_a_token_of_a_finished_attempt_changes_nothing_any_more(cheat):
    cheat.save(answer(1, 1, ["B"]))
    first = cheat.submit(1).json()
    assert code_of(cheat.save(answer(2, 1, ["A"]))) == (409, "attempt_closed")
    assert cheat.submit(1).json() == first
    assert kept(cheat) == [(1, 1, 1, ["B"])]
    assert Mark.objects.count() == 3


def test_a_token_of_the_last_attempt_does_not_write_into_the_next(cheat, exam):
    old = cheat.token
    cheat.submit(0)
    cheat.start(exam)
    assert cheat.save(answer(), token=old).status_code == 404
    assert kept(cheat) == []


def test_a_request_sent_again_counts_once_and_a_changed_one_is_refused(cheat):
    for _time in range(3):
        assert cheat.save(answer(1, 1, ["B"])).json()["acked"] == 1
    assert code_of(cheat.save(answer(1, 1, ["A"]))) == (409, "sequence_conflict")
    assert kept(cheat) == [(1, 1, 1, ["B"])]


def test_a_tab_that_was_taken_over_does_not_overrule_the_newer_one(cheat, exam):
    old = cheat.token
    cheat.start(exam, **{"Idempotency-Key": "another-device"})
    cheat.save(answer(1, 1, ["B"]))
    assert cheat.save(answer(1, 1, ["A"]), token=old).json()["superseded"] is True
    assert cheat.submit(1).json()["score"] == 0


# --- the clock ---


def test_an_answer_after_the_deadline_is_refused_and_the_paper_closed(cheat):
    cheat.save(answer(1, 1, ["A"]))
    past = now() - timedelta(hours=3)
    Attempt.objects.filter(public_id=cheat.attempt).update(
        started_at=past,
        deadline=past + timedelta(hours=1),
        closes_at=past + timedelta(hours=1),
    )
    assert code_of(cheat.save(answer(2, 2, ["A"]))) == (409, "attempt_closed")
    body = cheat.submit(2, accept_missing=[2]).json()
    assert (body["state"], body["score"]) == ("finalized", 1)
    attempt = Attempt.objects.get(public_id=cheat.attempt)
    assert (attempt.closed_by, attempt.submitted_at) == ("deadline", attempt.deadline)


def test_asking_to_start_again_does_not_restart_the_clock(cheat, exam):
    before = Attempt.objects.get(public_id=cheat.attempt)
    again = cheat.start(exam, **{"Idempotency-Key": "fresh"}).json()
    assert again["id"] == str(before.public_id)
    after = Attempt.objects.get(public_id=cheat.attempt)
    assert (after.started_at, after.deadline) == (before.started_at, before.deadline)


# --- scores and times sent by the client ---


def test_scores_and_times_of_the_client_are_not_read(cheat, exam):
    before = Attempt.objects.get(public_id=cheat.attempt)
    lies = {
        "score": 3,
        "max_score": 3,
        "passed": True,
        "state": "finalized",
        "deadline": "2099-01-01T00:00:00Z",
        "server_time": "2020-01-01T00:00:00Z",
    }
    event = answer(1, 1, ["B"], received_at="2020-01-01T00:00:00Z", **lies)
    assert cheat.save(event, **lies).status_code == 200
    assert cheat.post(f"exams/{exam.public_id}/attempts", lies).status_code == 201
    body = cheat.submit(1, submitted_at="2020-01-01T00:00:00Z", **lies).json()
    assert (body["score"], body["passed"]) == (0, False)
    attempt = Attempt.objects.get(public_id=cheat.attempt)
    assert (attempt.deadline, attempt.started_at) == (
        before.deadline,
        before.started_at,
    )
    assert attempt.submitted_at >= before.started_at
    assert ResponseEvent.objects.get().received_at >= before.started_at
    assert Result.objects.get().raw == 0


# --- two open attempts ---


def test_there_are_never_two_open_attempts(cheat, exam):
    ids = {
        cheat.start(exam, **{"Idempotency-Key": f"device-{n}"}).json()["id"]
        for n in range(3)
    }
    assert ids == {cheat.attempt}
    first = Attempt.objects.get()
    # And if the code failed, the database would not allow it.
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.bulk_create(
            [
                Attempt(
                    exam=exam,
                    candidate=cheat.user,
                    number=2,
                    seed=1,
                    position_count=3,
                    started_at=first.started_at,
                    deadline=first.deadline,
                    closes_at=first.closes_at,
                )
            ]
        )


# --- what is not on the paper ---


@pytest.mark.parametrize("position", [0, 4, 99, 32_768, 2**31])
def test_a_position_that_is_not_on_the_paper_is_refused(cheat, position):
    refused = cheat.save(answer(1, 1), answer(2, position))
    assert refused.status_code == 422
    assert kept(cheat) == []


def test_an_item_named_by_its_id_is_refused(cheat):
    item = str(Attempt.objects.get().key.blob["1"]["item"])
    assert cheat.save({"seq": 1, "item": item, "value": ["A"]}).status_code == 422
    assert cheat.save(answer(1, item)).status_code == 422
    assert kept(cheat) == []


@pytest.mark.parametrize("value", [["Z"], ["A", "B"], [""], ["A'; --"]])
def test_an_option_that_is_not_on_the_paper_scores_nothing(cheat, value):
    assert cheat.save(answer(1, 1, value)).status_code == 200
    assert cheat.submit(1).json()["score"] == 0


# --- keys ---


def test_neither_the_start_nor_the_page_holds_a_key(cheat, exam):
    key = Attempt.objects.get().key.blob
    started = cheat.start(exam)
    page = cheat.client.get(f"/attempts/{cheat.attempt}/")
    for text in (started.content.decode(), page.content.decode()):
        for secret in ("correct", "explanation", "第二十八条", "revision"):
            assert secret not in text, secret
        assert all(str(entry["item"]) not in text for entry in key.values())


def test_a_stranger_learns_no_token():
    """The token of a writer can't be made without the secret of the installation."""
    candidate = Candidate()
    candidate.start(ExamFactory())
    attempt = Attempt.objects.get()
    assert issue_token(attempt=attempt, writer=1) == candidate.token
    with override_settings(SECRET_KEY="another secret of another installation"):
        forged = issue_token(attempt=attempt, writer=1)
    assert code_of(candidate.save(answer(), token=forged)) == (401, "token_invalid")
