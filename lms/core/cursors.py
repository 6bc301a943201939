"""Cursors for the few statements that are written out because they run so often."""

from typing import Any

from django.db import connection


def bound_cursor() -> Any:
    """Return a cursor that sends a statement's values beside it, where that can be.

    Django writes the values into the text of each statement, and PostgreSQL reads them
    out of it again: of a row with thirty columns that is a quarter of the work. Only
    for statements whose places have a type of their own: columns, or a cast.
    """
    if connection.vendor != "postgresql":
        return connection.cursor()
    from django.db.backends.postgresql.base import (  # noqa: PLC0415 -- not on SQLite
        ServerBindingCursor,
    )

    connection.ensure_connection()
    raw = connection.connection
    usual, raw.cursor_factory = raw.cursor_factory, ServerBindingCursor
    try:
        return connection.cursor()
    finally:
        raw.cursor_factory = usual
