"""Lets tests that commit empty the guarded tables afterwards.

Django empties the database after a transactional test (DELETE or TRUNCATE), which the
append-only triggers rightly refuse; so they do when it saves the rows of migrations
again before such a test. They are lifted for exactly these moments; inside a test they
hold.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connections
from django.test import TransactionTestCase

from lms.core.append_only import PREFIX


@contextmanager
def lifted_append_only(alias: str = "default") -> Iterator[None]:
    """Take all append-only triggers away and restore them at the end."""
    connection = connections[alias]
    if connection.vendor == "postgresql":
        query = (
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger "
            "WHERE NOT tgisinternal AND tgname LIKE %s"
        )
        with connection.cursor() as cursor:
            cursor.execute(query, [f"{PREFIX}%"])
            tables = [row[0] for row in cursor.fetchall()]
        # Inside a test's transaction, deferred foreign keys must be settled first.
        settle, wait = "SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED"
        off = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables]
        on = [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables]
        off, on = [settle, *off], [*on, wait]
    else:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' "
                "AND name LIKE %s",
                [f"{PREFIX}%"],
            )
            triggers = cursor.fetchall()
        off = [f'DROP TRIGGER "{name}"' for name, _ in triggers]
        on = [sql for _, sql in triggers]
    _run(connection, off)
    try:
        yield
    finally:
        _run(connection, on)


def _run(connection, statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture(autouse=True, scope="session")
def lift_append_only_for_teardown():
    """Wrap what Django runs around a transactional test.

    Before it, the rows that migrations wrote are saved again; after it, all is emptied.
    """
    before = TransactionTestCase.__dict__["_fixture_setup"]
    after = TransactionTestCase._fixture_teardown

    def setup(cls):
        with lifted_append_only():
            before.__func__(cls)

    def teardown(self):
        with lifted_append_only():
            after(self)

    TransactionTestCase._fixture_setup = classmethod(setup)
    TransactionTestCase._fixture_teardown = teardown
    yield
    TransactionTestCase._fixture_setup = before
    TransactionTestCase._fixture_teardown = after
