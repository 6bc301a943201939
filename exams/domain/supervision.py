"""What an invigilator may do to a running attempt; always with a reason, audited."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from exams.domain.submission import close_if_overdue, end_attempt
from exams.enums import InterventionKind
from exams.errors import InvalidResponse, NothingToDo
from exams.models import Attempt, AttemptIntervention
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb

MIN_REASON = 2
MAX_REASON = 300
MAX_MESSAGE = 500
MAX_EXTENSION = timedelta(hours=8)


def intervene(
    *,
    attempt: Attempt,
    by: User,
    kind: str,
    reason: str,
    message: str = "",
    minutes: int = 0,
    now: datetime,
) -> AttemptIntervention:
    """Pause, resume, extend, message or end a running attempt.

    The candidate reads `message`; `reason` is for the file. Who may do it is
    `permissions.can_intervene`.

    Raises:
        NothingToDo: `attempt_closed`, `already_paused`, `not_paused`.
        InvalidResponse: `reason_missing`, `text_too_long`, `message_missing`,
            `minutes_invalid`.
    """
    reason, message = reason.strip(), message.strip()
    _check_texts(kind, reason, message)
    _check_minutes(kind, minutes)
    # One whose time is over is closed by the clock, not by whoever looks at it.
    if not close_if_overdue(attempt=attempt, now=now).is_open:
        raise _closed()
    with transaction.atomic():
        locked = Attempt.objects.select_for_update(no_key=True).get(pk=attempt.pk)
        if not locked.is_open:
            raise _closed()
        _STEPS[kind](locked, by, minutes, now)
        number = locked.intervention_count + 1
        Attempt.objects.filter(pk=locked.pk).update(intervention_count=number)
        row = AttemptIntervention.objects.create(
            attempt=locked,
            number=number,
            kind=kind,
            by=by,
            reason=reason,
            message=message,
            seconds=minutes * 60,
            happened_at=now,
        )
        record(
            actor=by,
            verb=Verb.ATTEMPT_INTERVENED,
            obj=locked,
            data={"kind": kind, "reason": reason, "minutes": minutes},
        )
    attempt.refresh_from_db()
    return row


def _check_texts(kind: str, reason: str, message: str) -> None:
    if len(reason) < MIN_REASON:
        raise InvalidResponse(
            "reason_missing", _("Say why: the reason is kept with the attempt.")
        )
    if len(reason) > MAX_REASON or len(message) > MAX_MESSAGE:
        raise InvalidResponse("text_too_long", _("The text is too long."))
    if kind == InterventionKind.MESSAGE and not message:
        raise InvalidResponse(
            "message_missing", _("Write what the candidate should read.")
        )


def _check_minutes(kind: str, minutes: int) -> None:
    is_extension = kind == InterventionKind.EXTENDED
    longest = MAX_EXTENSION // timedelta(minutes=1)
    if is_extension and not 1 <= minutes <= longest:
        raise InvalidResponse(
            "minutes_invalid",
            _("Extend by 1 to %(longest)d minutes.") % {"longest": longest},
        )


def _closed() -> NothingToDo:
    return NothingToDo("attempt_closed", _("This attempt is closed already."))


def _pause(attempt: Attempt, by: User, minutes: int, now: datetime) -> None:
    if attempt.paused_at is not None:
        raise NothingToDo("already_paused", _("This attempt is paused already."))
    attempt.paused_at = now
    attempt.save(update_fields=["paused_at"])


def _resume(attempt: Attempt, by: User, minutes: int, now: datetime) -> None:
    """Give back exactly the time that the clock stood still."""
    if attempt.paused_at is None:
        raise NothingToDo("not_paused", _("This attempt is not paused."))
    _move_end(attempt, now - attempt.paused_at)
    attempt.paused_at = None
    attempt.save(update_fields=["paused_at", "deadline", "closes_at"])


def _extend(attempt: Attempt, by: User, minutes: int, now: datetime) -> None:
    _move_end(attempt, timedelta(minutes=minutes))
    attempt.save(update_fields=["deadline", "closes_at"])


def _move_end(attempt: Attempt, by: timedelta) -> None:
    attempt.deadline += by
    attempt.closes_at += by


def _end(attempt: Attempt, by: User, minutes: int, now: datetime) -> None:
    end_attempt(attempt=attempt, by=by, now=now)


def _tell(attempt: Attempt, by: User, minutes: int, now: datetime) -> None:
    """A message changes nothing but what the candidate reads."""


_STEPS: dict[str, Callable[[Attempt, User, int, datetime], None]] = {
    InterventionKind.PAUSED: _pause,
    InterventionKind.RESUMED: _resume,
    InterventionKind.EXTENDED: _extend,
    InterventionKind.ENDED: _end,
    InterventionKind.MESSAGE: _tell,
}


def intervene_everywhere(
    *,
    attempts: list[Attempt],
    by: User,
    kind: str,
    reason: str,
    message: str = "",
    minutes: int = 0,
    now: datetime,
) -> int:
    """Do the same to many: a fire alarm, a broken network. Returns how many it met.

    Each attempt is its own transaction; one that can't be changed stops no other.
    """
    met = 0
    for attempt in attempts:
        try:
            intervene(
                attempt=attempt,
                by=by,
                kind=kind,
                reason=reason,
                message=message,
                minutes=minutes,
                now=now,
            )
        except NothingToDo:
            continue
        met += 1
    return met
