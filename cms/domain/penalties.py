"""From a duty to the articles that punish its breach, and back."""

from cms.enums import ProvisionKind
from cms.models import LawVersionPage, Provision

# What the chapter on penalties is called in laws, rules and our English text.
PENALTY_CHAPTERS = ("法律责任", "罚则", "Legal Liability")
_SHOWN = (
    *("eid", "number", "heading", "text", "kind", "language"),
    *("parent_eid", "related", "version_id"),
)


def split_related(
    *, version: LawVersionPage, article: Provision
) -> tuple[list[Provision], list[Provision], bool]:
    """Return what is related to an article: penalties or duties, then the rest.

    An editor relates articles in either direction. For a duty the first list holds
    the related articles of the chapter on penalties; for a penalty it holds the
    related duties, and the last value is True.
    """
    chapter = version.provisions.filter(
        kind=ProvisionKind.CHAPTER, heading__in=PENALTY_CHAPTERS
    ).first()
    rows = version.provisions.articles().exclude(eid=article.eid).order_by("order")
    named = [
        row
        for row in rows.only(*_SHOWN)
        if _names(article, row) or _names(row, article)
    ]
    if chapter is None:
        return [], _authored(named, article), False
    is_penalty = _stands_in(article, chapter)
    across = [row for row in named if _stands_in(row, chapter) is not is_penalty]
    rest = [row for row in named if row not in across]
    return across, _authored(rest, article), is_penalty


def _stands_in(article: Provision, chapter: Provision) -> bool:
    parent = article.parent_eid
    return parent == chapter.eid or parent.startswith(f"{chapter.eid}__")


def _authored(rows: list[Provision], article: Provision) -> list[Provision]:
    """Keep what the article itself names; the way back is for penalties only."""
    return [row for row in rows if _names(article, row)]


def _names(article: Provision, other: Provision) -> bool:
    return other.number in {str(number) for number in article.related}
