"""Where to read on after a wrong answer: the article, a lesson and a case.

It is looked up whenever it is shown, so that an amended article leads to the text that
holds today.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from cms.domain.citations import CitedProvision, citations_of_many
from cms.enums import CitationSource
from cms.models import Citation
from courses.models import Enrollment
from lms.accounts.models import User

Rule = tuple[UUID, str]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to read; `kind` is article, lesson or case."""

    kind: str
    title: str
    url: str


def suggestions_for(
    *, item_keys: set[str], unit_keys: Collection[str], user: User, language: str
) -> dict[str, list[Suggestion]]:
    """Return by item what helps with it: articles, one lesson, one case.

    `item_keys` are the items' public ids, `unit_keys` the lessons that the reader may
    open because they learn them. Four queries, whatever the number of items.
    """
    articles = citations_of_many(
        source_kind=CitationSource.ITEM, source_keys=item_keys, language=language
    )
    rules = _rules_of(item_keys)
    lessons, cases = _teaching(
        unit_keys=unit_keys,
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


def reading_for(*, item_key: str, user: User, language: str) -> list[Suggestion]:
    """Return what helps this reader with one item, named by its public id."""
    found = suggestions_for(
        item_keys={item_key}, unit_keys=own_units(user), user=user, language=language
    )
    return found[item_key]


def _article_suggestion(article: CitedProvision) -> Suggestion:
    return Suggestion(
        "article", f"{article.law_title} {article.number_label}", article.url
    )


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
    *, unit_keys: Collection[str], rules: set[Rule], user: User, language: str
) -> tuple[dict[Rule, Suggestion], dict[Rule, Suggestion]]:
    """Return the lesson among these and the case for each rule, if there is one."""
    law_keys = {law_key for law_key, _wid in rules}
    citing = Citation.objects.filter(law_key__in=law_keys).exclude(wid="")
    # Who is enrolled may see the lessons of the course, whatever its audience.
    rows = citing.filter(source_kind=CitationSource.LESSON, source_key__in=unit_keys)
    cases = citing.filter(source_kind=CitationSource.CASE).visible_to(user)
    return (
        _by_rule(rows, "lesson", rules, language),
        _by_rule(cases, "case", rules, language),
    )


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


def own_units(user: User) -> set[str]:
    """Return the keys of all lessons that the person learns or has learned."""
    rows = Enrollment.objects.in_force().filter(learner=user)
    return {
        str(unit["key"])
        for row in rows.select_related("syllabus")
        for unit in row.syllabus.units
    }
