"""The terms of the law and what people type for them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from cms.models import GlossaryTerm

COPIED = {
    "pinyin": "pinyin",
    "en": "english",
    "definition_zh": "definition",
    "definition_en": "definition_english",
    "synonyms_zh": "synonyms",
}


@transaction.atomic
def put_terms(*, terms: Iterable[Mapping[str, Any]], law_slug: str) -> int:
    """Create or correct glossary terms; `refs` name articles of one law."""
    rows = [
        GlossaryTerm(
            term=term["zh"],
            law_slug=law_slug,
            articles=[str(number) for number in term.get("refs") or []],
            **{ours: term[theirs] for theirs, ours in COPIED.items() if theirs in term},
        )
        for term in terms
    ]
    GlossaryTerm.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["term"],
        update_fields=[*COPIED.values(), "law_slug", "articles"],
    )
    return len(rows)


def popular_terms(*, language: str, limit: int = 8) -> list[str]:
    """Return terms that the law speaks of most, to suggest to who found nothing."""
    field = "english" if language == "en" else "term"
    terms = GlossaryTerm.objects.exclude(**{field: ""}).values_list(field, "articles")
    ranked = sorted(terms, key=lambda one: -len(one[1]))
    return [term for term, _articles in ranked[:limit]]
