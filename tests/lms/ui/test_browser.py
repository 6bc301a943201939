"""The components in a real browser, by keyboard: dialogs, tabs, picker, reading bar."""

import json

import pytest

from tests.browser import chromium

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

# A device with voices, whose words end when the test says so.
VOICES = """
window.spoken = [];
class Utterance extends EventTarget {
  constructor(text) { super(); this.text = text; }
}
const synthesis = new EventTarget();
synthesis.getVoices = () => LANGS.map(
  (lang) => ({lang, name: lang, localService: true}),
);
synthesis.current = null;
synthesis.speak = (words) => {
  synthesis.current = words;
  window.spoken.push({text: words.text, lang: words.lang, rate: words.rate});
};
synthesis.cancel = () => { synthesis.current = null; };
window.finishSentence = () => synthesis.current?.dispatchEvent(new Event("end"));
Object.defineProperty(window, "speechSynthesis", {value: synthesis});
window.SpeechSynthesisUtterance = Utterance;
"""


@pytest.fixture
def browser():
    with chromium() as found:
        yield found


def open_guide(browser, live_server, *, width=1200, prefix="", look=None, voices=None):
    context = browser.new_context(
        viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    if look:
        value = json.dumps(json.dumps(look))
        context.add_init_script(
            "if (!localStorage.getItem('anxue.look'))"
            f" localStorage.setItem('anxue.look', {value});"
        )
    if voices is not None:
        context.add_init_script(VOICES.replace("LANGS", json.dumps(voices)))
    page = context.new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on(
        "console",
        lambda line: page.problems.append(line.text) if line.type == "error" else None,
    )
    page.goto(f"{live_server.url}{prefix}/styleguide/")
    page.wait_for_selector(".combobox__input")
    return page


def focused(page, attribute="id"):
    return page.evaluate(f"document.activeElement.getAttribute('{attribute}')")


def test_components_by_keyboard(browser, live_server):
    page = open_guide(browser, live_server, prefix="/en")

    # Dialog: opens with Enter, keeps the focus, closes with Escape, gives it back.
    page.focus('[data-dialog-open="sample-dialog"]')
    page.keyboard.press("Enter")
    page.wait_for_selector("#sample-dialog[open]")
    for _ in range(6):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body"
            " || !!document.activeElement.closest('#sample-dialog')"
        )
    page.keyboard.press("Escape")
    page.wait_for_selector("#sample-dialog", state="hidden")
    assert focused(page, "data-dialog-open") == "sample-dialog"

    # Tabs: one stop, arrows choose and go round.
    page.focus("#tab-a")
    page.keyboard.press("ArrowRight")
    assert focused(page) == "tab-b"
    assert page.is_visible("#panel-b")
    assert not page.is_visible("#panel-a")
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    assert focused(page) == "tab-a"
    assert page.get_attribute("#tab-a", "aria-selected") == "true"

    # Toast: said in a live region; one about a failure stays until Escape.
    page.focus('[data-toast-tone="danger"]')
    page.keyboard.press("Enter")
    toast = page.locator('.toasts[role="status"] .toast--danger')
    toast.wait_for()
    page.focus(".toasts .toast__close")
    page.keyboard.press("Escape")
    toast.wait_for(state="detached")

    # Rows: the box in the head picks all, the bar counts and lets its buttons work.
    assert page.is_disabled('.bulk-bar button[value="remind"]')
    page.focus("[data-bulk-all]")
    page.keyboard.press("Space")
    assert page.inner_text("[data-bulk-count]") == "3"
    assert page.is_enabled('.bulk-bar button[value="remind"]')
    page.locator("[data-bulk-item]").first.uncheck()
    assert page.evaluate("document.querySelector('[data-bulk-all]').indeterminate")
    page.click("[data-bulk-clear]")
    assert page.is_disabled('.bulk-bar button[value="remind"]')

    # A closed banner stays closed on the next page.
    page.focus("[data-banner-close]")
    page.keyboard.press("Enter")
    page.reload()
    page.wait_for_selector(".combobox__input")
    page.wait_for_selector("[data-banner]", state="hidden")
    assert page.problems == []


def test_department_picker_by_keyboard(browser, live_server):
    page = open_guide(browser, live_server, prefix="/en")
    field = page.locator("#department")
    value = "document.querySelector('select[name=department]').value"

    assert field.get_attribute("role") == "combobox"
    assert page.get_by_role("combobox", name="Department").count() >= 1
    field.focus()
    page.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-expanded") == "true"
    assert page.locator("#department-list [role=option]").count() == 8

    # A part of a parent's name finds its children, and says the way to them.
    page.keyboard.type("night")
    assert page.locator("#department-list [role=option]").count() == 1
    assert "Workshop 1" in page.inner_text("#department-list .combobox__path")
    page.keyboard.press("Enter")
    assert page.evaluate(value) == "4"
    assert field.input_value() == "Night shift"
    assert field.get_attribute("aria-expanded") == "false"

    # Escape and a half-typed word change nothing.
    page.keyboard.type("zzz")
    assert page.locator("#department-list [role=option]").count() == 0
    page.keyboard.press("Escape")
    assert page.evaluate(value) == "4"
    assert field.input_value() == "Night shift"
    page.keyboard.type("ware")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate(value) == "4"

    # Arrows go round; the active option is named for screen readers.
    field.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    active = field.get_attribute("aria-activedescendant")
    assert page.inner_text(f"#{active}") == "Workshop 2"
    page.keyboard.press("Tab")
    assert page.evaluate(value) == "5"
    assert page.is_disabled("#locked-department")
    assert page.problems == []


