"""Before the release nothing that a server says holds a key or a score.

The walk asks every address of exams, pages and API, as the candidate, as a colleague,
as a visitor; it knows the addresses from the URL configuration, so that a new one is
walked, too, or must say here why not.
"""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from exams.domain.attempts import start_attempt
from exams.domain.responses import ResponseInput, record_events
from exams.domain.writers import open_writer
from exams.enums import ReleasePolicy
from exams.models import Attempt
from lms.audit.models import AuditEvent
from lms.core.clock import now
from lms.notifications.models import EmailDelivery, Message
from tests.exams.test_release import set_policy
from tests.factories.accounts import UserFactory
from tests.factories.exams import (
    CONTENTS,
    ExamFactory,
    ItemBankFactory,
    content_for,
    enroll_in,
    make_course,
    make_fixed_paper,
    make_item,
)
from tests.factories.organizations import AdministratorFactory, MembershipFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

# Words that stand in keys, explanations and nowhere else.
SECRETS = (
    *("第二十八条第三款秘密解析", "先通风秘密参考答案", "四十二秘密答案"),
    *("评分要点秘密", "is_right", 'correct_response": ["', "is_credited"),
)
PAGES = {
    "exams:intro": "exam",
    "exams:attempt": "attempt",
    "exams:result": "attempt",
    "exams:appeal": "attempt",
    "exams:marking": None,
    "exams:marking_next": "exam",
    "exams:marking_script": "task",
    "exams:marking_put_back": "task",
    "exams:appeal_withdraw": "task",
    "exams:appeal_answer": "task",
    "exams:invigilation": None,
    "exams:live": "exam",
    "exams:likeness": "exam",
    "exams:extra_time": "exam",
    "exams:replay": "attempt",
    "exams:practice": None,
    "exams:practice_start": None,
    "exams:practice_session": "attempt",
    "exams:wrong_answers": None,
    "exams:wrong_answer": "attempt",
    "exams:favorites": None,
    "exams:favorite": "attempt",
}
CALLS = (
    "api:exam_attempts",
    "api:attempt_responses",
    "api:attempt_submit",
    "api:attempt_events",
    "api:attempt_presence",
)
OTHER_PAGES = (
    *("/", "/learn/", "/account/messages/", "/search/?q=秘密"),
    *("/api/v1/search?q=秘密", "/api/v1/enrollments", "/api/v1/wrong-answers"),
)


