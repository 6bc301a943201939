"""A dozen parts look as they did: compared with the pictures in `pictures/`.

Renew them with `RENEW_PICTURES=1 pytest tests/lms/ui/test_pictures.py`, look at each in
`git diff`, and commit them with the change that they show. They are made with Debian's
Chromium and fonts-noto-cjk; every text is set in that family, so other fonts of a
machine make no difference. With another version of Chromium more may differ.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFilter

from tests.browser import chromium
from tests.lms.ui.likeness import (
    OTHER_BROWSER,
    SAME_BROWSER,
    differences,
    keep_evidence,
    stored_form,
)

PICTURES = Path(__file__).parent / "pictures"
MADE_WITH = PICTURES / "made-with.json"
RENEW = "RENEW_PICTURES" in os.environ
PHONE, DESKTOP = 390, 1200
FONT = "Noto Sans CJK SC"

# One family, nothing pinned, nothing that differs from day to day or host to host.
SETTLE = """font => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    *, *::before, *::after { font-family: "${font}" !important; }
    .site-header, .bottom-nav, .read-aloud, .pager--sticky
      { position: static !important; }
    time, input[type=date], .error-page__reference code, video, ::file-selector-button
      { visibility: hidden !important; }
  `);
  document.adoptedStyleSheets.push(sheet);
  return document.fonts.ready.then(() => null);
}"""
HAS_FONT = """font => {
  const pen = document.createElement("canvas").getContext("2d");
  const wide = family => { pen.font = `40px ${family}`;
    return pen.measureText("安全生产 Safety 2026").width; };
  return wide(`"${font}", monospace`) !== wide("monospace");
}"""


@dataclass(frozen=True)
class Part:
    """What is photographed: a section of the style guide, or a page's main part."""

    name: str
    path: str = "/styleguide/"
    selector: str = "main"
    width: int = PHONE
    look: tuple[tuple[str, str], ...] = ()


def section(name, *, width=PHONE, suffix="", **look):
    return Part(
        name=f"{name}{suffix}",
        selector=f"section[aria-labelledby=s-{name}]",
        width=width,
        look=tuple(look.items()),
    )


PARTS = (
    section("type"),
    section("buttons"),
    section("buttons", suffix="-dark", theme="dark"),
    section("states"),
    section("states", suffix="-contrast", theme="dark", contrast="more"),
    section("forms"),
    section("forms", suffix="-dark-large", theme="dark", text="large"),
    section("tables"),
    section("tables", suffix="-desktop", width=DESKTOP),
    section("charts", suffix="-dark-desktop", width=DESKTOP, theme="dark"),
    section("cards"),
    section("navigation"),
    Part("header", path="/account/login/", selector=".site-header", width=DESKTOP),
    Part("sign-in", path="/account/login/"),
    Part("not-found-dark", path="/en/no/such/page/", look=(("theme", "dark"),)),
)


@pytest.fixture
def browser():
    # For one test: with the loop of a browser that stays open, the next test would
    # prepare and empty its database over a connection that knows no migrations.
    with chromium() as opened:
        yield opened


def photograph(browser, url, part):
    context = browser.new_context(
        viewport={"width": part.width, "height": 900},
        device_scale_factor=1,
        reduced_motion="reduce",
        color_scheme="light",
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    page = context.new_page()
    page.goto(url + part.path, wait_until="networkidle")
    if not page.evaluate(HAS_FONT, FONT):
        pytest.skip(f"The font {FONT} is missing (Debian: apt install fonts-noto-cjk)")
    page.evaluate(
        "look => Object.assign(document.documentElement.dataset, look)", dict(part.look)
    )
    page.evaluate(SETTLE, FONT)
    picture = page.locator(part.selector).first.screenshot(animations="disabled")
    context.close()
    return stored_form(picture)


@pytest.mark.e2e
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_part_looks_as_it_did(part, browser, live_server, tmp_path):
    made = photograph(browser, live_server.url, part)
    target = PICTURES / f"{part.name}.webp"
    version = browser.version.split(".")[0]
    if RENEW:
        made.save(target, "WEBP", quality=80, method=6)
        MADE_WITH.write_text(json.dumps({"chromium": version}) + "\n")
        return

    reference = Image.open(target).convert("RGB")
    is_same = json.loads(MADE_WITH.read_text())["chromium"] == version
    found = differences(reference, made, SAME_BROWSER if is_same else OTHER_BROWSER)

    if found:
        evidence = keep_evidence(tmp_path, part.name, reference, made)
        pytest.fail(f"{part.name}: {'; '.join(found)}. See {evidence}")


# ---- the comparison itself -----------------------------------------------------


def page_of_text():
    picture = Image.new("RGB", (195, 300), "#fbfaf7")
    pen = ImageDraw.Draw(picture)
    for line in range(12):
        pen.text((8, 8 + line * 20), "Work Safety Law 28", fill="#1b1f24")
    pen.rectangle((8, 262, 100, 284), fill="#0b4a8f")
    return picture


@pytest.mark.unit
def test_same_picture_and_softer_letters_are_alike():
    picture = page_of_text()
    softer = picture.filter(ImageFilter.GaussianBlur(0.5))

    assert differences(picture, picture, SAME_BROWSER) == []
    assert differences(picture, softer, SAME_BROWSER) == []


@pytest.mark.unit
@pytest.mark.parametrize("tolerance", [SAME_BROWSER, OTHER_BROWSER])
def test_button_of_another_color_is_seen(tolerance):
    changed = page_of_text()
    ImageDraw.Draw(changed).rectangle((8, 262, 100, 284), fill="#b3261e")

    assert "differ visibly" in differences(page_of_text(), changed, tolerance)[0]


@pytest.mark.unit
@pytest.mark.parametrize("tolerance", [SAME_BROWSER, OTHER_BROWSER])
def test_text_that_moved_is_seen(tolerance):
    moved = Image.new("RGB", (195, 300), "#fbfaf7")
    moved.paste(page_of_text(), (0, 6))

    assert "differ visibly" in differences(page_of_text(), moved, tolerance)[0]


@pytest.mark.unit
def test_lost_line_is_seen_by_the_height():
    cut = page_of_text().crop((0, 0, 195, 280))

    assert "280 points high, not 300" in differences(page_of_text(), cut, OTHER_BROWSER)


@pytest.mark.unit
def test_evidence_stands_side_by_side(tmp_path):
    picture = page_of_text()

    sheet = Image.open(keep_evidence(tmp_path, "x", picture, picture))

    assert sheet.size == (3 * 195, 300)
