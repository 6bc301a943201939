"""The writers of an attempt: tabs and devices, of which the newest may answer."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from exams.domain.tokens import issue_token
from exams.errors import AttemptClosed
from exams.models import Attempt, AttemptWriter, ResponseEvent


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab or device that asks to answer.

    Attributes:
        client_key: its own name of itself; empty: it gets one.
        user_agent: the browser's name of itself.
        address: IP address; None: unknown.
    """

    client_key: str = ""
    user_agent: str = ""
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Writer:
    """A tab or device that may answer.

    Attributes:
        next_seq: the number its next answer takes.
        is_newest: no other tab has taken over since.
    """

    number: int
    token: str
    next_seq: int
    is_newest: bool


def open_writer(
    *,
    attempt: Attempt,
    client_key: str = "",
    user_agent: str = "",
    address: str | None = None,
    now: datetime,
) -> Writer:
    """Let a tab or device answer; a new one supersedes all before it.

    Asking again with the same `client_key` returns the same writer.

    Raises:
        AttemptClosed: the attempt takes no more answers.
    """
    tab = Tab(client_key, user_agent, address)
    with transaction.atomic():
        row = None
        if tab.client_key:
            known = attempt.writers.filter(client_key=_key(tab))
            row = known.order_by("number").first()
        if row is not None:
            last_seq = _last_seq(attempt, writer=row.number)
            return writer_of(attempt, row, last_seq=last_seq)
        attempt.newest_writer = _next_writer_number(attempt)
        row = add_writer(attempt, number=attempt.newest_writer, tab=tab, now=now)
    return writer_of(attempt, row, last_seq=0)


def _key(tab: Tab) -> str:
    return tab.client_key[:80] or secrets.token_urlsafe(24)


def add_writer(
    attempt: Attempt, *, number: int, tab: Tab, now: datetime
) -> AttemptWriter:
    """Write down who answers under a number."""
    return AttemptWriter.objects.create(
        attempt=attempt,
        number=number,
        client_key=_key(tab),
        user_agent=tab.user_agent[:300],
        address=tab.address,
        opened_at=now,
    )


def writer_of(attempt: Attempt, row: AttemptWriter, *, last_seq: int) -> Writer:
    """Return a writer with a token of its own."""
    return Writer(
        number=row.number,
        token=issue_token(attempt=attempt, writer=row.number),
        next_seq=last_seq + 1,
        is_newest=row.number >= attempt.newest_writer,
    )


def _last_seq(attempt: Attempt, *, writer: int) -> int:
    events = ResponseEvent.objects.filter(attempt_id=attempt.pk, writer=writer)
    return events.aggregate(last=Max("seq"))["last"] or 0


def _next_writer_number(attempt: Attempt) -> int:
    """Count up in one statement: two tabs that open at once get two numbers."""
    changed = Attempt.objects.open().filter(pk=attempt.pk)
    if not changed.update(newest_writer=F("newest_writer") + 1):
        raise AttemptClosed("attempt_closed", _("This attempt is closed."))
    return Attempt.objects.values_list("newest_writer", flat=True).get(pk=attempt.pk)
