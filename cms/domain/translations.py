"""Pages of the English tree that translate Chinese ones."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from wagtail.models import Locale

from cms.domain.authoring import put_page, stream
from cms.enums import SourceState
from cms.errors import InvalidLawDocument
from cms.models import LawIndexPage, LawPage, LawVersionPage


@transaction.atomic
def put_law_translation(
    *,
    law: LawPage,
    version: LawVersionPage,
    document: Mapping[str, Any],
    short_title: str,
    issuer: str = "",
) -> LawVersionPage:
    """Create or correct the translation of one version, in the document's language.

    The document holds chapter titles and, by article number, heading, text,
    annotation and keywords. Provisions share the identifiers of the original.

    Raises:
        InvalidLawDocument: an article of the original is missing.
    """
    locale = Locale.objects.get(language_code=document["language"])
    index = LawIndexPage.objects.get(locale=locale)
    translated, _is_new = put_page(
        parent=index,
        page_class=LawPage,
        slug=law.slug,
        translation_key=law.translation_key,
        values={
            "title": str(document["title"]),
            "short_title": short_title,
            "level": law.level,
            "issuer": issuer,
            "adopted_on": law.adopted_on,
            "history": law.history,
        },
    )
    page, _is_changed = put_page(
        parent=translated,
        page_class=LawVersionPage,
        slug=version.slug,
        translation_key=version.translation_key,
        values={
            "title": f"{document['title']} ({version.label})",
            "label": version.label,
            "adopted_on": version.adopted_on,
            "in_force_from": version.in_force_from,
            "in_force_to": version.in_force_to,
            "text": _blocks(version, document),
            "source_state": SourceState.UNOFFICIAL_TRANSLATION,
            "source_note": str(document.get("note") or ""),
        },
    )
    return page


def _blocks(
    version: LawVersionPage, document: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Follow the original block by block, with the translated words."""
    titles = {str(c["number"]): str(c["title"]) for c in document["chapters"]}
    blocks: list[dict[str, Any]] = []
    for block in version.text:
        number = str(block.value["number"])
        if block.block_type != "article":
            heading = titles.get(number, "")
            blocks += stream(block.block_type, [{"number": number, "heading": heading}])
            continue
        article = document["articles"].get(number)
        if not article:
            raise InvalidLawDocument(
                "invalid_law_document", f"The translation lacks article {number}."
            )
        blocks += stream("article", [_article(number, article, block.value)])
    return blocks


def _article(
    number: str, article: Mapping[str, Any], original: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "number": number,
        "heading": article.get("heading") or "",
        "text": str(article["text"]),
        "annotation": article.get("annotation") or "",
        "keywords": ", ".join(article.get("keywords") or []),
        "related": original["related"],
        "is_unsure": original["is_unsure"],
    }
