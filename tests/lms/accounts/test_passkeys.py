"""Passkeys and one-time codes in a real browser, with Chromium's own authenticator."""

import re
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp

from lms.audit.models import AuditEvent
from tests.browser import chromium
from tests.factories.accounts import PASSWORD, UserFactory, verify_email

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
PATIENCE = 15_000


@pytest.fixture
def person():
    user = UserFactory(email="li@example.org", display_name="李明")
    verify_email(user)
    return user


@pytest.fixture
def page(live_server, person):
    """A browser tab on a device with a fingerprint reader that always agrees."""
    with chromium() as browser:
        context = browser.new_context(base_url=live_server.url, locale="zh-CN")
        context.set_default_timeout(PATIENCE)
        tab = context.new_page()
        device = context.new_cdp_session(tab)
        device.send("WebAuthn.enable")
        device.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        yield tab


def sign_in(page):
    page.goto("/account/login/")
    page.fill("[name=login]", "li@example.org")
    page.fill("[name=password]", PASSWORD)
    page.click("main form button[type=submit]")


def sign_out(page):
    page.goto("/account/logout/")
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda url: "logout" not in url)


def open_with_password(page, path):
    """Open a page that asks for the password once more before it changes anything."""
    page.goto(path)
    if "/reauthenticate/" in page.url:
        page.fill("[name=password]", PASSWORD)
        page.click("main form button[type=submit]")
        page.wait_for_url(f"**{path}")


def add_passkey(page):
    open_with_password(page, "/account/2fa/webauthn/add/")
    page.check("[name=passwordless]")
    page.fill("[name=name]", "我的手机")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: "/webauthn/add/" not in url)


def is_signed_in(page):
    page.goto("/account/")
    return urlsplit(page.url).path == "/account/"


def test_passkey_is_registered_and_opens_the_account(page, person):
    sign_in(page)
    page.wait_for_url("**/learn/")
    add_passkey(page)
    keys = Authenticator.objects.filter(user=person, type="webauthn")
    assert keys.get().wrap().name == "我的手机"
    sign_out(page)
    assert not is_signed_in(page)

    page.goto("/account/login/")
    page.click("#passkey_login")
    page.wait_for_url(lambda url: "/login/" not in url)

    assert is_signed_in(page)
    assert "李明" in page.locator("main").inner_text()
    verbs = list(AuditEvent.objects.values_list("verb", flat=True))
    assert verbs.count("signed_in") == 2
    assert "second_factor_changed" in verbs


def test_password_alone_no_longer_opens_an_account_with_a_passkey(page, person):
    sign_in(page)
    page.wait_for_url("**/learn/")
    add_passkey(page)
    sign_out(page)

    sign_in(page)

    page.wait_for_url("**/2fa/authenticate/**")
    assert not is_signed_in(page)


def test_code_of_the_authenticator_app_is_asked_and_checked(page, person):
    sign_in(page)
    page.wait_for_url("**/learn/")
    open_with_password(page, "/account/2fa/totp/activate/")
    secret = page.inner_text("#authenticator_secret")
    page.fill("[name=code]", "000000")
    page.click("main form button[type=submit]")
    page.wait_for_selector(".field__error, .error-summary")
    secret = page.inner_text("#authenticator_secret")
    page.fill("[name=code]", code_of(secret, step=0))
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda url: "/activate/" not in url)
    assert Authenticator.objects.filter(user=person, type="totp").exists()
    sign_out(page)

    sign_in(page)
    page.wait_for_url(re.compile("/2fa/authenticate/"))
    page.fill("[name=code]", "000000")
    page.click("main form button[type=submit]:has-text('登录')")
    assert not is_signed_in(page)
    # A code works once: this is the next one, as the tolerance allows.
    page.fill("[name=code]", code_of(secret, step=1))
    page.click("main form button[type=submit]:has-text('登录')")
    page.wait_for_url(lambda url: "/authenticate/" not in url)

    assert is_signed_in(page)


def code_of(secret, *, step):
    """Return the code that the app shows now, or `step` half minutes later."""
    _before, now, after = totp.yield_hotp_counters_from_time()
    return totp.format_hotp_value(totp.hotp_value(secret, [now, after][step]))
