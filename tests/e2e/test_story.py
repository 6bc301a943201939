"""The whole story in a real browser, with the real worker.

The administrator assigns, the employee learns and passes on a phone and opens the
certificate, the regulator verifies it, and a changed number fails.
"""

import json
import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from lms.core.clock import SHANGHAI

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.browser,
]

PASSWORD = "anxue-demo"
COURSE = "十分钟安全入门"
LEARNING_SECONDS = 240
# A loaded machine may take its time; what is waited for is the same.
expect.set_options(timeout=20_000)


def sign_in(page, email):
    page.goto("/account/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/account/login" not in url)


def right_answers(site, attempt):
    """Read the key from the database, as no candidate can."""
    code = (
        "import json; from exams.models import AttemptKey;"
        f"key = AttemptKey.objects.get(attempt__public_id='{attempt}').blob;"
        "print('KEY' + json.dumps({p: e['correct'] for p, e in key.items()}))"
    )
    answer = site.manage("shell", "-v0", "-c", code)
    line = next(x for x in answer.stdout.splitlines() if x.startswith("KEY"))
    return json.loads(line.removeprefix("KEY"))


def assign_course(page):
    sign_in(page, "admin@example.com")
    page.goto("/enterprise/")
    page.get_by_role("link", name="指派课程").first.click()
    page.locator("select[name=course]").select_option(label=COURSE)
    department = page.locator("select[name=department]")
    label = department.locator("option", has_text="甲班").inner_text().strip()
    department.select_option(label=label)
    due_on = datetime.now(SHANGHAI).date() + timedelta(days=14)
    page.locator("input[name=due_on]").fill(due_on.isoformat())
    page.get_by_role("button", name="继续", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("人会收到这门课")
    page.get_by_role("button", name="指派", exact=True).click()
    expect(page.locator("main")).to_contain_text("李明")


# Playing may be asked for while the player still chooses its source: asked again then.
PLAYS = """() => {
  const video = document.querySelector("anxue-player video");
  video.muted = true;
  if (video.paused) video.play().catch(() => null);
  return !video.paused && video.currentTime > 0;
}"""


# A video that stands still on a busy machine is started again, as its viewer would.
GOES_ON = """() => {
  const video = document.querySelector("anxue-player video");
  if (video?.paused && !video.ended) video.play().catch(() => null);
  return !document.querySelector("[data-watch-done]").hidden;
}"""


def finish_lesson(page):
    """Stay with a lesson until the server says that it is done."""
    player = page.locator("anxue-player video")
    if player.count():
        page.locator("[data-player-start]").click()
        page.wait_for_function(PLAYS)
    # A text is read down to its end as well.
    page.mouse.wheel(0, 100_000)
    page.wait_for_function(GOES_ON, polling=1000, timeout=LEARNING_SECONDS * 1000)


def pass_exam(page, site):
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/attempts/**")
    attempt = re.search(r"/attempts/([0-9a-f-]{36})/", page.url)[1]
    answers = right_answers(site, attempt)
    for position, keys in sorted(answers.items(), key=lambda pair: int(pair[0])):
        item = page.locator(f"[data-position='{position}']").first
        for key in keys:
            item.locator(f"input[value='{key}']").check(force=True)
        if int(position) < len(answers):
            page.locator("[data-next]").click()
    expect(page.locator("[data-saved-text]")).to_have_text("已保存")
    page.locator("[data-finish]").click()
    page.locator("[data-submit]").click()
    page.wait_for_url("**/result/**")
    expect(page.locator("main")).to_contain_text("通过")


def test_the_story_from_assignment_to_a_number_that_fails(site, open_page):
    assign_course(open_page("desktop"))

    phone = open_page("phone")
    sign_in(phone, "employee@example.com")
    phone.goto("/learn/")
    phone.get_by_role("link", name=re.compile(COURSE)).first.click()
    phone.wait_for_load_state()
    phone.goto("/courses/quick-start/")
    # A click returns before the next page is there: the old one would be looked at.
    with phone.expect_navigation():
        phone.locator("main a", has_text="你的权利").first.click()
    for _lesson in range(3):
        finish_lesson(phone)
        with phone.expect_navigation():
            phone.locator("a[rel=next]").click()
    pass_exam(phone, site)

    # The certificate is rendered by the worker a moment after the course is complete.
    phone.goto("/learn/certificates/")
    phone.locator("main a", has_text=COURSE).first.click()
    number = re.search(r"/learn/certificates/([^/]+)/", phone.url)[1]
    link = phone.locator("a[href$='.pdf'], a[href*='/pdf']").first
    for _attempt in range(30):
        if link.count():
            break
        phone.wait_for_timeout(1000)
        phone.reload()
    document = phone.context.request.get(link.get_attribute("href"))
    assert document.headers["content-type"] == "application/pdf"
    assert document.body().startswith(b"%PDF-")

    regulator = open_page("desktop")
    sign_in(regulator, "regulator@example.com")
    regulator.goto("/regulator/")
    regulator.locator("input[name=number]").fill(number)
    regulator.locator("input[name=number]").press("Enter")
    expect(regulator.locator("main")).to_contain_text("有效")

    stranger = open_page("phone")
    stranger.goto(f"/verify/{number}/")
    expect(stranger.locator("main")).to_contain_text("有效")
    expect(stranger.locator("main")).not_to_contain_text("李明")
    forged = number[:-1] + ("A" if number[-1] != "A" else "B")
    answer = stranger.goto(f"/verify/{forged}/")
    assert answer.status == 404
    expect(stranger.locator("main")).to_contain_text("查无此证")
