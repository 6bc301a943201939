"""xAPI: what happened, with ids that follow from it; sent once to a store."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.urls import reverse

from courses.domain.statement_delivery import deliver_statements
from courses.models import StatementDelivery
from courses.statements import VERBS, statements_between
from lms.audit.enums import Verb
from lms.audit.models import AuditEvent
from lms.core.clock import shanghai_date
from lms.core.enums import JobState
from lms.core.http import OutgoingRefused, allowed_address, send
from tests.courses.test_answering import QUESTION, give, label, show
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.courses import (
    NOW,
    make_course,
    make_enrollment,
    make_lesson,
    publish_course,
)
from tests.factories.organizations import AdministratorFactory, MembershipFactory

pytestmark = [
    pytest.mark.integration,
    pytest.mark.django_db,
]
# `created_at` of a row is the real clock's, the rest is `NOW`: a span of both.
SINCE, UNTIL = NOW - timedelta(days=3), NOW + timedelta(days=30)


def learned(membership=None, **fields):
    """Return someone who answered wrongly, then rightly, and completed the course."""
    course = make_course(**fields)
    make_lesson(
        course,
        kind="exercise",
        completion="check",
        check_questions=[{"type": "question", "value": QUESTION}],
    )
    publish_course(course=course, now=NOW)
    options = (
        {"learner": membership.user, "membership": membership} if membership else {}
    )
    enrollment = make_enrollment(course=course, **options)
    for text in ("先进入", "先通风"):
        value = label(show(enrollment)[0].view["options"], text)
        give(enrollment, "q1", [value])
    return enrollment


def told(**span):
    return list(statements_between(**({"since": SINCE, "until": UNTIL} | span)))


def test_what_happened_is_told_in_the_verbs_of_adl():
    enrollment = learned()
    verbs = [one["verb"]["id"].rsplit("/", 1)[1] for one in told()]
    assert sorted(verbs) == [
        "answered",
        "answered",
        "completed",
        "completed",
        "experienced",
    ]
    assert {one["verb"]["id"] for one in told()} <= set(VERBS.values())
    answers = [
        one["result"] for one in told() if one["verb"]["id"] == VERBS["answered"]
    ]
    assert [one["success"] for one in answers] == [False, True]
    actors = {one["actor"]["account"]["name"] for one in told()}
    assert actors == {str(enrollment.learner.subject_id)}
    assert enrollment.learner.get_full_name() not in json.dumps(told())


def test_the_same_fact_has_the_same_id_and_no_other_has_it():
    learned()
    ids = [one["id"] for one in told()]
    assert ids == [one["id"] for one in told()]
    assert len(set(ids)) == len(ids)


class Store(BaseHTTPRequestHandler):
    """A learning record store that keeps ids, and stumbles when told to."""

    kept: dict = {}
    failures: list = []
    seen: list = []

    def do_POST(self):
        self.answer(many=True)

    def do_PUT(self):
        self.answer(many=False)

    def answer(self, *, many):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append((self.command, dict(self.headers)))
        rows = body if many else [body]
        status = self.failures.pop(0) if self.failures else None
        known = [row["id"] for row in rows if row["id"] in self.kept]
        if status is None:
            status = 409 if known else (200 if many else 204)
        if status in (200, 204, 500.5):
            self.kept.update({row["id"]: row for row in rows})
        self.send_response(int(status))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def store(settings):
    Store.kept, Store.failures, Store.seen = {}, [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Store)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.XAPI_ENDPOINT = f"http://127.0.0.1:{server.server_port}/xapi/"
    settings.XAPI_KEY, settings.XAPI_SECRET = "key", "secret"
    settings.OUTGOING_PRIVATE_HOSTS = ["127.0.0.1"]
    yield Store
    server.shutdown()
    server.server_close()


def states():
    return set(StatementDelivery.objects.values_list("state", flat=True))


def test_nothing_is_sent_until_a_store_is_configured():
    learned()
    assert deliver_statements(now=NOW) == 0
    assert not StatementDelivery.objects.exists()


def test_each_statement_is_sent_once(store):
    learned()
    sent = deliver_statements(now=NOW)
    # The opening of the lesson carries the real clock's time, far from `NOW`.
    assert sent == len(store.kept) == 4
    assert deliver_statements(now=NOW + timedelta(minutes=1)) == 0
    headers = store.seen[0][1]
    assert headers["X-Experience-API-Version"] == "1.0.3"
    assert headers["Authorization"].startswith("Basic ")
    assert states() == {JobState.DONE}


@pytest.mark.parametrize("failure", [503, 401, 429])
def test_a_store_that_is_down_gets_them_later(store, failure):
    learned()
    store.failures.append(failure)
    assert deliver_statements(now=NOW) == 0
    assert states() == {JobState.QUEUED}
    assert deliver_statements(now=NOW + timedelta(seconds=5)) == 0
    assert deliver_statements(now=NOW + timedelta(minutes=2)) == 4


def test_a_crash_between_sending_and_noting_doubles_nothing(store):
    learned()
    # The store has kept them, but its answer was lost.
    store.failures.append(500.5)
    deliver_statements(now=NOW)
    assert len(store.kept) == 4
    assert deliver_statements(now=NOW + timedelta(minutes=2)) == 4
    assert len(store.kept) == 4
    assert states() == {JobState.DONE}


def test_a_statement_that_the_store_refuses_does_not_hold_up_the_rest(store):
    learned()
    store.failures += [400, 400]
    assert deliver_statements(now=NOW) == 3
    failed = StatementDelivery.objects.get(state=JobState.FAILED)
    assert "400" in failed.error


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest",
        "https://192.168.1.1/",
        "http://example.com/",
        "file:///etc/passwd",
        "https://user:pass@example.com/",
        "https://[::ffff:10.0.0.1]/",
    ],
)
def test_no_call_goes_into_the_house(url):
    with pytest.raises(OutgoingRefused):
        send(method="POST", url=url)


def test_a_name_that_leads_inside_is_refused(monkeypatch):
    monkeypatch.setattr(
        "socket.getaddrinfo",
        lambda *args, **kwargs: [
            (2, 1, 6, "", ("93.184.216.34", 443)),
            (2, 1, 6, "", ("10.1.1.1", 443)),
        ],
    )
    with pytest.raises(OutgoingRefused):
        allowed_address("example.com", 443)


def test_the_administrator_downloads_what_counts_for_the_enterprise(client):
    membership = MembershipFactory()
    learned(membership)
    admin = AdministratorFactory(organization=membership.organization).user
    client.force_login(admin)
    url = f"/api/v1/organizations/{membership.organization.code}/statements"
    span = {"since": SINCE.isoformat(), "until": UNTIL.isoformat()}
    answer = client.get(url, span)
    rows = json.loads(b"".join(answer.streaming_content))["statements"]
    assert len(rows) == 5
    wrong = client.get(url, {"since": UNTIL.isoformat(), "until": SINCE.isoformat()})
    assert wrong.status_code in {400, 422}
    client.force_login(AdministratorFactory().user)
    assert client.get(url, span).status_code == 404


def operator_posts(client, **data):
    client.force_login(SuperuserFactory())
    return client.post(reverse("statements_again"), data)


def span_of(first, last):
    return {"what": "span", "again-first": first, "again-last": last}


def test_a_span_is_sent_again_and_nothing_arrives_twice(client, store, frozen_now):
    learned()
    deliver_statements(now=NOW)
    day = shanghai_date(NOW).isoformat()
    kept = dict(store.kept)

    for _attempt in range(2):
        assert operator_posts(client, **span_of(day, day)).status_code == 302

    assert StatementDelivery.objects.filter(state=JobState.QUEUED).count() == 5
    deliver_statements(now=NOW + timedelta(minutes=1))
    assert store.kept == kept
    assert states() == {JobState.DONE}
    event = AuditEvent.objects.filter(verb=Verb.STATEMENTS_SENT_AGAIN).latest("pk")
    assert event.data["waiting"] == 5


def test_a_store_that_was_set_up_later_gets_what_happened_before(
    client, store, frozen_now
):
    learned()
    day = shanghai_date(NOW).isoformat()

    operator_posts(client, **span_of(day, day))
    deliver_statements(now=NOW + timedelta(minutes=1))

    assert len(store.kept) == 5


def test_what_failed_is_sent_again(client, store, frozen_now):
    learned()
    store.failures += [400, 400]
    deliver_statements(now=NOW)
    client.force_login(SuperuserFactory())
    page = client.get(reverse("statements")).text
    assert "400" in page

    operator_posts(client, what="failed")
    operator_posts(client, what="failed")
    deliver_statements(now=NOW + timedelta(minutes=1))

    assert len(store.kept) == 5
    assert states() == {JobState.DONE}


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-02-01", "2026-01-01"), ("2026-01-01", "2026-12-31"), ("", ""), ("x", "y")],
)
def test_a_span_that_can_t_be_is_refused(client, first, last):
    answer = operator_posts(client, **span_of(first, last))

    assert answer.status_code == 422
    assert not StatementDelivery.objects.exists()


@pytest.mark.parametrize("kind", ["editor", "administrator", "nobody"])
def test_only_operators_see_how_statements_are_sent(client, kind):
    user = {
        "editor": lambda: UserFactory(is_staff=True),
        "administrator": lambda: AdministratorFactory().user,
        "nobody": UserFactory,
    }[kind]()
    client.force_login(user)

    answers = [
        client.get(reverse("statements")),
        client.post(reverse("statements_again"), {"what": "failed"}),
    ]

    assert {a.status_code for a in answers} <= {302, 403}
    assert not AuditEvent.objects.filter(verb=Verb.STATEMENTS_SENT_AGAIN).exists()


def rows_in(answer):
    return json.loads(b"".join(answer.streaming_content))["statements"]


def test_the_operator_saves_the_statements_of_everybody(client, frozen_now):
    learned()
    learned(MembershipFactory(), slug="second")
    client.force_login(SuperuserFactory())
    day = shanghai_date(NOW)
    span = {"export-first": day - timedelta(days=3), "export-last": day}

    answers = [client.get(reverse("statements"), span) for _attempt in range(2)]

    first, second = (rows_in(answer) for answer in answers)
    assert first == second
    assert len(first) == 10
    assert answers[0]["Content-Disposition"].startswith('attachment; filename="xapi-')


def test_the_administrator_saves_them_in_the_console(client, frozen_now):
    membership = MembershipFactory()
    learned(membership)
    learned(slug="second")
    organization = membership.organization
    client.force_login(AdministratorFactory(organization=organization).user)
    address = reverse("portal:statements", args=[organization.code])
    day = shanghai_date(NOW)

    page = client.get(address)
    wrong = client.get(address, {"first": day, "last": "2020-01-01"})
    file = client.get(address, {"first": day - timedelta(days=3), "last": day})

    assert page.status_code == 200
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["last"])
    assert len(rows_in(file)) == 5
    event = AuditEvent.objects.get(verb=Verb.STATEMENTS_EXPORTED)
    assert event.organization_id == organization.pk
