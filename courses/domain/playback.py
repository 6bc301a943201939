"""Study time that can be proved: sessions, reported intervals, what of them counts.

One person is present in one place. A session owns the wall time between its opening
and its end, and no two sessions of a person overlap; so whatever is reported, by how
many tabs and how often, credit never exceeds the time that has passed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from courses.domain import coverage
from courses.domain.move_on import SCROLL_SHARE, settle_unit
from courses.domain.presence import (
    ask,
    count,
    left_today_ms,
    milliseconds_until_check,
    open_check,
)
from courses.domain.progress import (
    announce_study_time,
    lock_learner,
    lock_progress,
    owed_unit,
    refuse_closed,
)
from courses.domain.reports import Report, check_report
from courses.enums import UnitKind
from courses.errors import SequenceConflict
from courses.models import (
    LearnerPresence,
    PlaybackInterval,
    PlaybackSession,
    PresenceCheck,
    UnitProgress,
)
from lms.core.clock import shanghai_date

# A report later than this after the one before was not sent as it was watched.
OFFLINE_AFTER_MS = 90_000
# Unused wall time that evens out the jitter of the network …
CARRY_MS = 5_000
# … and all of it where reports follow each other closely: a queue that was filled
# offline arrives like one long report.
BURST_MS = 5_000
# Credit goes into the ledger in portions of this size, and at the end of a session.
PORTION_SECONDS = 60
# Who must not skip ahead may jump this far, as players do at key frames.
ORDER_SLACK_MS = 2_000


@dataclass(frozen=True, slots=True)
class PlaybackReceipt:
    """What the server knows after a report; the bar shows this and nothing else.

    Attributes:
        is_active: False when this session earns no more.
        ended: why: `superseded` (the person went on elsewhere), `closed`, `expired`.
        hold: why nothing counts now: `presence`, `daily_limit`, or empty.
        check: the question that waits for an answer.
        has_to_scroll: the text was not read down to its end yet.
    """

    watched_seconds: float
    required_seconds: float
    position: float
    credited_seconds: float
    is_completed: bool
    is_active: bool
    ended: str
    hold: str = ""
    check: PresenceCheck | None = None
    has_to_scroll: bool = False


@transaction.atomic
def record_intervals(
    *,
    session: PlaybackSession,
    seq: int,
    intervals: Sequence[Sequence[float]],
    rate: float,
    now: datetime,
    scroll: float = 0.0,
) -> PlaybackReceipt:
    """Take one report of `[start, end]` seconds; a repeat of the same changes nothing.

    What counts is the new ground of the intervals, at most the wall time since the
    session's last report times its rate limit; the rest is kept as evidence and counts
    nothing. Credit is new ground, at most that wall time. Reports may come in any
    order. A session that ended goes on taking what was watched before its end.
    `scroll` says down to which share of the text the reader has come.

    Nothing counts while a check of presence waits for its answer, and above the
    ceiling of a day; the receipt's `hold` says so.

    Raises:
        IntervalInvalid: a report that can't be read or can't be true; see
            `courses.domain.reports`.
        SequenceConflict: `sequence_conflict` with `next_seq`; other content under a
            number that was used.
    """
    presence = lock_learner(session.learner_id)
    session = (
        PlaybackSession.objects.select_for_update(of=("self",))
        .select_related("enrollment")
        .get(pk=session.pk)
    )
    report = check_report(
        seq=seq,
        intervals=intervals,
        rate=rate,
        length_ms=session.length_ms,
        rate_limit=session.rate_limit,
    )
    progress = lock_progress(enrollment=session.enrollment, unit_key=session.unit_key)
    if not _is_repeat(session, report):
        refuse_closed(session.enrollment)
        progress.scroll_share = max(progress.scroll_share, min(scroll, 1.0))
        _take(session, progress, presence, report, now)
    return _receipt(session, progress, presence, now)


def _is_repeat(session: PlaybackSession, report: Report) -> bool:
    if report.seq > session.last_seq:
        return False
    known = [
        (row.start_ms, row.end_ms)
        for row in PlaybackInterval.objects.filter(
            enrollment_id=session.enrollment_id, session_id=session.pk, seq=report.seq
        ).order_by("ordinal")
    ]
    if known and known != report.intervals:
        highest = (
            PlaybackInterval.objects.filter(
                enrollment_id=session.enrollment_id, session_id=session.pk
            )
            .order_by("-seq")
            .values_list("seq", flat=True)
            .first()
        )
        raise SequenceConflict(
            "sequence_conflict",
            _("This number was used for another report."),
            next_seq=(highest or 0) + 1,
        )
    return bool(known)


@dataclass(slots=True)
class _Budget:
    """What a report may add, in milliseconds: credit, and new ground."""

    credit: int
    ground: int
    is_offline: bool


def _budget_of(
    session: PlaybackSession, presence: LearnerPresence, now: datetime
) -> _Budget:
    """Return what has passed since the last report, less what must not count."""
    # The clock of this session stops at its end and when its grant runs out.
    until = min(now, session.ended_at or now, session.offline_until)
    elapsed_ms = max(0, _milliseconds(until - session.last_receipt_at))
    session.last_receipt_at = max(session.last_receipt_at, until)
    carry_ms, ground_carry_ms = session.carry_ms, session.coverage_carry_ms
    if elapsed_ms > BURST_MS:
        carry_ms = min(carry_ms, CARRY_MS)
        ground_carry_ms = min(ground_carry_ms, CARRY_MS)
    budget = _Budget(
        credit=elapsed_ms + carry_ms,
        # New ground has a budget of its own: who watches faster uses up less time.
        ground=int(elapsed_ms * session.rate_limit) + ground_carry_ms,
        is_offline=elapsed_ms + carry_ms > OFFLINE_AFTER_MS or not session.is_active,
    )
    most = left_today_ms(presence, now)
    if session.check_every_ms and presence.until_check_ms is None:
        presence.until_check_ms = milliseconds_until_check(session.check_every_ms)
    if presence.open_check_id is not None:
        most = 0
    elif presence.until_check_ms is not None and not budget.is_offline:
        # What comes from offline could not be asked about: it is asked about after.
        most = min(most, presence.until_check_ms)
    budget.credit = min(budget.credit, most)
    budget.ground = min(budget.ground, int(most * session.rate_limit))
    return budget


def _take(
    session: PlaybackSession,
    progress: UnitProgress,
    presence: LearnerPresence,
    report: Report,
    now: datetime,
) -> None:
    """Count a new report and keep it."""
    budget = _budget_of(session, presence, now)
    covered = [(a, b) for a, b in progress.coverage.get(session.medium, [])]
    rows = []
    for ordinal, interval in enumerate(report.intervals):
        is_ahead = session.is_in_order and interval[0] > _frontier(covered)
        added = coverage.add(
            covered=covered,
            interval=interval,
            limit_ms=0 if is_ahead and not progress.is_completed else budget.ground,
        )
        covered = added.coverage
        budget.ground -= added.counted_ms
        credited = min(added.counted_ms, budget.credit)
        budget.credit -= credited
        rows.append(
            PlaybackInterval(
                enrollment_id=session.enrollment_id,
                session_id=session.pk,
                seq=report.seq,
                ordinal=ordinal,
                unit_key=session.unit_key,
                start_ms=interval[0],
                end_ms=interval[1],
                rate=report.rate,
                counted_ms=added.counted_ms,
                credited_ms=credited,
                is_offline=budget.is_offline,
                received_at=now,
            )
        )
    PlaybackInterval.objects.bulk_create(rows)
    session.carry_ms, session.coverage_carry_ms = budget.credit, budget.ground
    session.last_seq = max(session.last_seq, report.seq)
    session.save(
        update_fields=["last_receipt_at", "carry_ms", "coverage_carry_ms", "last_seq"]
    )
    credited_ms = sum(row.credited_ms for row in rows)
    _keep_presence(session, presence, credited_ms, now)
    progress.coverage = {**progress.coverage, session.medium: covered}
    progress.position_seconds = (
        _position(session, presence, report, covered, now) / 1000
    )
    _fold(progress, session, credited_ms, now)


def _position(
    session: PlaybackSession,
    presence: LearnerPresence,
    report: Report,
    covered: list[coverage.Interval],
    now: datetime,
) -> int:
    """Return where to go on: what a hold kept from counting is played again."""
    if presence.open_check_id is not None or not left_today_ms(presence, now):
        for interval in report.intervals:
            missing = coverage.subtract(interval, covered)
            if missing:
                return missing[0][0]
    return report.position_ms


def _frontier(covered: list[coverage.Interval]) -> int:
    """Return up to where the start of a video was seen without a gap, and a little."""
    seen = covered[0][1] if covered and covered[0][0] <= ORDER_SLACK_MS else 0
    return seen + ORDER_SLACK_MS


def _keep_presence(
    session: PlaybackSession, presence: LearnerPresence, credited_ms: int, now: datetime
) -> None:
    if not credited_ms:
        return
    count(presence=presence, credited_ms=credited_ms, now=now)
    if session.check_every_ms and presence.until_check_ms == 0:
        ask(presence=presence, session=session, now=now)
    presence.save()


def _fold(
    progress: UnitProgress, session: PlaybackSession, credited_ms: int, now: datetime
) -> None:
    """Bring the progress row in line, announce credit, complete what is complete."""
    watched_ms = coverage.length(
        [(a, b) for a, b in progress.coverage.get(session.medium, [])]
    )
    progress.watched_seconds = max(progress.watched_seconds, watched_ms / 1000)
    # The same lesson seen again in another language earns no second time.
    most = max(session.length_ms / 1000, progress.credited_seconds)
    progress.credited_seconds = round(
        min(progress.credited_seconds + credited_ms / 1000, most), 3
    )
    progress.save()
    is_earned = (
        not progress.is_completed
        and watched_ms >= session.required_ms > 0
        and progress.scroll_share >= _owed_scroll(session)
        and not _is_finished_by_hand(session)
    )
    announce_study_time(
        progress=progress,
        session=session,
        now=now,
        at_least=1 if is_earned or not session.is_active else PORTION_SECONDS,
    )
    if is_earned:
        # A lesson may ask for more than time: then it waits for the rest.
        settle_unit(
            enrollment=session.enrollment,
            unit_key=session.unit_key,
            now=now,
            evidence={
                "kind": "playback",
                "session": str(session.public_id),
                "medium": session.medium,
                "watched_seconds": watched_ms / 1000,
                "on": shanghai_date(now).isoformat(),
            },
        )
        progress.refresh_from_db()


def _owed_scroll(session: PlaybackSession) -> float:
    # A video's syllabus is not read for each of its reports.
    if session.is_video:
        return 0
    unit = owed_unit(enrollment=session.enrollment, unit_key=session.unit_key)
    return SCROLL_SHARE if unit.get("to_the_end") else 0


def _is_finished_by_hand(session: PlaybackSession) -> bool:
    if session.is_video:
        return False
    unit = owed_unit(enrollment=session.enrollment, unit_key=session.unit_key)
    return bool(unit["kind"] == UnitKind.EXERCISE)


def _milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)


def _receipt(
    session: PlaybackSession,
    progress: UnitProgress,
    presence: LearnerPresence,
    now: datetime,
) -> PlaybackReceipt:
    check = open_check(presence)
    hold = "presence" if check else ""
    if not hold and not left_today_ms(presence, now):
        hold = "daily_limit"
    ended = session.end_reason
    if session.is_active and now > session.offline_until:
        ended = "expired"
    return PlaybackReceipt(
        watched_seconds=round(progress.watched_seconds, 1),
        required_seconds=round(session.required_ms / 1000, 1),
        position=round(progress.position_seconds, 1),
        credited_seconds=round(progress.credited_seconds, 1),
        is_completed=progress.is_completed,
        is_active=not ended,
        ended=ended,
        hold=hold,
        check=check,
        has_to_scroll=progress.scroll_share < _owed_scroll(session),
    )
