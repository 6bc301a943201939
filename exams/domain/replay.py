"""An attempt told again, from what was written down while it ran."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from exams.enums import EvidenceKind
from exams.models import (
    Attempt,
    AttemptEvent,
    AttemptIntervention,
    AttemptWriter,
    ResponseEvent,
)

# An answer that follows another one this soon was hardly read; it may be a batch of a
# phone that was offline, so it is a fact to look at and no more.
QUICK_SECONDS = 3


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened.

    Attributes:
        kind: `started`, `window`, `answer`, `evidence`, `intervention`, `closed`.
        offset: seconds since the start.
        row: what was written down; None for start and end.
        is_change: an answer that replaced another one.
    """

    at: datetime
    offset: int
    kind: str
    row: Any = None
    is_change: bool = False


@dataclass(frozen=True, slots=True)
class ItemTiming:
    """How one question was answered.

    Attributes:
        first_offset: seconds from the start to the first answer.
        seconds_since_previous: since the answer before it, whichever question.
        changes: how often a later answer differed.
        values: all answers in order of arrival.
        view: the question as it was shown; None while the attempt runs, when only
            its candidate reads the paper.
    """

    position: int
    first_offset: int
    seconds_since_previous: int
    changes: int
    values: list[list[str]]
    view: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """The whole attempt.

    Attributes:
        away_seconds: how long the page was not in view, as the browser says.
        progress: (seconds since the start, questions answered) in order.
        quick_answers: questions first answered within three seconds of another.
    """

    moments: list[Moment]
    timings: list[ItemTiming]
    facts: list[tuple[str, int]]
    away_seconds: int
    addresses: list[str]
    devices: int
    progress: list[tuple[int, int]]
    quick_answers: int
    changed_answers: int


def replay_attempt(*, attempt: Attempt) -> Replay:
    """Return the timeline of an attempt; five queries, whatever its length."""
    writers = list(AttemptWriter.objects.filter(attempt=attempt).order_by("number"))
    answers = list(
        ResponseEvent.objects.filter(attempt_id=attempt.pk).order_by(
            "received_at", "writer", "seq"
        )
    )
    evidence = list(AttemptEvent.objects.filter(attempt=attempt).order_by("pk"))
    steps = list(
        AttemptIntervention.objects.filter(attempt=attempt).select_related("by")
    )
    timings = _timings(attempt, answers)
    return Replay(
        moments=_moments(attempt, writers, answers, evidence, steps),
        timings=timings,
        facts=_facts(evidence),
        away_seconds=away_seconds(evidence),
        addresses=_addresses(writers, evidence),
        devices=len({writer.user_agent for writer in writers}) or 1,
        progress=_progress(attempt, answers),
        quick_answers=sum(
            timing.seconds_since_previous < QUICK_SECONDS for timing in timings[1:]
        ),
        changed_answers=sum(timing.changes > 0 for timing in timings),
    )


def _moments(
    attempt: Attempt,
    writers: list[AttemptWriter],
    answers: list[ResponseEvent],
    evidence: list[AttemptEvent],
    steps: list[AttemptIntervention],
) -> list[Moment]:
    told: list[tuple[datetime, str, Any, bool]] = [
        (attempt.started_at, "started", None, False)
    ]
    told += [(writer.opened_at, "window", writer, False) for writer in writers]
    known: dict[int, list[str]] = {}
    for answer in answers:
        before = known.get(answer.position)
        is_change = before is not None and before != answer.value
        told.append((answer.received_at, "answer", answer, is_change))
        known[answer.position] = answer.value
    told += [(event.received_at, "evidence", event, False) for event in evidence]
    told += [(step.happened_at, "intervention", step, False) for step in steps]
    if attempt.submitted_at:
        told.append((attempt.submitted_at, "closed", None, False))
    told.sort(key=lambda entry: entry[0])
    return [
        Moment(at, _offset(attempt, at), kind, row, is_change)
        for at, kind, row, is_change in told
    ]


def _offset(attempt: Attempt, at: datetime) -> int:
    return max(0, int((at - attempt.started_at).total_seconds()))


def _timings(attempt: Attempt, answers: list[ResponseEvent]) -> list[ItemTiming]:
    """Return the questions in the order in which they were first answered."""
    values: dict[int, list[list[str]]] = {}
    first: dict[int, datetime] = {}
    for answer in answers:
        values.setdefault(answer.position, []).append(answer.value)
        first.setdefault(answer.position, answer.received_at)
    views = {}
    if not attempt.is_open:
        views = {view["position"]: view for view in attempt.paper.blob["items"]}
    timings = []
    previous = attempt.started_at
    for position, at in first.items():
        given = values[position]
        changes = sum(a != b for a, b in pairwise(given))
        timings.append(
            ItemTiming(
                position=position,
                first_offset=_offset(attempt, at),
                seconds_since_previous=int((at - previous).total_seconds()),
                changes=changes,
                values=given,
                view=views.get(position),
            )
        )
        previous = at
    return timings


def _facts(evidence: list[AttemptEvent]) -> list[tuple[str, int]]:
    counts = Counter(event.kind for event in evidence)
    return [
        (str(kind.label), counts[kind]) for kind in EvidenceKind if counts.get(kind)
    ]


def away_seconds(evidence: list[AttemptEvent]) -> int:
    """Add up the time between leaving and coming back, by the browser's own clock.

    A page that never came back counts nothing: it may have been closed.
    """
    total = 0.0
    left: dict[int, datetime] = {}
    for event in evidence:
        at = event.happened_at or event.received_at
        if event.kind == EvidenceKind.FOCUS_LOST:
            left[event.writer] = at
        elif event.kind == EvidenceKind.FOCUS_REGAINED and event.writer in left:
            total += max(0.0, (at - left.pop(event.writer)).total_seconds())
    return int(total)


def _addresses(writers: list[AttemptWriter], evidence: list[AttemptEvent]) -> list[str]:
    found = [writer.address for writer in writers if writer.address]
    found += [
        event.detail.rpartition("→")[2].strip()
        for event in evidence
        if event.kind == EvidenceKind.ADDRESS_CHANGED
    ]
    return list(dict.fromkeys(found))


def _progress(attempt: Attempt, answers: list[ResponseEvent]) -> list[tuple[int, int]]:
    """Return how many questions had an answer, after each one that arrived."""
    given: set[int] = set()
    points = [(0, 0)]
    for answer in answers:
        if any(answer.value):
            given.add(answer.position)
        else:
            given.discard(answer.position)
        points.append((_offset(attempt, answer.received_at), len(given)))
    return points
