"""Playback, courses and enrollments over REST, as in the contracts."""

from datetime import timedelta

import pytest
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses.domain import playback
from courses.models import Enrollment, LearnerPresence
from lms.accounts.domain.tokens import create_token
from lms.accounts.enums import TokenScope
from lms.core.clock import now
from lms.core.enums import Audience
from tests.factories.accounts import UserFactory
from tests.factories.courses import (
    lessons_of,
    make_enrollment,
    make_published_course,
)
from tests.factories.organizations import OrganizationFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def watched(client):
    """A signed-in learner with an open session in a video lesson."""
    enrollment = make_enrollment()
    client.force_login(enrollment.learner)
    lesson = enrollment.syllabus.units[0]["key"]
    url = f"/api/v1/lessons/{lesson}/playback"
    answer = post(client, f"{url}/sessions", {"device": "phone"})
    assert answer.status_code == 201
    return enrollment, url, answer.json()


def post(client, url, body, **headers):
    return client.post(url, body, content_type="application/json", headers=headers)


def report(session, **changes):
    return {
        "session": session["session"],
        "seq": 1,
        "intervals": [[0.0, 14.8]],
        "rate": 1.0,
    } | changes


def ten_seconds_have_passed():
    presence = LearnerPresence.objects.get()
    presence.last_receipt_at = now() - timedelta(seconds=10)
    presence.save()


def test_a_session_is_opened(watched):
    _enrollment, _url, session = watched
    assert set(session) == {
        "session",
        "grant",
        "rate_limit",
        "position",
        "offline_until",
        "in_order",
        "token",
    }
    assert (session["rate_limit"], session["position"]) == (2.0, 0.0)
    assert session["grant"]


def test_a_report_earns_what_time_has_passed(client, watched, frozen_now):
    _enrollment, url, session = watched
    ten_seconds_have_passed()
    answer = post(client, url, report(session))
    assert answer.status_code == 200
    assert answer.json() == {
        "watched_seconds": 14.8,
        "required_seconds": 57.0,
        "position": 14.8,
        "credited_seconds": 10.0,
        "completed": False,
        "active": True,
        "ended": "",
        "hold": "",
        "check": None,
        "has_to_scroll": False,
        "pages": [],
    }
    assert post(client, url, report(session)).json() == answer.json()
    conflict = post(client, url, report(session, intervals=[[0, 1]]))
    assert conflict.status_code == 409
    body = conflict.json()
    assert (body["code"], body["next_seq"]) == ("sequence_conflict", 2)
    assert conflict.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "changes",
    [
        {"intervals": []},
        {"intervals": [[5, 1]]},
        {"intervals": [[-1, 5]]},
        {"intervals": [["nan", 5]]},
        {"intervals": [[0, "1e400"]]},
        {"intervals": [[0, 10], [5, 12]]},
        {"intervals": [[0, 5, 9]]},
        {"intervals": "x"},
        {"intervals": [[0, 5]] * 500},
        {"rate": 16},
        {"rate": -1},
        {"seq": 0},
        {"seq": "first"},
        {"session": "nobody"},
    ],
)
def test_bad_reports_are_422_with_a_code(client, watched, changes):
    _enrollment, url, session = watched
    # JSON has no infinity: a text that reads as one is the way in.
    body = report(session) | changes
    answer = post(client, url, body)
    assert answer.status_code == 422
    assert answer.json()["code"]
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_nobody_reports_into_anothers_session(client, watched):
    _enrollment, url, session = watched
    other = make_enrollment(course=make_published_course(slug="other"))
    client.force_login(other.learner)
    answer = post(client, url, report(session))
    assert (answer.status_code, answer.json()["code"]) == (404, "session_unknown")


def test_a_session_belongs_to_its_lesson(client, watched):
    enrollment, _url, session = watched
    answer = post(
        client, f"/api/v1/lessons/{enrollment.public_id}/playback", report(session)
    )
    assert answer.status_code == 404


def test_without_an_enrollment_there_is_no_session(client):
    lesson = lessons_of(make_published_course())[0]
    url = f"/api/v1/lessons/{lesson.translation_key}/playback/sessions"
    assert post(client, url, {}).status_code == 401
    client.force_login(UserFactory())
    answer = post(client, url, {})
    assert (answer.status_code, answer.json()["code"]) == (404, "unit_unknown")


