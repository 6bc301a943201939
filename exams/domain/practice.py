"""Practice sessions: choosing items, answering them, leaving and resuming.

Nothing here touches attempts, marks or results.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random, SystemRandom
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from exams.domain.item_media import material_of
from exams.domain.practice_pool import in_language, practicable_items
from exams.domain.scoring import score_value
from exams.domain.standing import weak_topics
from exams.domain.wrong_answers import (
    add_wrong_practice_answer,
    askable_cards,
    review_card,
)
from exams.enums import PracticeKind
from exams.errors import AlreadyAnswered, InvalidResponse, NothingToPractice
from exams.interactions import InvalidValue, interaction_for
from exams.models import (
    Favorite,
    Item,
    ItemRevision,
    PracticeAnswer,
    PracticeSession,
    Topic,
    WrongAnswerCard,
)
from lms.accounts.models import User
from lms.core.clock import shanghai_date

SESSION_SIZE = 20
# A chapter is walked through as a whole, up to this many.
CHAPTER_SIZE = 200
MAX_SEED = 2**62
_random = SystemRandom()


def open_session(
    *, learner: User, kind: str, topic: Topic | None
) -> PracticeSession | None:
    """Return the session of this kind that was left, if any."""
    return PracticeSession.objects.filter(
        learner=learner, kind=kind, topic=topic, finished_at__isnull=True
    ).first()


def start_session(
    *, learner: User, kind: str, topic: Topic | None, language: str, now: datetime
) -> PracticeSession:
    """Start a practice, or go on with the one of this kind that was left.

    Raises:
        NothingToPractice: there is no item of this choice for this learner.
    """
    running = open_session(learner=learner, kind=kind, topic=topic)
    if running is not None:
        return running
    entries = _choose(learner, kind, topic, language, shanghai_date(now))
    if not entries:
        raise NothingToPractice(
            "nothing_to_practice", _("There is nothing to practice here yet.")
        )
    try:
        with transaction.atomic():
            return PracticeSession.objects.create(
                learner=learner,
                kind=kind,
                topic=topic,
                seed=_random.randrange(MAX_SEED),
                entries=entries,
                started_at=now,
            )
    except IntegrityError:
        # Two taps on the same button: both get the same session.
        return PracticeSession.objects.get(
            learner=learner, kind=kind, topic=topic, finished_at__isnull=True
        )


Entry = dict[str, Any]


def _choose(
    learner: User, kind: str, topic: Topic | None, language: str, today: date
) -> list[Entry]:
    if kind == PracticeKind.BOOK:
        return _due_entries(learner, today)
    items = practicable_items(user=learner, on=today)
    if kind == PracticeKind.FAVORITES:
        favored = Favorite.objects.filter(learner=learner).values("item")
        return _entries(items.filter(pk__in=favored).order_by("-pk")[:CHAPTER_SIZE])
    items = in_language(items, language)
    if topic is not None:
        items = items.filter(topic=topic)
    if kind in (PracticeKind.TOPIC, PracticeKind.MEMORIZE):
        ordered = items.order_by("bank", "parent__code", "order", "code")
        return _entries(ordered[:CHAPTER_SIZE])
    if kind == PracticeKind.WEAKNESS:
        return _weak_entries(learner, items)
    return _entries(_sample(list(items.values_list("pk", flat=True)), SESSION_SIZE))


def _due_entries(learner: User, today: date) -> list[Entry]:
    cards = (
        askable_cards(user=learner, on=today)
        .filter(due_on__lte=today)
        .select_related("item")
        .order_by("due_on", "pk")[:SESSION_SIZE]
    )
    known = {card.item_id: card for card in cards}
    return [
        entry
        | {
            "card": known[entry["item"]].pk,
            "version": known[entry["item"]].review_count,
        }
        for entry in _entries(list(known))
    ]


def _weak_entries(learner: User, items: Any) -> list[Entry]:
    """Half of the weakest topic, a quarter of the next…; new items come first."""
    names = [standing.topic for standing in weak_topics(user=learner)]
    rows = list(
        items.filter(topic__name__in=names).values_list("pk", "topic__name", "type")
    )
    right = set(
        PracticeAnswer.objects.visible_to(learner)
        .filter(is_right=True)
        .values_list("item_id", flat=True)
    )
    chosen: list[int] = []
    for name in names:
        pool = [pk for pk, topic, _type in rows if topic == name]
        fresh = [pk for pk in pool if pk not in right]
        known = [pk for pk in pool if pk in right]
        share = max(1, (SESSION_SIZE - len(chosen) + 1) // 2)
        chosen += (_sample(fresh, share) + _sample(known, share))[:share]
        if len(chosen) >= SESSION_SIZE:
            break
    return _entries(chosen)


def _sample(ids: Sequence[int], size: int) -> list[int]:
    return _random.sample(list(ids), min(size, len(ids)))


def _entries(chosen: Any) -> list[Entry]:
    """Freeze which text of each item is shown; the order is kept."""
    ids = [one if isinstance(one, int) else one.pk for one in chosen]
    rows = {
        pk: {"item": pk, "revision": revision, "case": case}
        for pk, revision, case in Item.objects.non_polymorphic()
        .filter(pk__in=ids)
        .values_list("pk", "current_revision_id", "parent__current_revision_id")
    }
    return [rows[pk] for pk in ids]


@dataclass(frozen=True, slots=True)
class ShownItem:
    """One place of a session: `view` is shown, `key` only with the answer."""

    place: int
    entry: Entry
    item: Item
    revision: ItemRevision
    view: dict[str, Any]
    key: dict[str, Any]

    @property
    def is_objective(self) -> bool:
        return interaction_for(self.item.type).is_objective

    @property
    def explanation(self) -> str:
        return str(self.revision.content.get("explanation", ""))

    @property
    def correct_response(self) -> list[str]:
        """The right answer as a value."""
        return list(interaction_for(self.item.type).correct_response(self.key))

    @property
    def right(self) -> list[str]:
        """The right answer in words."""
        return self.describe(self.correct_response)

    def describe(self, value: list[str]) -> list[str]:
        """Return an answer in words."""
        return interaction_for(self.item.type).describe(self.view, value)


def shown_item(*, session: PracticeSession, place: int) -> ShownItem:
    """Return what stands at a place, always the same for the same session."""
    entry = session.entries[place - 1]
    # An own generator for each place: the order of visits changes nothing.
    rng = Random(session.seed + place)  # noqa: S311 -- reproducible on purpose
    return freeze_entry(entry=entry, place=place, rng=rng)


def freeze_entry(*, entry: Entry, place: int, rng: Random) -> ShownItem:
    """Build one item of a practice from the frozen text."""
    item = (
        Item.objects.non_polymorphic()
        .select_related("topic", "bank")
        .get(pk=entry["item"])
    )
    texts = ItemRevision.objects.in_bulk([entry["revision"], entry["case"] or 0])
    revision = texts[entry["revision"]]
    frozen = interaction_for(item.type).freeze(
        revision.content | {"language": item.language}, rng=rng
    )
    view = frozen.view | {
        "position": place,
        "type": item.type,
        "max_score": str(item.score),
    }
    if entry["case"]:
        story = texts[entry["case"]].content
        view["material"] = material_of(number=1, content=story)
    key = frozen.key | {"type": item.type, "max_score": str(item.score)}
    return ShownItem(place, entry, item, revision, view, key)


def check_answer(
    *, shown: ShownItem, value: list[str], judged_right: bool | None
) -> tuple[list[str], bool | None]:
    """Return the normalized answer and whether it is right.

    A free text is judged by the learner, who sees the model answer; until then the
    second is None.

    Raises:
        InvalidResponse: the answer has no place on this item, or is empty.
    """
    try:
        interaction_for(shown.item.type).normalize_value(shown.view, value)
    except (InvalidValue, TypeError, AttributeError) as error:
        raise InvalidResponse(
            "invalid_value", _("This is no answer to this question.")
        ) from error
    normal, score = score_value(view=shown.view, key=shown.key, value=value)
    if not normal:
        raise InvalidResponse("no_answer", _("Answer the question first."))
    if score is None:
        return normal, judged_right
    return normal, score.raw >= score.max


@transaction.atomic
def answer_place(
    *,
    session: PracticeSession,
    place: int,
    shown: ShownItem,
    value: list[str],
    is_right: bool,
    is_guess: bool = False,
    now: datetime,
) -> None:
    """Take the answer of the place where the learner stands, and go on.

    A wrong one goes into the wrong-answer book; a card of the book learns from it.

    Raises:
        AlreadyAnswered: this place was answered in another tab, or the card elsewhere.
    """
    _advance(session=session, place=place, now=now)
    card_id = shown.entry.get("card")
    if card_id is not None:
        review_card(
            card=WrongAnswerCard.objects.get(pk=card_id),
            version=shown.entry["version"],
            revision=shown.revision,
            value=value,
            is_right=is_right,
            is_guess=is_guess,
            now=now,
            session=session,
            place=place,
        )
        return
    PracticeAnswer.objects.create(
        learner_id=session.learner_id,
        session=session,
        place=place,
        item=shown.item,
        revision=shown.revision,
        value=value,
        is_right=is_right,
        is_guess=is_guess,
        answered_at=now,
    )
    if not is_right:
        add_wrong_practice_answer(
            learner=session.learner,
            item_id=shown.item.pk,
            revision_id=shown.revision.pk,
            given=shown.describe(value),
            now=now,
        )


@transaction.atomic
def skip_place(*, session: PracticeSession, place: int, now: datetime) -> None:
    """Go on without an answer: in memorize mode, or where the card is gone."""
    _advance(session=session, place=place, now=now)


def _advance(*, session: PracticeSession, place: int, now: datetime) -> None:
    finished_at = now if place >= session.size else None
    moved = PracticeSession.objects.filter(
        pk=session.pk, place=place, finished_at__isnull=True
    ).update(place=place + 1, finished_at=finished_at)
    if not moved:
        raise AlreadyAnswered(
            "already_answered", _("This question was already answered.")
        )
    session.place = place + 1
    session.finished_at = finished_at


def end_session(*, session: PracticeSession, now: datetime) -> None:
    """Finish early; what was answered stays. Repeating is harmless."""
    PracticeSession.objects.filter(pk=session.pk, finished_at__isnull=True).update(
        finished_at=now
    )
    session.refresh_from_db()
