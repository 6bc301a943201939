"""Adding marks to a paper that was scored before, and what follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from exams.domain.release import (
    complete_units,
    finalize_if_ready,
    in_language_of,
    result_path,
)
from exams.domain.scoring import fold_result
from exams.models import Attempt, Mark, Result
from exams.signals import result_changed
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.notifications.domain import notify
from lms.notifications.enums import MessageKind


@dataclass(frozen=True, slots=True)
class NewMark:
    """The points that one answer gets from now on."""

    position: int
    raw: Decimal
    source: str
    examiner: User | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A result as it stood at one moment."""

    raw: Decimal | None
    max: Decimal
    passed: bool | None


def standing_of(result: Result) -> Standing:
    """Return the part of a result that a change is measured by."""
    return Standing(raw=result.raw, max=result.max, passed=result.passed)


def lock_attempt(attempt_id: int) -> Attempt:
    """Take the attempt's row: marks of one paper are added one after the other.

    On SQLite the IMMEDIATE transaction has done it already.
    """
    return (
        Attempt.objects.select_for_update(of=("self",))
        .select_related(
            *("exam__marking_policy", "enrollment", "candidate", "key", "result")
        )
        .get(pk=attempt_id)
    )


def latest_marks(attempt: Attempt) -> dict[int, Mark]:
    """Return position → the mark that counts."""
    rows = Mark.objects.filter(attempt_id=attempt.pk).order_by("position", "number")
    return {mark.position: mark for mark in rows}


def append_marks(
    *,
    attempt: Attempt,
    marks: Sequence[NewMark],
    by: User | None,
    reason: str = "",
    now: datetime,
) -> Result:
    """Add marks, compute the result anew, release or announce what changed.

    Call it inside a transaction that holds `lock_attempt`. The answers, the points
    possible and the pass mark stay those of the first scoring.
    """
    before = standing_of(attempt.result)
    latest = latest_marks(attempt)
    added = [
        Mark(
            attempt=attempt,
            position=new.position,
            number=latest[new.position].number + 1,
            source=new.source,
            examiner=new.examiner,
            value=latest[new.position].value,
            raw=new.raw,
            max=latest[new.position].max,
            comment=new.comment,
            marked_at=now,
        )
        for new in marks
    ]
    Mark.objects.bulk_create(added)
    result = fold_result(
        attempt=attempt,
        marks=[*latest.values(), *added],
        keys=attempt.key.blob,
        pass_mark=attempt.result.pass_mark,
        now=now,
    )
    if attempt.is_finalized:
        _follow_change(
            attempt=attempt, before=before, result=result, by=by, reason=reason, now=now
        )
    else:
        finalize_if_ready(attempt=attempt, result=result, now=now)
    return result


def _follow_change(
    *,
    attempt: Attempt,
    before: Standing,
    result: Result,
    by: User | None,
    reason: str,
    now: datetime,
) -> None:
    """A released result became another one: units, message, audit, signal."""
    after = standing_of(result)
    if after == before:
        return
    if after.passed and not before.passed:
        complete_units(attempt=attempt, result=result, now=now)
    _tell_change(attempt=attempt, before=before, after=after, reason=reason)
    record(
        actor=by,
        verb=Verb.RESULT_CHANGED,
        obj=attempt,
        data={
            "raw": [str(before.raw), str(after.raw)],
            "passed": [before.passed, after.passed],
            "reason": reason,
        },
    )
    transaction.on_commit(
        lambda: result_changed.send_robust(
            Attempt, attempt=attempt, result=result, before=before, reason=reason
        )
    )


def _tell_change(
    *, attempt: Attempt, before: Standing, after: Standing, reason: str
) -> None:
    """Tell the candidate; the policy has released the score, so it may be named."""
    person = attempt.candidate
    with in_language_of(person):
        if before.passed == after.passed:
            verdict = _("Whether you passed has not changed.")
        elif after.passed:
            verdict = _("You have now passed.")
        else:
            verdict = _("The result is now: not passed.")
        notify(
            recipient=person,
            kind=MessageKind.EXAM,
            subject=_("Your result has changed: %(exam)s")
            % {"exam": attempt.exam.title},
            body=_("%(before)s points became %(after)s. %(verdict)s Reason: %(reason)s")
            % {
                "before": before.raw,
                "after": after.raw,
                "verdict": verdict,
                "reason": reason or "—",
            },
            url=result_path(attempt),
        )
