"""When to ask again: spaced repetition over whole days in China.

The scheduling is FSRS (Free Spaced Repetition Scheduler) in the package `fsrs`; its
short learning steps of minutes are left out, because the book is a daily habit. The
rule of mastery is ours: right on `MASTERY_DAYS` different days in a row, no guesses.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from fsrs import Card, Rating, Scheduler, State

from lms.core.clock import shanghai_date

MASTERY_DAYS = 3
# 90% remembered when asked again; nobody waits longer than half a year.
_SCHEDULER = Scheduler(
    desired_retention=0.9,
    learning_steps=(),
    relearning_steps=(),
    maximum_interval=180,
    enable_fuzzing=False,
)
# Given, because the package would wait for a fresh one; it plays no part here.
_CARD_ID = 1


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of one learner and one item."""

    stability: float | None
    difficulty: float | None
    last_review_at: datetime | None
    streak: int
    due_on: date

    @property
    def is_mastered(self) -> bool:
        return self.streak >= MASTERY_DAYS


def remember(
    *, memory: Memory, is_right: bool, is_guess: bool, now: datetime
) -> Memory:
    """Return the memory after one answer.

    A second right answer on the same day does not lengthen the streak; a guess that
    was right neither lengthens nor ends it.
    """
    rating = Rating.Again
    if is_right:
        rating = Rating.Hard if is_guess else Rating.Good
    moment = now.astimezone(UTC)
    card, _log = _SCHEDULER.review_card(_card(memory, moment), rating, moment)
    today = shanghai_date(now)
    return Memory(
        stability=card.stability,
        difficulty=card.difficulty,
        last_review_at=now,
        streak=_streak(memory, is_right=is_right, is_guess=is_guess, today=today),
        due_on=max(shanghai_date(card.due), today + timedelta(days=1)),
    )


def _card(memory: Memory, moment: datetime) -> Card:
    is_new = memory.last_review_at is None or memory.stability is None
    return Card(
        card_id=_CARD_ID,
        state=State.Learning if is_new else State.Review,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=moment,
        last_review=None
        if memory.last_review_at is None
        else memory.last_review_at.astimezone(UTC),
    )


def _streak(memory: Memory, *, is_right: bool, is_guess: bool, today: date) -> int:
    if not is_right:
        return 0
    last = memory.last_review_at
    is_same_day = last is not None and shanghai_date(last) == today
    if is_guess or (is_same_day and memory.streak):
        return memory.streak
    return memory.streak + 1
