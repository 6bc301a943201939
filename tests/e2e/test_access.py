"""Every page and state, walked with axe-core and on the narrowest phone.

One walk per role over one site. In each run of the suite every page meets axe-core once
and is narrow in each language; the pages of `THOROUGHLY` are judged in every look, zoom
and language. `make walk` (`E2E_WALK=1`) judges all pages so. It runs on SQLite only:
what the pages look like does not depend on the database, and the walk takes minutes.
"""

import os
import re
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

from tests.e2e import access
from tests.e2e.console_stops import DESK, EVERY
from tests.e2e.stops import (
    PASSWORD,
    PREFIXES,
    ZH,
    Stop,
    error_stops,
    file_stops,
    on_site_stops,
    open_stop,
    sign_in,
)

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.browser,
]

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}
HTML_LANGUAGES = {"zh": "zh-Hans", "en": "en"}
# Not ours to design, or no page at all.
BEYOND = re.compile(
    r"^/(admin|api|media|uploads|static|documents|health|language)/"
    r"|\.(pdf|png|jpg|xlsx|csv|json|txt|xml|jwt|ics|zip)$|/download/$|/logout/|/2fa/|/reauthenticate/"
)
NOT_PAGES = {"wagtail_serve", "portal:start", "portal:home_fragment"}
EVERYTHING = "E2E_WALK" in os.environ
# Between them they hold each component and each frame.
THOROUGHLY = {
    "home",
    "article",
    "search-results",
    "course",
    "lesson-video",
    "verify",
    "verdict-valid",
    "verdict-unknown",
    "sign-in-error",
    "styleguide",
    "learn",
    "exam-sitting",
    "exam-handing-in",
    "result-failed",
    "enterprise",
    "assign-error",
    "members",
    "regulator",
}
LOOKS = ({"theme": "dark"}, {"contrast": "more"}, {"theme": "dark", "contrast": "more"})


def is_thorough(stop):
    return EVERYTHING or stop.name in THOROUGHLY


def inspect(page, stop, language):
    """All that one page is judged by; colors are those of its first language."""
    found = access.document_basics(page, HTML_LANGUAGES[language])
    found += access.motion(page)
    found += access.targets(page)
    access.unpin(page)
    is_first = language == stop.languages[0]
    if not is_thorough(stop):
        # English words are the long ones: they show what does not wrap.
        found += access.reflow(page, widths=access.NARROW[:1])
        return found + (access.axe(page) if is_first else [])
    found += access.axe(page, colors=is_first)
    if is_first:
        for chosen in LOOKS if not stop.arrange else LOOKS[:1]:
            access.look(page, **chosen)
            lines = access.contrast(page)
            found += [f"{' '.join(chosen.values())}: {line}" for line in lines]
        access.look(page)
        if not stop.arrange:
            page.set_viewport_size(DESKTOP)
            found += [f"desktop: {line}" for line in access.axe(page)]
    return found + access.reflow(page)


