"""The life of a token, seen from the program that uses it."""

from datetime import timedelta

import pytest
from django.test import Client

from lms.accounts.domain.tokens import create_token, revoke_token
from lms.accounts.enums import TokenScope
from lms.accounts.models import ApiToken
from lms.core.clock import now
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def user():
    return UserFactory()


def make_token(user, **fields):
    return create_token(
        user=user, name="program", scopes=[TokenScope.READ], by=user, **fields
    )


def ask(authorization):
    return Client().get("/api/v1/enrollments", headers={"Authorization": authorization})


def refusal(authorization):
    answer = ask(authorization)
    assert answer["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"], answer["WWW-Authenticate"]


def test_it_works_until_it_expires(user, frozen_now):
    _token, raw = make_token(user, expires_at=now() + timedelta(hours=1))
    assert ask(f"Bearer {raw}").status_code == 200
    frozen_now.tick(timedelta(hours=1, seconds=1))
    assert refusal(f"Bearer {raw}") == (401, "token_invalid", "Bearer")


def test_it_ends_when_it_is_revoked(user):
    token, raw = make_token(user)
    assert ask(f"Bearer {raw}").status_code == 200
    revoke_token(token=token, by=user, now=now())
    assert refusal(f"Bearer {raw}") == (401, "token_invalid", "Bearer")


def test_wrong_expired_and_revoked_look_alike(user):
    token, raw = make_token(user)
    revoke_token(token=token, by=user, now=now())
    _late, late = make_token(user, expires_at=now() - timedelta(seconds=1))
    answers = {
        ask(f"Bearer {text}").content
        for text in (raw, late, "anx_" + "x" * 43, "anx_", "x" * 5000, raw[:-1])
    }
    assert len(answers) == 1


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Token x", "Basic eDp5", "x"])
def test_other_headers_sign_nobody_in(header):
    assert ask(header).status_code == 401


def test_the_secret_is_not_kept(user):
    token, raw = make_token(user)
    assert raw not in str(ApiToken.objects.filter(pk=token.pk).values().get())


def test_the_last_use_is_noted(user, frozen_now):
    token, raw = make_token(user)
    ask(f"Bearer {raw}")
    token.refresh_from_db()
    assert token.last_used_at == now()
