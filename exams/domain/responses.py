"""The hot path: answers arrive, are kept, and only then acknowledged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from exams.domain.folding import LoggedResponse, find_gaps, fold_events
from exams.domain.response_log import (
    Arrived,
    AttemptRow,
    ResponseInput,
    append_responses,
    count_arrived,
    lock_attempt,
)
from exams.enums import AttemptState
from exams.errors import (
    AttemptClosed,
    AttemptNotFound,
    AttemptPaused,
    InvalidResponse,
    SequenceConflict,
)
from exams.models import Attempt, ResponseEvent

MAX_SEQ = 100_000
MAX_BATCH = 500
MAX_GAPS = 1_000
MAX_ENTRIES = 60
MAX_CHARACTERS = 10_000


@dataclass(frozen=True, slots=True)
class ResponseReceipt:
    """What is durable now.

    Attributes:
        acked: highest number that has arrived from this writer.
        missing: numbers below it that have not.
        superseded: a newer tab or device has taken over.
        interventions: how often an invigilator stepped in; a page that has shown
            fewer asks what it was.
    """

    acked: int
    missing: list[int]
    deadline: datetime
    server_time: datetime
    superseded: bool
    interventions: int = 0


def record_events(
    *,
    public_id: UUID,
    writer: int,
    events: Sequence[ResponseInput],
    now: datetime,
) -> ResponseReceipt:
    """Append answers to the log; a true repeat changes nothing.

    One read and one insert, in one transaction, however long the log; only a gap or
    a repeat is read again. The attempt's row stays locked
    meanwhile, so that a submit either counts these answers or refuses them.

    Args:
        public_id: the attempt, as its address and its token name it.
        writer: number that the token names.
        events: answers in any order.
        now: time of the server.

    Raises:
        AttemptNotFound: no such attempt.
        InvalidResponse: a position is not on the paper, or the value has no form.
        SequenceConflict: a number comes again with another answer (`next_seq`).
        AttemptClosed: deadline and grace are over, or it was submitted; nothing of
            this batch was kept (`acked` and `missing` say what had been).
        AttemptPaused: an invigilator stopped the clock; the answers may come again
            when it runs. What was on its way within the grace is kept.
    """
    with transaction.atomic():
        attempt = lock_attempt(public_id)
        if attempt is None:
            raise AttemptNotFound("not_found", _("There is no such attempt."))
        _check_form(events, position_count=attempt.position_count)
        if _takes_answers(attempt, now):
            arrived = _append(attempt, writer, events, now)
        else:
            arrived = _acknowledge_repeats(attempt, writer, events, now)
        # As many as the highest number: none is missing, and none has to be read.
        has_gaps = arrived.total < arrived.last
        missing = _gaps(_log(attempt, writer), arrived.last) if has_gaps else []
    return ResponseReceipt(
        acked=arrived.last,
        missing=missing,
        deadline=attempt.deadline,
        server_time=now,
        superseded=writer < attempt.newest_writer,
        interventions=attempt.intervention_count,
    )


Log = QuerySet[ResponseEvent]
Batch = dict[int, ResponseInput]


def _append(
    attempt: AttemptRow, writer: int, events: Sequence[ResponseInput], now: datetime
) -> Arrived:
    """Write what is new; return what has arrived now.

    Raises:
        SequenceConflict: one number for two answers.
    """
    batch = _by_seq(attempt, writer, events)
    before, written = append_responses(
        attempt_id=attempt.pk, writer=writer, events=list(batch.values()), now=now
    )
    if written < len(batch):
        _compare_with_kept(attempt, writer, batch, before)
    return Arrived(max((before.last, *batch)), before.total + written)


def _acknowledge_repeats(
    attempt: AttemptRow, writer: int, events: Sequence[ResponseInput], now: datetime
) -> Arrived:
    """Take nothing new any more; what is kept already may be asked about.

    Raises:
        SequenceConflict: one number for two answers.
        AttemptClosed, AttemptPaused: there is a new answer among them.
    """
    batch = _by_seq(attempt, writer, events)
    arrived = count_arrived(attempt_id=attempt.pk, writer=writer)
    kept = _compare_with_kept(attempt, writer, batch, arrived)
    if len(kept) < len(batch):
        raise _refusal(attempt, writer, arrived, now)
    return arrived


def _log(attempt: AttemptRow, writer: int) -> Log:
    return ResponseEvent.objects.filter(attempt_id=attempt.pk, writer=writer)


def _by_seq(attempt: AttemptRow, writer: int, events: Sequence[ResponseInput]) -> Batch:
    batch: Batch = {}
    for event in events:
        if batch.setdefault(event.seq, event) != event:
            raise _conflict(count_arrived(attempt_id=attempt.pk, writer=writer))
    return batch


def _compare_with_kept(
    attempt: AttemptRow, writer: int, batch: Batch, arrived: Arrived
) -> set[int]:
    """Return the numbers of the batch that are kept; each with the same answer."""
    rows = _log(attempt, writer).filter(seq__in=list(batch))
    kept = list(rows.values_list("seq", "position", "value"))
    if any(batch[seq] != (seq, position, value) for seq, position, value in kept):
        raise _conflict(arrived)
    return {seq for seq, _position, _value in kept}


def _conflict(arrived: Arrived) -> SequenceConflict:
    return SequenceConflict(
        "sequence_conflict",
        _("This number was used for another answer."),
        next_seq=arrived.last + 1,
    )


def _gaps(log: Log, acked: int) -> list[int]:
    seqs = log.values_list("seq", flat=True)
    return find_gaps(seqs, up_to=acked, limit=MAX_GAPS)


def _refusal(
    attempt: AttemptRow, writer: int, arrived: Arrived, now: datetime
) -> AttemptClosed | AttemptPaused:
    if _is_paused(attempt):
        return AttemptPaused(
            "attempt_paused", _("The exam is paused. Your answers wait here.")
        )
    return AttemptClosed(
        "attempt_closed",
        _("The time is over. These answers were not saved."),
        acked=arrived.last,
        missing=_gaps(_log(attempt, writer), arrived.last),
        server_time=now.isoformat(),
        deadline=attempt.deadline.isoformat(),
    )


def _is_paused(attempt: AttemptRow) -> bool:
    return attempt.state == AttemptState.IN_PROGRESS and attempt.paused_at is not None


def _takes_answers(attempt: AttemptRow, now: datetime) -> bool:
    if attempt.state != AttemptState.IN_PROGRESS:
        return False
    # While the clock stands still nothing runs out; what was on its way is taken.
    if attempt.paused_at is not None:
        return now <= attempt.paused_at + _grace(attempt)
    return now <= attempt.closes_at


def _grace(attempt: AttemptRow) -> timedelta:
    return attempt.closes_at - attempt.deadline


def _check_form(events: Sequence[ResponseInput], *, position_count: int) -> None:
    if len(events) > MAX_BATCH:
        raise InvalidResponse("batch_too_large", _("Send fewer answers at once."))
    for event in events:
        if not 1 <= event.seq <= MAX_SEQ:
            raise InvalidResponse("invalid_seq", _("The number is out of range."))
        if not 1 <= event.position <= position_count:
            raise InvalidResponse(
                "unknown_position",
                _("There is no question %(position)d on this paper.")
                % {"position": event.position},
                position=event.position,
            )
        if len(event.value) > MAX_ENTRIES or any(
            len(entry) > MAX_CHARACTERS for entry in event.value
        ):
            raise InvalidResponse(
                "value_too_long", _("The answer is too long."), position=event.position
            )


def logged_responses(attempt: Attempt) -> list[LoggedResponse]:
    """Return the whole log of an attempt, one query."""
    rows = ResponseEvent.objects.filter(attempt_id=attempt.pk).values_list(
        "writer", "seq", "position", "value"
    )
    return [LoggedResponse(*row) for row in rows]


def current_responses(attempt: Attempt) -> dict[int, LoggedResponse]:
    """Return the answers as they count now, by position."""
    return fold_events(logged_responses(attempt))
