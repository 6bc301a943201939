"""Make the pictures of this folder: `make screenshots`.

Every page of the story (`tests/e2e/stops.py`) on a phone (390x844) and a desktop
(1440x900), in Chinese light and dark, in English light; states of a page (errors,
dialogs) on the phone only; some pages as they print. It starts a demo of its own.

    SITE, DATA_DIR  use a demo that runs already, and where its data lie
    ONLY            names to make, separated by commas: `ONLY=home,article`
    TARGET          another folder
"""

import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402 -- the path comes first
from playwright.sync_api import Browser, BrowserContext, Page  # noqa: E402

from tests.browser import chromium  # noqa: E402
from tests.e2e.console_stops import DESK, EVERY  # noqa: E402
from tests.e2e.served import Site, running_site, served_site  # noqa: E402
from tests.e2e.stops import (  # noqa: E402
    ZH,
    Stop,
    error_stops,
    file_stops,
    on_site_stops,
    open_stop,
    sign_in,
)

ONLY = {name for name in os.environ.get("ONLY", "").split(",") if name}
TARGET = Path(os.environ.get("TARGET", Path(__file__).parent))
SIZES = {"phone": (390, 844), "desktop": (1440, 900)}
# A desktop picture is stored smaller: still legible, a third of the bytes.
STORED_WIDTHS = {"phone": 390, "desktop": 900, "print": 640}
# What the name of the picture ends with; dark is shown in one language.
LOOKS = {"zh": {"": "light", "-dark": "dark"}, "en": {"": "light"}}
QUALITY = 35
# A4 at 96 dots an inch.
SHEET = (794, 1123)
# Reached by a step, but pages of their own.
PAGES_BEHIND_A_STEP = {
    "person",
    "assignment",
    "department",
    "regulated",
    "exam-sitting",
    "item-editor",
    "certificate-designer",
    "staff-import-errors",
    "department-edit",
    "archives",
    "plan",
    "on-site",
    "bulk-check",
    "sample",
    "evidence",
    "marking-script",
    "invigilation-live",
    "practice-session",
    "practice-memorize",
    "practice-answered",
    "wrong-answers",
    "second-step",
    "sign-on-site",
    "posts",
    "on-site-filled",
    "unit-person",
    "badge-shown",
    "certificate-office",
    "item-import-errors",
}
PRINTED = (
    "article",
    "checklist",
    "certificate",
    "verdict-valid",
    "result-failed",
    "regulated",
    "enterprise",
)


def takes_desktop(stop: Stop) -> bool:
    return stop.arrange is None or stop.name in PAGES_BEHIND_A_STEP


def wanted(stop: Stop) -> bool:
    return not ONLY or stop.name in ONLY


def store(page: Page, name: str, size: str) -> None:
    """Keep what is in view as a small picture."""
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    width = STORED_WIDTHS[size]
    if picture.width != width:
        height = round(picture.height * width / picture.width)
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    picture.convert("RGB").save(
        TARGET / f"{name}.webp", "WEBP", quality=QUALITY, method=6
    )


def take(page: Page, stop: Stop, language: str, world: dict[str, Any]) -> None:
    """Take one stop in one language: sizes, looks, and how it prints."""
    name = f"{stop.name}-{{size}}-{language}{{look}}"
    page.set_viewport_size(dict(zip(("width", "height"), SIZES["phone"], strict=True)))
    open_stop(page, stop, language, world)
    page.evaluate("() => scrollTo(0, 0)")
    for size, (width, height) in SIZES.items():
        if size == "desktop" and not takes_desktop(stop):
            continue
        page.set_viewport_size({"width": width, "height": height})
        for look, theme in LOOKS[language].items():
            page.emulate_media(color_scheme=theme)
            # Lets lines drawn by scripts and container queries settle.
            page.wait_for_timeout(60)
            store(page, name.format(size=size, look=look), size)
    page.emulate_media(color_scheme="light")
    if stop.name in PRINTED and language == ZH:
        page.emulate_media(media="print")
        page.set_viewport_size({"width": SHEET[0], "height": SHEET[1]})
        page.wait_for_timeout(60)
        store(page, f"{stop.name}-print-{language}", "print")
        page.emulate_media(media="screen")


def walk(context: BrowserContext, stops: list[Stop], world: dict[str, Any]) -> int:
    """Take all stops of one person; return how many could not be taken."""
    failed = 0
    for stop in stops:
        for language in stop.languages:
            page = context.new_page()
            try:
                take(page, stop, language, world)
            # One page that does not come must not cost all the others.
            except Exception as problem:  # noqa: BLE001
                failed += 1
                sys.stderr.write(f"{stop.name} {language}: {problem}\n")
            finally:
                context.set_offline(False)
                page.close()
    return failed


def all_stops(world: dict[str, Any]) -> list[Stop]:
    stops = [*EVERY, *DESK, *error_stops(world), *file_stops(world)]
    stops += on_site_stops(world)
    return [stop for stop in stops if wanted(stop)]


def people(
    browser: Browser, site: Site, stops: list[Stop], world: dict[str, Any]
) -> Iterator[tuple[BrowserContext, list[Stop]]]:
    """Yield a browser context for each role, with the stops that it looks at."""
    for role in sorted({stop.who for stop in stops}):
        context = browser.new_context(
            base_url=site.url, locale="zh-CN", reduced_motion="reduce"
        )
        context.set_default_timeout(20_000)
        if role:
            page = context.new_page()
            sign_in(page, role, world)
            page.close()
        yield context, [stop for stop in stops if stop.who == role]
        context.close()


@contextlib.contextmanager
def demo() -> Iterator[Site]:
    if address := os.environ.get("SITE"):
        folder = Path(os.environ.get("DATA_DIR", ROOT / ".data")).resolve()
        yield running_site(address.rstrip("/"), folder)
        return
    with tempfile.TemporaryDirectory() as folder, served_site(Path(folder)) as site:
        yield site


def main() -> int:
    with tempfile.TemporaryDirectory() as files, demo() as site:
        world = site.build_world(Path(files))
        stops = all_stops(world)
        with chromium() as browser:
            failed = sum(
                walk(context, mine, world)
                for context, mine in people(browser, site, stops, world)
            )
    pictures = list(TARGET.glob("*.webp"))
    size = sum(path.stat().st_size for path in pictures)
    sys.stdout.write(f"{len(pictures)} pictures, {size / 1e6:.1f} MB\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
