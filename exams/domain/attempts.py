"""Starting an attempt, and the writers that answer it."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from courses.domain.opening import locks_of, refuse_locked
from courses.models import Enrollment
from exams.domain.prepared import hand_out, take_paper
from exams.domain.submission import close_if_overdue
from exams.domain.tokens import issue_token
from exams.enums import AttemptState, ExamKind, PaperState
from exams.errors import AttemptClosed, ExamNotOpen
from exams.models import (
    Accommodation,
    Attempt,
    AttemptWriter,
    Exam,
    ResponseEvent,
)
from lms.accounts.models import User
from lms.organizations.models import Membership


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
    refusal = window_refusal(exam=exam, now=now)
    if refusal is not None:
        return refusal
    earlier = list(
        Attempt.objects.filter(exam=exam, candidate=candidate)
        .exclude(state=AttemptState.VOIDED)
        .values_list("state", "result__passed", "submitted_at")
    )
    if exam.kind == ExamKind.FORMAL:
        # Only a released result counts: a refusal must not tell it before.
        if (AttemptState.FINALIZED, True) in {
            (s, passed) for s, passed, _at in earlier
        }:
            return ExamNotOpen("already_passed", _("You have passed this exam."))
        if _WAITING & {row[0] for row in earlier}:
            return ExamNotOpen(
                "result_pending", _("The result of your last attempt is not known yet.")
            )
    if exam.max_attempts is not None and len(earlier) >= exam.max_attempts:
        return ExamNotOpen("attempts_used", _("You have used all attempts."))
    return _pause_refusal(exam, [at for _state, _passed, at in earlier if at], now)


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
    running = open_attempt(exam=exam, candidate=candidate, now=now)
    if running is not None:
        return running
    refusal = start_refusal(exam=exam, candidate=candidate, now=now)
    if refusal is not None:
        raise refusal
    if enrollment is not None:
        _refuse_out_of_turn(exam, enrollment)
    try:
        return _create_attempt(
            exam=exam,
            candidate=candidate,
            membership=membership or (enrollment.membership if enrollment else None),
            enrollment=enrollment,
            now=now,
        )
    except IntegrityError:
        # Another tab was faster: one open attempt per candidate and exam.
        running = Attempt.objects.open().filter(exam=exam, candidate=candidate).first()
        if running is None:
            raise
        return running


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
    now: datetime,
) -> Attempt:
    deadline = _deadline(exam=exam, candidate=candidate, now=now)
    with transaction.atomic():
        ready = take_paper(exam=exam, now=now)
        taken = Attempt.objects.filter(exam=exam, candidate=candidate)
        attempt = Attempt.objects.create(
            exam=exam,
            candidate=candidate,
            membership=membership,
            enrollment=enrollment,
            organization_id=_organization_of(membership, enrollment),
            number=(taken.aggregate(last=Max("number"))["last"] or 0) + 1,
            seed=ready.seed,
            position_count=ready.position_count,
            started_at=now,
            deadline=deadline,
            closes_at=deadline + timedelta(seconds=exam.grace_seconds),
        )
        hand_out(attempt=attempt, ready=ready)
    return attempt


def _deadline(*, exam: Exam, candidate: User, now: datetime) -> datetime:
    deadline = now + timedelta(seconds=exam.duration_seconds)
    if exam.ends_at:
        deadline = min(deadline, exam.ends_at)
    extra = (
        Accommodation.objects.filter(exam=exam, candidate=candidate)
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
    client_key = client_key[:80] or secrets.token_urlsafe(24)
    with transaction.atomic():
        existing = attempt.writers.filter(client_key=client_key).first()
        if existing is None:
            number = _next_writer_number(attempt)
            existing = AttemptWriter.objects.create(
                attempt=attempt,
                number=number,
                client_key=client_key,
                user_agent=user_agent[:300],
                address=address,
                opened_at=now,
            )
            attempt.newest_writer = number
            last = 0
        else:
            last = _last_seq(attempt, writer=existing.number)
    return Writer(
        number=existing.number,
        token=issue_token(attempt=attempt, writer=existing.number),
        next_seq=last + 1,
        is_newest=existing.number >= attempt.newest_writer,
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


def candidate_items(attempt: Attempt) -> list[dict[str, Any]]:
    """Return the items as the candidate sees them, from the frozen paper."""
    return list(attempt.paper.blob["items"])
