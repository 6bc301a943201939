"""Fixtures that every test may use."""

from datetime import UTC, datetime

import hypothesis
import pytest
from freezegun import freeze_time

from tests.append_only import lift_append_only_for_teardown  # noqa: F401
from tests.prepared_database import prepared

# The suite asserts no times: a slow machine is no failure.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Give each process of the run a migrated database before Django looks for one."""
    from django.db import connection

    with prepared(connection):
        yield


@pytest.fixture(scope="session")
def django_db_keepdb():
    """Take that database as it is; whoever made it removes it."""
    return True


@pytest.fixture
def frozen_now():
    """Stop the clock at 10:00 on a Monday in China; `.tick(delta)` moves it."""
    with freeze_time(datetime(2026, 11, 23, 2, 0, tzinfo=UTC)) as frozen:
        yield frozen


@pytest.fixture(autouse=True)
def _clean_cache():
    from django.core.cache import cache

    cache.clear()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Let one process take all that needs the served site: it is made once a run.

    xdist's own groups are no help: pytest 9.2 drops their names.
    """
    from xdist.scheduler import LoadScopeScheduling

    class OneSite(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return "site" if nodeid.startswith("tests/e2e/") else nodeid

    return OneSite(config, log)


def pytest_collection_modifyitems(items):
    """Give tests that commit what the migrations wrote, each of them.

    Django empties the database after such a test; one that restores the rows and one
    that does not can't follow each other.
    """
    for item in items:
        for mark in item.iter_markers("django_db"):
            if mark.kwargs.get("transaction"):
                mark.kwargs["serialized_rollback"] = True


@pytest.fixture(autouse=True)
def _chinese():
    """Start each test in the site's first language, whatever the one before did."""
    from django.conf import settings
    from django.utils import translation

    with translation.override(settings.LANGUAGE_CODE):
        yield
