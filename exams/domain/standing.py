"""How a learner stands in each topic, from results and from practice."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from exams.enums import AttemptState
from exams.models import PracticeAnswer, Result
from lms.accounts.models import User

RESULTS = 10
ANSWERS = 300
# Fewer answers than this say nothing yet.
ENOUGH = 3
WEAK_BELOW = 80


@dataclass(frozen=True, slots=True)
class TopicStanding:
    """Points reached and possible in one topic, newest answers only."""

    topic: str
    raw: Decimal
    max: Decimal

    @property
    def percent(self) -> int:
        """Share reached, rounded down."""
        return int(self.raw * 100 / self.max)

    @property
    def is_weak(self) -> bool:
        return self.max >= ENOUGH and self.percent < WEAK_BELOW


def topic_standings(*, user: User) -> list[TopicStanding]:
    """Return the topics the learner was asked about, the weakest first.

    The last ten finalized attempts and the last 300 practice answers count, a practice
    answer as one point. Two queries.
    """
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    results = (
        Result.objects.filter(
            attempt__candidate=user, attempt__state=AttemptState.FINALIZED
        )
        .order_by("-attempt_id")
        .values_list("by_topic", flat=True)[:RESULTS]
    )
    for rows in results:
        for row in rows:
            sums[row["topic"]][0] += Decimal(row["raw"])
            sums[row["topic"]][1] += Decimal(row["max"])
    answers = (
        PracticeAnswer.objects.visible_to(user)
        .order_by("-pk")
        .values_list("item__topic__name", "is_right")[:ANSWERS]
    )
    for topic, is_right in answers:
        sums[topic or ""][0] += Decimal(int(is_right))
        sums[topic or ""][1] += Decimal(1)
    found = [TopicStanding(t, raw, most) for t, (raw, most) in sums.items() if most]
    return sorted(found, key=lambda one: (one.raw / one.max, one.topic))


def weak_topics(*, user: User) -> list[TopicStanding]:
    """Return the named topics in which the learner is weak, the weakest first."""
    return [s for s in topic_standings(user=user) if s.is_weak and s.topic]