def test_opening_elsewhere_ends_this_session(client, watched):
    _enrollment, url, session = watched
    post(client, f"{url}/sessions", {})
    answer = post(client, url, report(session, intervals=[[0, 0.5]]))
    assert answer.json()["active"] is False
    assert answer.json()["ended"] == "superseded"


def test_a_browser_needs_the_csrf_token(watched):
    from django.test import Client

    enrollment, url, session = watched
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(enrollment.learner)
    assert post(strict, url, report(session)).status_code == 403


def test_a_token_needs_the_scope(client):
    enrollment = make_enrollment()
    lesson = enrollment.syllabus.units[0]["key"]
    url = f"/api/v1/lessons/{lesson}/playback/sessions"
    for scope, status in ((TokenScope.READ, 403), (TokenScope.LEARN, 201)):
        raw = token(enrollment.learner, scope)
        answer = post(client, url, {}, authorization=f"Bearer {raw}")
        assert answer.status_code == status


def token(user, scope):
    made = create_token(user=user, name=str(scope), scopes=[scope], by=user)
    return next(part for part in made if isinstance(part, str))


def test_courses_list_what_the_caller_may_see(client):
    make_published_course(title="公开课")
    owner = OrganizationFactory()
    make_published_course(
        slug="inner",
        title="内部课",
        audience=Audience.ORGANIZATION,
        owner_organization_id=owner.pk,
    )
    answer = client.get("/api/v1/courses").json()
    assert [row["title"] for row in answer["results"]] == ["公开课"]


def test_joining_over_rest_is_idempotent(client):
    course, learner = make_published_course(), UserFactory()
    client.force_login(learner)
    url = f"/api/v1/courses/{course.course_key}/enroll"
    first, again = post(client, url, {}), post(client, url, {})
    assert first.status_code == 201
    assert first.json() == again.json()
    assert first.json()["units_required"] == 1
    mine = client.get("/api/v1/enrollments").json()["results"]
    assert [row["id"] for row in mine] == [first.json()["id"]]
    assert Enrollment.objects.count() == 1


def test_a_hidden_course_can_not_be_joined(client):
    course = make_published_course(
        audience=Audience.ORGANIZATION, owner_organization_id=OrganizationFactory().pk
    )
    client.force_login(UserFactory())
    url = f"/api/v1/courses/{course.course_key}/enroll"
    assert post(client, url, {}).status_code == 404


def test_my_enrollments_are_mine_and_take_few_queries(
    client, django_assert_max_num_queries
):
    first = make_enrollment()
    make_enrollment(course=make_published_course(slug="not-mine"))
    client.force_login(first.learner)
    client.get("/api/v1/enrollments")
    with django_assert_max_num_queries(12) as one:
        assert len(client.get("/api/v1/enrollments").json()["results"]) == 1
    for slug in ("b", "c"):
        make_enrollment(course=make_published_course(slug=slug), learner=first.learner)
    with django_assert_max_num_queries(12) as three:
        assert len(client.get("/api/v1/enrollments").json()["results"]) == 3
    assert len(one) == len(three)


def test_a_check_of_presence_is_asked_and_answered(client, watched, monkeypatch):
    monkeypatch.setattr(playback, "milliseconds_until_check", lambda mean: 4_000)
    _enrollment, url, session = watched
    ten_seconds_have_passed()
    held = post(client, url, report(session, intervals=[[0, 10]])).json()
    assert (held["hold"], held["credited_seconds"]) == ("presence", 4.0)
    assert held["position"] == 8.0
    check = held["check"]
    assert check["number"] in check["options"]
    wrong = post(client, f"{url}/checks", {"check": check["id"], "number": 7}).json()
    assert not wrong["answered"]
    answer = {"check": check["id"], "number": wrong["check"]["number"]}
    assert post(client, f"{url}/checks", answer).json() == {
        "answered": True,
        "check": None,
    }
    client.force_login(UserFactory())
    assert post(client, f"{url}/checks", answer).json()["code"] == "check_unknown"


