"""Items and their revisions."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Max

from exams.domain.signatures import signature_of
from exams.domain.validators import validate_content
from exams.enums import ItemStatus
from exams.models import (
    ITEM_CLASSES,
    Item,
    ItemBank,
    ItemRevision,
    RevisionSignature,
    Topic,
)
from lms.accounts.models import User

SUMMARY_CHARACTERS = 200


def canonical_json(value: Any) -> str:
    """Return one spelling of a JSON value, for hashing."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def content_hash(content: dict[str, Any]) -> str:
    """Return SHA-256 of the content as hex."""
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def build_item(
    *,
    bank: ItemBank,
    code: str,
    type_name: str,
    content: dict[str, Any],
    topic: Topic | None = None,
    score: Decimal = Decimal(1),
    difficulty: int = 3,
    roles: Sequence[str] = (),
    status: str = ItemStatus.DRAFT,
    effective_to: date | None = None,
    note: str = "",
    language: str = "zh-hans",
    parent: Item | None = None,
    order: int = 0,
) -> Item:
    """Return an unsaved item with its type's class; the content is checked.

    Raises:
        ValidationError: the content is not that of such an item.
    """
    validate_content(type_name=type_name, content=content)
    item_class = ITEM_CLASSES[type_name]
    return item_class(
        # Set by hand: bulk_create does not run the polymorphic save.
        polymorphic_ctype=ContentType.objects.get_for_model(
            item_class, for_concrete_model=False
        ),
        bank=bank,
        code=code,
        type=type_name,
        cardinality=content.get("cardinality", "") if type_name == "choice" else "",
        topic=topic,
        score=score,
        difficulty=difficulty,
        roles=list(roles),
        status=status,
        effective_to=effective_to,
        note=note,
        language=language,
        parent=parent,
        order=order,
        summary=content["stem"].strip()[:SUMMARY_CHARACTERS],
    )


@transaction.atomic
def create_item(
    *, content: dict[str, Any], now: datetime, by: User | None = None, **fields: Any
) -> Item:
    """Add an item with its first revision. `fields` are those of `build_item`."""
    item = build_item(content=content, **fields)
    item.save()
    revision = append_revision(item=item, content=content, by=by, now=now)
    return put_in_force(item=item, revision=revision)


@transaction.atomic
def revise_item(
    *, item: Item, content: dict[str, Any], by: User | None, now: datetime
) -> Item:
    """Put a new text in force at once; the same content again changes nothing.

    Attempts that run keep the text they started with. What has to be reviewed first
    is saved by `exams.domain.authoring.save_text`.

    Raises:
        ValidationError: the content is not that of such an item.
    """
    validate_content(type_name=item.type, content=content)
    current = item.current_revision
    if current is not None and current.sha256 == content_hash(content):
        return item
    revision = append_revision(item=item, content=content, by=by, now=now)
    return put_in_force(item=item, revision=revision)


def append_revision(
    *, item: Item, content: dict[str, Any], by: User | None, now: datetime
) -> ItemRevision:
    """Write one more text of an item; which of them exams ask is not touched."""
    last = item.revisions.aggregate(last=Max("number"))["last"] or 0
    revision = ItemRevision.objects.create(
        item=item,
        number=last + 1,
        content=content,
        sha256=content_hash(content),
        created_at=now,
        created_by=by,
    )
    signature_of(revision, item.type).save(force_insert=True)
    return revision


def put_in_force(*, item: Item, revision: ItemRevision) -> Item:
    """Let exams ask this text from now on; a draft of the item is settled by it."""
    content = revision.content
    item.current_revision = revision
    item.draft_revision = None
    item.summary = content["stem"].strip()[:SUMMARY_CHARACTERS]
    if item.type == "choice":
        item.cardinality = content["cardinality"]
    item.save()
    return item


@transaction.atomic
def create_items(*, rows: Sequence[tuple[Item, dict[str, Any]]], now: datetime) -> None:
    """Write many built items with their first revisions, in few statements.

    Parents must stand before their children in `rows`.
    """
    tops = [item for item, _content in rows if item.parent is None]
    parts = [item for item, _content in rows if item.parent is not None]
    Item.objects.bulk_create(tops)
    for part in parts:
        part.parent = part.parent  # the parent has its key only now
    Item.objects.bulk_create(parts)
    revisions = ItemRevision.objects.bulk_create(
        [
            ItemRevision(
                item=item,
                number=1,
                content=content,
                sha256=content_hash(content),
                created_at=now,
            )
            for item, content in rows
        ]
    )
    RevisionSignature.objects.bulk_create(
        signature_of(revision, item.type)
        for (item, _content), revision in zip(rows, revisions, strict=True)
    )
    for (item, _content), revision in zip(rows, revisions, strict=True):
        item.current_revision = revision
    Item.objects.non_polymorphic().bulk_update(
        [item for item, _content in rows], ["current_revision"], batch_size=200
    )
