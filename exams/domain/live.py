"""Who is in the exam right now: a few queries, however many sit there."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Case, Count, Max, Q, QuerySet, When

from exams.enums import AttemptState, EvidenceKind
from exams.models import Attempt, AttemptEvent, Exam, ResponseEvent

PAGE_SIZE = 50
# A page asks every 20 seconds: three times silence means that nobody is there.
SILENCE = timedelta(seconds=70)
FACTS = (
    EvidenceKind.FOCUS_LOST,
    EvidenceKind.FULLSCREEN_LEFT,
    EvidenceKind.ADDRESS_CHANGED,
    EvidenceKind.DEVICE_CHANGED,
    EvidenceKind.PASTED,
)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened, and how often. It says nothing about why."""

    kind: EvidenceKind
    count: int

    @property
    def label(self) -> str:
        return str(self.kind.label)


@dataclass(slots=True)
class LiveRow:
    """One candidate as the invigilator sees them.

    Attributes:
        answered: questions that were answered, emptied ones among them.
        seen_at: when the page or an answer was last heard of.
        is_silent: the attempt runs, and nothing is heard.
        seconds_left: None once the attempt is closed.
    """

    attempt: Attempt
    answered: int = 0
    seen_at: datetime | None = None
    is_silent: bool = False
    seconds_left: int | None = None
    facts: list[Fact] = field(default_factory=list)

    @property
    def is_paused(self) -> bool:
        return self.attempt.is_paused

    @property
    def windows(self) -> int:
        """How many tabs or devices have answered or may answer."""
        return self.attempt.newest_writer


@dataclass(frozen=True, slots=True)
class LiveCounts:
    """The exam in four figures."""

    running: int
    paused: int
    closed: int
    silent: int


def sitting_attempts(*, exam: Exam, search: str = "") -> QuerySet[Attempt]:
    """Return the attempts of an exam, the running ones first."""
    attempts = (
        Attempt.objects.filter(exam=exam)
        .exclude(state=AttemptState.VOIDED)
        .select_related("candidate", "presence", "membership")
    )
    if search:
        attempts = attempts.filter(
            Q(candidate__display_name__icontains=search)
            | Q(candidate__email__icontains=search)
            | Q(membership__employee_number__icontains=search)
        )
    is_over = Case(When(state=AttemptState.IN_PROGRESS, then=0), default=1)
    return attempts.order_by(is_over, "-started_at", "-pk")


def live_counts(*, exam: Exam, now: datetime) -> LiveCounts:
    """Return how many run, stand, are done and are not heard of; one query."""
    running = Q(state=AttemptState.IN_PROGRESS)
    heard = Q(presence__seen_at__gte=now - SILENCE)
    counts = (
        Attempt.objects.filter(exam=exam)
        .exclude(state=AttemptState.VOIDED)
        .aggregate(
            running=Count("pk", filter=running),
            paused=Count("pk", filter=running & Q(paused_at__isnull=False)),
            closed=Count("pk", filter=~running),
            heard=Count("pk", filter=running & heard),
        )
    )
    heard_of = counts.pop("heard")
    return LiveCounts(silent=counts["running"] - heard_of, **counts)


def live_rows(*, attempts: list[Attempt], now: datetime) -> list[LiveRow]:
    """Return what is known of these attempts; two queries for all of them."""
    ids = [attempt.pk for attempt in attempts]
    answered = {
        pk: (count, last)
        for pk, count, last in ResponseEvent.objects.filter(attempt_id__in=ids)
        .values("attempt_id")
        .annotate(count=Count("position", distinct=True), last=Max("received_at"))
        .values_list("attempt_id", "count", "last")
    }
    facts: dict[int, dict[str, int]] = defaultdict(dict)
    for pk, kind, count in (
        AttemptEvent.objects.filter(attempt_id__in=ids, kind__in=FACTS)
        .order_by()
        .values("attempt_id", "kind")
        .annotate(count=Count("pk"))
        .values_list("attempt_id", "kind", "count")
    ):
        facts[pk][kind] = count
    return [
        _row(attempt, answered.get(attempt.pk, (0, None)), facts[attempt.pk], now)
        for attempt in attempts
    ]


def _row(
    attempt: Attempt,
    answered: tuple[int, datetime | None],
    facts: dict[str, int],
    now: datetime,
) -> LiveRow:
    count, last_answer = answered
    presence = getattr(attempt, "presence", None)
    known = (last_answer, presence and presence.seen_at)
    heard = [moment for moment in known if moment]
    seen_at = max(heard, default=None)
    left = None
    if attempt.is_open:
        until = attempt.paused_at or now
        left = max(0, int((attempt.deadline - until).total_seconds()))
    return LiveRow(
        attempt=attempt,
        answered=count,
        seen_at=seen_at,
        is_silent=attempt.is_open and (seen_at or attempt.started_at) < now - SILENCE,
        seconds_left=left,
        facts=[Fact(kind, facts[kind]) for kind in FACTS if kind in facts],
    )
