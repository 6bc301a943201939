"""Public pages travel compressed; pages that carry a secret do not (BREACH)."""

import gzip

import pytest
from django.test import Client

from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

ACCEPT = {"Accept-Encoding": "gzip, deflate, br"}


def test_a_public_page_is_compressed():
    plain = Client().get("/verify/")
    answer = Client().get("/verify/", headers=ACCEPT)
    assert answer["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer["Vary"]
    assert gzip.decompress(answer.content) == plain.content
    assert len(answer.content) < len(plain.content) / 2


def test_a_browser_that_does_not_ask_gets_it_plain():
    assert "Content-Encoding" not in Client().get("/verify/")


def test_a_form_with_a_token_is_not_compressed():
    answer = Client().get("/account/login/", headers=ACCEPT)
    assert b"csrfmiddlewaretoken" in answer.content
    assert "Content-Encoding" not in answer


def test_who_is_signed_in_gets_no_page_compressed():
    client = Client()
    client.force_login(UserFactory())
    for path in ("/verify/", "/learn/", "/"):
        answer = client.get(path, headers=ACCEPT)
        assert answer.status_code == 200
        assert "Content-Encoding" not in answer, path


def test_programs_get_their_answers_plain():
    answer = Client().get("/.well-known/jwks.json", headers=ACCEPT)
    assert answer["Content-Type"].startswith("application/json")
    assert "Content-Encoding" not in answer
