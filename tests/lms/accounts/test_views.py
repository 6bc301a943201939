"""A person's own account pages."""

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY

from lms.accounts.domain.identity import store_identity_document
from lms.accounts.domain.people import set_mobile
from lms.accounts.models import ApiToken, User
from tests.factories.accounts import (
    PASSWORD,
    SuperuserFactory,
    UserFactory,
    verify_email,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def person(client):
    user = UserFactory(email="li@example.org", display_name="李明")
    verify_email(user)
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return user


def test_home_shows_numbers_in_part_only(client, person, django_assert_max_num_queries):
    set_mobile(user=person, mobile="13800138000", by=person)
    store_identity_document(
        user=person, type="resident_id", number="11010519491231002X", by=person
    )

    with django_assert_max_num_queries(10):
        page = client.get("/account/").content.decode()

    assert "138****8000" in page
    assert "110105********002X" in page
    assert "13800138000" not in page
    assert "11010519491231002X" not in page


@pytest.mark.parametrize(
    "path", ["/account/", "/account/tokens/", "/account/messages/", "/account/2fa/"]
)
def test_own_pages_ask_visitors_to_sign_in(client, path):
    response = client.get(path)

    assert response.status_code == 302
    assert response.url.startswith("/account/login/")


@pytest.mark.parametrize(
    "path",
    [
        "/account/",
        "/account/tokens/",
        "/account/2fa/",
        "/account/2fa/totp/activate/",
        "/account/2fa/webauthn/add/",
        "/account/email/",
        "/account/password/change/",
        "/account/logout/",
        "/account/reauthenticate/",
        "/en/account/",
        "/en/account/2fa/",
    ],
)
def test_pages_answer_without_inline_style(client, person, path):
    response = client.get(path)

    assert response.status_code == 200
    assert ' style="' not in response.content.decode()


def test_language_is_saved_and_unknown_ones_are_not(client, person):
    client.post("/account/language/", {"language": "en"})
    client.post("/account/language/", {"language": "xx"})

    assert User.objects.get(pk=person.pk).language == "en"


def test_tokens_need_a_proof_of_the_last_minutes(client):
    user = UserFactory()
    verify_email(user)
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    assert client.get("/account/tokens/").status_code == 200

    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY][-1]["at"] -= 301
    session.save()

    response = client.get("/account/tokens/")
    assert response.url == "/account/reauthenticate/?next=%2Faccount%2Ftokens%2F"


def test_session_without_a_sign_in_proves_nothing(client):
    client.force_login(UserFactory())

    response = client.get("/account/tokens/")

    assert response.url.startswith("/account/reauthenticate/")


def test_passkey_is_named_in_words_of_ours(client, person):
    page = client.get("/account/2fa/webauthn/add/")

    assert "通行密钥的名称" in page.text


def test_token_is_shown_once(client, person):
    form = {"name": "HR", "scopes": ["read"], "days": "30"}
    created = client.post("/account/tokens/", form)
    raw = created.context["secret"]

    assert raw in created.content.decode()
    later = client.get("/account/tokens/").content.decode()
    assert raw not in later
    assert "… · 读取我能看的内容 ·" in later
    assert ApiToken.objects.get().user == person


def test_token_of_somebody_else_is_not_found(client, person):
    other = ApiToken.objects.create(
        user=UserFactory(), name="x", hash="h", hint="h", scopes=["read"]
    )

    response = client.post(f"/account/tokens/{other.public_id}/revoke/")

    assert response.status_code == 404
    other.refresh_from_db()
    assert other.revoked_at is None


def test_own_token_is_revoked(client, person):
    own = ApiToken.objects.create(
        user=person, name="x", hash="h", hint="h", scopes=["read"]
    )

    client.post(f"/account/tokens/{own.public_id}/revoke/")

    own.refresh_from_db()
    assert own.revoked_at is not None


def test_editors_desk_speaks_the_language_its_reader_chose(client):
    user = SuperuserFactory()
    client.force_login(user)

    assert 'lang="zh' in client.get("/admin/").text

    User.objects.filter(pk=user.pk).update(language="en")
    page = client.get("/admin/").text
    assert 'lang="en' in page
    assert "内容编辑" not in page
    assert 'lang="zh' in client.get("/account/").text.split(">")[1]
