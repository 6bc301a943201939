"""The verifier in a real browser: visited once, then without a network."""

import pytest

from certificates.domain.tokens import build_token
from lms.core import signing
from lms.core.signing import signing_key
from tests.browser import chromium

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def paste(page, token):
    page.fill("#code", f"https://anxue.example.com/verify/#t={token}")
    page.click("#offline form button[type=submit]")


def test_codes_are_judged_without_a_network_after_one_visit(
    live_server, certificate, settings, tmp_path
):
    genuine = certificate.facts["token"]
    file = tmp_path / "home.pem"
    file.write_bytes(signing.generate_pem(common_name="home"))
    settings.SIGNING_KEY_FILE = str(file)
    forged = build_token(payload=certificate.facts, key=signing_key())
    settings.SIGNING_KEY_FILE = ""
    ended = build_token(
        payload=certificate.facts | {"valid_until": "2020-01-01"}, key=signing_key()
    )
    with chromium() as browser:
        context = browser.new_context(locale="en")
        page = context.new_page()
        problems = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"{live_server.url}/en/verify/offline/")
        page.wait_for_selector("[data-ready]", state="visible")
        context.set_offline(True)
        page.reload()
        paste(page, genuine)
        page.wait_for_selector("[data-state=signed]", state="visible")
        assert "张*" in page.inner_text("[data-claims]")
        paste(page, forged)
        page.wait_for_selector("[data-state=forged]", state="visible")
        assert not page.is_visible("[data-claims]")
        paste(page, ended)
        page.wait_for_selector("[data-state=expired]", state="visible")
        assert problems == []
        context.close()
