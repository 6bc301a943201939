"""Signing in and up, and what the pages tell about who has an account."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.utils.translation import override
from freezegun import freeze_time

from lms.accounts.domain.people import set_mobile
from lms.accounts.models import User
from lms.audit.models import AuditEvent
from lms.notifications.models import EmailDelivery
from tests.factories.accounts import PASSWORD, UserFactory, verify_email

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

LOGIN = "/account/login/"


@pytest.fixture
def person():
    user = UserFactory(email="li@example.org", display_name="李明")
    set_mobile(user=user, mobile="13800138000", by=user)
    verify_email(user)
    return user


def sign_in(client, login, password=PASSWORD, **extra):
    return client.post(LOGIN, {"login": login, "password": password, **extra})


def home():
    return get_adapter().get_login_redirect_url(None)


def signed_in_as(client):
    return client.session.get("_auth_user_id")


@pytest.mark.parametrize(
    "login", ["li@example.org", "LI@Example.org", "13800138000", "+86 138 0013 8000"]
)
def test_sign_in_by_email_and_mobile(client, person, login):
    response = sign_in(client, login)

    assert (response.status_code, response.url) == (302, home())
    assert signed_in_as(client) == str(person.pk)
    assert AuditEvent.objects.filter(verb="signed_in").count() == 1


def test_sign_in_keeps_the_language_of_the_page(client, person):
    response = client.post(
        "/en/account/login/", {"login": "li@example.org", "password": PASSWORD}
    )

    with override("en"):
        assert response.url == home()
    assert response.url.startswith("/en/")


def test_sign_in_leads_back_but_never_to_another_site(client, person):
    assert sign_in(client, "li@example.org", next="/account/messages/").url == (
        "/account/messages/"
    )
    client.logout()
    away = sign_in(client, "li@example.org", next="https://evil.example/")
    assert away.url == home()


def messages_of(response):
    text = response.content.decode()
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


def test_wrong_password_and_unknown_people_look_alike(client, person):
    wrong = sign_in(client, "li@example.org", "not the one")
    unknown = sign_in(client, "xx@example.org", "not the one")
    unknown_mobile = sign_in(client, "13900139000", "not the one")
    inactive = UserFactory(email="no@example.org", is_active=False)
    closed = sign_in(client, inactive.email, "not the one")

    for response in (wrong, unknown, unknown_mobile, closed):
        assert response.status_code == 422
        assert len(response.context["form"].non_field_errors()) == 1
    errors = {
        str(r.context["form"].non_field_errors()[0])
        for r in (wrong, unknown, unknown_mobile, closed)
    }
    assert len(errors) == 1
    assert signed_in_as(client) is None


def test_an_account_that_is_closed_opens_to_nobody(client):
    inactive = UserFactory(email="no@example.org", is_active=False)
    verify_email(inactive)

    sign_in(client, inactive.email)

    assert signed_in_as(client) is None


def test_guessing_is_stopped_per_account_not_per_address(client, person):
    other = UserFactory(email="other@example.org")
    verify_email(other)
    for _attempt in range(5):
        sign_in(client, "138 0013 8000", "wrong")

    blocked = sign_in(client, "13800138000")
    other_in = sign_in(client, "other@example.org")

    assert signed_in_as(client) == str(other.pk)
    assert blocked.status_code == 422
    assert other_in.status_code == 302


def test_page_has_no_inline_script_and_few_queries(
    client, django_assert_max_num_queries
):
    with django_assert_max_num_queries(5):
        page = client.get(LOGIN).content.decode()

    scripts = re.findall(r"<script(?![^>]*(?:src=|application/json))[^>]*>", page)
    assert scripts == []
    assert "style=" not in page


# --- signing up ---------------------------------------------------------------------
SIGN_UP = {
    "display_name": "赵六",
    "email": "zhao@example.org",
    "password1": "a long sentence",
}


def sent(callbacks_fixture=None):
    return [m.to[0] for m in mail.outbox]


def test_sign_up_asks_for_the_address_first(client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/account/signup/", SIGN_UP)

    assert response.url == "/account/confirm-email/"
    assert signed_in_as(client) is None
    user = User.objects.get(email="zhao@example.org")
    assert (user.display_name, user.language) == ("赵六", "zh-hans")
    assert sent() == ["zhao@example.org"]
    link = re.search(r"http://\S+(/account/confirm-email/\S+/)", mail.outbox[0].body)[1]
    assert client.get(link).status_code == 200
    assert not EmailAddress.objects.get(user=user).verified
    client.post(link)
    assert EmailAddress.objects.get(user=user).verified
    assert mail.outbox[0].alternatives


def test_sign_up_with_a_known_address_answers_the_same(
    client, person, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/account/signup/", SIGN_UP | {"email": person.email})

    assert response.url == "/account/confirm-email/"
    assert User.objects.count() == 1
    assert sent() == ["li@example.org"]
    person.refresh_from_db()
    assert person.display_name == "李明"
    assert person.check_password(PASSWORD)


class CountingHasher(MD5PasswordHasher):
    hashed = 0

    def encode(self, password, salt):
        type(self).hashed += 1
        return super().encode(password, salt)


@pytest.fixture
def hashes(settings, monkeypatch):
    """Count the hashes of passwords: they take nearly all the time of an answer."""
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    monkeypatch.setattr(CountingHasher, "hashed", 0)

    def counted(act):
        before = CountingHasher.hashed
        act()
        return CountingHasher.hashed - before

    return counted


def test_time_of_sign_up_tells_nobody_who_has_an_account(client, person, hashes):
    counts = [
        hashes(lambda email=email: client.post("/account/signup/", SIGN_UP | email))
        for email in ({"email": person.email}, {"email": "new@example.org"})
    ]

    assert counts == [1, 1]


def test_time_of_sign_in_tells_nobody_who_has_an_account(client, person, hashes):
    person.set_password(PASSWORD)
    person.save()
    counts = [
        hashes(lambda login=login: sign_in(client, login, "not the one"))
        for login in (person.email, "13800138000", "xx@example.org", "13900139000")
    ]

    assert counts == [1, 1, 1, 1]


@pytest.mark.parametrize("password", ["short", "1234567890123", "password123"])
def test_weak_passwords_are_refused(client, password):
    response = client.post("/account/signup/", SIGN_UP | {"password1": password})

    assert "password1" in response.context["form"].errors
    assert not User.objects.exists()


def test_sign_up_can_be_closed(client, settings):
    settings.LMS_OPEN_SIGNUP = False

    client.post("/account/signup/", SIGN_UP)

    assert not User.objects.exists()
    assert client.get("/account/signup/").status_code == 200


def test_wrong_confirmation_link_answers_with_a_clear_page(client):
    page = client.get("/account/confirm-email/abc:def/")

    assert page.status_code == 404
    assert 'href="/account/login/"' in page.content.decode()


# --- a forgotten password -----------------------------------------------------------
def ask_for_reset(client, email, capture):
    mail.outbox.clear()
    with capture(execute=True):
        return client.post("/account/password/reset/", {"email": email})


def test_reset_answers_the_same_for_unknown_addresses(
    client, person, django_capture_on_commit_callbacks
):
    known = ask_for_reset(client, person.email, django_capture_on_commit_callbacks)
    assert sent() == ["li@example.org"]
    unknown = ask_for_reset(
        client, "nobody@example.org", django_capture_on_commit_callbacks
    )

    assert sent() == []
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)


def test_time_of_a_reset_tells_nobody_who_has_an_account(client, person, monkeypatch):
    waits = []
    monkeypatch.setattr("lms.accounts.forms.sleep", waits.append)
    monkeypatch.setattr("lms.accounts.forms.RESET_SECONDS", 60)

    for email in (person.email, "nobody@example.org"):
        client.post("/account/password/reset/", {"email": email})

    assert len(waits) == 2
    assert min(waits) > 30


def test_a_mailbox_is_not_filled_by_whoever_knows_its_address(
    client, person, monkeypatch
):
    monkeypatch.setattr("lms.accounts.forms.RESET_SECONDS", 0)
    with freeze_time() as clock:
        for _minute in range(10):
            answer = client.post("/account/password/reset/", {"email": person.email})
            client.post("/account/signup/", SIGN_UP | {"email": person.email})
            clock.tick(timedelta(minutes=1))

    assert answer.status_code == 429
    assert "text/html" in answer["Content-Type"]
    # Five links, and "you have an account" once in three minutes.
    assert EmailDelivery.objects.filter(to=person.email).count() == 5 + 4


def test_a_session_from_before_the_sign_in_is_not_kept(client, person):
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies["sessionid"] = planted = session.session_key

    sign_in(client, person.email)

    assert client.cookies["sessionid"].value != planted
    assert not type(session)(planted).exists(planted)


def test_a_new_password_ends_the_sessions_of_a_thief(
    client, person, django_capture_on_commit_callbacks
):
    thief = type(client)()
    sign_in(thief, person.email)
    link = reset_link(client, person, django_capture_on_commit_callbacks)
    client.post(
        client.get(link).url,
        {"password1": "another sentence", "password2": "another sentence"},
    )

    assert thief.get("/account/").url.startswith("/account/login/")


def reset_link(client, person, capture):
    ask_for_reset(client, person.email, capture)
    return re.search(r"http://\S+?(/account/password/\S+/)", mail.outbox[0].body)[1]


def test_reset_link_works_once(client, person, django_capture_on_commit_callbacks):
    link = reset_link(client, person, django_capture_on_commit_callbacks)

    form_page = client.get(link)
    saved = client.post(
        form_page.url,
        {"password1": "another sentence", "password2": "another sentence"},
    )
    again = client.get(link)

    assert saved.status_code == 302
    person.refresh_from_db()
    assert person.check_password("another sentence")
    assert again.status_code == 404
    assert again.context["token_fail"]
    assert AuditEvent.objects.filter(verb="password_changed").count() == 1


def test_expired_and_wrong_reset_links_say_so(
    client, person, django_capture_on_commit_callbacks
):
    link = reset_link(client, person, django_capture_on_commit_callbacks)

    wrong = client.get("/account/password/reset/key/1-abc-def/")
    with freeze_time() as clock:
        clock.tick(timedelta(days=4))
        expired = client.get(link)

    for response in (wrong, expired):
        assert response.status_code == 404
        assert response.context["token_fail"]
        assert "/account/password/reset/" in response.content.decode()


# --- second factor ------------------------------------------------------------------
def activate_totp(user):
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    return secret


def code_of(secret):
    counter = next(totp.yield_hotp_counters_from_time())
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def test_totp_secret_is_sealed_and_opens(person):
    secret = activate_totp(person)

    stored = Authenticator.objects.get(user=person).data["secret"]
    assert secret not in stored
    assert get_mfa_adapter().decrypt(stored) == secret


def test_sign_in_with_a_second_factor_needs_the_code(client, person):
    secret = activate_totp(person)

    asked = sign_in(client, "li@example.org")
    assert asked.url == "/account/2fa/authenticate/"
    assert signed_in_as(client) is None
    wrong = client.post(asked.url, {"code": "000000"})
    assert wrong.status_code == 422
    client.post(asked.url, {"code": code_of(secret)})

    assert signed_in_as(client) == str(person.pk)


def test_wagtails_own_sign_in_leads_to_ours(client):
    response = client.get("/admin/login/?next=/admin/pages/")

    assert response.status_code == 302
    assert response.url == "/account/login/?next=/admin/pages/"


# --- who asks -----------------------------------------------------------------------
@pytest.fixture
def two_tries(settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login": "2/m/ip"}


def statuses(client, forwarded):
    return [
        client.post(
            LOGIN,
            {"login": f"{uuid4().hex}@example.org", "password": "not the one"},
            headers={"X-Forwarded-For": header},
        ).status_code
        for header in forwarded
    ]


@pytest.mark.usefixtures("two_tries")
def test_without_a_proxy_nobody_chooses_an_address_to_be_counted_by(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0

    assert statuses(client, ["192.0.2.1", "192.0.2.2", "192.0.2.3"]) == [422, 422, 429]


@pytest.mark.usefixtures("two_tries")
def test_behind_a_proxy_its_own_word_counts_not_the_clients(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    forged = [f"192.0.2.{n}, 203.0.113.9" for n in range(3)]

    assert statuses(client, forged) == [422, 422, 429]
    assert statuses(client, ["192.0.2.1, 203.0.113.10"]) == [422]