@pytest.mark.parametrize(
    ("look", "prefix"),
    [({}, ""), ({"text": "large", "read": "on"}, "/en")],
    ids=["plain", "large"],
)
def test_no_component_scrolls_sideways_at_320_px(browser, live_server, look, prefix):
    page = open_guide(
        browser, live_server, width=320, prefix=prefix, look=look, voices=["zh-CN"]
    )
    for summary in page.query_selector_all("main details:not([open]) > summary"):
        summary.click()

    assert page.evaluate("document.documentElement.scrollWidth") <= 320

    # A sheet stands at the bottom of the phone, as wide as it.
    page.evaluate("document.querySelector('#sample-sheet').showModal()")
    box = page.locator("#sample-sheet").bounding_box()
    assert box["x"] == 0
    assert box["width"] == 320
    assert round(box["y"] + box["height"]) == 800


def test_chosen_look_is_there_on_the_next_page(browser, live_server):
    page = open_guide(browser, live_server)
    for wanted in ("theme:dark", "text:large", "contrast:more"):
        page.click(f'main [data-look="{wanted}"]')
    page.goto(f"{live_server.url}/en/styleguide/")

    assert page.evaluate("({...document.documentElement.dataset})") | {
        "theme": "dark",
        "text": "large",
        "contrast": "more",
    } == page.evaluate("({...document.documentElement.dataset})")


def spoken(page):
    return page.evaluate("window.spoken")


def test_reading_bar_reads_by_keyboard(browser, live_server):
    page = open_guide(browser, live_server, voices=["zh-TW", "zh-CN", "en-US"])
    assert page.locator(".read-aloud").count() == 0
    page.focus('main [data-look="read:on"]')
    page.keyboard.press("Enter")
    page.wait_for_selector(".read-aloud")

    page.focus('[data-read="play"]')
    page.keyboard.press("Enter")
    # The pressed button was replaced; its partner has the focus.
    assert focused(page, "data-read") == "pause"
    first = spoken(page)[0]
    assert first["text"] == "样式指南"
    assert first["lang"] == "zh-CN"
    assert page.inner_text("[data-spoken]") == "样式指南"
    page.evaluate("finishSentence()")
    assert "每个组件" in page.inner_text("[data-spoken]")
    assert page.locator("[data-spoken]").count() == 1

    # Pause keeps the place, and going on repeats the sentence.
    page.keyboard.press("Enter")
    said = len(spoken(page))
    page.evaluate("finishSentence()")
    assert len(spoken(page)) == said
    page.keyboard.press("Enter")
    assert spoken(page)[-1]["text"] == spoken(page)[said - 1]["text"]

    # Another speed counts at once, and is remembered.
    page.select_option('[data-read="speed"]', "1.5")
    assert spoken(page)[-1]["rate"] == 1.5
    page.keyboard.press("Escape")
    page.click('[data-read="stop"]')
    assert page.locator("[data-spoken]").count() == 0

    # An English paragraph of a Chinese page gets an English voice.
    page.click('main .prose[lang="en"] p')
    assert spoken(page)[-1]["lang"] == "en-US"

    # The bar is there on the next page, silent until asked, with the same speed.
    page.goto(f"{live_server.url}/en/styleguide/")
    page.wait_for_selector(".read-aloud")
    assert page.evaluate("document.querySelector('[data-read=speed]').value") == "1.5"
    assert spoken(page) == []
    page.click('[data-read="play"]')
    assert spoken(page)[0] == {"text": "Style guide", "lang": "en-US", "rate": 1.5}

    page.focus('[data-read="close"]')
    page.keyboard.press("Enter")
    page.wait_for_selector(".read-aloud", state="detached")
    assert page.locator("[data-spoken]").count() == 0
    page.reload()
    page.wait_for_selector(".combobox__input")
    assert page.locator(".read-aloud").count() == 0
    assert page.problems == []


@pytest.mark.parametrize("voices", [[], ["fr-FR", "yue-HK", "zh-HK"]])
def test_reading_bar_says_plainly_that_there_is_no_voice(browser, live_server, voices):
    page = open_guide(browser, live_server, look={"read": "on"}, voices=voices)
    page.wait_for_selector('[data-read="play"]:disabled')

    assert "这台设备没有这种语言的语音" in page.inner_text(".read-aloud__status")
    assert page.is_enabled('[data-read="close"]')


def test_pages_work_without_script(browser, live_server):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/styleguide/")

    page.select_option("#department", "4")
    assert page.locator("#department").input_value() == "4"
    assert page.locator("[data-date-for]:visible").count() == 0
    page.click(".chart summary >> nth=0")
    assert page.locator(".chart table:visible").count() == 1
