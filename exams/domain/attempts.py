"""Starting an attempt: who may, when, and with which paper."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from courses.domain.opening import locks_of, refuse_locked
from courses.models import Enrollment
from exams.domain.prepared import hand_out, take_paper
from exams.domain.submission import close_if_overdue
from exams.domain.writers import Tab, Writer, add_writer, open_writer, writer_of
from exams.enums import AttemptState, ExamKind, PaperState
from exams.errors import ExamNotOpen
from exams.models import (
    Accommodation,
    Attempt,
    Exam,
    Result,
)
from lms.accounts.models import User
from lms.organizations.models import Membership


@dataclass(frozen=True, slots=True)
class Seat:
    """A running attempt, and the writer that the asking tab is there.

    Attributes:
        is_fresh: the attempt began with this request, so nobody has answered.
    """

    attempt: Attempt
    writer: Writer
    is_fresh: bool = False


def open_attempt(*, exam: Exam, candidate: User, now: datetime) -> Attempt | None:
    """Return the running attempt; one whose time is over is closed on the way."""
    attempt = Attempt.objects.open().filter(exam=exam, candidate=candidate).first()
    if attempt is None:
        return None
    attempt = close_if_overdue(attempt=attempt, now=now)
    return attempt if attempt.is_open else None


def window_refusal(*, exam: Exam, now: datetime) -> ExamNotOpen | None:
    """Return why nobody can start now; None: the door is open."""
    if exam.paper.state != PaperState.PUBLISHED:
        return ExamNotOpen("paper_not_ready", _("This exam is not ready yet."))
    if exam.opens_at and now < exam.opens_at:
        return ExamNotOpen(
            "not_yet_open",
            _("This exam has not opened yet."),
            opens_at=exam.opens_at.isoformat(),
        )
    is_over = exam.ends_at is not None and now >= exam.ends_at
    if is_over or (exam.closes_at and now > exam.closes_at):
        ends = [moment for moment in (exam.closes_at, exam.ends_at) if moment]
        return ExamNotOpen(
            "window_closed",
            _("This exam is over."),
            closes_at=min(ends).isoformat(),
        )
    if exam.opens_at and exam.entry_limit_seconds is not None:
        last_entry = exam.opens_at + timedelta(seconds=exam.entry_limit_seconds)
        if now > last_entry:
            return ExamNotOpen(
                "too_late",
                _("You have come too late: nobody is let in any more."),
                closes_at=last_entry.isoformat(),
            )
    return None


def start_refusal(*, exam: Exam, candidate: User, now: datetime) -> ExamNotOpen | None:
    """Return why no attempt can be started now; None: it can."""
    return window_refusal(exam=exam, now=now) or _history_refusal(
        exam, _attempts_of(exam, candidate), now
    )


def _attempts_of(exam: Exam, candidate: User) -> list[Attempt]:
    """All of one person's attempts, voided ones too."""
    return list(Attempt.objects.filter(exam=exam, candidate=candidate).order_by())


def _history_refusal(
    exam: Exam, attempts: list[Attempt], now: datetime
) -> ExamNotOpen | None:
    earlier = [a for a in attempts if a.state != AttemptState.VOIDED]
    if exam.kind == ExamKind.FORMAL:
        # Only a released result counts: a refusal must not tell it before.
        done = [attempt.pk for attempt in earlier if attempt.is_finalized]
        if done and Result.objects.filter(attempt__in=done, passed=True).exists():
            return ExamNotOpen("already_passed", _("You have passed this exam."))
        if _WAITING & {a.state for a in earlier}:
            return ExamNotOpen(
                "result_pending", _("The result of your last attempt is not known yet.")
            )
    if exam.max_attempts is not None and len(earlier) >= exam.max_attempts:
        return ExamNotOpen("attempts_used", _("You have used all attempts."))
    return _pause_refusal(
        exam, [a.submitted_at for a in earlier if a.submitted_at], now
    )


_WAITING = {AttemptState.SUBMITTED, AttemptState.EXPIRED}


def _pause_refusal(
    exam: Exam, ended: list[datetime], now: datetime
) -> ExamNotOpen | None:
    if not ended or not exam.pause_between_seconds:
        return None
    next_start = max(ended) + timedelta(seconds=exam.pause_between_seconds)
    if now >= next_start:
        return None
    return ExamNotOpen(
        "pause_between_attempts",
        _("Take a break first: the next attempt opens later."),
        next_start_at=next_start.isoformat(),
    )


def start_attempt(
    *,
    exam: Exam,
    candidate: User,
    membership: Membership | None = None,
    enrollment: Enrollment | None = None,
    now: datetime,
) -> Attempt:
    """Start an attempt, or return the one that runs.

    Whether the person may sit the exam at all is `permissions.exam_access`; here the
    window and the limits decide; network, browser and access code are checked at the
    door (`entry.enter_exam`). The deadline is the start plus the duration, not later
    than the end for everybody, plus the extra time of this person.

    Raises:
        ExamNotOpen: `not_yet_open`, `window_closed`, `too_late`, `attempts_used`,
            `pause_between_attempts`, `already_passed`, `paper_not_ready`.
        UnitLocked: `unit_locked`; the course asks for something else first.
        InfeasibleBlueprint: items were retired since the paper was published.
    """
    attempt, _writer = _begin(
        exam=exam,
        candidate=candidate,
        membership=membership or (enrollment.membership if enrollment else None),
        enrollment=enrollment,
        tab=None,
        now=now,
    )
    return attempt


