"""Everything that stands around one article."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from cms.domain.citations import CitingSource, citing_sources
from cms.domain.eids import article_of
from cms.domain.penalties import split_related
from cms.domain.queries import (
    Neighbors,
    find_law,
    find_provision,
    neighbors_of,
    pick_version,
    versions_of,
)
from cms.enums import ProvisionKind
from cms.models import LawPage, LawVersionPage, Provision


@dataclass(frozen=True)
class ArticleView:
    """An article with its surroundings.

    Attributes:
        provision: what the address named: the article or a part of it.
        parts: its paragraphs and items, in order.
        penalties: what punishes a breach of it; for a penalty, the duties it is for.
        is_penalty: it stands in the chapter on penalties.
        parallel: the same article in the other languages of the library.
    """

    law: LawPage
    version: LawVersionPage
    versions: list[LawVersionPage]
    article: Provision
    provision: Provision
    chapter: Provision | None
    parts: list[Provision]
    neighbors: Neighbors
    related: list[Provision]
    penalties: list[Provision]
    is_penalty: bool
    parallel: list[Provision]
    cited_by: list[CitingSource]

    @property
    def compared_with(self) -> LawVersionPage | None:
        """The version before this one, to compare with."""
        older = [
            v for v in self.versions if v.in_force_from < self.version.in_force_from
        ]
        return older[0] if older else None


def read_article(
    *, law_slug: str, address: str, language: str, on: date | None, user: Any
) -> ArticleView:
    """Return an article in the wording of a day (default: today) with all around it.

    Raises:
        LawNotFound, NoVersionInForce, ProvisionNotFound: said in words for readers.
    """
    law = find_law(slug=law_slug, language=language)
    versions = versions_of(law_key=law.translation_key, language=language)
    version = pick_version(versions, on=on)
    provision = find_provision(version=version, address=address)
    article = provision
    if provision.kind != ProvisionKind.ARTICLE:
        article = find_provision(version=version, address=article_of(provision.eid))
    own = version.provisions.filter(eid__startswith=f"{article.eid}__")
    around = version.provisions.filter(
        eid__in=[article.parent_eid, article.parent_eid.partition("__")[0]]
    )
    chapter = around.order_by("order").first() if article.parent_eid else None
    penalties, related, is_penalty = split_related(version=version, article=article)
    return ArticleView(
        law=law,
        version=version,
        versions=versions,
        article=article,
        provision=provision,
        chapter=chapter,
        parts=list(own.order_by("order")),
        neighbors=neighbors_of(article=article),
        related=related,
        penalties=penalties,
        is_penalty=is_penalty,
        parallel=_parallel(article, version),
        cited_by=citing_sources(
            article.law_key, article.wid, user=user, language=language
        ),
    )


def _parallel(article: Provision, version: LawVersionPage) -> list[Provision]:
    """Return the article in other languages, of the translation of this version."""
    rows = Provision.objects.published().filter(
        law_key=article.law_key,
        eid=article.eid,
        version__translation_key=version.translation_key,
    )
    return list(
        rows.exclude(language=article.language).select_related("version").order_by("pk")
    )
