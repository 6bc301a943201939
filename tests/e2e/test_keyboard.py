"""The site without a mouse: reach everything, see where one is, never get stuck."""

import pytest
from playwright.sync_api import expect

from tests.e2e.stops import sign_in, sitting

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.usefixtures("sqlite_only"),
]

LONGEST_WALK = 400
# Where the focus is: what it is, whether one sees it, whether a bar lies over it.
FOCUS = """() => {
  const node = document.activeElement;
  if (!node || node === document.body) return null;
  node.dataset.walked = Number(node.dataset.walked || 0) + 1;
  // A covering field takes the place of a hidden input: it shows the focus for it.
  const shown = node.closest('label, .file-drop') || node;
  const ring = [[node], [shown], [node, '::after']].some(at => {
    const style = getComputedStyle(...at);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)
      || style.boxShadow !== 'none';
  });
  const box = shown.getBoundingClientRect();
  const top = document.elementFromPoint(box.left + box.width / 2,
    box.top + Math.min(box.height, innerHeight) / 2);
  const over = top && top.closest('.bottom-nav, .site-header, .action-bar');
  const bar = !!over && !over.contains(node) && !node.contains(top);
  const name = node.tagName.toLowerCase() + '.' + node.className + ' '
    + (node.getAttribute('aria-label') || node.textContent || node.name).trim();
  const times = Number(node.dataset.walked);
  return {name: name.slice(0, 60), ring, hidden: bar, times};
}"""


@pytest.fixture
def desktop(open_page):
    return open_page("desktop")


@pytest.fixture
def signed_in(open_page):
    """A page whose person is signed in: `signed_in("employee")`."""

    def open_one(role, device="desktop"):
        page = open_page(device)
        sign_in(page, role)
        return page

    return open_one


def walk(page):
    """Tab from the top to the end; return what was wrong on the way."""
    found = []
    steps = 0
    while steps < LONGEST_WALK:
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUS)
        if at is None or at["times"] > 1:
            break
        steps += 1
        if not at["ring"]:
            found.append(f"no visible focus: {at['name']}")
        if at["hidden"]:
            found.append(f"behind a bar: {at['name']}")
    left = page.evaluate(
        """() => [...document.querySelectorAll(
          'a[href], button, input, select, textarea, summary, [tabindex="0"]')]
          .filter(n => !n.dataset.walked && !n.disabled && n.tabIndex >= 0
            && n.checkVisibility({visibilityProperty: true}) && n.type !== 'radio'
            && !n.closest('dialog:not([open])'))
          .map(n => n.outerHTML.slice(0, 80))"""
    )
    return found + [f"never reached: {node}" for node in left]


def tab_to(page, selector):
    """Press Tab until the focus is on the first such element that can be seen."""
    for _press in range(LONGEST_WALK):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    pytest.fail(f"Tab never comes to {selector}")


def focused(page, selector):
    return page.evaluate("s => document.activeElement.matches(s)", selector)


@pytest.mark.parametrize(
    ("role", "path", "device"),
    [
        ("", "/", "phone"),
        ("", "/laws/work-safety-law/28/", "desktop"),
        ("", "/verify/", "phone"),
        ("", "/account/login/", "desktop"),
        ("", "/courses/quick-start/q-know/q1-rights-and-duties/", "phone"),
        ("employee", "/learn/", "phone"),
        ("admin", "/enterprise/91329901MA00TE5T2B/members/", "desktop"),
    ],
)
def test_tab_reaches_everything_and_shows_where(
    role, path, device, open_page, signed_in
):
    page = signed_in(role, device) if role else open_page(device)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    found = walk(page)
    assert not found, found


@pytest.mark.parametrize("path", ["/", "/en/laws/work-safety-law/", "/account/login/"])
def test_the_first_tab_leads_past_the_navigation(path, desktop):
    desktop.goto(path)
    desktop.evaluate("document.activeElement.blur()")
    desktop.keyboard.press("Tab")
    link = desktop.locator(".skip-link")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    desktop.keyboard.press("Enter")
    expect(desktop.locator("#main")).to_be_focused()
    desktop.keyboard.press("Tab")
    assert desktop.evaluate("!!document.activeElement.closest('#main')")


def test_a_menu_opens_closes_and_gives_the_focus_back(signed_in):
    page = signed_in("employee")
    page.goto("/learn/")
    tab_to(page, ".site-header details.menu > summary")
    page.keyboard.press("Enter")
    panel = page.locator(".site-header details.menu[open] .menu__panel")
    expect(panel).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('.menu__panel')")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert focused(page, "details.menu > summary")


def test_a_dialog_keeps_the_focus_and_gives_it_back(signed_in, world):
    page = signed_in("employee", "phone")
    page.goto(world["exams"]["sitting"])
    sitting(page)
    tab_to(page, "[data-card-open]")
    page.keyboard.press("Enter")
    expect(page.locator("#exam-card")).to_be_visible()
    for _press in range(30):
        page.keyboard.press("Tab")
        # Between the last and the first the focus may rest on the browser's own bars.
        assert page.evaluate(
            "document.activeElement === document.body"
            " || !!document.activeElement.closest('#exam-card')"
        )
    page.keyboard.press("Escape")
    expect(page.locator("#exam-card")).to_be_hidden()
    assert focused(page, "[data-card-open]")


def answer_by_keyboard(page, kind, item):
    """Answer one question with the keys that its control takes."""
    if kind in ("choice", "true_false", "hotspot"):
        tab_to(page, f"{item} input[data-answer]")
        page.keyboard.press("Space")
    elif kind == "order":
        tab_to(page, f"{item} [data-move]:not([disabled])")
        page.keyboard.press("Enter")
        keep = page.locator(f"{item} [data-keep-order]")
        if keep.is_visible() and keep.is_enabled():
            tab_to(page, f"{item} [data-keep-order]")
            page.keyboard.press("Enter")
    elif kind == "match":
        for _pair in range(page.locator(f"{item} select").count()):
            tab_to(page, f"{item} select")
            page.keyboard.press("ArrowDown")
    else:
        fields = page.locator(f"{item} input[data-answer], {item} textarea").count()
        for _field in range(fields):
            tab_to(page, f"{item} input[data-answer], {item} textarea")
            page.keyboard.type("8")


def test_an_exam_is_sat_and_handed_in_by_keyboard_alone(signed_in, world):
    page = signed_in("employee")
    page.goto(world["exams"]["keyboard"])
    tab_to(page, "main form button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/attempts/**")
    sitting(page)
    count = page.locator(".exam-item").count()
    for position in range(1, count + 1):
        item = page.locator(f"#item-{position}")
        expect(item).to_be_visible()
        answer_by_keyboard(page, item.get_attribute("data-type"), f"#item-{position}")
        expect(page.locator("[data-answered]")).to_have_text(str(position))
        tab_to(page, "[data-finish]" if position == count else "[data-next]")
        page.keyboard.press("Enter")
    summary = page.locator("#exam-submit [data-summary]")
    expect(summary).to_have_text("所有题目都已作答。")
    tab_to(page, "#exam-submit [data-submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/result/")
    expect(page.locator("main h1")).to_be_visible()