def test_the_token_of_a_session_reports_into_it_without_an_account(client, watched):
    _enrollment, url, session = watched
    client.logout()
    token = {"Authorization": f"Playback {session['token']}"}
    with CaptureQueriesContext(connection) as seen:
        answer = post(client, url, report(session), **token)
    assert answer.status_code == 200
    tables = " ".join(query["sql"] for query in seen)
    assert "django_session" not in tables
    assert '"accounts_user"' not in tables


def test_a_token_opens_no_other_session_and_nothing_else(client, watched):
    _enrollment, url, session = watched
    other = make_enrollment(course=make_published_course(slug="other"))
    client.force_login(other.learner)
    lesson = other.syllabus.units[0]["key"]
    theirs = f"/api/v1/lessons/{lesson}/playback"
    opened = post(client, f"{theirs}/sessions", {}).json()
    client.logout()
    token = {"Authorization": f"Playback {session['token']}"}
    for address, body in ((theirs, report(opened)), (url, report(opened))):
        answer = post(client, address, body, **token)
        assert answer.json()["code"] == "session_unknown"
    for address in (f"{url}/sessions", f"{url}/checks"):
        assert post(client, address, {}, **token).status_code in {401, 403}
    forged = {"Authorization": f"Playback {session['token']}x"}
    assert (
        post(client, url, report(session), **forged).json()["code"] == "token_invalid"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"intervals": [[0, 5], [7, 9]], "rate": 2},
        {"intervals": []},
        {"intervals": [["1", "5"]]},
        {"rate": 16},
        {"seq": "1"},
        {"scroll": 2},
        {"extra": 1},
        {"session": "nobody"},
    ],
)
def test_the_short_way_and_the_framework_answer_alike(client, watched, changes):
    """`?plain=no` is nothing the short way knows, so the framework answers."""
    _enrollment, url, session = watched
    token = {"Authorization": f"Playback {session['token']}"}
    body = report(session) | changes
    short = post(client, url, body, **token)
    whole = post(client, f"{url}?plain=no", body, **token)
    assert short.status_code == whole.status_code
    left, right = short.json(), whole.json()
    for name in ("instance", "request_id"):
        left.pop(name, None)
        right.pop(name, None)
    assert left == right
    assert short.headers["Content-Type"] == whole.headers["Content-Type"]


def test_the_short_way_tells_of_a_check_like_the_framework(
    client, watched, monkeypatch
):
    monkeypatch.setattr(playback, "milliseconds_until_check", lambda mean: 4_000)
    _enrollment, url, session = watched
    token = {"Authorization": f"Playback {session['token']}"}
    ten_seconds_have_passed()
    short = post(client, url, report(session), **token).json()
    assert short["hold"] == "presence"
    assert set(short["check"]) == {"id", "number", "options"}
    assert post(client, f"{url}?plain=no", report(session), **token).json() == short


def test_a_token_that_names_its_session_alone_is_read_as_well(client, watched):
    """What was issued before tokens carried the terms waits on devices for a day."""
    _enrollment, url, session = watched
    name = session["session"].replace("-", "")
    old = signing.Signer(salt="courses.playback-token").sign(name)
    ten_seconds_have_passed()
    answer = post(client, url, report(session), Authorization=f"Playback {old}")
    assert answer.json()["credited_seconds"] > 0


def test_the_plain_report_reads_one_row(client, watched):
    _enrollment, url, session = watched
    token = {"Authorization": f"Playback {session['token']}"}
    with CaptureQueriesContext(connection) as seen:
        post(client, url, report(session), **token)
    read = [q["sql"] for q in seen if q["sql"].startswith("SELECT")]
    assert len(read) == 1
    assert "courses_playbacksession" not in read[0]


def test_the_terms_of_a_token_count_only_while_its_session_runs(client, watched):
    """The row decides: a token of a session that ended earns nothing more."""
    enrollment, url, session = watched
    unit = enrollment.syllabus.units[0]["key"]
    post(client, f"/api/v1/lessons/{unit}/playback/sessions", {})
    ten_seconds_have_passed()
    token = {"Authorization": f"Playback {session['token']}"}
    answer = post(client, url, report(session), **token).json()
    assert (answer["active"], answer["ended"]) == (False, "superseded")
