"""What follows when a page is published or withdrawn."""

from django.db import transaction

from cms.domain.citations import (
    CitationInput,
    clear_citations,
    resolve_waiting_citations,
    set_citations,
)
from cms.domain.entries import entries_of
from cms.domain.projection import project_version
from cms.domain.search_index import index_page_entries, unindex_page
from cms.models import BasePage, LawPage, LawVersionPage
from lms.core.enums import Audience


@transaction.atomic
def refresh_page(*, page: BasePage) -> None:
    """Bring provisions, citations and search in line with a published page.

    Called twice it changes nothing.
    """
    if isinstance(page, LawVersionPage):
        project_version(version=page)
        resolve_waiting_citations(version=page)
    if isinstance(page, LawPage):
        _rename_versions(page)
    if page.citation_kind is not None:
        store_citations(page=page)
    index_page_entries(page_id=page.pk, entries=entries_of(page=page))


def _rename_versions(law: LawPage) -> None:
    """Carry a changed title or slug to what was copied from it."""
    versions = LawVersionPage.objects.live().child_of(law)
    stale = versions.exclude(law_slug=law.slug, law_title=law.short_title)
    for version in stale:
        refresh_page(page=version)


def store_citations(*, page: BasePage) -> None:
    """Store what a page cites under its translation key and language."""
    inputs = [
        CitationInput(law_slug=c["law"], number=c["article"], why=c["why"])
        for c in page.cited_articles()
    ]
    set_citations(
        source_kind=str(page.citation_kind),
        source_key=page.translation_key,
        citations=inputs,
        title=page.title,
        url=page.get_url() or "",
        audience=getattr(page, "audience", Audience.PUBLIC),
        organization_id=getattr(page, "owner_organization_id", None),
        language=page.locale.language_code,
    )


@transaction.atomic
def withdraw_page(*, page: BasePage) -> None:
    """Take an unpublished or deleted page out of search and citations."""
    unindex_page(page_id=page.pk)
    if isinstance(page, LawPage):
        for version in LawVersionPage.objects.child_of(page):
            unindex_page(page_id=version.pk)
    if page.citation_kind is not None:
        clear_citations(
            source_kind=str(page.citation_kind),
            source_key=page.translation_key,
            language=page.locale.language_code,
        )
