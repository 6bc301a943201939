"""The scanned code in a real browser: verified on the device, then asked online."""

import pytest

from certificates.domain.tokens import build_token
from lms.core import signing
from lms.core.signing import signing_key
from tests.browser import chromium

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(certificate):
    # `certificate` comes first: pyHanko signs it in a loop of its own.
    with chromium() as browser:
        context = browser.new_context(
            viewport={"width": 390, "height": 844}, locale="en"
        )
        opened = context.new_page()
        opened.problems = []
        opened.on("pageerror", lambda error: opened.problems.append(str(error)))
        yield opened


def open_code(page, live_server, token):
    page.goto(f"{live_server.url}/en/verify/#t={token}")


def test_genuine_code_is_verified_here_and_there(page, live_server, certificate):
    open_code(page, live_server, certificate.facts["token"])
    page.wait_for_selector("[data-report] .verdict--success")
    assert page.is_visible("[data-state=signed]")
    assert "张*" in page.inner_text("[data-report]")
    # The token does not stay in the address bar, where it would be shared.
    assert page.url == f"{live_server.url}/en/verify/"
    assert page.problems == []


def test_without_the_server_the_signature_alone_is_shown(
    page, live_server, certificate
):
    page.route("**/en/verify/", lambda route: route.abort()
               if route.request.method == "POST" else route.continue_())  # fmt: skip
    open_code(page, live_server, certificate.facts["token"])
    page.wait_for_selector("[data-state=offline]:visible")
    claims = page.inner_text("[data-claims]")
    assert certificate.number in claims
    assert "张*" in claims


def test_code_of_a_foreign_key_is_refused_without_the_server(
    page, live_server, certificate, settings, tmp_path
):
    file = tmp_path / "foreign.pem"
    file.write_bytes(signing.generate_pem(common_name="foreign"))
    settings.SIGNING_KEY_FILE = str(file)
    foreign = signing_key()
    settings.SIGNING_KEY_FILE = ""
    forged = foreign._replace(kid=signing_key().kid)
    page.route("**/en/verify/", lambda route: route.abort()
               if route.request.method == "POST" else route.continue_())  # fmt: skip
    token = build_token(payload=certificate.facts, key=forged)
    open_code(page, live_server, token)
    page.wait_for_selector("[data-state=forged]:visible")
    assert not page.is_visible("[data-claims]")


def test_forged_code_is_altered_there_too(page, live_server, certificate):
    open_code(page, live_server, certificate.facts["token"][:-8] + "AAAAAAAA")
    page.wait_for_selector("[data-report] .verdict--danger")
    assert "altered" in page.inner_text("[data-report]")


def test_phone_page_has_no_sideways_scroll(page, live_server, certificate):
    page.goto(f"{live_server.url}/verify/{certificate.number}/")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
