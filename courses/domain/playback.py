"""Study time that can be proved: reported intervals, and what of them counts.

The plain report reads and changes one row and appends the intervals; see
`courses.domain.playback_log`. Whatever else follows from it (a check of presence, a
unit that is complete, a session that ended before) takes the longer way, in the same
transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from courses.domain import playback_log
from courses.domain.counting import (
    CARRY_MS,
    Addition,
    Running,
    Terms,
    count_report,
    is_earned,
    next_position_ms,
    pages_of,
)
from courses.domain.day import left_today_ms
from courses.domain.move_on import settle_unit
from courses.domain.playback_log import Question
from courses.domain.presence import ask, milliseconds_until_check
from courses.domain.progress import (
    announce_study_time,
    lock_learner,
    lock_progress,
    owed_unit,
    refuse_closed,
)
from courses.domain.reading import PageTime
from courses.domain.reports import Report, check_report
from courses.domain.seats import keep_late, running_of, settle, take_seat, terms_of
from courses.domain.sessions import how_it_ends
from courses.errors import SequenceConflict, SessionUnknown
from courses.models import (
    Enrollment,
    LearnerPresence,
    PlaybackInterval,
    PlaybackSession,
    UnitProgress,
)
from lms.core.clock import shanghai_date

__all__ = ["CARRY_MS", "PlaybackReceipt", "record_intervals"]


@dataclass(frozen=True, slots=True)
class PlaybackReceipt:
    """What the server knows after a report; the bar shows this and nothing else.

    Attributes:
        is_active: False when this session earns no more.
        ended: why: `superseded` (the person went on elsewhere), `closed`, `expired`.
        hold: why nothing counts now: `presence`, `daily_limit`, or empty.
        check: the question that waits for an answer.
        has_to_scroll: the text was not read down to its end yet.
        pages: of a document that is read page by page, in their order.
    """

    watched_seconds: float
    required_seconds: float
    position: float
    credited_seconds: float
    is_completed: bool
    is_active: bool
    ended: str
    hold: str = ""
    check: Question | None = None
    has_to_scroll: bool = False
    pages: Sequence[PageTime] = ()


@dataclass(slots=True)
class _Late:
    """The rows of a session that no longer runs, and of its learner; all locked."""

    presence: LearnerPresence
    session: PlaybackSession
    progress: UnitProgress


@transaction.atomic
def record_intervals(
    *,
    public_id: UUID,
    seq: int,
    intervals: Sequence[Sequence[float]],
    rate: float,
    now: datetime,
    scroll: float = 0.0,
    unit_key: UUID | None = None,
    learner_id: int | None = None,
    terms: Terms | None = None,
) -> PlaybackReceipt:
    """Take one report of `[start, end]` seconds; a repeat of the same changes nothing.

    What counts is the new ground of the intervals, at most the wall time since the
    session's last report times its rate limit; the rest is kept as evidence and counts
    nothing. Credit is new ground, at most that wall time. Reports may come in any
    order. A session that ended goes on taking what was watched before its end.
    `scroll` says down to which share of the text the reader has come.

    Nothing counts while a check of presence waits for its answer, and above the
    ceiling of a day; the receipt's `hold` says so.

    Args:
        public_id: the session.
        seq: number of the report in this session, from 1.
        intervals: what was watched since the last one, in seconds of the medium.
        rate: speed of the player.
        now: time of the server.
        scroll: reading; 0 to 1.
        unit_key: the lesson that it has to be of, where the caller names one.
        learner_id: the person that it has to be of, likewise.
        terms: what the session was opened on, where its token says so.

    Raises:
        SessionUnknown: `session_unknown`; none of this name, lesson and person.
        IntervalInvalid: a report that can't be read or can't be true; see
            `courses.domain.reports`.
        SequenceConflict: `sequence_conflict` with `next_seq`; other content under a
            number that was used.
        EnrollmentClosed: `enrollment_closed`; the person was taken out of the course.
    """
    if terms is not None and unit_key not in {None, terms.unit_key}:
        raise _unknown()
    running = None if terms is None else playback_log.lock_running(terms)
    late = None
    if terms is None or running is None:
        terms, running, late = _find(public_id, unit_key, learner_id, now)
    report = check_report(
        seq=seq,
        intervals=intervals,
        rate=rate,
        length_ms=terms.length_ms,
        rate_limit=terms.rate_limit,
    )
    if not _is_repeat(terms, running, report):
        if late is not None:
            refuse_closed(late.session.enrollment)
        running.scroll_share = max(running.scroll_share, min(scroll, 1.0))
        _take(terms, running, late, report, now)
    return _receipt(terms, running, now)


def _find(
    public_id: UUID, unit_key: UUID | None, learner_id: int | None, now: datetime
) -> tuple[Terms, Running, _Late | None]:
    found = playback_log.lock_session(public_id)
    if found is None:
        return _resume(_session(public_id, unit_key, learner_id), now)
    terms, running, is_running = found
    if unit_key not in {None, terms.unit_key} or learner_id not in {
        None,
        terms.learner_id,
    }:
        raise _unknown()
    if is_running:
        return terms, running, None
    return _resume(_session(public_id, unit_key, learner_id), now)


def _unknown() -> SessionUnknown:
    return SessionUnknown(
        "session_unknown", _("Open the lesson again: this session is unknown.")
    )


def _session(
    public_id: UUID, unit_key: UUID | None, learner_id: int | None
) -> PlaybackSession:
    sessions = PlaybackSession.objects.filter(public_id=public_id)
    if unit_key is not None:
        sessions = sessions.filter(unit_key=unit_key)
    if learner_id is not None:
        sessions = sessions.filter(learner_id=learner_id)
    session = sessions.first()
    if session is None:
        raise _unknown()
    return session


def _resume(
    session: PlaybackSession, now: datetime
) -> tuple[Terms, Running, _Late | None]:
    """Return the rows of a session that is not the running one.

    One that never ended and has no seat was opened before there were seats: it takes
    it, on the terms that it would have been opened on.
    """
    presence = lock_learner(session.learner_id)
    # Read again behind the lock: it may have ended meanwhile.
    session = (
        PlaybackSession.objects.select_for_update(of=("self",))
        .select_related("enrollment__syllabus", "enrollment__learner")
        .get(pk=session.pk)
    )
    settle(presence=presence, now=now, at_least=1)
    progress = lock_progress(enrollment=session.enrollment, unit_key=session.unit_key)
    terms = terms_of(session)
    if session.is_active and presence.session_id is None:
        unit = owed_unit(enrollment=session.enrollment, unit_key=session.unit_key)
        for name, value in how_it_ends(unit).items():
            setattr(session, name, value)
        session.save(update_fields=list(how_it_ends(unit)))
        terms = terms_of(session)
        running = take_seat(presence=presence, session=session, progress=progress)
        return terms, running, None
    running = running_of(session=session, progress=progress, presence=presence)
    return terms, running, _Late(presence, session, progress)


def _is_repeat(terms: Terms, running: Running, report: Report) -> bool:
    if report.seq > running.last_seq:
        return False
    rows = PlaybackInterval.objects.filter(
        enrollment_id=terms.enrollment_id, session_id=terms.pk
    )
    of_number = rows.filter(seq=report.seq).order_by("ordinal")
    known = list(of_number.values_list("start_ms", "end_ms"))
    if known and known != report.intervals:
        highest = rows.order_by("-seq").values_list("seq", flat=True).first()
        raise SequenceConflict(
            "sequence_conflict",
            _("This number was used for another report."),
            next_seq=(highest or 0) + 1,
        )
    return bool(known)


def _take(
    terms: Terms,
    running: Running,
    late: _Late | None,
    report: Report,
    now: datetime,
) -> None:
    """Count a new report, keep it, and do what follows from it."""
    if terms.check_every_ms and running.until_check_ms is None:
        running.until_check_ms = milliseconds_until_check(terms.check_every_ms)
    addition = count_report(terms=terms, running=running, report=report, now=now)
    if terms.check_every_ms and addition.credited_ms and running.until_check_ms == 0:
        ask(presence=running, session=terms, now=now)
    running.position_ms = next_position_ms(running=running, report=report, now=now)
    if late is None:
        playback_log.append(
            terms=terms,
            running=running,
            addition=addition,
            seq=report.seq,
            rate=report.rate,
            now=now,
        )
    else:
        _keep_late(late, terms, running, addition, report, now)
    if is_earned(terms=terms, running=running):
        _complete(terms, running, now)


def _keep_late(
    late: _Late,
    terms: Terms,
    running: Running,
    addition: Addition,
    report: Report,
    now: datetime,
) -> None:
    playback_log.append_intervals(
        terms=terms, addition=addition, seq=report.seq, rate=report.rate, now=now
    )
    keep_late(
        presence=late.presence,
        session=late.session,
        progress=late.progress,
        running=running,
    )
    announce_study_time(
        progress=late.progress, session=late.session, now=now, at_least=1
    )


def _complete(terms: Terms, running: Running, now: datetime) -> None:
    """Complete a unit whose time is complete with this report.

    A lesson may ask for more than time: then it waits for the rest.
    """
    enrollment = Enrollment.objects.select_related("syllabus", "learner").get(
        pk=terms.enrollment_id
    )
    progress = settle_unit(
        enrollment=enrollment,
        unit_key=terms.unit_key,
        now=now,
        evidence={
            "kind": "playback",
            "session": str(terms.public_id),
            "medium": terms.medium,
            "watched_seconds": running.watched_ms / 1000,
            "on": shanghai_date(now).isoformat(),
        },
    )
    running.is_completed = progress.is_completed


def _receipt(terms: Terms, running: Running, now: datetime) -> PlaybackReceipt:
    waiting = running.open_check_id
    check = None if waiting is None else playback_log.read_question(waiting)
    hold = "presence" if check else ""
    if not hold and not left_today_ms(running, now):
        hold = "daily_limit"
    ended = terms.end_reason
    if terms.is_active and now > terms.offline_until:
        ended = "expired"
    return PlaybackReceipt(
        watched_seconds=round(running.watched_ms / 1000, 1),
        required_seconds=round(terms.required_ms / 1000, 1),
        position=round(running.position_ms / 1000, 1),
        credited_seconds=round(running.credited_ms / 1000, 1),
        is_completed=running.is_completed,
        is_active=not ended,
        ended=ended,
        hold=hold,
        check=check,
        has_to_scroll=running.scroll_share < terms.owed_scroll,
        pages=pages_of(terms, running) if terms.page_count else (),
    )
