"""API tokens: shown once, kept as a hash, ended at once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lms.accounts.domain.tokens import authenticate_token, create_token, revoke_token
from lms.accounts.errors import TokenNotAllowed
from lms.accounts.models import ApiToken
from tests.factories.accounts import SuperuserFactory, UserFactory

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def create(user, by=None, **fields):
    fields = {"name": "HR", "scopes": ["read"]} | fields
    return create_token(user=user, by=by or user, **fields)


def test_token_authenticates_and_is_not_stored(django_assert_num_queries):
    token, raw = create(UserFactory(), scopes=["read", "learn", "read"])

    with django_assert_num_queries(2):
        found = authenticate_token(raw=raw, now=timezone.now())
        assert found.user.display_name

    assert found == token
    assert found.scopes == ["learn", "read"]
    assert raw not in str(ApiToken.objects.values().get())
    assert str(token) == f"HR ({raw[:8]}…)"


@pytest.mark.parametrize("raw", ["", "x", "anx_", "anx_wrong", "anx_" + "x" * 200])
def test_wrong_tokens_are_nobody(raw):
    create(UserFactory())

    assert authenticate_token(raw=raw, now=timezone.now()) is None


def test_expired_token_is_nobody():
    now = timezone.now()
    _token, raw = create(UserFactory(), expires_at=now + timedelta(days=1))

    assert authenticate_token(raw=raw, now=now) is not None
    assert authenticate_token(raw=raw, now=now + timedelta(days=1)) is None


def test_revoked_token_is_nobody_and_revoking_twice_keeps_the_time():
    user, now = UserFactory(), timezone.now()
    token, raw = create(user)

    revoke_token(token=token, by=user, now=now)
    revoke_token(token=token, by=user, now=now + timedelta(days=1))

    assert authenticate_token(raw=raw, now=now) is None
    assert token.revoked_at == now


def test_token_of_an_inactive_person_is_nobody():
    user = UserFactory()
    _token, raw = create(user)
    user.is_active = False
    user.save()

    assert authenticate_token(raw=raw, now=timezone.now()) is None


def test_last_use_is_written_sparingly():
    now = timezone.now()
    token, raw = create(UserFactory())

    authenticate_token(raw=raw, now=now)
    authenticate_token(raw=raw, now=now + timedelta(minutes=4))
    token.refresh_from_db()
    assert token.last_used_at == now
    authenticate_token(raw=raw, now=now + timedelta(minutes=6))

    token.refresh_from_db()
    assert token.last_used_at == now + timedelta(minutes=6)


@pytest.mark.parametrize("scopes", [[], ["root"], ["read", "root"]])
def test_unknown_scopes_are_refused(scopes):
    with pytest.raises(TokenNotAllowed):
        create(UserFactory(), scopes=scopes)


def test_token_for_somebody_else_needs_a_superuser():
    user = UserFactory()

    with pytest.raises(TokenNotAllowed):
        create(user, by=UserFactory())
    assert create(user, by=SuperuserFactory())[0].user == user


def test_tokens_are_seen_by_their_person_only():
    user = UserFactory()
    token, _raw = create(user)

    assert list(ApiToken.objects.visible_to(user)) == [token]
    assert not ApiToken.objects.visible_to(SuperuserFactory()).exists()
