"""The lesson a person sits in: taking the seat, leaving it, and settling its account.

While a session runs, reports change the row of `LearnerPresence` and nothing else. Here
that row is brought into what stays: the progress of the unit, the session, the ledger.
Whoever calls holds the learner's lock.
"""

import logging
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction

from courses.domain import coverage
from courses.domain.counting import Running, Terms
from courses.domain.progress import (
    announce_study_time,
    lock_learner,
    lock_progress,
)
from courses.models import LearnerPresence, PlaybackSession, UnitProgress
from lms.core.errors import DomainError

logger = logging.getLogger(__name__)
# Credit goes into the ledger in portions of this size, and at the end of a session.
PORTION_SECONDS = 60
# Nobody reports any more: what is left over goes into the ledger, too.
IDLE_AFTER = timedelta(minutes=2)
_OF_SESSION = ("last_receipt_at", "carry_ms", "coverage_carry_ms", "last_seq")
_OF_LESSON = (
    "coverage",
    "watched_ms",
    "credited_ms",
    "position_ms",
    "scroll_share",
    "is_completed",
)
_OF_PERSON = ("day", "day_ms", "until_check_ms", "open_check_id")


def terms_of(session: PlaybackSession) -> Terms:
    """Return what stands fast for a session."""
    return Terms(session.pk, *(getattr(session, name) for name in Terms._fields[1:]))


def running_of(
    *, session: PlaybackSession, progress: UnitProgress, presence: LearnerPresence
) -> Running:
    """Return where a session goes on that is not the running one."""
    return Running(
        **{name: getattr(session, name) for name in _OF_SESSION},
        coverage=[(a, b) for a, b in progress.coverage.get(session.medium, [])],
        watched_ms=round(progress.watched_seconds * 1000),
        credited_ms=round(progress.credited_seconds * 1000),
        position_ms=round(progress.position_seconds * 1000),
        scroll_share=progress.scroll_share,
        is_completed=progress.is_completed,
        **{name: getattr(presence, name) for name in _OF_PERSON},
    )


def take_seat(
    *, presence: LearnerPresence, session: PlaybackSession, progress: UnitProgress
) -> Running:
    """Let this session be the one that runs."""
    running = running_of(session=session, progress=progress, presence=presence)
    presence.session_id = session.pk
    presence.enrollment_id = session.enrollment_id
    presence.unit_key = session.unit_key
    presence.is_unsettled = False
    for name in (*_OF_SESSION, *_OF_LESSON):
        setattr(presence, name, getattr(running, name))
    presence.save()
    return running


def leave_seat(*, presence: LearnerPresence) -> None:
    """Nothing runs any more; what ran is settled already."""
    presence.session_id = presence.enrollment_id = presence.unit_key = None
    presence.is_unsettled = False
    presence.save()


def settle(
    *, presence: LearnerPresence, now: datetime, at_least: int
) -> PlaybackSession | None:
    """Bring the running lesson into progress and session, and credit into the ledger.

    Args:
        presence: the learner's row, locked.
        now: time of the server.
        at_least: seconds below which credit waits for the next time.

    Returns:
        the running session, or None.
    """
    if presence.session_id is None:
        return None
    session = (
        PlaybackSession.objects.select_for_update(of=("self",))
        .select_related("enrollment__syllabus", "enrollment__learner")
        .get(pk=presence.session_id)
    )
    progress = lock_progress(enrollment=session.enrollment, unit_key=session.unit_key)
    running = Running(**{name: getattr(presence, name) for name in Running.__slots__})
    fold(progress=progress, medium=session.medium, running=running)
    keep_clock(session=session, running=running)
    announce_study_time(progress=progress, session=session, now=now, at_least=at_least)
    waiting = int(progress.credited_seconds) - progress.announced_seconds
    presence.is_unsettled = waiting > 0
    presence.save(update_fields=["is_unsettled"])
    return session


def fold(*, progress: UnitProgress, medium: str, running: Running) -> None:
    """Add what runs to the progress row. Twice is once: unions and maxima only."""
    known = [(a, b) for a, b in progress.coverage.get(medium, [])]
    seen = [(a, b) for a, b in running.coverage]
    covered = coverage.merge([*known, *seen])
    progress.coverage = {**progress.coverage, medium: covered}
    progress.watched_seconds = max(
        progress.watched_seconds, coverage.length(covered) / 1000
    )
    progress.position_seconds = running.position_ms / 1000
    progress.scroll_share = max(progress.scroll_share, running.scroll_share)
    progress.credited_seconds = max(
        progress.credited_seconds, running.credited_ms / 1000
    )
    progress.save()


def keep_clock(*, session: PlaybackSession, running: Running) -> None:
    """Note on the session which of its time is used up."""
    for name in _OF_SESSION:
        setattr(session, name, getattr(running, name))
    session.save(update_fields=list(_OF_SESSION))


def keep_late(
    *,
    presence: LearnerPresence,
    session: PlaybackSession,
    progress: UnitProgress,
    running: Running,
) -> None:
    """Keep what came for a session that no longer runs.

    Where the person goes on with the same lesson, that goes on from there.
    """
    fold(progress=progress, medium=session.medium, running=running)
    keep_clock(session=session, running=running)
    for name in _OF_PERSON:
        setattr(presence, name, getattr(running, name))
    seat = (presence.enrollment_id, presence.unit_key)
    is_same = seat == (session.enrollment_id, session.unit_key)
    if is_same and presence.session_id is not None:
        current = PlaybackSession.objects.get(pk=presence.session_id)
        ahead = running_of(session=current, progress=progress, presence=presence)
        for name in _OF_LESSON:
            setattr(presence, name, getattr(ahead, name))
    presence.save()


def settle_all(*, now: datetime) -> int:
    """Settle every lesson that runs; what a minute of learning came to.

    A lesson that stands still is settled to the last second. Returns how many were.
    """
    done = 0
    waiting = LearnerPresence.objects.filter(is_unsettled=True).order_by("pk")
    for learner_id in list(waiting.values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                presence = lock_learner(learner_id)
                settle(presence=presence, now=now, at_least=_portion(presence, now))
        except (DatabaseError, DomainError):
            # The others must not wait for this one; it is tried again next time.
            logger.exception("Playback of learner %s was not settled", learner_id)
        else:
            done += 1
    return done


def _portion(presence: LearnerPresence, now: datetime) -> int:
    last = presence.last_receipt_at
    is_idle = last is None or last + IDLE_AFTER < now
    return 1 if is_idle else PORTION_SECONDS
