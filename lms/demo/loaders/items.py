"""The item banks of the sample content."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from cms.domain.citations import CitationInput, set_citations
from cms.enums import CitationSource
from exams.domain.exchange.moodle import picture_name
from exams.domain.exchange.pictures import picture_address, store_pictures
from exams.domain.items import build_item, create_items
from exams.enums import ItemStatus
from exams.models import Item, ItemBank, Topic
from lms.core.clock import now
from lms.core.enums import Audience
from lms.demo.pictures import PICTURES

Row = dict[str, Any]

# file → slug, title, language
BANKS = {
    "bank_a.json": ("platform-a", "安全生产法题库（一）", "zh-hans"),
    "pictures.json": ("platform-a", "安全生产法题库（一）", "zh-hans"),
    "bank_b.json": ("platform-b", "安全生产法题库（二）", "zh-hans"),
    "quick_start.en.json": ("quick-start-en", "Quick start (English)", "en"),
}
EDITED = ("itembank", "topic", "item", "paper", "exam")
TYPES = {
    "single": "choice",
    "multiple": "choice",
    "fill_blank": "text_entry",
    "short_answer": "extended_text",
    "ordering": "order",
    "matching": "match",
}


@transaction.atomic
def load(*, content_dir: Path, log: Callable[[str], None]) -> None:
    """Load the banks; items that are there already stay as they are."""
    for file_name, (slug, title, language) in BANKS.items():
        rows = json.loads((content_dir / "exams" / file_name).read_text("utf-8"))
        bank, _created = ItemBank.objects.get_or_create(
            slug=slug, defaults={"title": title, "audience": Audience.ORGANIZATION}
        )
        count = _load_bank(bank, rows, language)
        log(f"{slug}: {count} new items of {len(rows)}")
    _let_editors_in()


def _let_editors_in() -> None:
    """Editors write items and papers as they write pages."""
    rights = Permission.objects.filter(
        content_type__app_label="exams",
        content_type__model__in=EDITED,
        codename__regex="^(add|change|view)_",
    )
    for group in Group.objects.filter(name__in=("Editors", "Moderators")):
        group.permissions.add(*rights)


def _load_bank(bank: ItemBank, rows: list[Row], language: str) -> int:
    known = set(bank.items.non_polymorphic().values_list("code", flat=True))
    fresh = [row for row in rows if row["id"] not in known]
    topics = _topics(row["topic"] for row in _with_children(fresh))
    built: list[tuple[Item, Row]] = []
    cited: list[tuple[Item, Row]] = []
    for row in fresh:
        whole, content = _build(bank, row, topics, language)
        built.append((whole, content))
        cited.append((whole, row))
        for order, child in enumerate(row.get("children") or [], start=1):
            # Parts of a case share its fate: what is retired is retired as a whole.
            part = row | {"children": None, "audience": row["audience"]} | child
            part["status"] = row.get("status")
            built.append(
                _build(bank, part, topics, language, parent=whole, order=order)
            )
            cited.append((built[-1][0], child))
    create_items(rows=built, now=now())
    for item, row in cited:
        _cite(item, row)
    return len(fresh)


def _with_children(rows: list[Row]) -> Iterator[Row]:
    for row in rows:
        yield row
        yield from row.get("children") or []


def _topics(names: Iterator[str]) -> dict[str, Topic]:
    topics = {
        topic.name: topic for topic in Topic.objects.filter(owner_organization_id=None)
    }
    for name in dict.fromkeys(names):
        if name not in topics:
            topics[name] = Topic.objects.create(name=name, order=len(topics))
    return topics


def _build(
    bank: ItemBank,
    row: Row,
    topics: dict[str, Topic],
    language: str,
    *,
    parent: Item | None = None,
    order: int = 0,
) -> tuple[Item, Row]:
    type_name = str(TYPES.get(row["type"], row["type"]))
    content = content_of(row)
    effective_to = row.get("effective_to")
    item = build_item(
        bank=bank,
        code=row["id"],
        type_name=type_name,
        content=content,
        topic=topics[row["topic"]],
        score=Decimal(str(row["score"])),
        difficulty=row["difficulty"],
        roles=row["audience"],
        status=row.get("status") or ItemStatus.REVIEWED,
        effective_to=date.fromisoformat(effective_to) if effective_to else None,
        note=row.get("note") or "",
        language=language,
        parent=parent,
        order=order,
    )
    return item, content


def content_of(row: Row) -> Row:
    """Return the content of a revision for a row of the sample banks."""
    content = {"stem": row["stem"], "explanation": row["explanation"]}
    kind, answer = row["type"], row.get("answer")
    if kind in ("single", "multiple"):
        own: Row = {"cardinality": kind, "options": row["options"], "correct": answer}
    elif kind == "true_false":
        own = {"correct": answer == ["true"]}
    elif kind == "fill_blank":
        own = {"blanks": answer}
    elif kind == "short_answer":
        own = {"model": row["answer"]["model"], "rubric": row["answer"]["points"]}
    elif kind == "ordering":
        own = {"options": row["options"], "correct": answer}
    elif kind == "matching":
        own = row["options"] | {"correct": answer}
    elif kind == "hotspot":
        image = {"src": _picture(row["picture"]), "alt": row["alt"]}
        own = {"image": image, "regions": row["regions"], "correct": answer}
    else:
        own = {}
    if row.get("media"):
        own["media"] = [
            {"src": _picture(one["picture"]), "alt": one["alt"]} for one in row["media"]
        ]
    return content | own


def _picture(name: str) -> str:
    """Draw and store a picture once; return its address."""
    data = PICTURES[name]()
    stored = picture_name(data, name)
    store_pictures({stored: data})
    return picture_address(stored)


def _cite(item: Item, row: Row) -> None:
    if not row["refs"]:
        return
    set_citations(
        source_kind=CitationSource.ITEM,
        source_key=item.public_id,
        citations=[CitationInput(ref["law"], ref["article"]) for ref in row["refs"]],
        title=item.summary,
        url="",
        audience=Audience.ORGANIZATION,
    )
