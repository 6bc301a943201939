"""Who is let in: tokens by scope, sessions, holders of an attempt's token."""

from importlib import import_module

import pytest
from django.test import Client
from rest_framework.permissions import SAFE_METHODS
from rest_framework.views import APIView

from courses.domain.queries import live_course
from lms.accounts.domain.tokens import create_token
from lms.accounts.enums import TokenScope
from lms.api.authentication import HasScope, TokenAuthentication, required_scope
from lms.api.urls import RESOURCES
from lms.core.clock import now
from tests.factories.accounts import UserFactory
from tests.factories.courses import make_enrollment

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

API = "/api/v1"


def token_of(user, *scopes):
    return create_token(user=user, name="test", scopes=scopes, by=user)[1]


def program(raw, keyword="Bearer"):
    """Return a client that only has the token, and no session at all."""
    client = Client(enforce_csrf_checks=True)
    client.defaults["HTTP_AUTHORIZATION"] = f"{keyword} {raw}"
    return client


def two_enrollments():
    mine = make_enrollment()
    course = live_course(course_key=mine.course_key)
    return mine, make_enrollment(course=course)


def views_with_tokens():
    for name in RESOURCES:
        for route in import_module(f"lms.api.resources.{name}").urlpatterns:
            view = route.callback.view_class
            if TokenAuthentication in view.authentication_classes:
                yield pytest.param(view, id=view.__name__)


@pytest.mark.parametrize("view", views_with_tokens())
def test_every_view_that_takes_tokens_asks_for_a_scope(view):
    assert HasScope in view.permission_classes
    writes = {name for name in view.http_method_names if hasattr(view, name)} - {
        method.lower() for method in SAFE_METHODS
    }
    for method in writes:
        assert required_scope(view, method.upper()) in TokenScope.values
    assert issubclass(view, APIView)


def needs(path, method="get"):
    return path, method


CALLS = {
    TokenScope.READ: [needs("enrollments"), needs("courses"), needs("search?q=安全")],
    TokenScope.LEARN: [
        needs("lessons/{unit}/playback/sessions", "post"),
        needs("courses/{course}/enroll", "post"),
    ],
    TokenScope.ORGANIZATION_READ: [needs("organizations/{code}/training-status")],
}


@pytest.mark.parametrize("held", TokenScope.values)
def test_a_token_does_what_its_scope_says_and_nothing_else(held):
    enrollment = make_enrollment()
    client = program(token_of(enrollment.learner, held))
    names = {
        "unit": enrollment.syllabus.units[0]["key"],
        "course": enrollment.course_key,
        "code": "91329900MA0000001X",
    }
    for scope, calls in CALLS.items():
        for path, method in calls:
            url = f"{API}/{path.format(**names)}"
            answer = getattr(client, method)(url, content_type="application/json")
            if scope == held:
                assert answer.status_code in (200, 201, 404)
            else:
                assert answer.status_code == 403
                assert answer.json()["code"] == "insufficient_scope"


def test_a_view_without_scope_lets_tokens_read_and_never_write(rf):
    class Forgotten:
        pass

    request = rf.get("/")
    request.auth = create_token(
        user=(user := UserFactory()), name="x", scopes=TokenScope.values, by=user
    )[0]
    assert HasScope().has_permission(request, Forgotten())
    request.method = "POST"
    assert not HasScope().has_permission(request, Forgotten())


def test_a_program_needs_no_csrf_token():
    user = UserFactory()
    for keyword in ("Bearer", "bearer"):
        client = program(token_of(user, TokenScope.READ), keyword)
        assert client.get(f"{API}/enrollments").status_code == 200


def test_a_bad_token_is_refused_on_public_calls_as_well():
    answer = program("anx_wrong").get(f"{API}/search?q=安全")
    assert answer.status_code == 401
    assert answer.json()["code"] == "token_invalid"
    # A call that reads nobody does not look at the header.
    assert program("anx_wrong").get(f"{API}/register/checkpoint").status_code == 200


def test_a_token_acts_for_its_person_only():
    mine, other = two_enrollments()
    client = program(token_of(mine.learner, TokenScope.READ))
    rows = client.get(f"{API}/enrollments").json()["results"]
    assert [row["id"] for row in rows] == [str(mine.public_id)]
    assert rows[0]["id"] != str(other.public_id)


def test_a_session_of_somebody_beside_a_token_is_not_mixed_in(client):
    mine, other = two_enrollments()
    client.force_login(other.learner)
    raw = token_of(mine.learner, TokenScope.READ)
    answer = client.get(
        f"{API}/enrollments", headers={"Authorization": f"Bearer {raw}"}
    )
    assert [row["id"] for row in answer.json()["results"]] == [str(mine.public_id)]


def test_an_inactive_person_has_no_program():
    user = UserFactory()
    client = program(token_of(user, TokenScope.READ))
    user.is_active = False
    user.save()
    assert client.get(f"{API}/enrollments").status_code == 401
    assert now()
