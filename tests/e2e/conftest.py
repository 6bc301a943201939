"""The demo as a visitor finds it: real server, worker, content and browser."""

import contextlib
import os
import uuid
from pathlib import Path

import pytest

from tests.browser import chromium
from tests.e2e.served import running_site, served_site


@contextlib.contextmanager
def postgres_database():
    """Make an empty database beside the one that the suite runs on."""
    import psycopg
    from django.conf import settings

    base = settings.DATABASES["default"]
    name = f"anxue_e2e_{uuid.uuid4().hex[:8]}"
    server = f"{base['USER']}:{base['PASSWORD']}@{base['HOST']}:{base['PORT'] or 5432}"
    admin = f"postgres://{server}/postgres"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield f"postgres://{server}/{name}"
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Serve the demo content on a free port, with a real worker beside it.

    `E2E_SITE` and `E2E_DATA_DIR` name a demo that runs already: for those who write
    such tests and don't want to wait for a new one each time.
    """
    from django.conf import settings

    if running := os.environ.get("E2E_SITE"):
        yield running_site(running, Path(os.environ["E2E_DATA_DIR"]).resolve())
        return
    with contextlib.ExitStack() as stack:
        database_url = ""
        if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
            database_url = stack.enter_context(postgres_database())
        folder = tmp_path_factory.mktemp("site")
        yield stack.enter_context(served_site(folder, database_url=database_url))


@pytest.fixture(scope="session")
def world(site, tmp_path_factory):
    """States that the demo does not bring: see `tests.e2e.world`."""
    return site.build_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="session")
def sqlite_only():
    """Skip what the database does not change and what takes long."""
    from django.conf import settings

    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        pytest.skip("looks the same on every database; runs on SQLite")


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium, driven by Playwright."""
    with chromium() as opened:
        yield opened


@pytest.fixture
def open_page(browser, site):
    """Open a page in a context of its own: `open_page("phone")` or `("desktop")`."""
    sizes = {
        "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
        "desktop": {"viewport": {"width": 1440, "height": 900}},
    }
    contexts = []

    def open_one(device="desktop", locale="zh-CN"):
        context = browser.new_context(
            base_url=site.url, locale=locale, accept_downloads=True, **sizes[device]
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()
