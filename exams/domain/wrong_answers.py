"""The wrong-answer book: how items get in, are repeated, and leave.

An item comes in when an attempt is finalized or a practice answer was wrong, once per
learner. It leaves by itself after `MASTERY_DAYS` right days in a row, or when the
learner lets it go; it can be put back. One that is retired is no longer asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from exams.domain.memory import Memory, remember
from exams.domain.practice_pool import practicable_items
from exams.domain.release import policy_of, visibility_of
from exams.enums import AttemptState, CardState, ItemStatus
from exams.errors import AlreadyAnswered
from exams.interactions import interaction_for
from exams.models import (
    Attempt,
    BookFilling,
    Item,
    ItemRevision,
    Mark,
    PracticeAnswer,
    WrongAnswerCard,
)
from lms.accounts.models import User
from lms.core.clock import shanghai_date


def askable_cards(*, user: User, on: date) -> QuerySet[WrongAnswerCard]:
    """Return the cards whose item this learner may still be asked."""
    return WrongAnswerCard.objects.visible_to(user).filter(
        state=CardState.LEARNING,
        item__in=practicable_items(user=user, on=on).values("pk"),
    )


def due_count(*, user: User, on: date) -> int:
    """Return how many cards wait for the learner on a day in China."""
    return askable_cards(user=user, on=on).filter(due_on__lte=on).count()


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """What goes into the book."""

    item_id: int
    revision_id: int
    given: list[str]


@transaction.atomic
def fill_from_attempt(*, attempt: Attempt, now: datetime) -> int:
    """Put the wrong answers of a finalized attempt into the candidate's book.

    A repeated call changes nothing. Nothing comes from a paper that is closed to
    practice, or from an exam whose results do not show the key.

    Returns:
        How many cards were added or put back.
    """
    if attempt.state != AttemptState.FINALIZED:
        return 0
    try:
        with transaction.atomic():
            BookFilling.objects.create(attempt=attempt, filled_at=now)
    except IntegrityError:
        return 0
    visible = visibility_of(attempt=attempt, policy=policy_of(attempt.exam))
    # The book shows the key: not where the result does not.
    if not (visible.has_key and attempt.exam.paper.allows_practice):
        return 0
    wrong = _wrong_answers(attempt)
    return _put_in(
        learner_id=attempt.candidate_id, wrong=wrong, attempt=attempt, now=now
    )


def _wrong_answers(attempt: Attempt) -> list[WrongAnswer]:
    latest: dict[int, Mark] = {}
    for mark in attempt.marks.order_by("position", "number"):
        latest[mark.position] = mark
    keys = attempt.key.blob
    views = {view["position"]: view for view in attempt.paper.blob["items"]}
    wrong = {}
    for position, mark in latest.items():
        key = keys[str(position)]
        if mark.raw is not None and mark.raw < mark.max:
            given = interaction_for(key["type"]).describe(views[position], mark.value)
            wrong[key["item"]] = (key["revision"], given)
    ids = Item.objects.non_polymorphic().filter(
        public_id__in=wrong, bank__allows_practice=True
    )
    return [
        WrongAnswer(pk, *wrong[str(key)])
        for pk, key in ids.values_list("pk", "public_id")
    ]


def _put_in(
    *,
    learner_id: int,
    wrong: Sequence[WrongAnswer],
    attempt: Attempt | None,
    now: datetime,
) -> int:
    today = shanghai_date(now)
    fresh = [
        WrongAnswerCard(
            learner_id=learner_id,
            item_id=one.item_id,
            revision_id=one.revision_id,
            attempt=attempt,
            wrong_given=one.given,
            due_on=today + timedelta(days=1),
            added_at=now,
        )
        for one in wrong
    ]
    known = set(
        WrongAnswerCard.objects.filter(
            learner_id=learner_id, item__in=[one.item_id for one in wrong]
        ).values_list("item_id", flat=True)
    )
    # Another attempt that ends at the same moment may have been quicker.
    WrongAnswerCard.objects.bulk_create(
        [card for card in fresh if card.item_id not in known], ignore_conflicts=True
    )
    for one in wrong:
        if one.item_id in known:
            _wrong_again(learner_id, one, attempt, today, now)
    return len(wrong)


def _wrong_again(
    learner_id: int,
    one: WrongAnswer,
    attempt: Attempt | None,
    today: date,
    now: datetime,
) -> None:
    changes: dict[str, Any] = {
        "revision_id": one.revision_id,
        "wrong_given": one.given,
        "wrong_count": F("wrong_count") + 1,
        "state": CardState.LEARNING,
        "mastered_at": None,
        "streak": 0,
        "due_on": today + timedelta(days=1),
        # Whoever reviews the card meanwhile sees an older version of it.
        "review_count": F("review_count") + 1,
    }
    if attempt is not None:
        changes["attempt"] = attempt
    WrongAnswerCard.objects.filter(learner_id=learner_id, item_id=one.item_id).update(
        **changes
    )


def add_wrong_practice_answer(
    *, learner: User, item_id: int, revision_id: int, given: list[str], now: datetime
) -> None:
    """Put an item into the book that was answered wrong in a practice."""
    wrong = [WrongAnswer(item_id, revision_id, given)]
    _put_in(learner_id=learner.pk, wrong=wrong, attempt=None, now=now)


@transaction.atomic
def review_card(
    *,
    card: WrongAnswerCard,
    version: int,
    revision: ItemRevision,
    value: list[str],
    is_right: bool,
    is_guess: bool = False,
    now: datetime,
    **session: Any,
) -> WrongAnswerCard:
    """Take one answer to a card and decide when it is asked again.

    Args:
        card: the card.
        version: the `review_count` the learner saw. Of two devices that answer the
            same card only the first counts.
        revision: the text that was shown.
        value: the normalized answer.
        is_right: whether it reached all points.
        is_guess: the learner says that it was a guess.
        now: time of the server.
        session: `session` and `place` of the practice it belongs to, if any.

    Raises:
        AlreadyAnswered: the card was answered, let go or got wrong again meanwhile.
    """
    memory = remember(
        memory=Memory(
            card.stability,
            card.difficulty,
            card.last_review_at,
            card.streak,
            card.due_on,
        ),
        is_right=is_right,
        is_guess=is_guess,
        now=now,
    )
    changed = WrongAnswerCard.objects.filter(
        pk=card.pk, review_count=version, state=CardState.LEARNING
    ).update(
        review_count=version + 1,
        revision=revision,
        stability=memory.stability,
        difficulty=memory.difficulty,
        last_review_at=now,
        streak=memory.streak,
        due_on=memory.due_on,
        wrong_count=F("wrong_count") + (0 if is_right else 1),
        state=CardState.MASTERED if memory.is_mastered else CardState.LEARNING,
        mastered_at=now if memory.is_mastered else None,
    )
    if not changed:
        raise AlreadyAnswered(
            "already_answered", _("This question was already repeated elsewhere.")
        )
    PracticeAnswer.objects.create(
        learner_id=card.learner_id,
        card=card,
        card_version=version + 1,
        item_id=card.item_id,
        revision=revision,
        value=value,
        is_right=is_right,
        is_guess=is_guess,
        answered_at=now,
        **session,
    )
    card.refresh_from_db()
    return card


def let_go(*, card: WrongAnswerCard, now: datetime) -> WrongAnswerCard:
    """Take a card out: the learner knows it. Repeating is harmless."""
    WrongAnswerCard.objects.filter(pk=card.pk, state=CardState.LEARNING).update(
        state=CardState.MASTERED,
        mastered_at=now,
        review_count=F("review_count") + 1,
    )
    card.refresh_from_db()
    return card


def put_back(*, card: WrongAnswerCard, now: datetime) -> WrongAnswerCard:
    """Repeat a mastered card again, from today. Repeating is harmless."""
    WrongAnswerCard.objects.filter(pk=card.pk, state=CardState.MASTERED).update(
        state=CardState.LEARNING,
        mastered_at=None,
        streak=0,
        due_on=shanghai_date(now),
        review_count=F("review_count") + 1,
    )
    card.refresh_from_db()
    return card


def retire_cards(*, on: date) -> int:
    """Mark the cards whose item is no longer asked; they come back with the item."""
    gone = (
        Q(item__status=ItemStatus.RETIRED)
        | Q(item__effective_to__lt=on)
        | Q(item__parent__status=ItemStatus.RETIRED)
        | Q(item__parent__effective_to__lt=on)
    )
    cards = WrongAnswerCard.objects.filter(state__in=["learning", "retired"])
    leaving = cards.filter(gone, state=CardState.LEARNING).values("pk")
    returning = cards.filter(state=CardState.RETIRED).exclude(gone).values("pk")
    count = WrongAnswerCard.objects.filter(pk__in=leaving).update(
        state=CardState.RETIRED
    )
    WrongAnswerCard.objects.filter(pk__in=returning).update(state=CardState.LEARNING)
    return count


def fill_books(*, now: datetime, limit: int = 200) -> int:
    """Fill the books for finalized attempts that were missed; for the sweep."""
    waiting = (
        Attempt.objects.filter(state=AttemptState.FINALIZED, book_filling__isnull=True)
        .select_related("exam__paper", "key", "paper")
        .order_by("pk")[:limit]
    )
    return sum(fill_from_attempt(attempt=attempt, now=now) for attempt in waiting)


def cards_in_book(*, user: User, state: str, on: date) -> QuerySet[WrongAnswerCard]:
    """Return the learner's cards of one state, ready to be shown.

    To be repeated: those one is asked. No longer asked: retired ones, and ones whose
    bank or paper was closed since.
    """
    cards = WrongAnswerCard.objects.visible_to(user)
    items = practicable_items(user=user, on=on).values("pk")
    if state == CardState.LEARNING:
        cards = cards.filter(state=CardState.LEARNING, item__in=items)
    elif state == CardState.MASTERED:
        cards = cards.filter(state=CardState.MASTERED, item__in=items)
    else:
        cards = cards.filter(item__status=ItemStatus.RETIRED) | cards.filter(
            state=CardState.RETIRED
        )
    return cards.select_related(
        "revision", "item__topic", "item__parent__current_revision"
    )
