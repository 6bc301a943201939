"""What an item cites, as its author wrote it, and what became of those articles."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from cms.domain.citations import CitationInput, citations_of, set_citations
from cms.domain.eids import article_of, number_of, parse_eid
from cms.enums import CitationSource
from cms.models import Citation, LawPage, Provision
from exams.models import Item


def citations_written(item: Item) -> list[dict[str, str]]:
    """Return law, article, reason, slug and version of each citation, in order."""
    rows = list(
        Citation.objects.filter(
            source_kind=CitationSource.ITEM, source_key=str(item.public_id)
        ).order_by("order")
    )
    titles = dict(
        LawPage.objects.filter(
            slug__in={row.law_slug for row in rows}, locale__language_code="zh-hans"
        ).values_list("slug", "title")
    )
    return [
        {
            "law": titles.get(row.law_slug, row.law_slug),
            "article": row.eid if "__" in row.eid else number_of(row.eid),
            "why": row.why,
            "slug": row.law_slug,
            "version": row.version_label,
        }
        for row in rows
    ]


def cite_today(*, item: Item) -> None:
    """Let the citations of an item name the version that holds now."""
    key = str(item.public_id)
    cited = citations_of(source_kind=CitationSource.ITEM, source_key=key)
    found = {(one.law_slug, one.cited_eid): one.eid for one in cited}
    rows = Citation.objects.filter(source_kind=CitationSource.ITEM, source_key=key)
    inputs = [
        CitationInput(r.law_slug, found.get((r.law_slug, r.eid), r.eid), r.why)
        for r in rows.order_by("order")
    ]
    if inputs:
        set_citations(
            source_kind=CitationSource.ITEM,
            source_key=key,
            citations=inputs,
            title=item.summary,
            url="",
            audience=item.bank.audience,
            organization_id=item.bank.owner_organization_id,
        )


def known_article(*, law_slug: str, number: str) -> str:
    """Return what is wrong with an article of a law, "" where nothing is.

    A law whose text the library does not hold can't be checked.
    """
    articles = Provision.objects.filter(
        version__law_slug=law_slug, version__live=True
    ).exclude(eid__contains="__")
    eid = article_of(parse_eid(number) or "")
    if articles.filter(eid=eid).exists() or not articles.exists():
        return ""
    return _("This law has no article %(number)s.") % {"number": number}


@dataclass(frozen=True, slots=True)
class Amended:
    """A cited article that has another wording now than the one the item cites."""

    law_title: str
    number_label: str
    url: str
    text: str


def amended_articles(item: Item) -> list[Amended]:
    """Return the cited articles whose law has a newer version than was cited."""
    found = citations_of(source_kind=CitationSource.ITEM, source_key=item.public_id)
    return [
        Amended(one.law_title, one.number_label, one.url, one.text)
        for one in found
        if one.has_newer_version
    ]
