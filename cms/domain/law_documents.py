"""Laws from files: our JSON form becomes a law, a version and its provisions."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cms.domain.alignment import Article, align_versions, build_wid_map
from cms.domain.authoring import put_page, stream
from cms.domain.eids import article_eid, sort_key
from cms.enums import LawLevel, SourceState
from cms.errors import InvalidLawDocument
from cms.models import LawIndexPage, LawPage, LawVersionPage
from lms.core.text import parse_article_number

MAX_BYTES = 20 * 1024 * 1024
SOURCE_LANGUAGE = "zh-hans"


@dataclass(frozen=True)
class ImportedLaw:
    law: LawPage
    version: LawVersionPage
    is_changed: bool
    is_map_proposed: bool = False


def refuse(message: str) -> InvalidLawDocument:
    return InvalidLawDocument("invalid_law_document", message)


def read_law_document(*, name: str, data: bytes) -> dict[str, Any]:
    """Return the checked document of a file.

    Raises:
        InvalidLawDocument: not our JSON form, with the reason and the place.
    """
    if len(data) > MAX_BYTES:
        raise refuse(_("The file is larger than 20 MB."))
    lowered = name.lower()
    if (
        lowered.endswith((".xml", ".akn", ".md", ".markdown"))
        or data.lstrip()[:1] == b"<"
    ):
        raise refuse(_("Akoma Ntoso and Markdown are not read yet. Use our JSON form."))
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise refuse(
            _("The file is not JSON in UTF-8: %(why)s") % {"why": error}
        ) from error
    check_document(document)
    return document


def check_document(document: Any) -> None:
    """Raise `InvalidLawDocument` with the place of the first thing that is wrong."""
    if not isinstance(document, dict):
        raise refuse(_("The file has to hold one JSON object."))
    for name in ("slug", "title", "effective", "chapters"):
        if not document.get(name):
            raise refuse(_("“%(name)s” is missing.") % {"name": name})
    if document.get("level", "law") not in LawLevel.values:
        raise refuse(
            _("“level” has to be one of: %(levels)s.")
            % {"levels": ", ".join(LawLevel.values)}
        )
    for name in ("adopted", "effective", "in_force_to"):
        _day(document, name)
    seen: set[str] = set()
    for where, article in _articles(document):
        number = parse_article_number(str(article.get("number", "")))
        if number is None or not str(article.get("text") or "").strip():
            raise refuse(
                _("%(where)s: every article needs a number and a text.")
                % {"where": where}
            )
        if number in seen:
            raise refuse(
                _("%(where)s: article %(number)s stands there twice.")
                % {"where": where, "number": number}
            )
        seen.add(number)


def _day(document: Mapping[str, Any], name: str) -> date | None:
    text = document.get(name)
    if not text:
        return None
    try:
        return date.fromisoformat(str(text))
    except ValueError as error:
        raise refuse(
            _("“%(name)s” has to be a day like 2021-09-01.") % {"name": name}
        ) from error


def _articles(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (place, article) of every chapter and section."""
    try:
        for chapter in document["chapters"]:
            where = f"{_('Chapter')} {chapter.get('number')}"
            for part in [chapter, *(chapter.get("sections") or [])]:
                for article in part.get("articles") or []:
                    yield where, dict(article)
    except (TypeError, AttributeError, ValueError) as error:
        raise refuse(_("“chapters” has to be a list of chapters.")) from error