class Walk:
    """One person's walk: visits stops, keeps what was found and where links lead."""

    def __init__(self, context, world):
        self.context = context
        self.world = world
        self.findings = {}
        self.seen = set()
        self.links = {}
        # What another person's walk, or this one, is going to see anyway.
        self.known = {view_name(stop.path.format(**world)) for stop in EVERY}

    def visit(self, stop):
        for language in stop.languages:
            page = self.context.new_page()
            page.set_viewport_size(PHONE)
            errors = []
            page.on("pageerror", lambda error, to=errors: to.append(str(error)))
            page.on("console", lambda line, to=errors: self._console(line, to))
            try:
                status = open_stop(page, stop, language, self.world)
                found = inspect(page, stop, language)
                self._remember(page)
            except PlaywrightError as problem:
                # One page that does not come must not hide what the others have.
                status, found = stop.status, [f"did not come: {problem.message}"]
            finally:
                self.context.set_offline(False)
                page.close()
            if status != stop.status:
                found.append(f"answered {status}, not {stop.status}")
            if stop.name not in ("exam-offline", "exam-superseded"):
                found += errors
            for line in found:
                self.findings.setdefault(line, []).append(f"{stop.name} {language}")

    def report(self):
        """One line for each finding, however many pages have it."""
        return "\n".join(
            f"{finding}\n    on {', '.join(places)}"
            for finding, places in self.findings.items()
        )

    @staticmethod
    def _console(line, to):
        # A refused page is reported as a failed resource; its status is checked.
        if (
            line.type == "error"
            and "the server responded with a status" not in line.text
        ):
            to.append(f"console: {line.text}")

    def _remember(self, page):
        self.seen.add(view_name(urlsplit(page.url).path))
        hrefs = page.evaluate(
            "[...document.querySelectorAll('a[href]')].map(a => a.href)"
        )
        for href in hrefs:
            parts = urlsplit(href)
            if href.startswith(self.world["url"]) and not BEYOND.search(parts.path):
                self.links.setdefault(view_name(parts.path), parts.path)

    def rest(self):
        """Return a stop for each kind of page that links lead to and no stop names."""
        return [
            Stop(f"linked {name}", without_prefix(path), languages=(ZH,))
            for name, path in sorted(self.links.items())
            if name not in self.seen | NOT_PAGES | self.known
        ]


def without_prefix(path):
    return path.removeprefix(PREFIXES["en"]) if path.startswith("/en/") else path


def view_name(path):
    try:
        return resolve(without_prefix(path)).view_name
    except Resolver404:
        return "wagtail_serve"


WALKERS = (
    *("", "employee", "guarded"),
    *("admin", "unit", "association"),
    *("regulator", "examiner"),
)


@pytest.fixture
def phone(browser, site):
    context = browser.new_context(
        base_url=site.url,
        locale="zh-CN",
        reduced_motion="reduce",
        viewport=PHONE,
        has_touch=True,
    )
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.mark.parametrize("role", WALKERS)
def test_every_page_is_open_to_all(role, world, phone, sqlite_only):
    context = phone
    walk = Walk(context, world)
    if role:
        page = context.new_page()
        sign_in(page, role, world)
        page.close()
    stops = [stop for stop in EVERY if stop.who == role]
    if not role:
        stops = error_stops(world) + file_stops(world) + stops
    if role == "employee":
        stops += on_site_stops(world)
    for stop in stops:
        walk.visit(stop)
    for stop in walk.rest():
        walk.visit(stop)
    assert not walk.findings, walk.report()


@pytest.mark.parametrize("role", ["editor", "reviewer", "superuser"])
def test_our_pages_of_the_editors_admin_are_open_to_all(
    role, world, phone, sqlite_only
):
    """The frame around them is Wagtail's; what is inside `main` is ours."""
    page = phone.new_page()
    sign_in(page, role)
    findings = []
    for stop in (stop for stop in DESK if stop.who == role):
        for language in stop.languages:
            status = open_stop(page, stop, language, world)
            access.unpin(page)
            found = access.axe(page, within="main", colors=language == ZH)
            found += access.wider_inside(page, "main")
            if language == ZH:
                page.emulate_media(color_scheme="dark")
                access.come_to_rest(page)
                lines = access.contrast(page, within="main")
                found += [f"dark: {line}" for line in lines]
                page.emulate_media(color_scheme="light")
            if status != stop.status:
                found.append(f"answered {status}, not {stop.status}")
            findings += [f"{stop.name} {language}: {line}" for line in found]
    assert not findings, "\n".join(findings)


def test_a_code_stands_on_light_ground_in_the_dark(phone, world, sqlite_only):
    """No scanner finds dark squares on dark ground."""
    page = phone.new_page()
    page.emulate_media(color_scheme="dark")
    sign_in(page, "employee")
    # Turning on a second step asks for the password once more.
    page.goto("/account/2fa/totp/activate/")
    if page.locator("input[name=password]").count():
        page.fill("input[name=password]", PASSWORD)
        page.locator("main form button[type=submit]").first.click()
    picture = page.locator("img.code-picture")
    expect(picture).to_be_visible()
    expect(picture).to_have_css("background-color", "rgb(255, 255, 255)")
