"""Marking by people: who takes which answer, what they give, when it counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from exams.domain.examiners import can_mark
from exams.domain.marks import NewMark, append_marks, lock_attempt
from exams.domain.release import policy_of
from exams.enums import AttemptState, MarkingTaskState, MarkSource
from exams.errors import InvalidPoints, TaskTaken
from exams.models import Assessment, Attempt, Exam, Mark, MarkingPolicy, MarkingTask
from exams.querysets import MarkingTaskQuerySet
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb

CENT = Decimal("0.01")
LEASE = timedelta(minutes=20)
THIRD_SEAT = 3
TRIES = 5


@dataclass(frozen=True, slots=True)
class PointInput:
    """What an examiner gives for one point of the rubric."""

    score: Decimal
    comment: str = ""


def open_tasks(*, attempt: Attempt, marks: Sequence[Mark]) -> int:
    """Make a seat (two with double marking) for each answer that waits for a person.

    A repeated call adds nothing.
    """
    seats = (1, 2) if policy_of(attempt.exam).is_double else (1,)
    tasks = [
        MarkingTask(
            exam_id=attempt.exam_id, attempt=attempt, position=mark.position, seat=seat
        )
        for mark in marks
        if mark.raw is None
        for seat in seats
    ]
    MarkingTask.objects.bulk_create(tasks, ignore_conflicts=True)
    return len(tasks)


def open_missing_tasks(*, limit: int = 200) -> int:
    """Find attempts whose pending answers have no seat yet, and make them."""
    waiting = (
        Attempt.objects.filter(
            ~Exists(MarkingTask.objects.filter(attempt_id=OuterRef("pk"))),
            state__in=[AttemptState.SUBMITTED, AttemptState.EXPIRED],
            result__pending_count__gt=0,
        )
        .select_related("exam__marking_policy")
        .order_by("pk")
    )
    return sum(
        open_tasks(attempt=attempt, marks=list(attempt.marks.all()))
        for attempt in waiting[:limit]
    )


def claimable_by(user: User, *, now: datetime) -> MarkingTaskQuerySet:
    """Tasks a person may take now: not their own answer, not held by somebody else,
    and no other seat at the same answer.
    """
    other_seat = MarkingTask.objects.filter(
        attempt_id=OuterRef("attempt_id"),
        position=OuterRef("position"),
        examiner=user,
    ).exclude(pk=OuterRef("pk"))
    free = Q(examiner__isnull=True) | Q(examiner=user) | Q(lease_expires_at__lt=now)
    return MarkingTask.objects.visible_to(user).filter(
        free, ~Exists(other_seat), state=MarkingTaskState.OPEN
    )


def claim_task(*, task: MarkingTask, by: User, now: datetime) -> MarkingTask:
    """Take one answer, or renew one's lease. One UPDATE decides between two.

    Raises:
        TaskTaken: `taken` (somebody holds it or has marked it), `not_yours` (own
            answer, no examiner of this exam, or the other seat is theirs).
    """
    if not can_mark(user=by, attempt=task.attempt):
        raise TaskTaken("not_yours", _("You do not mark this answer."))
    free = Q(examiner__isnull=True) | Q(examiner=by) | Q(lease_expires_at__lt=now)
    try:
        with transaction.atomic():
            taken = MarkingTask.objects.filter(
                free, pk=task.pk, state=MarkingTaskState.OPEN
            ).update(examiner=by, lease_expires_at=now + LEASE)
    except IntegrityError as conflict:
        raise TaskTaken(
            "not_yours", _("You have marked this answer on the other seat.")
        ) from conflict
    if not taken:
        raise TaskTaken(
            "taken", _("Another examiner has this answer. Take the next one.")
        )
    task.refresh_from_db()
    return task


def claim_next(*, exam: Exam, by: User, now: datetime) -> MarkingTask | None:
    """Take what one held already, else the next answer; None: nothing waits.

    The same question comes again and again before the next one.
    """
    tasks = claimable_by(by, now=now).filter(exam=exam).select_related("attempt__exam")
    held = tasks.filter(examiner=by).order_by("position", "pk").first()
    if held is not None:
        return claim_task(task=held, by=by, now=now)
    for _try in range(TRIES):
        task = tasks.order_by("position", "pk").first()
        if task is None:
            return None
        try:
            return claim_task(task=task, by=by, now=now)
        except TaskTaken:
            continue  # another examiner was faster: the next one
    return None


def put_back(*, task: MarkingTask, by: User) -> None:
    """Give up a claim; nothing happens where there is none."""
    MarkingTask.objects.filter(
        pk=task.pk, examiner=by, state=MarkingTaskState.OPEN
    ).update(examiner=None, lease_expires_at=None)


def rubric_of(key: dict[str, Any]) -> list[tuple[str, Decimal]]:
    """Return the points an examiner gives: text and most; without a rubric one."""
    rubric = [(p["text"], Decimal(str(p["score"]))) for p in key.get("rubric", [])]
    return rubric or [("", Decimal(key["max_score"]))]


def weigh(
    points: Sequence[PointInput], *, rubric: Sequence[tuple[str, Decimal]], max: Decimal
) -> Decimal:
    """Return the score: the share of the rubric that was given, of the points possible.

    The points of a rubric are the author's; what the item is worth on this paper may
    be another number.

    Raises:
        InvalidPoints: not one entry for each point, or out of its range.
    """
    if len(points) != len(rubric):
        raise InvalidPoints("points_missing", _("Give points for each line."))
    for number, (given, (_text, most)) in enumerate(
        zip(points, rubric, strict=True), start=1
    ):
        if not 0 <= given.score <= most:
            raise InvalidPoints(
                "points_out_of_range",
                _("Line %(number)d takes 0 to %(most)s points.")
                % {"number": number, "most": most},
                line=number,
            )
    total = sum((most for _text, most in rubric), Decimal(0))
    given_total = sum((given.score for given in points), Decimal(0))
    return (max * given_total / total).quantize(CENT, rounding=ROUND_HALF_UP)


@transaction.atomic
def mark_task(
    *,
    task: MarkingTask,
    by: User,
    points: Sequence[PointInput],
    comment: str = "",
    now: datetime,
) -> Assessment:
    """Keep what the holder of a claim gives; the last seat makes it a mark.

    A lapsed lease is no obstacle as long as nobody has taken over. Sending the same
    again changes nothing.

    Raises:
        InvalidPoints: see `weigh`.
        TaskTaken: `taken`: the claim went to somebody else, or it is marked.
    """
    attempt = lock_attempt(task.attempt_id)
    key = attempt.key.blob[str(task.position)]
    rubric = rubric_of(key)
    most = Decimal(key["max_score"])
    raw = weigh(points, rubric=rubric, max=most)
    if not can_mark(user=by, attempt=attempt):
        raise TaskTaken("not_yours", _("You do not mark this answer."))
    done = MarkingTask.objects.filter(
        pk=task.pk, examiner=by, state=MarkingTaskState.OPEN
    ).update(state=MarkingTaskState.DONE, done_at=now, lease_expires_at=None)
    if not done:
        return _same_again(task=task, by=by, raw=raw)
    assessment = Assessment.objects.create(
        task=task,
        examiner=by,
        points=[
            {"text": text, "most": str(m), "score": str(p.score), "comment": p.comment}
            for p, (text, m) in zip(points, rubric, strict=True)
        ],
        raw=raw,
        max=most,
        comment=comment,
        made_at=now,
    )
    _settle_answer(attempt=attempt, position=task.position, now=now)
    record(
        actor=by,
        verb=Verb.ANSWER_MARKED,
        obj=attempt,
        data={"position": task.position, "seat": task.seat, "raw": str(raw)},
    )
    return assessment


def _same_again(*, task: MarkingTask, by: User, raw: Decimal) -> Assessment:
    known = Assessment.objects.filter(task_id=task.pk, examiner=by, raw=raw).first()
    if known is None:
        raise TaskTaken(
            "taken", _("Another examiner has this answer. Take the next one.")
        )
    return known


def _settle_answer(*, attempt: Attempt, position: int, now: datetime) -> None:
    """Make a mark of the assessments, or call a third examiner."""
    tasks = list(
        MarkingTask.objects.filter(attempt_id=attempt.pk, position=position)
        .select_related("assessment__examiner")
        .order_by("seat")
    )
    if any(task.state != MarkingTaskState.DONE for task in tasks):
        return
    given = [task.assessment for task in tasks]
    raw = agree(
        [a.raw for a in given], max=given[0].max, policy=policy_of(attempt.exam)
    )
    if raw is None:
        MarkingTask.objects.create(
            exam_id=attempt.exam_id,
            attempt=attempt,
            position=position,
            seat=THIRD_SEAT,
        )
        return
    mark = NewMark(
        position=position,
        raw=raw,
        source=MarkSource.EXAMINER,
        # With several examiners the mark is nobody's alone.
        examiner=given[0].examiner if len(given) == 1 else None,
        comment="\n".join(a.comment for a in given if a.comment),
    )
    append_marks(attempt=attempt, marks=[mark], by=given[-1].examiner, now=now)


def agree(
    raws: Sequence[Decimal], *, max: Decimal, policy: MarkingPolicy
) -> Decimal | None:
    """Return the points that several examiners make; None: a third has to read.

    One: theirs. Two within the threshold: the mean. Three: the mean of the third and
    the nearer of the first two if these are within the threshold, else the third's
    alone, as an arbiter's. Means are rounded half up to a cent.
    """
    if len(raws) == 1:
        return raws[0]
    limit = max * policy.third_threshold
    if len(raws) == 2:
        first, second = raws
        return _mean(first, second) if abs(first - second) <= limit else None
    third = raws[-1]
    nearer = min(raws[:-1], key=lambda raw: abs(raw - third))
    return _mean(nearer, third) if abs(nearer - third) <= limit else third


def _mean(a: Decimal, b: Decimal) -> Decimal:
    return ((a + b) / 2).quantize(CENT, rounding=ROUND_HALF_UP)
