"""Reads of the policy, case, question, check-list and topic libraries."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Model, Q, QuerySet
from django.db.models.functions import ExtractYear
from taggit.models import Tag

from cms.enums import EntryType
from cms.models import (
    CasePage,
    CaseTag,
    FaqPage,
    PolicyPage,
    PolicyTag,
    SearchEntry,
)


@dataclass(frozen=True)
class Choice:
    """One choice of a filter, with the number of pages that it would leave."""

    value: str
    label: str
    count: int


def newest_policies(*, language: str, limit: int) -> list[PolicyPage]:
    """Return the policies issued last."""
    pages = PolicyPage.objects.live().public()
    return list(
        pages.filter(locale__language_code=language).order_by("-issued_on", "-pk")[
            :limit
        ]
    )


def featured_case(*, language: str) -> CasePage | None:
    """Return the most recent accident case."""
    pages = CasePage.objects.live().public().filter(locale__language_code=language)
    return pages.order_by("-occurred_on").first()


def counts_of(*, language: str) -> dict[str, int]:
    """Return how many articles, cases … the public can read; counted, not claimed."""
    in_force = Q(type=EntryType.LAW, in_force_to__isnull=True) & ~Q(number="")
    entries = SearchEntry.objects.filter(language=language, audience="public")
    counts: Counter[str] = Counter()
    rows = entries.order_by().values("type")
    for row in rows.annotate(count=Count("pk"), articles=Count("pk", filter=in_force)):
        counts[row["type"]] = row["count"]
        counts["article"] += row["articles"]
    return dict(counts)


def tags_of(through: type[Model], pages: list[Any]) -> dict[int, list[str]]:
    """Return the tag names of pages by page id, in one query."""
    rows = through._default_manager.filter(  # noqa: SLF001 -- Django's model API
        content_object__in=[page.pk for page in pages]
    ).values_list("content_object_id", "tag__name")
    tags: dict[int, list[str]] = {}
    for page_id, name in rows.order_by("pk"):
        tags.setdefault(page_id, []).append(name)
    return tags


def policy_tags(pages: list[PolicyPage]) -> dict[int, list[str]]:
    return tags_of(PolicyTag, pages)


def case_tags(pages: list[CasePage]) -> dict[int, list[str]]:
    return tags_of(CaseTag, pages)


def tag_choices(*, through: type[Model], language: str) -> list[Choice]:
    """Return the tags in use, the most used first."""
    relation = f"{through._meta.label_lower.replace('.', '_')}_items"  # noqa: SLF001
    used = Tag.objects.filter(
        **{f"{relation}__content_object__locale__language_code": language},
        **{f"{relation}__content_object__live": True},
    )
    counted = used.annotate(pages=Count("pk")).order_by("-pages", "name")
    return [Choice(tag.name, tag.name, tag.pages) for tag in counted]  # type: ignore[attr-defined]


def value_choices(
    pages: QuerySet, field: str, choices: Sequence[tuple[str, Any]] = ()
) -> list[Choice]:
    """Return the values of a field that occur, with their labels and counts."""
    rows = pages.order_by().values(field).annotate(pages=Count("pk"))
    found = {row[field]: row["pages"] for row in rows if row[field]}
    labels = dict(choices)
    order = list(labels) if labels else sorted(found, key=lambda v: -found[v])
    return [
        Choice(str(value), str(labels.get(value, value)), found[value])
        for value in order
        if value in found
    ]


def year_choices(pages: QuerySet, field: str) -> list[Choice]:
    """Return the years of a date field that occur, newest first."""
    rows = (
        pages.exclude(**{f"{field}__isnull": True})
        .order_by()
        .annotate(year=ExtractYear(field))
        .values("year")
        .annotate(pages=Count("pk"))
        .order_by("-year")
    )
    return [Choice(str(r["year"]), str(r["year"]), r["pages"]) for r in rows]


def faq_by_category(*, language: str) -> dict[str, list[FaqPage]]:
    """Return the questions of each category, the largest category first."""
    pages = FaqPage.objects.live().public().filter(locale__language_code=language)
    groups: dict[str, list[FaqPage]] = {}
    for page in pages.order_by("category", "path"):
        groups.setdefault(page.category, []).append(page)
    return dict(sorted(groups.items(), key=lambda group: -len(group[1])))


def asked_questions(*, language: str, limit: int) -> list[FaqPage]:
    """Return the first question of each of the largest categories."""
    groups = faq_by_category(language=language)
    return [questions[0] for questions in groups.values()][:limit]


def other_questions(*, page: FaqPage, limit: int = 4) -> list[FaqPage]:
    """Return questions of the same category."""
    pages = FaqPage.objects.live().public().filter(locale_id=page.locale_id)
    return list(pages.filter(category=page.category).exclude(pk=page.pk)[:limit])
