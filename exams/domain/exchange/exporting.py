"""A bank as a file, and by name what the file can't carry.

The file is read back at once: what would come in otherwise than it went out is named,
whatever the reason.
"""

from dataclasses import dataclass, field
from typing import Any

from exams.domain.exchange.bank_drafts import (
    drafts_of_bank,
    picture_sources,
    rename_pictures,
)
from exams.domain.exchange.canonical import canonical_draft
from exams.domain.exchange.drafts import WARNING, ItemDraft, Place, Remark, Unreadable
from exams.domain.exchange.pictures import load_picture
from exams.domain.exchange.registry import (
    WITH_PICTURES,
    WRITERS,
    read_file,
    write_file,
)
from exams.models import ItemBank

EXPORT_FORMATS = tuple(WRITERS)
READ_AS = {"qti-2.1": "qti", "qti-3.0": "qti"}


@dataclass(slots=True)
class Export:
    """A file and what it lacks."""

    data: bytes
    count: int
    losses: list[Remark] = field(default_factory=list)


def export_bank(*, bank: ItemBank, format_name: str, english: bool = False) -> Export:
    """Write all items of a bank that are not retired."""
    return export_drafts(
        drafts=drafts_of_bank(bank=bank), format_name=format_name, english=english
    )


def export_drafts(
    *, drafts: list[ItemDraft], format_name: str, english: bool = False
) -> Export:
    """Write drafts; each loss names the item by its code."""
    losses: list[Remark] = []
    pictures: dict[str, bytes] = {}
    if format_name in WITH_PICTURES:
        for draft in drafts:
            _take_pictures(draft, pictures, losses)
    data = write_file(
        drafts, format_name=format_name, english=english, pictures=pictures
    )
    losses += _differences(drafts, data, format_name)
    return Export(data, len(drafts), losses)


def _take_pictures(
    draft: ItemDraft, pictures: dict[str, bytes], losses: list[Remark]
) -> None:
    names: dict[str, str] = {}
    for source in dict.fromkeys(picture_sources(draft)):
        loaded = load_picture(source)
        if loaded is None:
            losses.append(_loss(draft, "picture_missing", name=source[:80]))
        else:
            names[source], pictures[loaded[0]] = loaded
    rename_pictures(draft, names)


def _loss(draft: ItemDraft, code: str, **params: Any) -> Remark:
    return Remark(code, Place(element=draft.code), WARNING, params)


def _differences(
    drafts: list[ItemDraft], data: bytes, format_name: str
) -> list[Remark]:
    try:
        parsed = read_file(data, format_name=READ_AS.get(format_name, format_name))
        back = parsed.drafts
    except Unreadable:
        back = []
    by_code = {draft.code: draft for draft in back}
    # Aiken has no codes: its items come back in order.
    nameless = iter([draft for draft in back if not draft.code])
    losses = []
    for draft in drafts:
        found = by_code.get(draft.code)
        if found is None and _has_form(draft, format_name):
            found = next(nameless, None)
        if found is None:
            losses.append(_loss(draft, "export_type"))
            continue
        fields = differing_fields(draft, found)
        if fields:
            losses.append(_loss(draft, "export_differs", fields=", ".join(fields)))
    return losses


def _has_form(draft: ItemDraft, format_name: str) -> bool:
    is_single = draft.content.get("cardinality") == "single"
    return format_name == "aiken" and draft.type == "choice" and is_single


def differing_fields(draft: ItemDraft, other: ItemDraft) -> list[str]:
    """Return the names of what differs between two drafts."""
    one, two = canonical_draft(draft), canonical_draft(other)
    names = [n for n in one if n != "content" and one[n] != two[n]]
    own, its = one["content"], two["content"]
    return names + [n for n in sorted({*own, *its}) if own.get(n) != its.get(n)]
