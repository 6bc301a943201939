"""After the exam: what was right, why, and where to read on.

What was asked and answered comes from the frozen paper; where to read on is looked up
now, so that an amended article leads to the text that holds today.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from exams.domain.keys import effective_keys
from exams.domain.reading_on import Suggestion, suggestions_for
from exams.domain.release import Visibility, policy_of, visibility_of
from exams.interactions import interaction_for
from exams.models import Attempt, Mark, Result
from lms.accounts.models import User

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class ItemReview:
    """One position of a marked paper. `score` is None while marking is pending.

    `view` is the item as the candidate saw it, with the material of its case.
    """

    position: int
    type: str
    topic: str
    stem: str
    material: str
    value: list[str]
    given: list[str]
    correct_response: list[str]
    right: list[str]
    score: Decimal | None
    max_score: Decimal
    explanation: str
    suggestions: list[Suggestion] = field(default_factory=list)
    view: dict[str, Any] = field(default_factory=dict)

    @property
    def outcome(self) -> str:
        """One of right, partial, wrong, unanswered, pending."""
        if self.score is None:
            return "pending"
        if self.score >= self.max_score:
            return "right"
        if self.score > ZERO:
            return "partial"
        return "wrong" if self.given else "unanswered"


@dataclass(frozen=True, slots=True)
class Review:
    """A marked paper with its result, as far as it is released.

    `score`, `passed` and `by_topic` are None or empty while marking or release is
    pending; `items` is empty where the policy keeps them.
    """

    attempt: Attempt
    result: Result
    items: list[ItemReview]
    visibility: Visibility

    @property
    def score(self) -> Decimal | None:
        return self.result.raw if self.visibility.has_score else None

    @property
    def passed(self) -> bool | None:
        return self.result.passed if self.visibility.has_score else None

    @property
    def by_topic(self) -> list[dict[str, str]]:
        if not self.visibility.has_score or self.result.pending_count:
            return []
        return list(self.result.by_topic)

    @property
    def wrong_items(self) -> list[ItemReview]:
        return [
            i for i in self.items if i.outcome in ("wrong", "partial", "unanswered")
        ]

    @property
    def right_count(self) -> int:
        return sum(item.outcome == "right" for item in self.items)

    @property
    def advice(self) -> list[tuple[Suggestion, list[int]]]:
        """What to read, what helps with most items first."""
        positions: dict[Suggestion, list[int]] = defaultdict(list)
        for item in self.wrong_items:
            for suggestion in item.suggestions:
                positions[suggestion].append(item.position)
        return sorted(positions.items(), key=lambda entry: -len(entry[1]))


def review_attempt(*, attempt: Attempt, user: User, language: str) -> Review:
    """Return the marked paper with explanations and suggestions.

    What the exam's policy has not released is not in it: neither score nor items nor
    right answers. The number of queries does not depend on the number of items.
    """
    visibility = visibility_of(attempt=attempt, policy=policy_of(attempt.exam))
    items: list[ItemReview] = []
    if visibility.has_items:
        items = _reviewed_items(attempt=attempt, user=user, language=language)
    if not visibility.has_key:
        items = [replace(item, correct_response=[], right=[]) for item in items]
    return Review(
        attempt=attempt, result=attempt.result, items=items, visibility=visibility
    )


def _reviewed_items(*, attempt: Attempt, user: User, language: str) -> list[ItemReview]:
    keys = effective_keys(attempt)
    marks = _latest_marks(attempt)
    wrong = [p for p, mark in marks.items() if mark.raw is None or mark.raw < mark.max]
    suggestions = suggestions_for(
        item_keys={keys[str(position)]["item"] for position in wrong},
        unit_keys=_course_units(attempt),
        user=user,
        language=language,
    )
    items = []
    for view in attempt.paper.blob["items"]:
        key, mark = keys[str(view["position"])], marks[view["position"]]
        found = suggestions.get(key["item"], []) if mark.position in wrong else []
        items.append(_review_item(view, key, mark, found))
    return items


def examined_items(*, attempt: Attempt) -> list[ItemReview]:
    """Return the whole marked paper for an examiner, released or not."""
    keys, marks = effective_keys(attempt), _latest_marks(attempt)
    return [
        _review_item(
            view, keys[str(view["position"])], marks[view["position"]], found=[]
        )
        for view in attempt.paper.blob["items"]
    ]


def _latest_marks(attempt: Attempt) -> dict[int, Mark]:
    rows = attempt.marks.order_by("position", "number")
    return {mark.position: mark for mark in rows}


def _review_item(
    view: dict[str, Any], key: dict[str, Any], mark: Mark, found: list[Suggestion]
) -> ItemReview:
    interaction = interaction_for(view["type"])
    correct = interaction.correct_response(key)
    return ItemReview(
        position=view["position"],
        type=view["type"],
        topic=key["topic"],
        stem=view["stem"],
        material=view.get("material", {}).get("text", ""),
        value=mark.value,
        given=interaction.describe(view, mark.value),
        correct_response=correct,
        right=interaction.describe(view, correct),
        score=mark.raw,
        max_score=mark.max,
        explanation=key["explanation"],
        suggestions=found,
        view=view,
    )


def _course_units(attempt: Attempt) -> list[str]:
    if attempt.enrollment is None:
        return []
    return [str(unit["key"]) for unit in attempt.enrollment.syllabus.units]