def names_of(patterns, namespace=""):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = pattern.namespace or namespace
            yield from names_of(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{namespace}:{pattern.name}"


def test_the_walk_knows_every_address_of_the_exams():
    names = set(names_of(get_resolver().url_patterns))
    ours = {name for name in names if name.startswith("exams:")}
    calls = {
        name
        for name in names
        if name.startswith("api:") and ("exam" in name or "attempt" in name)
    }
    assert ours == set(PAGES)
    assert calls == set(CALLS)


def paper_of_all_types():
    bank = ItemBankFactory()
    secret = {"explanation": SECRETS[0]}
    special = {
        "text_entry": {"blanks": [[SECRETS[2]], ["8"]]},
        "extended_text": {
            "model": SECRETS[1],
            "rubric": [{"text": SECRETS[3], "score": 2}],
        },
    }
    items = [
        make_item(
            bank, name, content=content_for(name, **secret, **special.get(name, {}))
        )
        for name in CONTENTS
        if name != "case"
    ]
    return make_fixed_paper(items)


@pytest.fixture
def world():
    """A candidate who has answered half of a paper, under a policy that waits."""
    exam = ExamFactory(paper=paper_of_all_types())
    exam = set_policy(
        exam, release=ReleasePolicy.AT_DATE, release_at=now() + timedelta(days=3)
    )
    learner = UserFactory()
    enrollment = enroll_in(make_course(exam), learner)
    attempt = start_attempt(
        exam=exam, candidate=learner, enrollment=enrollment, now=now()
    )
    writer = open_writer(attempt=attempt, now=now())
    record_events(
        public_id=attempt.public_id,
        writer=1,
        events=[ResponseInput(1, 1, ["A"]), ResponseInput(2, 5, ["我的回答"])],
        now=now(),
    )
    return exam, attempt, learner, writer


def client_of(person):
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def page_addresses(exam, attempt):
    task = attempt.marking_tasks.first()
    keys = {
        "exam": exam.public_id,
        "attempt": attempt.public_id,
        "task": task.public_id if task else attempt.public_id,
    }
    for name, kind in PAGES.items():
        yield reverse(name, args=[keys[kind]] if kind else [])
    yield from OTHER_PAGES


def answers_of(client, exam, attempt, token):
    """Ask everything; POST what a page would post."""
    for address in page_addresses(exam, attempt):
        yield address, client.get(address)
    for name, key in (("exam_attempts", exam), ("attempt_presence", attempt)):
        address = reverse(f"api:{name}", args=[key.public_id])
        yield address, client.post(address, "{}", content_type="application/json")
    events = {"events": [{"seq": 3, "position": 1, "value": ["B"]}]}
    yield (
        "PUT responses",
        client.put(
            reverse("api:attempt_responses", args=[attempt.public_id]),
            json.dumps(events),
            content_type="application/json",
            headers={"Authorization": f"Attempt {token}"} if token else {},
        ),
    )
    yield (
        "POST events",
        client.post(
            reverse("api:attempt_events", args=[attempt.public_id]),
            json.dumps({"events": [{"kind": "focus_lost"}]}),
            content_type="application/json",
        ),
    )


def submit_as(client, attempt, token):
    return client.post(
        reverse("api:attempt_submit", args=[attempt.public_id]),
        json.dumps({"last_seq": 2, "accept_missing": [3]}),
        content_type="application/json",
        headers={"Authorization": f"Attempt {token}"},
    )


def assert_silent(address, answer):
    text = b"".join(answer) if answer.streaming else answer.content
    text = text.decode() + str(dict(answer.headers))
    found = [secret for secret in SECRETS if secret in text]
    assert not found, f"{address} tells {found}"


@pytest.mark.parametrize("who", ["candidate", "colleague", "visitor"])
def test_nothing_tells_the_key_while_the_attempt_runs(world, who):
    exam, attempt, learner, writer = world
    person = {"candidate": learner, "colleague": UserFactory(), "visitor": None}[who]
    token = writer.token if who == "candidate" else ""
    for address, answer in answers_of(client_of(person), exam, attempt, token):
        assert answer.status_code < 500
        assert_silent(address, answer)


@pytest.mark.parametrize("who", ["candidate", "colleague", "visitor"])
def test_nothing_tells_key_or_score_between_handing_in_and_release(world, who):
    exam, attempt, learner, writer = world
    answer = submit_as(client_of(learner), attempt, writer.token)
    assert answer.status_code == 200
    assert_silent("POST submit", answer)
    body = answer.json()
    assert (body["state"], body["score"], body["passed"]) == ("submitted", None, None)
    assert (body["items"], body["advice"]) == ([], [])
    # Marked by hand, so that the score is known to the server and to nobody else.
    from exams.domain.marking import claim_next
    from tests.exams.test_marking import give, make_examiner

    examiner = make_examiner()
    give(claim_next(exam=exam, by=examiner, now=now()), examiner, "2", now())
    attempt = Attempt.objects.get(pk=attempt.pk)
    assert attempt.result.raw is not None
    score = f"{attempt.result.raw.normalize():f} / {attempt.result.max.normalize():f}"
    person = {"candidate": learner, "colleague": UserFactory(), "visitor": None}[who]
    token = writer.token if who == "candidate" else ""
    for address, answer in answers_of(client_of(person), exam, attempt, token):
        assert_silent(address, answer)
        if not answer.streaming:
            page = answer.content.decode()
            assert score not in page, address
            assert "exam-score--passed" not in page
            assert "exam-score--failed" not in page
    again = submit_as(client_of(learner), attempt, writer.token)
    assert again.json()["score"] is None
    assert again.json()["items"] == []


def test_no_message_and_no_audit_entry_tells_the_result_before(world):
    _exam, attempt, learner, writer = world
    submit_as(client_of(learner), attempt, writer.token)
    assert Message.objects.filter(recipient=learner, kind="exam").count() == 0
    assert EmailDelivery.objects.filter(to=learner.email).count() == 0
    for event in AuditEvent.objects.filter(verb__startswith="attempt"):
        assert set(event.data) <= {"exam", "closed_by"}


def test_the_other_calls_of_the_api_do_not_hold_the_score(world):
    _exam, attempt, learner, writer = world
    client = client_of(learner)
    submit_as(client, attempt, writer.token)
    for address in ("/api/v1/enrollments", "/api/v1/courses", "/api/v1/search?q=秘密"):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert_silent(address, answer)
        assert str(attempt.result.by_topic) not in answer.content.decode()


def test_the_employers_pages_and_exports_hold_neither_key_nor_score(world):
    _exam, attempt, learner, writer = world
    employer = AdministratorFactory()
    MembershipFactory(user=learner, organization=employer.organization)
    submit_as(client_of(learner), attempt, writer.token)
    attempt.refresh_from_db()
    client, code = client_of(employer.user), employer.organization.code
    for address in (
        reverse("portal:enterprise", args=[code]),
        reverse("portal:members", args=[code]),
        reverse("portal:members_export", args=[code, "csv"]),
        reverse("portal:members_export", args=[code, "xlsx"]),
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
        data = b"".join(answer) if answer.streaming else answer.content
        text = unpacked(data)
        found = [secret for secret in SECRETS if secret in text]
        assert not found, f"{address} tells {found}"
        assert str(attempt.public_id) not in text


def unpacked(data):
    """Return the text of an answer; a workbook is a ZIP of XML."""
    if not data.startswith(b"PK"):
        return data.decode()
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return "".join(
            book.read(name).decode(errors="ignore") for name in book.namelist()
        )
