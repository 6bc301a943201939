"""From the authored text of a version to its provisions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from cms.domain.eids import article_eid
from cms.enums import ProvisionKind
from cms.models import LawPage, LawVersionPage, Provision
from lms.core.text import parse_article_number

_ITEM = re.compile(r"^\s*[（(](?P<number>[一二三四五六七八九十百]{1,4}|\d{1,3})[）)]")
SOURCE_LANGUAGE = "zh-hans"


@dataclass
class _Draft:
    """Collects rows in reading order; the order is theirs for good."""

    version: LawVersionPage
    law_key: UUID
    language: str
    label: str
    wid_map: dict[str, str]
    derived_map: dict[str, list[str]]
    rows: list[Provision] = field(default_factory=list)

    def add(self, *, eid: str, kind: str, wid: str = "", **values: object) -> Provision:
        row = Provision(
            version=self.version,
            law_key=self.law_key,
            language=self.language,
            eid=eid,
            wid=wid or self.wid_map.get(eid) or f"{self.label}:{eid}",
            derived_from=self.derived_map.get(eid, []),
            kind=kind,
            order=len(self.rows),
            **values,
        )
        self.rows.append(row)
        return row


def split_text(text: str) -> Iterator[tuple[str, int, int, str]]:
    """Yield (kind, paragraph, item, line) for each 款 and 项 of an article.

    A line that starts with （一） is an item of the paragraph before it; every other
    line is a paragraph of its own.
    """
    paragraph = item = 0
    for line in text.splitlines():
        if not line.strip():
            continue
        if _ITEM.match(line) and paragraph:
            item += 1
            yield ProvisionKind.ITEM, paragraph, item, line.strip()
        else:
            paragraph, item = paragraph + 1, 0
            yield ProvisionKind.PARAGRAPH, paragraph, 0, line.strip()


def split_keywords(text: str) -> list[str]:
    """Split authored keywords at commas of either script; a keyword may have spaces."""
    return [word.strip() for word in re.split(r"[,，、;；\n]+", text) if word.strip()]


def split_numbers(text: str) -> list[str]:
    """Split authored article numbers at spaces and commas."""
    return [number for number in re.split(r"[\s,，、;；]+", text) if number]


def _add_article(draft: _Draft, parent_eid: str, value: dict) -> None:
    number = parse_article_number(str(value["number"])) or str(value["number"])
    article = draft.add(
        eid=article_eid(number),
        kind=ProvisionKind.ARTICLE,
        parent_eid=parent_eid,
        number=number,
        heading=value.get("heading") or "",
        text=value["text"],
        annotation=value.get("annotation") or "",
        keywords=split_keywords(value.get("keywords") or ""),
        related=split_numbers(value.get("related") or ""),
        is_unsure=bool(value.get("is_unsure")),
    )
    paragraph_eid = article.eid
    for kind, paragraph, item, line in split_text(value["text"]):
        suffix = f"__para_{paragraph}" + (f"__item_{item}" if item else "")
        eid = article.eid + suffix
        if not item:
            paragraph_eid = eid
        draft.add(
            eid=eid,
            wid=article.wid + suffix,
            kind=kind,
            parent_eid=paragraph_eid if item else article.eid,
            number=str(item or paragraph),
            text=line,
        )


def build_provisions(
    *, version: LawVersionPage, law_key: UUID, language: str
) -> list[Provision]:
    """Return the unsaved provisions of a version, in reading order."""
    source = _source_of(version=version, language=language)
    draft = _Draft(
        version=version,
        law_key=law_key,
        language=language,
        label=source.label,
        wid_map=source.wid_map or {},
        derived_map=source.derived_map or {},
    )
    chapter_eid = section_eid = ""
    for block in version.text:
        value = block.value
        if block.block_type == "chapter":
            chapter_eid, section_eid = f"chp_{value['number']}", ""
            draft.add(
                eid=chapter_eid,
                kind=ProvisionKind.CHAPTER,
                number=value["number"],
                heading=value["heading"],
            )
        elif block.block_type == "section":
            section_eid = f"{chapter_eid}__sec_{value['number']}".lstrip("_")
            draft.add(
                eid=section_eid,
                kind=ProvisionKind.SECTION,
                parent_eid=chapter_eid,
                number=value["number"],
                heading=value["heading"],
            )
        else:
            _add_article(draft, section_eid or chapter_eid, value)
    return draft.rows


def _source_of(*, version: LawVersionPage, language: str) -> LawVersionPage:
    """Return the Chinese version whose identifiers a translation shares."""
    if language == SOURCE_LANGUAGE:
        return version
    source = LawVersionPage.objects.filter(
        translation_key=version.translation_key,
        locale__language_code=SOURCE_LANGUAGE,
    ).first()
    return source or version


@transaction.atomic
def project_version(*, version: LawVersionPage) -> int:
    """Replace the provisions of a version by what its text says now.

    Doing it twice changes nothing: identifiers depend on the text and the confirmed
    map alone. Returns the number of provisions. Raises `IntegrityError` when the
    text uses an article number twice.
    """
    law = LawPage.objects.get(pk=version.get_parent().pk)
    version.law_key = law.translation_key
    version.law_slug = law.slug
    version.law_title = law.short_title
    LawVersionPage.objects.filter(pk=version.pk).update(
        law_key=version.law_key, law_slug=version.law_slug, law_title=version.law_title
    )
    rows = build_provisions(
        version=version,
        law_key=law.translation_key,
        language=version.locale.language_code,
    )
    Provision.objects.filter(version=version).delete()
    Provision.objects.bulk_create(rows, batch_size=500)
    return len(rows)
