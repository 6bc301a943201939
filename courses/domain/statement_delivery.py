"""Sending statements to a learning record store: off until one is configured.

What happened is read from the rows themselves, so a lost message loses nothing. Each
statement is queued once (its id is unique) and sent until the store has taken it; the
store knows the id too, so that a crash between sending and noting it doubles nothing.
"""

import base64
import json
import uuid
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet

from courses.models import StatementDelivery
from courses.statements import statements_between
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.core.enums import JobState
from lms.core.http import Answer, OutgoingFailed, OutgoingRefused, send
from lms.core.models import claimable

# Rows that commit late are still found this long after they happened.
LOOK_BACK = timedelta(hours=6)
LEASE = timedelta(minutes=5)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
MAX_ATTEMPTS = 40
BATCH = 50
BATCHES_AT_ONCE = 20
TAKEN = frozenset({200, 204})
CONFLICT = 409
FULL = 429


def is_configured() -> bool:
    return bool(settings.XAPI_ENDPOINT)


def deliver_statements(*, now: datetime) -> int:
    """Queue what happened since the last time and send what is due; return how many.

    Does nothing while no store is configured. What happened before the day on which
    one was configured is not sent; the export has it.
    """
    if not is_configured():
        return 0
    queue_statements(now=now)
    sent = 0
    for _number in range(BATCHES_AT_ONCE):
        rows = _claim(now)
        if not rows:
            break
        sent += _send(rows, now)
    return sent


def queue_statements(*, now: datetime) -> None:
    """Write down statements that are not queued yet."""
    newest = (
        StatementDelivery.objects.order_by("-happened_at")
        .values_list("happened_at", flat=True)
        .first()
    )
    since = (newest or now) - LOOK_BACK
    _queue(since=since, until=now + timedelta(seconds=1), now=now)


def send_span_again(
    *, since: datetime, until: datetime, by: User, now: datetime
) -> int:
    """Queue all that happened in a span, sent before or not; return how many wait.

    For a store that was set up later or lost what it had. Safe to repeat: a statement
    keeps its id, and a store that has it takes it as known.
    """
    _queue(since=since, until=until, now=now)
    rows = StatementDelivery.objects.filter(
        happened_at__gte=since, happened_at__lt=until
    )
    waiting = _requeue(rows, now)
    _note(by, waiting, since=since.isoformat(), until=until.isoformat())
    return waiting


def send_failed_again(*, by: User, now: datetime) -> int:
    """Queue what the store refused or did not take in time; return how many wait."""
    waiting = _requeue(StatementDelivery.objects.filter(state=JobState.FAILED), now)
    _note(by, waiting, failed=True)
    return waiting


def _requeue(rows: QuerySet[StatementDelivery], now: datetime) -> int:
    ended = rows.filter(state__in=[JobState.DONE, JobState.FAILED])
    ended.update(
        state=JobState.QUEUED,
        attempts=0,
        run_after=now,
        claimed_by="",
        error="",
        finished_at=None,
        updated_at=now,
    )
    return rows.filter(state=JobState.QUEUED).count()


def _note(by: User, waiting: int, **what: str | bool) -> None:
    record(
        actor=by,
        verb=Verb.STATEMENTS_SENT_AGAIN,
        object_type="courses.statementdelivery",
        data={"waiting": waiting} | what,
    )


def _queue(*, since: datetime, until: datetime, now: datetime) -> None:
    found = statements_between(since=since, until=until)
    while some := list(islice(found, BATCH * 10)):
        StatementDelivery.objects.bulk_create(
            [
                StatementDelivery(
                    statement_id=one["id"],
                    statement=one,
                    happened_at=datetime.fromisoformat(one["timestamp"]),
                    run_after=now,
                )
                for one in some
            ],
            ignore_conflicts=True,
        )


def _claim(now: datetime) -> list[StatementDelivery]:
    """Take the next batch; two workers never get the same row."""
    due = StatementDelivery.objects.filter(claimable(now)).order_by("pk")
    keys = list(due.values_list("pk", flat=True)[:BATCH])
    worker = uuid.uuid4().hex
    StatementDelivery.objects.filter(claimable(now), pk__in=keys).update(
        state=JobState.RUNNING,
        claimed_by=worker,
        attempts=F("attempts") + 1,
        lease_expires_at=now + LEASE,
        updated_at=now,
    )
    return list(StatementDelivery.objects.filter(claimed_by=worker).order_by("pk"))


def _send(rows: list[StatementDelivery], now: datetime) -> int:
    answer, error = _call("POST", "", [row.statement for row in rows])
    if answer is not None and answer.status in TAKEN:
        return _done(rows, now)
    if answer is None or answer.status >= 500 or answer.status in {401, 403, FULL}:
        _wait(rows, error or f"status {answer.status if answer else '?'}", now)
        return 0
    # One of them is known already, or wrong: each is asked about alone.
    return sum(_send_alone(row, now) for row in rows)


def _send_alone(row: StatementDelivery, now: datetime) -> int:
    query = f"?statementId={row.statement_id}"
    answer, error = _call("PUT", query, row.statement)
    if answer is not None and (answer.status in TAKEN or answer.status == CONFLICT):
        return _done([row], now)
    if answer is None or answer.status >= 500 or answer.status == FULL:
        _wait([row], error or "no answer", now)
        return 0
    reason = f"status {answer.status}: {answer.body[:300].decode(errors='replace')}"
    _finish([row], JobState.FAILED, now, error=reason)
    return 0


def _call(method: str, query: str, content: Any) -> tuple[Answer | None, str]:
    pair = f"{settings.XAPI_KEY}:{settings.XAPI_SECRET}".encode()
    try:
        answer = send(
            method=method,
            url=f"{settings.XAPI_ENDPOINT.rstrip('/')}/statements{query}",
            body=json.dumps(content, ensure_ascii=False).encode(),
            headers={
                "Authorization": f"Basic {base64.b64encode(pair).decode()}",
                "Content-Type": "application/json",
                "X-Experience-API-Version": "1.0.3",
            },
        )
    except (OutgoingFailed, OutgoingRefused) as error:
        return None, str(error)[:300]
    return answer, ""


def _done(rows: list[StatementDelivery], now: datetime) -> int:
    _finish(rows, JobState.DONE, now, error="")
    return len(rows)


def _mine(rows: list[StatementDelivery]) -> Any:
    """The rows as far as nobody else has claimed them meanwhile."""
    return StatementDelivery.objects.filter(
        pk__in=[row.pk for row in rows],
        state=JobState.RUNNING,
        claimed_by=rows[0].claimed_by,
    )


def _finish(
    rows: list[StatementDelivery], state: JobState, now: datetime, *, error: str
) -> None:
    _mine(rows).update(
        state=state,
        error=error,
        finished_at=now,
        lease_expires_at=None,
        updated_at=now,
    )


def _wait(rows: list[StatementDelivery], reason: str, now: datetime) -> None:
    """Try again later, at growing intervals; give up after about a week."""
    tired = [row for row in rows if row.attempts >= MAX_ATTEMPTS]
    if tired:
        _finish(tired, JobState.FAILED, now, error=reason)
    for row in rows:
        pause = min(FIRST_WAIT * 2 ** min(row.attempts - 1, 10), LONGEST_WAIT)
        _mine([row]).update(
            state=JobState.QUEUED,
            run_after=now + pause,
            error=reason,
            lease_expires_at=None,
            updated_at=now,
        )