def text_blocks(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the document's text as raw data of `LawTextBlocks`."""
    blocks: list[dict[str, Any]] = []
    for chapter in document["chapters"]:
        # A short rule without chapters is written as one chapter without a title.
        if chapter.get("title"):
            blocks += stream("chapter", [_heading(chapter)])
        blocks += stream(
            "article", [_article(a) for a in chapter.get("articles") or []]
        )
        for section in chapter.get("sections") or []:
            blocks += stream("section", [_heading(section)])
            articles = section.get("articles") or []
            blocks += stream("article", [_article(one) for one in articles])
    return blocks


def _heading(part: Mapping[str, Any]) -> dict[str, str]:
    return {"number": str(part["number"]), "heading": str(part["title"])}


def _article(article: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "number": parse_article_number(str(article["number"])),
        "heading": article.get("heading") or "",
        "text": str(article["text"]),
        "annotation": article.get("annotation") or "",
        "keywords": "、".join(str(word) for word in article.get("keywords") or []),
        "related": " ".join(str(n) for n in article.get("related") or []),
        "is_unsure": bool(article.get("unsure")),
    }


def label_of(document: Mapping[str, Any]) -> str:
    """Return the label of the version in the file: the year people call it by."""
    for version in document.get("versions") or []:
        if version.get("effective") == document["effective"]:
            return str(version["label"])
    return str(document["effective"])[:4]


@transaction.atomic
def import_law(
    *,
    document: Mapping[str, Any],
    law_slug: str | None = None,
    wid_map: Mapping[str, str] | None = None,
    derived_map: Mapping[str, list[str]] | None = None,
    source_state: str = SourceState.TO_BE_CHECKED,
    source_note: str = "",
    is_work_described: bool = True,
) -> ImportedLaw:
    """Create or correct a law and the version that the document holds, published.

    The same document again changes nothing. Without a map, the articles are aligned
    with the nearest earlier version that the library holds, and the proposal has to
    be read by an editor (`is_map_proposed`). An earlier version without an end gets
    the day before this one begins.

    Args:
        document: checked by `check_document`.
        law_slug: the law this is a version of, when the document's slug differs.
        wid_map: confirmed map, eid of this version → wid.
        derived_map: eid of this version → wids of the articles it was split from.
        source_state: how far the text was checked, a `SourceState`.
        source_note: shown to readers beside the text.
        is_work_described: False leaves the title and facts of an existing law alone.
    """
    check_document(document)
    slug = law_slug or str(document["slug"])
    law, is_law_changed = _put_law(document, slug, is_work_described)
    starts = _day(document, "effective")
    is_proposed = False
    if wid_map is None:
        wid_map, is_proposed = _propose_map(law, document, starts)
    label = label_of(document)
    version, is_changed = put_page(
        parent=law,
        page_class=LawVersionPage,
        slug=f"version-{label}",
        values={
            "title": f"{law.title}（{label}）",
            "label": label,
            "decree": _decree_of(document),
            "adopted_on": _adoption_of(document),
            "in_force_from": starts,
            "in_force_to": _day(document, "in_force_to")
            or _end_before_next(law, starts),
            "text": text_blocks(document),
            "wid_map": dict(wid_map),
            "derived_map": dict(derived_map or {}),
            "source_state": source_state,
            "source_note": source_note,
        },
    )
    _close_earlier(law, version)
    return ImportedLaw(law, version, is_law_changed or is_changed, is_proposed)


def _put_law(
    document: Mapping[str, Any], slug: str, is_described: bool
) -> tuple[LawPage, bool]:
    index = LawIndexPage.objects.get(locale__language_code=SOURCE_LANGUAGE)
    known = LawPage.objects.child_of(index).filter(slug=slug).first()
    if known is not None and not is_described:
        return known, False
    return put_page(
        parent=index,
        page_class=LawPage,
        slug=slug,
        values={
            "title": str(document["title"]),
            "short_title": str(document.get("short_title") or document["title"]),
            "summary": str(document.get("summary") or ""),
            "level": document.get("level", LawLevel.LAW),
            "issuer": str(document.get("issuer") or ""),
            "adopted_on": _day(document, "adopted"),
            "document_number": str(document.get("doc_number") or _decree_of(document)),
            "history": document.get("versions") or [],
        },
    )


def _entry_of(document: Mapping[str, Any]) -> Mapping[str, Any]:
    for version in document.get("versions") or []:
        if version.get("effective") == document["effective"]:
            return version
    return {}


def _decree_of(document: Mapping[str, Any]) -> str:
    return str(_entry_of(document).get("decree") or document.get("doc_number") or "")


def _adoption_of(document: Mapping[str, Any]) -> date | None:
    entry = _entry_of(document)
    return _day(entry, "adopted") if entry else _day(document, "adopted")


def _propose_map(
    law: LawPage, document: Mapping[str, Any], starts: date | None
) -> tuple[dict[str, str], bool]:
    known = (
        LawVersionPage.objects.child_of(law).filter(label=label_of(document)).first()
    )
    if known is not None:
        # What an editor confirmed (or was shown) stays.
        return known.wid_map, False
    earlier = (
        LawVersionPage.objects.child_of(law).live().filter(in_force_from__lt=starts)
    )
    older = earlier.order_by("-in_force_from").first()
    if older is None:
        return {}, False
    rows = list(older.provisions.articles().order_by("order"))
    aligned = align_versions(
        old=[Article(row.number, row.text) for row in rows],
        new=[
            Article(parse_article_number(str(a["number"])) or "", str(a["text"]))
            for _where, a in _articles(document)
        ],
    )
    old_wids = {row.eid: row.wid for row in rows}
    return build_wid_map(aligned=aligned, old_wids=old_wids), True


def _end_before_next(law: LawPage, starts: date | None) -> date | None:
    later = LawVersionPage.objects.child_of(law).filter(in_force_from__gt=starts)
    following = later.order_by("in_force_from").first()
    return following.in_force_from - timedelta(days=1) if following else None


def _close_earlier(law: LawPage, version: LawVersionPage) -> None:
    """End the open version before this one on the day before it takes effect."""
    earlier = LawVersionPage.objects.child_of(law).filter(
        in_force_from__lt=version.in_force_from, in_force_to__isnull=True
    )
    for open_version in earlier:
        open_version.in_force_to = version.in_force_from - timedelta(days=1)
        open_version.save_revision().publish()


def confirmed_map(
    *, pairs: Mapping[str, str], derived: Mapping[str, list[str]], older: LawVersionPage
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Turn confirmed article numbers (new → old) into wids of the older version."""
    wids = dict(older.provisions.articles().values_list("eid", "wid"))
    wid_map = {
        article_eid(new): wids[article_eid(old)]
        for new, old in sorted(pairs.items(), key=lambda pair: sort_key(pair[0]))
    }
    derived_map = {
        article_eid(new): [wids[article_eid(old)] for old in origins]
        for new, origins in derived.items()
    }
    return wid_map, derived_map
