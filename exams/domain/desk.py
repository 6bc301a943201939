"""What examiners see: queues with numbers, one answer with its rubric."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from exams.domain.marking import claimable_by, rubric_of
from exams.domain.release import policy_of
from exams.enums import MarkingTaskState
from exams.models import Exam, MarkingTask
from lms.accounts.models import User


@dataclass(frozen=True, slots=True)
class Queue:
    """One exam on an examiner's desk; numbers of answers.

    Attributes:
        waiting: free for this examiner now.
        held: claimed by this examiner.
        others: held by other examiners, or waiting for another pair of eyes.
        done: marked by this examiner.
    """

    exam: Exam
    waiting: int
    held: int
    others: int
    done: int


def queues_of(*, user: User, now: datetime) -> list[Queue]:
    """Return the exams that hold or held answers for an examiner, in four queries."""
    tasks = MarkingTask.objects.visible_to(user)
    totals = tasks.values("exam_id").annotate(
        open=Count("pk", filter=Q(state=MarkingTaskState.OPEN)),
        held=Count("pk", filter=Q(state=MarkingTaskState.OPEN, examiner=user)),
        done=Count("pk", filter=Q(state=MarkingTaskState.DONE, examiner=user)),
    )
    counts = {row["exam_id"]: row for row in totals.order_by()}
    free = (
        claimable_by(user, now=now)
        .exclude(examiner=user)
        .values("exam_id")
        .annotate(waiting=Count("pk"))
        .order_by()
    )
    waiting = {row["exam_id"]: row["waiting"] for row in free}
    exams = Exam.objects.filter(pk__in=counts).order_by("title")
    return [
        Queue(
            exam=exam,
            waiting=waiting.get(exam.pk, 0),
            held=counts[exam.pk]["held"],
            others=counts[exam.pk]["open"]
            - waiting.get(exam.pk, 0)
            - counts[exam.pk]["held"],
            done=counts[exam.pk]["done"],
        )
        for exam in exams
    ]


@dataclass(frozen=True, slots=True)
class Script:
    """One answer as an examiner reads it. `candidate` is empty with blind marking."""

    task: MarkingTask
    view: dict[str, Any]
    value: list[str]
    model: str
    rubric: list[tuple[str, Any]]
    max_score: str
    candidate: str


def script_of(*, task: MarkingTask) -> Script:
    """Return what the examiner needs: question, answer, model answer and rubric."""
    attempt = task.attempt
    views = {item["position"]: item for item in attempt.paper.blob["items"]}
    key = attempt.key.blob[str(task.position)]
    mark = attempt.marks.filter(position=task.position).order_by("number").first()
    is_blind = policy_of(attempt.exam).is_blind
    return Script(
        task=task,
        view=views[task.position],
        value=mark.value if mark else [],
        model=key.get("model", ""),
        rubric=rubric_of(key),
        max_score=key["max_score"],
        candidate="" if is_blind else attempt.candidate.get_full_name(),
    )
