"""Chromium for tests: found, started and left the same way everywhere."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

import hypothesis  # noqa: F401 -- before playwright: see below
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Hypothesis' pytest plugin imports the package when the run ends; with the greenlets
# of playwright around, Python 3.11 fails to compile it then.

ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
    "--mute-audio",
]


@contextmanager
def chromium(*arguments: str) -> Iterator["Browser"]:
    """Start Chromium with further arguments, or skip the test and say what to install.

    Playwright keeps an event loop in this thread while the browser is open: whatever
    runs beside it must not start a loop of its own, so a fixture opens it for one test
    or one module, never for the session. Django guards the ORM against such a loop and
    gives it database connections of its own; the guard is lifted while the browser is
    open, and the connections are closed with it, because PostgreSQL drops no test
    database that somebody still uses.
    """
    executable = (
        os.environ.get("CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
    )
    if executable is None:
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")
    sync_api = pytest.importorskip("playwright.sync_api")
    from django.db import connections

    with (
        mock.patch.dict(os.environ, DJANGO_ALLOW_ASYNC_UNSAFE="true"),
        sync_api.sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=executable, args=[*ARGUMENTS, *arguments]
        )
        try:
            yield browser
        finally:
            browser.close()
            connections.close_all()