def take_seat(
    *,
    exam: Exam,
    candidate: User,
    enrollment: Enrollment | None = None,
    tab: Tab,
    now: datetime,
) -> Seat:
    """Start an attempt and let the asking tab answer, or both for the one that runs.

    At the opening this is what everybody calls at once: attempt, paper and writer are
    one transaction, and none of them is read again.

    Raises:
        ExamNotOpen, InfeasibleBlueprint: as `start_attempt`.
        AttemptClosed: the running attempt was closed in this moment.
    """
    attempt, writer = _begin(
        exam=exam,
        candidate=candidate,
        membership=enrollment.membership if enrollment else None,
        enrollment=enrollment,
        tab=tab,
        now=now,
    )
    if writer is not None:
        return Seat(attempt, writer, is_fresh=True)
    return Seat(attempt, open_writer(attempt=attempt, **asdict(tab), now=now))


def _begin(
    *,
    exam: Exam,
    candidate: User,
    membership: Membership | None,
    enrollment: Enrollment | None,
    tab: Tab | None,
    now: datetime,
) -> tuple[Attempt, Writer | None]:
    """Return the running attempt, or a new one with the writer that `tab` is."""
    attempts = _attempts_of(exam, candidate)
    running = next((attempt for attempt in attempts if attempt.is_open), None)
    if running is not None:
        running = close_if_overdue(attempt=running, now=now)
        if running.is_open:
            return running, None
        attempts = _attempts_of(exam, candidate)
    refusal = window_refusal(exam=exam, now=now) or _history_refusal(
        exam, attempts, now
    )
    if refusal is not None:
        raise refusal
    if enrollment is not None:
        _refuse_out_of_turn(exam, enrollment)
    try:
        return _create_attempt(
            exam=exam,
            candidate=candidate,
            membership=membership,
            enrollment=enrollment,
            number=max((attempt.number for attempt in attempts), default=0) + 1,
            tab=tab,
            now=now,
        )
    except IntegrityError:
        # Another tab was faster: one open attempt per candidate and exam.
        running = Attempt.objects.open().filter(exam=exam, candidate=candidate).first()
        if running is None:
            raise
        return running, None


def _refuse_out_of_turn(exam: Exam, enrollment: Enrollment) -> None:
    """Refuse an exam whose turn in the course has not come."""
    locks = locks_of(enrollment=enrollment)
    if not locks:
        return
    keys = exam.quiz_pages.values_list("translation_key", flat=True)
    for key in keys:
        if str(key) in locks:
            refuse_locked(enrollment=enrollment, unit_key=key)


def _create_attempt(
    *,
    exam: Exam,
    candidate: User,
    membership: Membership | None,
    enrollment: Enrollment | None,
    number: int,
    tab: Tab | None,
    now: datetime,
) -> tuple[Attempt, Writer | None]:
    deadline = _deadline(exam=exam, candidate=candidate, now=now)
    with transaction.atomic():
        ready = take_paper(exam=exam, now=now)
        attempt = Attempt.objects.create(
            exam=exam,
            candidate=candidate,
            membership=membership,
            enrollment=enrollment,
            organization_id=_organization_of(membership, enrollment),
            number=number,
            seed=ready.seed,
            position_count=ready.position_count,
            started_at=now,
            deadline=deadline,
            closes_at=deadline + timedelta(seconds=exam.grace_seconds),
            newest_writer=0 if tab is None else 1,
        )
        hand_out(attempt=attempt, ready=ready)
        if tab is None:
            return attempt, None
        row = add_writer(attempt, number=1, tab=tab, now=now)
    return attempt, writer_of(attempt, row, last_seq=0)


def _deadline(*, exam: Exam, candidate: User, now: datetime) -> datetime:
    deadline = now + timedelta(seconds=exam.duration_seconds)
    if exam.ends_at:
        deadline = min(deadline, exam.ends_at)
    extra = (
        Accommodation.objects.filter(exam=exam, candidate=candidate)
        .order_by()
        .values_list("extra_seconds", flat=True)
        .first()
    )
    return deadline + timedelta(seconds=extra or 0)


def _organization_of(
    membership: Membership | None, enrollment: Enrollment | None
) -> int | None:
    if membership is not None:
        return membership.organization_id
    return enrollment.organization_id if enrollment is not None else None


def candidate_items(attempt: Attempt) -> list[dict[str, Any]]:
    """Return the items as the candidate sees them, from the frozen paper."""
    return list(attempt.paper.blob["items"])
