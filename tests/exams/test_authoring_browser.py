"""The item editor in a real browser: by keyboard, by pointer, with a live preview."""

import io

import pytest
from django.test import Client
from PIL import Image

from exams.models import Item
from tests.browser import chromium
from tests.factories.accounts import SuperuserFactory
from tests.factories.exams import ItemBankFactory

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def page(live_server):
    session = Client()
    session.force_login(SuperuserFactory())
    cookie = {"name": "sessionid", "value": session.cookies["sessionid"].value}
    with chromium() as browser:
        desk = browser.new_context(viewport={"width": 1500, "height": 1000})
        desk.set_default_timeout(20_000)
        desk.add_cookies([cookie | {"url": live_server.url}])
        yield desk.new_page()


def saved():
    return Item.objects.non_polymorphic().select_related("current_revision").get()


def test_a_choice_is_written_by_keyboard_alone(page, live_server):
    bank = ItemBankFactory()
    page.goto(f"{live_server.url}/admin/items/add/?type=choice&bank={bank.pk}")
    page.focus("#id_stem")
    page.keyboard.type("进入有限空间前先做什么？")
    page.focus("#id_options-0-text")
    for number, text in enumerate(("通风", "点火", "喊话", "休息", "离开"), start=1):
        page.keyboard.type(text)
        # Enter leads to the next row, and past the last one it makes one.
        if number < 5:
            page.keyboard.press("Enter")
    preview = page.frame_locator("[data-preview-frame]")
    preview.get_by_text("Give", exact=False).or_(preview.locator("li")).first.wait_for()
    page.focus("#id_options-0-is_right")
    page.keyboard.press("Space")
    preview.locator(".option__text", has_text="离开").wait_for()
    # The second row goes up, the last one goes away.
    page.focus('[data-rows="options"] [data-row]:nth-child(2) [data-row-move="up"]')
    page.keyboard.press("Enter")
    page.focus('[data-rows="options"] [data-row]:nth-child(5) [data-row-remove]')
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.focus(".author-save button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/items/edit/**")
    content = saved().content
    texts = [option["text"] for option in content["options"]]
    assert texts == ["点火", "通风", "喊话", "休息"]
    assert content["correct"] == ["B"]


def test_places_are_drawn_on_a_picture_or_typed(page, live_server, tmp_path):
    bank = ItemBankFactory()
    file = io.BytesIO()
    Image.new("RGB", (400, 200), "white").save(file, "PNG")
    picture = tmp_path / "plan.png"
    picture.write_bytes(file.getvalue())
    page.goto(f"{live_server.url}/admin/items/add/?type=hotspot&bank={bank.pk}")
    page.fill("#id_stem", "请指出被堵塞的出口。")
    page.fill("#id_image_alt", "平面图")
    page.set_input_files("#id_image_file", str(picture))
    area = page.locator("[data-canvas-picture] img")
    area.wait_for()
    page.wait_for_function(
        "document.querySelector('[data-canvas-picture] img').naturalWidth === 400"
    )
    page.fill("#id_regions-0-label", "左门")
    page.check("#id_regions-0-is_right")
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.25)
    page.mouse.down()
    page.mouse.move(
        box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.75, steps=4
    )
    page.mouse.up()
    page.fill("#id_regions-1-label", "右门")
    for name, value in (("x", 80), ("y", 10), ("width", 10), ("height", 20)):
        page.fill(f"#id_regions-1-{name}", str(value))
    assert page.locator(".author-place").count() == 2
    page.click(".author-save button >> nth=0")
    page.wait_for_url("**/items/edit/**")
    content = saved().content
    drawn, typed = content["regions"]
    assert [drawn[n] for n in ("x", "y", "width", "height")] == pytest.approx(
        [0.25, 0.25, 0.25, 0.5], abs=0.02
    )
    assert typed["x"] == 0.8
    assert content["correct"] == ["a"]
    assert content["image"]["src"].endswith(".png")
