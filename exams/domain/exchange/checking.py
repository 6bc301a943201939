"""Are these drafts items of this bank? Everything wrong with each is a remark."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from cms.domain.eids import parse_eid
from exams.domain.exchange import words
from exams.domain.exchange.bank_drafts import (
    drafts_of_bank,
    law_names,
    rename_pictures,
)
from exams.domain.exchange.canonical import canonical_draft
from exams.domain.exchange.drafts import ItemDraft, Parsed, Remark
from exams.domain.exchange.likeness import Likeness, asked, fingerprint
from exams.domain.exchange.messages import place_of
from exams.domain.exchange.pictures import is_picture, picture_address
from exams.domain.validators import validate_content
from exams.models import ImportedItem, Item, ItemBank, ItemImport

MAX_TOPIC = 120
MAX_NOTE = 500
TICK = 250
# The field that a type complains of → the column where its author mends it.
COLUMNS = {
    "stem": "stem", "explanation": "explanation", "options": "option_A",
    "correct": "answer", "blanks": "answer", "tolerance": "answer",
    "rubric": "rubric", "model": "answer", "left": "option_A", "right": "option_B",
    "regions": "option_A", "image": "image", "scoring": "scoring",
    "cardinality": "type",
}  # fmt: skip
_ADDRESS = re.compile(r"^(?:/(?!/)|https://)\S+$")


@dataclass(slots=True)
class Checked:
    """A file after the check.

    Attributes:
        good: position in the file and draft of what can be taken.
        unchanged: items that the bank has just so, under the same code.
    """

    good: list[tuple[int, ItemDraft]] = field(default_factory=list)
    unchanged: int = 0
    refused: int = 0
    remarks: list[Remark] = field(default_factory=list)


class _Bank:
    """What the check must know of a bank, read once."""

    def __init__(self, bank: ItemBank, item_import: ItemImport | None) -> None:
        own = set()
        if item_import is not None:
            # A resumed import meets what it wrote before it was killed.
            rows = ImportedItem.objects.filter(item_import=item_import)
            own = set(rows.values_list("item__code", flat=True))
        self.drafts = {
            draft.code: draft
            for draft in drafts_of_bank(bank=bank)
            if draft.code not in own
        }
        codes = Item.objects.non_polymorphic().filter(bank=bank)
        self.codes = set(codes.values_list("code", flat=True)) - own
        self.prints: dict[str, str] = {}
        self.likeness = Likeness()
        for code, draft in self.drafts.items():
            self.prints.setdefault(fingerprint_of(draft), code)
            self.likeness.find_and_add(f"bank {code}", text_of(draft))


def fingerprint_of(draft: ItemDraft) -> str:
    """Return the fingerprint of an item with its parts."""
    parts = [fingerprint(part.type, part.content) for part in draft.children]
    return "|".join([fingerprint(draft.type, draft.content), *parts])


def text_of(draft: ItemDraft) -> str:
    """Return all that is asked: many questions share “which is right?”."""
    return " ".join([asked(draft.content), *map(text_of, draft.children)])


def check_parsed(
    *,
    bank: ItemBank,
    parsed: Parsed,
    item_import: ItemImport | None = None,
    on_tick: Callable[[int], None] = lambda count: None,
) -> Checked:
    """Check every draft of a file; drafts are made ready to be written on the way."""
    checked = Checked(remarks=list(parsed.remarks))
    if any(remark.is_error for remark in parsed.remarks) and not parsed.drafts:
        return checked
    laws = law_names() | words.LAWS
    known = _Bank(bank, item_import)
    seen: dict[str, str] = {}
    codes: set[str] = set()
    pictures = _pictures(parsed)
    for position, draft in enumerate(parsed.drafts, start=1):
        if position % TICK == 0:
            on_tick(position)
        rename_pictures(draft, pictures)
        for part in (draft, *draft.children):
            _check_one(part, laws, codes)
        _check_structure(draft)
        is_same = False if _has_error(draft) else _compare(draft, known, seen)
        checked.remarks += [r for p in (draft, *draft.children) for r in p.remarks]
        if _has_error(draft):
            checked.refused += 1
        elif is_same:
            checked.unchanged += 1
        else:
            checked.good.append((position, draft))
    return checked


def _has_error(draft: ItemDraft) -> bool:
    parts = (draft, *draft.children)
    return any(remark.is_error for part in parts for remark in part.remarks)


def _pictures(parsed: Parsed) -> dict[str, str]:
    """Return the address of each picture; what is none leaves the file."""
    addresses = {}
    for name, data in list(parsed.pictures.items()):
        if is_picture(name, data):
            addresses[name] = picture_address(name)
        else:
            del parsed.pictures[name]
    return addresses


def _check_one(draft: ItemDraft, laws: dict[str, str], codes: set[str]) -> None:
    if draft.code and draft.code in codes:
        draft.refuse("code_twice", column="code", word=draft.code[:40])
    codes.add(draft.code)
    if len(draft.code) > 80:
        draft.refuse("code_too_long", column="code", limit=80)
    if len(draft.topic) > MAX_TOPIC:
        draft.refuse("topic_too_long", column="topic", limit=MAX_TOPIC)
    draft.note = draft.note[:MAX_NOTE]
    _check_language(draft)
    _check_date(draft)
    _check_citations(draft, laws)
    _check_media(draft)
    if draft.type and not any(remark.is_error for remark in draft.remarks):
        _check_content(draft)
    elif not draft.type and not any(remark.is_error for remark in draft.remarks):
        draft.refuse("type_missing", column="type")


def _check_content(draft: ItemDraft) -> None:
    try:
        validate_content(type_name=draft.type, content=draft.content)
    except ValidationError as refusal:
        for name, messages in refusal.message_dict.items():
            column = COLUMNS.get(name, "") if draft.place.row else ""
            draft.refuse("content_invalid", column=column, message=" ".join(messages))


def _check_language(draft: ItemDraft) -> None:
    word = draft.language.strip().lower().replace("_", "-")
    if word in ("", "zh", "zh-cn", "zh-hans-cn"):
        word = "zh-hans"
    word = "en" if word.startswith("en-") else word
    if word not in dict(settings.LANGUAGES):
        draft.refuse("language_unknown", column="language", word=draft.language[:40])
    draft.language = word


def _check_date(draft: ItemDraft) -> None:
    try:
        if draft.effective_to:
            date.fromisoformat(draft.effective_to)
    except ValueError:
        word = draft.effective_to[:40]
        draft.refuse("date_unknown", column="effective_to", word=word)


def _check_citations(draft: ItemDraft, laws: dict[str, str]) -> None:
    own = []
    for word in draft.citations:
        law, _colon, number = word.replace("：", ":").rpartition(":")
        name = law.strip().removeprefix("《").removesuffix("》")
        slug = laws.get(name, name if re.fullmatch(r"[a-z0-9-]+", name) else "")
        eid = parse_eid(number.strip())
        if not slug or eid is None:
            draft.refuse("citation_unknown", column="citations", word=word[:40])
        else:
            own.append(f"{slug}:{eid.removeprefix('art_') if '__' not in eid else eid}")
    draft.citations = own


def _check_media(draft: ItemDraft) -> None:
    kept: list[dict[str, Any]] = []
    for one in draft.content.get("media", []):
        if _ADDRESS.match(str(one["src"])):
            kept.append(one)
        else:
            _name_picture(draft, str(one["src"]))
    if "media" in draft.content:
        draft.content["media"] = kept
        if not kept:
            del draft.content["media"]
    image = draft.content.get("image")
    if image and image["src"] and not _ADDRESS.match(str(image["src"])):
        draft.refuse("picture_address", column="image", name=str(image["src"])[:80])


def _name_picture(draft: ItemDraft, source: str) -> None:
    is_stored = re.fullmatch(r"[0-9a-f]{64}(\.\w+)?", source) is not None
    code = "picture_kind" if is_stored else "picture_address"
    draft.warn(code, column="image", name=source[-80:])


def _check_structure(draft: ItemDraft) -> None:
    if draft.type == "case" and not draft.children:
        draft.refuse("case_empty")
    for child in draft.children:
        if child.type == "case":
            child.refuse("case_nested")
        if not child.code and draft.code:
            child.code = f"{draft.code}-{draft.children.index(child) + 1}"


def _compare(draft: ItemDraft, known: _Bank, seen: dict[str, str]) -> bool:
    """Name duplicates; return whether the bank has the item just so."""
    same = known.drafts.get(draft.code) if draft.code else None
    if same is not None and _is_unchanged(draft, same):
        return True
    for part in (draft, *draft.children):
        if part.code in known.codes:
            part.refuse("code_taken", column="code", word=part.code[:40])
            return False
    where = place_of(draft.place.at(""))
    print_ = fingerprint_of(draft)
    if print_ in known.prints:
        draft.refuse("duplicate_in_bank", column="stem", other=known.prints[print_])
    elif print_ in seen:
        draft.refuse("duplicate_in_file", column="stem", other=seen[print_])
    else:
        seen[print_] = where
        alike = known.likeness.find_and_add(where, text_of(draft))
        if alike is not None and alike.startswith("bank "):
            draft.warn("similar_in_bank", column="stem", other=alike[5:])
        elif alike is not None:
            draft.warn("similar_in_file", column="stem", other=alike)
    return False


def _is_unchanged(draft: ItemDraft, same: ItemDraft) -> bool:
    return canonical_draft(draft) == canonical_draft(same)
