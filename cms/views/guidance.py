"""Questions and answers, check-lists and topics."""

from typing import Any

from django.http import HttpRequest

from cms.contexts import builds_context_of
from cms.domain.citations import CitationInput, CitedProvision, citations_of
from cms.domain.library_queries import faq_by_category, other_questions
from cms.models import (
    ChecklistIndexPage,
    ChecklistPage,
    FaqIndexPage,
    FaqPage,
    TopicIndexPage,
    TopicPage,
)
from cms.views.library import live_in, paginate


@builds_context_of(FaqIndexPage)
def faq_index_context(page: FaqIndexPage, request: HttpRequest) -> dict[str, Any]:
    return {"categories": faq_by_category(language=page.locale.language_code)}


@builds_context_of(FaqPage)
def faq_context(page: FaqPage, request: HttpRequest) -> dict[str, Any]:
    return {
        "citations": citations_of(
            source_kind="faq",
            source_key=page.translation_key,
            language=page.locale.language_code,
        ),
        "others": other_questions(page=page),
    }


@builds_context_of(ChecklistIndexPage)
def checklist_index_context(
    page: ChecklistIndexPage, request: HttpRequest
) -> dict[str, Any]:
    pages = live_in(ChecklistPage, page)
    return {"page_obj": paginate(request, pages.order_by("path"))}


@builds_context_of(ChecklistPage)
def checklist_context(page: ChecklistPage, request: HttpRequest) -> dict[str, Any]:
    return {
        "rows": with_citations(
            [block.value for block in page.items],
            citations_of(
                source_kind="checklist",
                source_key=page.translation_key,
                language=page.locale.language_code,
            ),
        )
    }


@builds_context_of(TopicIndexPage)
def topic_index_context(page: TopicIndexPage, request: HttpRequest) -> dict[str, Any]:
    pages = live_in(TopicPage, page)
    return {"page_obj": paginate(request, pages.order_by("path"))}


@builds_context_of(TopicPage)
def topic_context(page: TopicPage, request: HttpRequest) -> dict[str, Any]:
    return {
        "rows": with_citations(
            [block.value for block in page.sections],
            citations_of(
                source_kind="topic",
                source_key=page.translation_key,
                language=page.locale.language_code,
            ),
        )
    }


def with_citations(
    values: list[Any], cited: list[CitedProvision]
) -> list[dict[str, Any]]:
    """Give each block the citations it was authored with, as they resolve today."""
    places = {(one.law_slug, one.cited_eid): one for one in cited}
    rows = []
    for value in values:
        authored = [
            CitationInput(law_slug=one["law"], number=one["article"])
            for one in value["citations"]
        ]
        found = [places.get((one.law_slug, one.eid)) for one in authored]
        rows.append({"value": value, "citations": [one for one in found if one]})
    return rows
