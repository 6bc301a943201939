"""The sitting in a real browser: dead network, closed tab, second tab."""

import pytest
from django.test import Client

from exams.domain.responses import current_responses
from exams.models import Attempt, ResponseEvent, Result
from tests.browser import chromium
from tests.factories.accounts import UserFactory
from tests.factories.exams import ExamFactory, make_fixed_paper, make_items

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
PATIENCE = 15_000
TEXTS = {"A": "安全第一", "B": "产量第一", "C": "速度第一"}


@pytest.fixture
def context(live_server):
    """A phone whose owner is signed in and has an exam before them."""
    learner = UserFactory()
    session = Client()
    session.force_login(learner)
    cookie = {"name": "sessionid", "value": session.cookies["sessionid"].value}
    with chromium() as browser:
        phone = browser.new_context(viewport={"width": 390, "height": 844})
        phone.set_default_timeout(PATIENCE)
        phone.add_cookies([cookie | {"url": live_server.url}])
        yield phone


@pytest.fixture
def page(context, live_server):
    exam = ExamFactory()
    page = context.new_page()
    page.goto(f"{live_server.url}/exams/{exam.public_id}/")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/attempts/**")
    state(page, "saved")
    return page


def state(page, name):
    page.wait_for_selector(f"[data-saved][data-state={name}]")


def choose(page, position, key):
    if page.locator(f"#item-{position}").is_hidden():
        page.locator("[data-card-open]").click()
        page.locator(f"#exam-card li:nth-child({position}) button").click()
    page.locator(f"#item-{position} label.option", has_text=TEXTS[key]).first.click()


def chosen(page, position):
    return page.locator(f"#item-{position} input:checked").count()


def kept():
    found = current_responses(Attempt.objects.get())
    return {position: event.value for position, event in found.items()}


def test_answers_given_without_a_network_arrive_when_it_is_back(context, page):
    choose(page, 1, "A")
    state(page, "saved")
    context.set_offline(True)
    choose(page, 2, "A")
    state(page, "offline")
    choose(page, 3, "B")
    choose(page, 3, "C")
    page.wait_for_timeout(300)
    assert kept() == {1: ["A"]}
    context.set_offline(False)
    state(page, "saved")
    assert kept() == {1: ["A"], 2: ["A"], 3: ["C"]}


def test_a_tab_closed_without_a_network_loses_nothing(context, page):
    address = page.url
    context.set_offline(True)
    choose(page, 2, "B")
    state(page, "offline")
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(address)
    state(again, "saved")
    again.wait_for_selector("[data-answered]:text-is('1')")
    assert chosen(again, 2) == 1
    assert kept() == {2: ["B"]}


def test_a_second_tab_takes_over_and_the_first_says_so(context, page):
    choose(page, 1, "A")
    state(page, "saved")
    second = context.new_page()
    second.goto(page.url)
    state(second, "saved")
    page.wait_for_selector("#exam-superseded[open]")
    assert chosen(second, 1) == 1
    choose(second, 1, "B")
    state(second, "saved")
    assert kept() == {1: ["B"]}
    page.locator("[data-take-over]").click()
    second.wait_for_selector("#exam-superseded[open]")


def test_handing_in_without_a_network_waits_for_it(context, page):
    for position in (1, 2):
        choose(page, position, "A")
    state(page, "saved")
    page.locator("[data-card-open]").click()
    page.locator("#exam-card [data-submit-open]").click()
    assert "1" in page.locator("[data-summary]").inner_text()
    context.set_offline(True)
    page.locator("[data-submit]").click()
    page.wait_for_selector("[data-problem]:not([hidden])")
    assert Attempt.objects.get().is_open
    context.set_offline(False)
    page.wait_for_url("**/result/")
    result = Result.objects.get()
    assert (result.raw, result.passed) == (2, True)
    assert page.locator(".exam-score--passed").count() == 1


def test_answers_that_waited_go_out_in_the_order_they_were_given(context, page):
    context.set_offline(True)
    for position, key in ((3, "A"), (1, "C"), (2, "B"), (1, "A")):
        choose(page, position, key)
    page.wait_for_selector("[data-saved][data-state=offline] :text('3')")
    context.set_offline(False)
    state(page, "saved")
    log = ResponseEvent.objects.order_by("seq").values_list("seq", "position", "value")
    assert list(log) == [(1, 3, ["A"]), (2, 1, ["C"]), (3, 2, ["B"]), (4, 1, ["A"])]


def test_the_keyboard_alone_answers_flags_moves_and_hands_in(page):
    page.keyboard.press("b")
    page.keyboard.press("m")
    assert page.locator("[data-flag]").get_attribute("aria-pressed") == "true"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    assert page.locator("#item-3").is_visible()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("c")
    state(page, "saved")
    first = page.locator("#item-2 input[value=A]")
    assert first.is_checked()
    page.locator("[data-finish]").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#exam-submit[open]")
    page.locator("[data-submit]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/result/")
    assert kept() == {1: ["B"], 2: ["A"], 3: ["C"]}


def test_a_whole_attempt_costs_fifteen_requests(context, live_server):
    """Start, fifty answers in ten saves, handing in, result; heartbeats aside."""
    exam = ExamFactory(paper=make_fixed_paper(make_items(50)))
    page = context.new_page()
    page.goto(f"{live_server.url}/exams/{exam.public_id}/")
    asked = []

    def note(request):
        path = request.url.removeprefix(live_server.url)
        if not path.startswith("/static/") and not path.endswith("/presence"):
            asked.append((request.method, path.split("/")[-1] or path))

    page.on("request", note)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/attempts/**")
    state(page, "saved")
    for start in range(1, 51, 5):
        page.evaluate(
            """start => {
                for (let n = start; n < start + 5; n += 1)
                    document.querySelector(`#item-${n} input[value=A]`).click();
            }""",
            start,
        )
        page.wait_for_selector("[data-saved][data-state=saving]")
        state(page, "saved")
    page.locator("[data-card-open]").click()
    page.locator("#exam-card [data-submit-open]").click()
    page.locator("[data-submit]").click()
    page.wait_for_url("**/result/")
    saves = [path for method, path in asked if method == "PUT"]
    assert saves == ["responses"] * 10
    assert len(asked) <= 15, asked
    assert Result.objects.get().raw == 50
