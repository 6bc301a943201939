"""The three statements of the hot path, written out.

The ORM builds and compiles a query anew for every answer that is saved; on the busiest
address of the site that takes longer than the database does. What these functions
read and write is what `Attempt.objects` and `ResponseEvent.objects` would: names and
conversions come from the models, and the tests run both ways against each other.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from exams.models import Attempt, ResponseEvent
from lms.core.cursors import bound_cursor

_ATTEMPT = Attempt._meta.db_table  # noqa: SLF001 -- Django's public name for it
_EVENT = ResponseEvent._meta.db_table  # noqa: SLF001 -- Django's public name for it
_PUBLIC_ID = Attempt._meta.get_field("public_id")  # noqa: SLF001 -- as above
_VALUE = ResponseEvent._meta.get_field("value")  # noqa: SLF001 -- as above
# SQLite takes 999 parameters in one statement; a row has seven.
_ROWS_AT_ONCE = 140

_SELECT = (
    "SELECT id, state, deadline, closes_at, paused_at, position_count,"  # noqa: S608 -- a table's name from its model
    f" newest_writer, intervention_count FROM {_ATTEMPT} WHERE public_id = %s"
)
_COUNT_BOTH = (
    f"SELECT MAX(seq), COUNT(*), (SELECT COUNT(*) FROM written) FROM {_EVENT}"  # noqa: S608 -- a table's name from its model
    " WHERE attempt_id = %s AND writer = %s"
)
_COUNT = (
    f"SELECT MAX(seq), COUNT(*) FROM {_EVENT}"  # noqa: S608 -- a table's name from its model
    " WHERE attempt_id = %s AND writer = %s"
)
_INSERT = (
    f"INSERT INTO {_EVENT} (attempt_id, writer, seq, position, value, received_at)"  # noqa: S608 -- a table's name from its model
    " VALUES {} ON CONFLICT DO NOTHING"
)
_ROW = "(%s, %s, %s, %s, %s, %s)"


class ResponseInput(NamedTuple):
    """One numbered answer of a writer."""

    seq: int
    position: int
    value: list[str]


class AttemptRow(NamedTuple):
    """What an answer needs of its attempt; aware times."""

    pk: int
    state: str
    deadline: datetime
    closes_at: datetime
    paused_at: datetime | None
    position_count: int
    newest_writer: int
    intervention_count: int


class Arrived(NamedTuple):
    """What is kept of one writer: the highest number, and how many there are."""

    last: int
    total: int


def lock_attempt(public_id: UUID) -> AttemptRow | None:
    """Read an attempt and keep its row until the transaction ends.

    SQLite has no row locks: its writers wait for each other at `BEGIN`.
    """
    statement = _SELECT
    if connection.features.has_select_for_no_key_update:
        statement += " FOR NO KEY UPDATE"
    with bound_cursor() as cursor:
        cursor.execute(statement, [_PUBLIC_ID.get_db_prep_value(public_id, connection)])
        row = cursor.fetchone()
    if row is None:
        return None
    pk, state, deadline, closes_at, paused_at, *numbers = row
    return AttemptRow(
        pk,
        state,
        _aware(deadline),
        _aware(closes_at),
        paused_at and _aware(paused_at),
        *numbers,
    )


def count_arrived(*, attempt_id: int, writer: int) -> Arrived:
    """Return what has arrived of a writer."""
    with bound_cursor() as cursor:
        cursor.execute(_COUNT, [attempt_id, writer])
        return _arrived(cursor.fetchone())


def append_responses(
    *, attempt_id: int, writer: int, events: Sequence[ResponseInput], now: datetime
) -> tuple[Arrived, int]:
    """Write the answers whose numbers are not there; the others are left as they are.

    Returns:
        what had arrived before, and how many were written.
    """
    received_at = connection.ops.adapt_datetimefield_value(now)
    before, written = None, 0
    for start in range(0, len(events), _ROWS_AT_ONCE):
        rows = events[start : start + _ROWS_AT_ONCE]
        values: list[Any] = []
        for seq, position, value in rows:
            values += (attempt_id, writer, seq, position)
            values += (_VALUE.get_db_prep_save(value, connection), received_at)
        insert = _INSERT.format(", ".join([_ROW] * len(rows)))
        arrived, count = _insert(insert, values, [attempt_id, writer])
        before = before or arrived
        written += count
    return before or count_arrived(attempt_id=attempt_id, writer=writer), written


def _insert(insert: str, values: list[Any], log: list[int]) -> tuple[Arrived, int]:
    with bound_cursor() as cursor:
        if connection.vendor == "postgresql":
            # Both parts see the table as it was before: one way instead of two.
            cursor.execute(
                f"WITH written AS ({insert} RETURNING seq) {_COUNT_BOTH}",
                [*values, *log],
            )
            *arrived, written = cursor.fetchone()
            return _arrived(arrived), written
        cursor.execute(_COUNT, log)
        arrived = cursor.fetchone()
        cursor.execute(insert, values)
        return _arrived(arrived), cursor.rowcount


def _arrived(row: Sequence[Any]) -> Arrived:
    last, count = row
    return Arrived(last or 0, count)


def _aware(moment: datetime) -> datetime:
    # SQLite keeps UTC and does not say so.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
