"""The statements of the busiest call of the player, written out.

A report costs one read of one row and one write on PostgreSQL (two writes on SQLite),
however much was watched before. The ORM builds and compiles a query anew for each of
them, which takes longer than the database does. Names and conversions come from the
models.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from courses.domain.counting import Addition, Running, Terms
from courses.models import (
    LearnerPresence,
    PlaybackInterval,
    PlaybackSession,
    PresenceCheck,
)
from lms.core.cursors import bound_cursor

_SESSION = PlaybackSession._meta.db_table  # noqa: SLF001 -- Django's public name for it
_PRESENCE = LearnerPresence._meta.db_table  # noqa: SLF001 -- Django's public name for it
_INTERVAL = PlaybackInterval._meta.db_table  # noqa: SLF001 -- Django's public name for it
_CHECK = PresenceCheck._meta.db_table  # noqa: SLF001 -- Django's public name for it
_UUID = PlaybackSession._meta.get_field("public_id")  # noqa: SLF001 -- as above

_TERMS = ("id", *Terms._fields[1:])
_RUNNING = tuple(Running.__slots__)
_SELECT = (
    f"SELECT p.session_id, {', '.join(f's.{name}' for name in _TERMS)},"  # noqa: S608 -- names from the models
    f" {', '.join(f'p.{name}' for name in _RUNNING)}"
    f" FROM {_SESSION} s JOIN {_PRESENCE} p ON p.learner_id = s.learner_id"
    " WHERE s.public_id = %s"
)
_SELECT_ONE = (
    "SELECT session_id, enrollment_id, unit_key,"  # noqa: S608 -- names from the models
    f" {', '.join(_RUNNING)} FROM {_PRESENCE} WHERE learner_id = %s"
)
_SELECT_CHECK = f"SELECT public_id, number, options FROM {_CHECK} WHERE id = %s"  # noqa: S608 -- a table's name from its model
_UPDATE = (
    f"UPDATE {_PRESENCE} SET is_unsettled = %s,"  # noqa: S608 -- names from the models
    f" {', '.join(f'{name} = %s' for name in _RUNNING)} WHERE learner_id = %s"
)
_INSERT = (
    f"INSERT INTO {_INTERVAL} (enrollment_id, session_id, seq, ordinal, unit_key,"  # noqa: S608 -- a table's name from its model
    " start_ms, end_ms, rate, counted_ms, credited_ms, is_offline, received_at) VALUES "
)
_ROW = f"({', '.join(['%s'] * 12)})"
# SQLite takes 999 parameters in one statement.
_ROWS_AT_ONCE = 80
_values_of = attrgetter(*_RUNNING)
_COVERAGE = _RUNNING.index("coverage")
_LAST_RECEIPT = _RUNNING.index("last_receipt_at")
_DAY = _RUNNING.index("day")


class Question(NamedTuple):
    """A check of presence that waits for its answer."""

    public_id: UUID
    number: int
    options: list[int]


def lock_running(terms: Terms) -> Running | None:
    """Read the learner's presence, whose row stays locked; None if another one runs.

    The terms were told by who holds the session's token: they name the row.
    """
    statement = _SELECT_ONE
    if connection.features.has_select_for_no_key_update:
        statement += " FOR NO KEY UPDATE"
    with bound_cursor() as cursor:
        cursor.execute(statement, [terms.learner_id])
        row = cursor.fetchone()
    if row is None or row[0] != terms.pk or row[1] != terms.enrollment_id:
        return None
    return _running(row[3:], terms) if _uuid(row[2]) == terms.unit_key else None


def read_question(pk: int) -> Question:
    """Return a check of presence; it does not change while it waits for the lock."""
    with bound_cursor() as cursor:
        cursor.execute(_SELECT_CHECK, [pk])
        public_id, number, options = cursor.fetchone()
    return Question(_uuid(public_id), number, json.loads(options))


def lock_session(public_id: UUID) -> tuple[Terms, Running, bool] | None:
    """Read a session and its learner's presence, whose row stays locked.

    SQLite has no row locks: its writers wait for each other at `BEGIN`. Whether the
    session is the one that runs is decided by the locked row alone (third value);
    for one that doesn't, `Running` means nothing.
    """
    statement = _SELECT
    if connection.features.has_select_for_no_key_update:
        statement += " FOR NO KEY UPDATE OF p"
    with bound_cursor() as cursor:
        cursor.execute(statement, [_UUID.get_db_prep_value(public_id, connection)])
        row = cursor.fetchone()
    if row is None:
        return None
    terms = _terms(row[1 : 1 + len(_TERMS)])
    return terms, _running(row[1 + len(_TERMS) :], terms), row[0] == terms.pk


def _running(row: Sequence[Any], terms: Terms) -> Running:
    running = Running(*row)
    running.last_receipt_at = _aware(running.last_receipt_at or terms.offline_until)
    running.coverage = [(a, b) for a, b in json.loads(running.coverage)]  # type: ignore[arg-type]
    running.is_completed = bool(running.is_completed)
    return running


def _terms(row: Sequence[Any]) -> Terms:
    terms = Terms(*row)
    return terms._replace(
        public_id=_uuid(terms.public_id),
        unit_key=_uuid(terms.unit_key),
        offline_until=_aware(terms.offline_until),
        ended_at=terms.ended_at and _aware(terms.ended_at),
    )


def append(
    *,
    terms: Terms,
    running: Running,
    addition: Addition,
    seq: int,
    rate: float,
    now: datetime,
) -> None:
    """Write the intervals of a report, and what it made of the running lesson."""
    values = list(_values_of(running))
    values[_COVERAGE] = json.dumps(running.coverage)
    values[_LAST_RECEIPT] = _moment(running.last_receipt_at)
    values[_DAY] = connection.ops.adapt_datefield_value(running.day)
    changed: list[Any] = [True, *values, terms.learner_id]
    rows = _interval_rows(terms, addition, seq=seq, rate=rate, now=now)
    with bound_cursor() as cursor:
        if rows and connection.vendor == "postgresql":
            added = [value for row in rows for value in row]
            insert = _INSERT + ", ".join([_ROW] * len(rows))
            cursor.execute(f"WITH kept AS ({insert}) {_UPDATE}", [*added, *changed])
            return
        _insert(cursor, rows)
        cursor.execute(_UPDATE, changed)


def append_intervals(
    *, terms: Terms, addition: Addition, seq: int, rate: float, now: datetime
) -> None:
    """Write the intervals of a report and nothing else."""
    rows = _interval_rows(terms, addition, seq=seq, rate=rate, now=now)
    with bound_cursor() as cursor:
        _insert(cursor, rows)


def _insert(cursor: Any, rows: list[tuple[Any, ...]]) -> None:
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        part = rows[start : start + _ROWS_AT_ONCE]
        values = [value for row in part for value in row]
        cursor.execute(_INSERT + ", ".join([_ROW] * len(part)), values)


def _interval_rows(
    terms: Terms, addition: Addition, *, seq: int, rate: float, now: datetime
) -> list[tuple[Any, ...]]:
    unit = _UUID.get_db_prep_value(terms.unit_key, connection)
    received_at = _moment(now)
    return [
        (
            *(terms.enrollment_id, terms.pk, seq, ordinal, unit),
            *(one.start_ms, one.end_ms, rate, one.counted_ms, one.credited_ms),
            *(addition.is_offline, received_at),
        )
        for ordinal, one in enumerate(addition.intervals)
    ]


def _moment(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


def _aware(moment: datetime) -> datetime:
    # SQLite keeps UTC and does not say so.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _uuid(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(hex=value)
