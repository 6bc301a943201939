"""Closing an attempt: by its candidate, or by the clock."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from exams.domain.folding import find_gaps
from exams.domain.marking import open_tasks
from exams.domain.release import finalize_if_ready
from exams.domain.responses import MAX_GAPS, MAX_SEQ
from exams.domain.scoring import score_attempt
from exams.enums import AttemptState, ClosedBy
from exams.errors import InvalidResponse, ResponsesMissing
from exams.models import Attempt, ResponseEvent
from exams.signals import attempt_submitted
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb

RELATED = ("exam__marking_policy", "enrollment", "candidate")


@transaction.atomic
def submit_attempt(
    *,
    attempt: Attempt,
    by: User | None,
    writer: int,
    last_seq: int,
    accept_missing: Sequence[int] = (),
    now: datetime,
) -> Attempt:
    """Close the attempt for answers and score its objective items.

    A repeated call changes nothing. After deadline and grace the attempt is closed
    as of its deadline with what was answered.

    Args:
        attempt: the attempt.
        by: who submits; None: the holder of the attempt token, so the candidate.
        writer: the submitting tab or device.
        last_seq: the highest number this writer has used.
        accept_missing: numbers that the candidate lets go; kept on the attempt.
        now: time of the server.

    Raises:
        ResponsesMissing: numbered answers have not arrived (`missing`).
    """
    if not 0 <= last_seq <= MAX_SEQ:
        raise InvalidResponse("invalid_seq", _("The number is out of range."))
    closed = (
        Attempt.objects.open()
        .filter(Q(closes_at__gte=now) | Q(paused_at__isnull=False), pk=attempt.pk)
        .update(
            state=AttemptState.SUBMITTED,
            submitted_at=now,
            closed_by=ClosedBy.CANDIDATE,
        )
    )
    attempt = Attempt.objects.select_related(*RELATED).get(pk=attempt.pk)
    if not closed:
        return close_if_overdue(attempt=attempt, now=now)
    # The update holds the row: no answer can slip in between this check and the score.
    missing = _missing(attempt, writer=writer, last_seq=last_seq)
    refused = sorted(set(missing) - set(accept_missing))
    if refused:
        raise ResponsesMissing(
            "responses_missing",
            _("Some answers have not arrived yet."),
            missing=refused,
        )
    if missing:
        attempt.accepted_missing = missing
        attempt.save(update_fields=["accepted_missing"])
    _settle(attempt=attempt, by=by or attempt.candidate, now=now)
    return attempt


def _missing(attempt: Attempt, *, writer: int, last_seq: int) -> list[int]:
    seqs = set(
        ResponseEvent.objects.filter(attempt_id=attempt.pk, writer=writer).values_list(
            "seq", flat=True
        )
    )
    up_to = max(last_seq, *seqs) if seqs else last_seq
    return find_gaps(seqs, up_to=up_to, limit=MAX_GAPS)


def close_if_overdue(*, attempt: Attempt, now: datetime) -> Attempt:
    """Close and score an attempt whose time is over; else return it as it is."""
    if not attempt.is_open or attempt.is_paused or now <= attempt.closes_at:
        return attempt
    with transaction.atomic():
        closed = (
            Attempt.objects.overdue(now)
            .filter(pk=attempt.pk)
            .update(
                state=AttemptState.EXPIRED,
                submitted_at=attempt.deadline,
                closed_by=ClosedBy.DEADLINE,
            )
        )
        attempt = Attempt.objects.select_related(*RELATED).get(pk=attempt.pk)
        if closed:
            _settle(attempt=attempt, by=None, now=now)
    return attempt


@transaction.atomic
def end_attempt(*, attempt: Attempt, by: User, now: datetime) -> Attempt | None:
    """Close and score a running attempt in the name of an invigilator.

    What was answered counts. Returns None when it was closed already.
    """
    closed = (
        Attempt.objects.open()
        .filter(pk=attempt.pk)
        .update(
            state=AttemptState.SUBMITTED,
            submitted_at=now,
            closed_by=ClosedBy.INVIGILATOR,
        )
    )
    if not closed:
        return None
    attempt = Attempt.objects.select_related("exam", "enrollment", "candidate").get(
        pk=attempt.pk
    )
    _settle(attempt=attempt, by=by, now=now)
    return attempt


def _settle(*, attempt: Attempt, by: User | None, now: datetime) -> None:
    """Score a closed attempt, release its result where the policy says so."""
    result = score_attempt(attempt=attempt, now=now)
    if result.pending_count:
        open_tasks(attempt=attempt, marks=list(attempt.marks.all()))
    record(
        actor=by,
        verb=Verb.ATTEMPT_SUBMITTED,
        obj=attempt,
        data={
            "exam": str(attempt.exam.public_id),
            "closed_by": attempt.closed_by,
        },
    )
    transaction.on_commit(
        lambda: attempt_submitted.send_robust(Attempt, attempt=attempt)
    )
    # Who hands in reads the result at once, and needs no message.
    finalize_if_ready(attempt=attempt, result=result, tells=False, now=now)
