"""The search field in a real browser: live results, arrow keys, recent searches."""

import pytest

from tests.browser import chromium
from tests.factories.cms import FaqPageFactory

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
PATIENCE = 15_000
FIELD = "main input[type=search]"


@pytest.fixture
def page(live_server):
    for number in ("一", "二"):
        faq = FaqPageFactory(title=f"起重机怎么检查{number}？")
        faq.save_revision().publish()
    with chromium() as browser:
        phone = browser.new_context(viewport={"width": 390, "height": 844})
        phone.set_default_timeout(PATIENCE)
        page = phone.new_page()
        page.sent = []
        page.on("request", lambda request: page.sent.append(request))
        yield page


def test_search_works_by_keyboard_and_remembers_on_the_device_alone(page, live_server):
    page.goto(f"{live_server.url}/")
    page.focus(FIELD)
    page.keyboard.type("起重机")
    page.wait_for_selector(".hits--live .hit")
    page.wait_for_selector("#hero-status:not(:empty)", state="attached")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("ArrowUp")
    first = page.evaluate("document.activeElement.textContent")
    assert {first, second} == {"起重机怎么检查一？", "起重机怎么检查二？"}
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.type") == "search"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/faq/**")

    page.goto(f"{live_server.url}/search/")

    assert page.inner_text("[data-recent] li") == "起重机"
    cookies = " ".join(str(cookie) for cookie in page.context.cookies())
    assert "起重机" not in cookies
    assert [one.method for one in page.sent if one.method != "GET"] == []
    page.click("[data-recent-clear]")
    assert page.is_hidden("[data-recent]")
    page.reload()
    assert page.is_hidden("[data-recent]")
