"""Find what was meant: retrieval by the search backend, ranking by what we know."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.safestring import SafeString
from wagtail.search.backends import get_search_backend
from wagtail.search.query import PlainText

from cms.domain.queries import today
from cms.domain.query_words import SearchQuery, analyze_query, has_han
from cms.domain.snippets import highlight, make_snippet
from cms.enums import EntryType, LawLevel
from cms.models import SearchEntry
from cms.querysets import SearchEntryQuerySet

CANDIDATES = 400
MIN_COVERAGE = 0.38
RELATED_SHARE = 0.2
RANK_OF_LEVEL = {level: place for place, level in enumerate(LawLevel.values)}
TYPE_PRIOR: dict[str, float] = {
    EntryType.LAW: 1.15,
    EntryType.FAQ: 1.1,
    EntryType.COURSE: 0.9,
}


@dataclass(frozen=True)
class SearchHit:
    """One result; `title_html` and `snippet` are safe HTML with <mark>."""

    type: str
    title: str
    title_html: SafeString
    url: str
    snippet: SafeString
    score: float
    law: str
    eid: str
    number: str
    filters: dict[str, Any]


@dataclass(frozen=True)
class SearchResults:
    """A page of hits.

    Attributes:
        total: hits of the wanted types; counts: hits by type, before that filter.
    """

    results: list[SearchHit] = field(default_factory=list)
    total: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    language: str = "zh-hans"


@dataclass
class _Ranked:
    entry: SearchEntry
    score: float


def search(
    *,
    q: str,
    language: str,
    user: Any,
    types: Iterable[str] | None = None,
    limit: int = 20,
    offset: int = 0,
) -> SearchResults:
    """Return what a person may see that answers `q`, best first.

    An article number ("28条", "第二十八条", "安全生产法 第28条") brings that article
    first. Only wordings in force today answer. Chinese words in an English page find
    the Chinese texts. An empty or meaningless query returns nothing and never fails.
    """
    if has_han(q):
        language = "zh-hans"
    query = analyze_query(q=q, language=language)
    visible = (
        SearchEntry.objects.visible_to(user)
        .filter(language=language)
        .in_force_on(today())
    )
    ranked = _numbered(query, visible)
    known = {one.entry.pk for one in ranked}
    if query.groups:
        found = _retrieve(query, visible)
        ranked += [one for one in _rank(query, found) if one.entry.pk not in known]
    counts = Counter(one.entry.type for one in ranked)
    wanted = set(types or [])
    chosen = [one for one in ranked if not wanted or one.entry.type in wanted]
    words = [word for word in [*query.marks, *query.phrases] if word]
    return SearchResults(
        results=[_as_hit(one, words) for one in chosen[offset : offset + limit]],
        total=len(chosen),
        counts=dict(counts),
        language=language,
    )


def _numbered(query: SearchQuery, visible: SearchEntryQuerySet) -> list[_Ranked]:
    """Return the articles with the number asked for: named law first, then by rank."""
    if not query.number:
        return []
    rows = visible.filter(type=EntryType.LAW, number=query.number)
    if query.law:
        rows = rows.filter(law=query.law)
    found = sorted(
        rows[:CANDIDATES],
        key=lambda row: (RANK_OF_LEVEL.get(row.filters.get("level", ""), 9), row.pk),
    )
    return [_Ranked(row, 1000.0 - place) for place, row in enumerate(found)]


def _ask_index(tokens: list[str], operator: str, visible: SearchEntryQuerySet) -> list:
    if not tokens:
        return []
    # On SQLite the backend computes relevance by asking the index once more per hit;
    # our own ranking reads the candidates anyway.
    is_sqlite = connection.vendor == "sqlite"
    results = get_search_backend().search(
        PlainText(" ".join(tokens), operator=operator),
        visible,
        order_by_relevance=not is_sqlite,
    )
    return list(results[:CANDIDATES])


def _retrieve(query: SearchQuery, visible: SearchEntryQuerySet) -> list[SearchEntry]:
    """Ask for all words as typed, as the law writes them, then for any of them."""
    found = {row.pk: row for row in _ask_index(query.spelling(0), "and", visible)}
    if query.spelling(1) != query.spelling(0):
        found |= {r.pk: r for r in _ask_index(query.spelling(1), "and", visible)}
    if len(found) < CANDIDATES // 4:
        found |= {row.pk: row for row in _ask_index(query.tokens, "or", visible)}
    if query.references:
        places = sorted(query.references.items(), key=lambda one: -one[1])[:12]
        wanted = Q()
        for (law, number), _weight in places:
            wanted |= Q(law=law, number=number)
        found |= {row.pk: row for row in visible.filter(wanted)}
    if len(query.raw) == 1:
        # A lone character is a part of many tokens of the index, and none of them.
        rows = visible.filter(
            Q(title__contains=query.raw) | Q(text__contains=query.raw)
        )
        found = {row.pk: row for row in rows[:CANDIDATES]}
    return list(found.values())


def _rank(query: SearchQuery, entries: list[SearchEntry]) -> list[_Ranked]:
    titles = {e.pk: frozenset(e.title_tokens.split()) for e in entries}
    texts = {e.pk: frozenset(e.text_tokens.split()) for e in entries}
    frequency = Counter(
        token
        for e in entries
        for token in query.tokens
        if token in titles[e.pk] or token in texts[e.pk]
    )
    rarity = {
        token: math.log(1.5 + len(entries) / (1 + count))
        for token, count in frequency.items()
    }
    ranked = []
    for entry in entries:
        score = _score(query, entry, titles[entry.pk], texts[entry.pk], rarity)
        if score > 0:
            ranked.append(_Ranked(entry, score))
    ranked.sort(key=lambda one: (-one.score, one.entry.pk))
    _raise_related(ranked)
    return ranked


def _raise_related(ranked: list[_Ranked]) -> None:
    """Bring what the best article refers to nearer to it: the duty to its penalty."""
    best = next((one for one in ranked if one.entry.number), None)
    if best is None:
        return
    related = best.entry.filters.get("related") or []
    for one in ranked:
        if one.entry.law == best.entry.law and one.entry.number in related:
            one.score = min(one.score + RELATED_SHARE * best.score, best.score)
    ranked.sort(key=lambda one: (-one.score, one is not best, one.entry.pk))


def _score(
    query: SearchQuery,
    entry: SearchEntry,
    title: frozenset[str],
    text: frozenset[str],
    rarity: dict[str, float],
) -> float:
    """Weigh an entry: rare words, title before text, whole ideas, known references."""
    if len(query.raw) == 1:
        return 1.0 + (query.raw in entry.title)
    total = sum(group.weight for group in query.groups) or 1.0
    points = covered = 0.0
    for group in query.groups:
        share, worth = max(
            (_match(variant, title, text, rarity) for variant in group.variants),
            default=(0.0, 0.0),
        )
        covered += group.weight * share
        points += group.weight * worth
    reference = query.references.get((entry.law, entry.number), 0.0)
    coverage = covered / total
    if coverage < MIN_COVERAGE and not (reference >= 0.3 and coverage > 0):
        return 0.0
    points = points * coverage**1.5 + 1.5 * min(reference, 1.0)
    points += _phrase_bonus(query, entry)
    return points * TYPE_PRIOR.get(entry.type, 1.0)


def _match(
    variant: tuple[str, ...],
    title: frozenset[str],
    text: frozenset[str],
    rarity: dict[str, float],
) -> tuple[float, float]:
    """Return the share of a variant's tokens that are there, and what they weigh."""
    hits = 0
    worth = 0.0
    for token in variant:
        in_title, in_text = token in title, token in text
        hits += in_title or in_text
        worth += rarity.get(token, 0.0) * (1.6 * in_title + in_text)
    size = len(variant)
    share = hits / size
    # Half of a word's pairs is chance; all of them is the word.
    return share**2, worth / size * share


def _phrase_bonus(query: SearchQuery, entry: SearchEntry) -> float:
    title, text = entry.title.lower(), entry.text.lower()
    bonus = 0.0
    for phrase in query.phrases:
        if len(phrase) < 2:
            continue
        size = min(len(phrase), 8) / 4
        bonus += size * ((phrase in title) + 0.5 * (phrase in text))
    if title == query.raw:
        bonus += 6
    return bonus


def _as_hit(one: _Ranked, words: list[str]) -> SearchHit:
    entry = one.entry
    return SearchHit(
        type=entry.type,
        title=entry.title,
        title_html=highlight(entry.title, words),
        url=entry.url,
        snippet=make_snippet(entry.text, words),
        score=round(one.score, 4),
        law=entry.law,
        eid=entry.eid,
        number=entry.number,
        filters=entry.filters,
    )
