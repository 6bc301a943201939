"""Appeals: a candidate asks, an examiner answers; a new mark may follow."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from exams.domain.examiners import can_mark
from exams.domain.marks import NewMark, append_marks, latest_marks, lock_attempt
from exams.domain.release import (
    in_language_of,
    policy_of,
    result_path,
    visibility_of,
)
from exams.enums import AppealState, MarkSource
from exams.errors import AppealRefused
from exams.models import Appeal, Attempt
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.notifications.domain import notify
from lms.notifications.enums import MessageKind

MAX_CHARACTERS = 2_000


def appeal_until(attempt: Attempt) -> datetime | None:
    """Return the end of the time for an appeal; None: there is none."""
    days = policy_of(attempt.exam).appeal_days
    released_at = attempt.result.released_at if attempt.is_finalized else None
    return released_at + timedelta(days=days) if released_at and days else None


def open_appeal_of(attempt: Attempt) -> Appeal | None:
    """Return the appeal that waits for an answer."""
    return Appeal.objects.filter(attempt=attempt, state=AppealState.OPEN).first()


def may_appeal(*, attempt: Attempt, now: datetime) -> bool:
    """Return whether the candidate may appeal now."""
    until = appeal_until(attempt)
    return until is not None and now <= until and open_appeal_of(attempt) is None


@transaction.atomic
def make_appeal(
    *, attempt: Attempt, by: User, position: int | None, reason: str, now: datetime
) -> Appeal:
    """Ask for another look at a released result, one at a time.

    Args:
        attempt: the candidate's own.
        by: the candidate.
        position: the question; None: the result as a whole.
        reason: in the candidate's words.
        now: time of the server.

    Raises:
        AppealRefused: `not_yours`, `not_released`, `window_closed`, `reason_missing`,
            `unknown_position`, `open_already`.
    """
    _check_appeal(attempt=attempt, by=by, now=now)
    _check_words(attempt=attempt, position=position, reason=reason)
    try:
        with transaction.atomic():
            appeal = Appeal.objects.create(
                attempt=attempt, position=position, reason=reason.strip(), made_at=now
            )
    except IntegrityError as conflict:
        raise AppealRefused(
            "open_already", _("Your last appeal has not been answered yet.")
        ) from conflict
    record(actor=by, verb=Verb.APPEAL_MADE, obj=attempt, data={"position": position})
    return appeal


def _check_appeal(*, attempt: Attempt, by: User, now: datetime) -> None:
    if attempt.candidate_id != by.pk:
        raise AppealRefused("not_yours", _("Only the candidate may appeal."))
    if not attempt.is_finalized:
        raise AppealRefused("not_released", _("The result is not released yet."))
    until = appeal_until(attempt)
    if until is None or now > until:
        raise AppealRefused("window_closed", _("The time for an appeal is over."))


def _check_words(*, attempt: Attempt, position: int | None, reason: str) -> None:
    if not reason.strip():
        raise AppealRefused("reason_missing", _("Say why you ask for another look."))
    if len(reason) > MAX_CHARACTERS:
        raise AppealRefused("reason_too_long", _("Say it in 2,000 characters."))
    visibility = visibility_of(attempt=attempt, policy=policy_of(attempt.exam))
    is_known = position is None or (
        visibility.has_items and 1 <= position <= attempt.position_count
    )
    if not is_known:
        raise AppealRefused(
            "unknown_position", _("There is no such question on this paper.")
        )


@transaction.atomic
def withdraw_appeal(*, appeal: Appeal, by: User, now: datetime) -> Appeal:
    """Take an appeal back before it was answered; then another one may be made.

    Raises:
        AppealRefused: `not_yours`, `answered_already`.
    """
    if appeal.attempt.candidate_id != by.pk:
        raise AppealRefused("not_yours", _("Only the candidate may appeal."))
    _close(appeal, state=AppealState.WITHDRAWN, answered_at=now)
    return appeal


@transaction.atomic
def answer_appeal(
    *,
    appeal: Appeal,
    by: User,
    answer: str,
    position: int | None = None,
    raw: Decimal | None = None,
    now: datetime,
) -> Appeal:
    """Answer an appeal; with `raw` it is upheld and the answer gets these points.

    Args:
        appeal: an open one.
        by: an examiner of the exam who did not give the mark in question.
        answer: what the candidate is told.
        position: the question; the one that the appeal names, where it names one.
        raw: the points from now on, 0 to those possible; None: the mark stands.
        now: time of the server.

    Raises:
        AppealRefused: `not_yours`, `own_mark`, `answer_missing`, `unknown_position`,
            `points_out_of_range`, `answered_already`.
    """
    attempt = lock_attempt(appeal.attempt_id)
    if not can_mark(user=by, attempt=attempt):
        raise AppealRefused("not_yours", _("You do not mark this exam."))
    if not answer.strip():
        raise AppealRefused("answer_missing", _("Write what the candidate is told."))
    position = appeal.position or position
    marks = latest_marks(attempt)
    if position is not None and _was_marked_by(attempt, position, by):
        raise AppealRefused(
            "own_mark", _("You gave this mark. Somebody else has to answer.")
        )
    if raw is not None:
        if position is None or position not in marks:
            raise AppealRefused("unknown_position", _("Name the question."))
        if not 0 <= raw <= marks[position].max:
            raise AppealRefused(
                "points_out_of_range",
                _("Give 0 to %(most)s points.") % {"most": marks[position].max},
            )
    _close(
        appeal,
        state=AppealState.REJECTED if raw is None else AppealState.UPHELD,
        answer=answer.strip(),
        answered_by=by,
        answered_at=now,
    )
    if raw is not None and position is not None and raw != marks[position].raw:
        mark = NewMark(position, raw, MarkSource.APPEAL, examiner=by)
        append_marks(
            attempt=attempt, marks=[mark], by=by, reason=_("your appeal"), now=now
        )
    _tell_answer(attempt=attempt, appeal=appeal)
    record(
        actor=by,
        verb=Verb.APPEAL_ANSWERED,
        obj=attempt,
        data={"state": appeal.state, "position": position, "raw": str(raw)},
    )
    return appeal


def _was_marked_by(attempt: Attempt, position: int, user: User) -> bool:
    return attempt.marking_tasks.filter(position=position, examiner=user).exists()


def _close(appeal: Appeal, **values: object) -> None:
    closed = Appeal.objects.filter(pk=appeal.pk, state=AppealState.OPEN).update(
        **values
    )
    if not closed:
        raise AppealRefused(
            "answered_already", _("This appeal was answered or taken back already.")
        )
    appeal.refresh_from_db()


def _tell_answer(*, attempt: Attempt, appeal: Appeal) -> None:
    person = attempt.candidate
    with in_language_of(person):
        notify(
            recipient=person,
            kind=MessageKind.EXAM,
            subject=_("Your appeal was answered: %(exam)s")
            % {"exam": attempt.exam.title},
            body=appeal.answer,
            url=result_path(attempt),
            dedupe_key=f"appeal:{appeal.public_id}",
        )
