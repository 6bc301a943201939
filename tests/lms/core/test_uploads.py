"""Bodies that are too large: refused by their declared length, wherever they go."""

import pytest
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client

from lms.core.uploads import DEFAULT_BODY_BYTES, FORM_BYTES
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

TEN_GIGABYTES = 10 * 1024**3
MULTIPART = "multipart/form-data; boundary=x"


class Unread:
    """A body that nobody may touch."""

    def read(self, *_args):
        raise AssertionError("the body was read")

    readline = read


def declare(client, path, length, **extra):
    return client.generic(
        "POST",
        path,
        b"x",
        content_type=MULTIPART,
        CONTENT_LENGTH=str(length),
        **{"wsgi.input": Unread()} | extra,
    )


@pytest.fixture
def attacker():
    """Return a client with a cookie that passes for one of ours, as anybody can."""
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = _get_new_csrf_string()
    return client


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/account/login/",
        "/account/signup/",
        "/verify/",
        "/language/",
        "/admin/",
        "/admin/media_assets/new/",
        "/enterprise/91329900MA0000001X/staff/import/",
        "/laws/",
    ],
)
def test_ten_gigabytes_are_refused_unread_by_every_page(attacker, path):
    response = declare(attacker, path, TEN_GIGABYTES)

    # Where there is no such page, or only for others, the body is not read either.
    assert response.status_code in {302, 403, 404, 413}
    assert "MB" in response.text or response.status_code != 413


def test_the_refusal_names_the_limit_in_the_readers_language(attacker):
    chinese = declare(attacker, "/verify/", TEN_GIGABYTES)
    english = declare(attacker, "/en/verify/", TEN_GIGABYTES)

    assert (chinese.status_code, english.status_code) == (413, 413)
    assert "64 MB" in chinese.text
    assert "larger than 64 MB" in english.text


@pytest.mark.parametrize("path", ["certificates/verify", "nowhere", "enrollments"])
def test_programs_get_a_problem_document(path):
    client = Client()
    client.force_login(UserFactory())

    response = declare(client, f"/api/v1/{path}", TEN_GIGABYTES)

    assert response.status_code == 413
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "file_too_large"


@pytest.mark.parametrize("declared", ["-1", "1e9", "many"])
def test_a_length_that_is_no_number_is_refused(attacker, declared):
    assert declare(attacker, "/verify/", declared).status_code == 413


def test_what_is_within_the_limit_comes_to_the_view(attacker):
    response = declare(attacker, "/verify/", 0)

    assert response.status_code == 422
    with pytest.raises(AssertionError, match="was read"):
        declare(attacker, "/verify/", DEFAULT_BODY_BYTES + FORM_BYTES)
