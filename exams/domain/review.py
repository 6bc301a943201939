"""After the exam: what was right, why, and where to read on.

What was asked and answered comes from the frozen paper; where to read on is looked up
now, so that an amended article leads to the text that holds today.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from cms.domain.citations import CitedProvision, citations_of_many
from cms.enums import CitationSource
from cms.models import Citation
from exams.domain.keys import effective_keys
from exams.domain.release import Visibility, policy_of, visibility_of
from exams.interactions import interaction_for
from exams.models import Attempt, Mark, Result
from lms.accounts.models import User

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to read; `kind` is article, lesson or case."""

    kind: str
    title: str
    url: str


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
    suggestions = _suggestions(
        attempt=attempt,
        item_keys={keys[str(position)]["item"] for position in wrong},
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


def _suggestions(
    *, attempt: Attempt, item_keys: set[str], user: User, language: str
) -> dict[str, list[Suggestion]]:
    """Return what helps with each item: articles, a lesson of the course, a case."""
    articles = citations_of_many(
        source_kind=CitationSource.ITEM, source_keys=item_keys, language=language
    )
    rules = _rules_of(item_keys)
    lessons, cases = _teaching(
        attempt=attempt,
        rules=set().union(*rules.values()),
        user=user,
        language=language,
    )
    found: dict[str, list[Suggestion]] = {}
    for item_key in item_keys:
        found[item_key] = [
            *map(_article_suggestion, articles.get(item_key, [])),
            *_first(lessons, rules.get(item_key, set())),
            *_first(cases, rules.get(item_key, set())),
        ]
    return found


def _article_suggestion(article: CitedProvision) -> Suggestion:
    return Suggestion(
        "article", f"{article.law_title} {article.number_label}", article.url
    )


Rule = tuple[UUID, str]


def _rules_of(item_keys: Iterable[str]) -> dict[str, set[Rule]]:
    rows = Citation.objects.filter(
        source_kind=CitationSource.ITEM,
        source_key__in=item_keys,
        law_key__isnull=False,
    ).exclude(wid="")
    rules: dict[str, set[Rule]] = defaultdict(set)
    for source_key, law_key, wid in rows.values_list("source_key", "law_key", "wid"):
        if law_key is not None:
            rules[source_key].add((law_key, _article(wid)))
    return rules


def _article(wid: str) -> str:
    return wid.partition("__")[0]


def _teaching(
    *, attempt: Attempt, rules: set[Rule], user: User, language: str
) -> tuple[dict[Rule, Suggestion], dict[Rule, Suggestion]]:
    """Return the lesson of this course and the case for each rule, if there is one."""
    law_keys = {law_key for law_key, _wid in rules}
    units = _course_units(attempt)
    citing = Citation.objects.filter(law_key__in=law_keys).exclude(wid="")
    # Who is enrolled may see the lessons of the course, whatever its audience.
    rows = citing.filter(source_kind=CitationSource.LESSON, source_key__in=units)
    cases = citing.filter(source_kind=CitationSource.CASE).visible_to(user)
    return (
        _by_rule(rows, "lesson", rules, language),
        _by_rule(cases, "case", rules, language),
    )


def _course_units(attempt: Attempt) -> list[str]:
    if attempt.enrollment is None:
        return []
    return [str(unit["key"]) for unit in attempt.enrollment.syllabus.units]


def _by_rule(
    rows: Iterable[Citation], kind: str, rules: set[Rule], language: str
) -> dict[Rule, Suggestion]:
    found: dict[Rule, tuple[bool, Suggestion]] = {}
    for row in rows:
        if row.law_key is None or not row.url:
            continue
        rule = (row.law_key, _article(row.wid))
        is_own_language = row.language == language
        if rule in rules and (rule not in found or is_own_language > found[rule][0]):
            found[rule] = (is_own_language, Suggestion(kind, row.title, row.url))
    return {rule: suggestion for rule, (_own, suggestion) in found.items()}


def _first(by_rule: dict[Rule, Suggestion], rules: set[Rule]) -> list[Suggestion]:
    return next(([by_rule[rule]] for rule in sorted(rules) if rule in by_rule), [])
