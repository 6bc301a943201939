"""Saving what an author writes: a new revision, which exams ask once it is approved."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cms.domain.citations import CitationInput, set_citations
from cms.enums import CitationSource
from exams.domain.item_facts import CHANGES, changes_between, facts_of
from exams.domain.items import (
    append_revision,
    content_hash,
    create_item,
    put_in_force,
)
from exams.domain.validators import validate_content
from exams.enums import ItemStatus, PendingState
from exams.errors import TextChanged
from exams.models import Item, ItemBank, ItemRevision
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb

CODE_PREFIX = "Q"
# What stands beside the text: it has no revisions and counts at once.
FACTS = (
    "code",
    "topic",
    "difficulty",
    "score",
    "roles",
    "effective_to",
    "note",
    "language",
)


def next_code(*, bank: ItemBank) -> str:
    """Return a code that is free in the bank: Q00001 and on."""
    own = bank.items.non_polymorphic().filter(code__regex=rf"^{CODE_PREFIX}\d{{5,}}$")
    last = own.aggregate(last=Max("code"))["last"]
    return f"{CODE_PREFIX}{int(last[1:]) + 1 if last else 1:05}"


def lock_item(item: Item) -> Item:
    """Return the row as it is now, held until the transaction ends (PostgreSQL)."""
    rows = Item.objects.non_polymorphic()
    # Locked alone and read again: PostgreSQL would join the row as it is after the
    # wait with the revisions as they were before.
    rows.select_for_update().only("pk").get(pk=item.pk)
    return rows.select_related(
        "bank", "parent", "current_revision", "draft_revision"
    ).get(pk=item.pk)


@transaction.atomic
def add_item(
    *,
    bank: ItemBank,
    type_name: str,
    content: dict[str, Any],
    citations: list[CitationInput],
    by: User | None,
    now: datetime,
    parent: Item | None = None,
    **facts: Any,
) -> Item:
    """Write a new item as a draft; a part goes to the end of its case.

    Raises:
        ValidationError: the content is not that of such an item.
    """
    facts["code"] = facts.get("code") or next_code(bank=bank)
    if parent is not None:
        last = parent.children.non_polymorphic().aggregate(last=Max("order"))["last"]
        facts |= {"parent": parent, "order": (last or 0) + 1}
    item = create_item(
        bank=bank, type_name=type_name, content=content, by=by, now=now, **facts
    )
    _cite(item, citations)
    _mark_pending(parent or item)
    record(actor=by, verb=Verb.ITEM_WRITTEN, obj=item, data={"revision": 1})
    return item


@transaction.atomic
def save_item(
    *,
    item: Item,
    content: dict[str, Any],
    citations: list[CitationInput],
    based_on: int | None,
    by: User | None,
    now: datetime,
    **facts: Any,
) -> Item:
    """Keep text and facts of an item.

    The text of an item in use becomes a draft beside the one that exams ask; that of
    an item that was never approved takes its place. Saving what is there already
    changes nothing.

    `based_on` is the id of the revision that the author opened; None: it does not
    matter which.

    Raises:
        ValidationError: the content is not that of such an item.
        TextChanged: somebody else saved in between.
    """
    item = lock_item(item)
    newest = item.newest_revision
    if based_on is not None and newest is not None and newest.pk != based_on:
        raise TextChanged(
            "text_changed",
            _("Somebody else saved this item after you opened it. Compare first."),
        )
    before = facts_of(item)
    changed = _set_facts(item, facts)
    _cite(item, citations)
    changes = changes_between(before, facts_of(item))
    revision = save_text(item=item, content=content, by=by, now=now)
    is_new = newest is None or revision.pk != newest.pk
    if is_new or changed or changes:
        data: dict[str, Any] = {"revision": revision.number, "fields": changed}
        if changes:
            data[CHANGES] = changes
        record(actor=by, verb=Verb.ITEM_WRITTEN, obj=item, data=data)
    return item


def save_text(
    *, item: Item, content: dict[str, Any], by: User | None, now: datetime
) -> ItemRevision:
    """Append a text to a locked item and say that it waits for its review."""
    validate_content(type_name=item.type, content=content)
    newest = item.newest_revision
    if newest is not None and newest.sha256 == content_hash(content):
        return newest
    current = item.current_revision
    if current is not None and current.sha256 == content_hash(content):
        # Back to the text in use: nothing waits any more.
        item.draft_revision = None
        item.save(update_fields=["draft_revision", "updated_at"])
        _settle_pending(item.parent or item)
        return current
    revision = append_revision(item=item, content=content, by=by, now=now)
    if item.is_in_use:
        item.draft_revision = revision
        item.save(update_fields=["draft_revision", "updated_at"])
    else:
        put_in_force(item=item, revision=revision)
    _mark_pending(item.parent or item)
    return revision


def _mark_pending(whole: Item) -> None:
    """A changed text has to be sent to review again."""
    Item.objects.non_polymorphic().filter(pk=whole.pk).update(
        pending=PendingState.DRAFT
    )
    whole.pending = PendingState.DRAFT


def _settle_pending(whole: Item) -> None:
    rows = Item.objects.non_polymorphic()
    open_ = rows.filter(pk=whole.pk) | rows.filter(parent=whole.pk)
    waits = open_.filter(draft_revision__isnull=False)
    if not waits.exists() and not open_.filter(status=ItemStatus.DRAFT).exists():
        rows.filter(pk=whole.pk).update(pending="")
        whole.pending = ""


def _set_facts(item: Item, facts: dict[str, Any]) -> list[str]:
    changed = [
        name for name in FACTS if name in facts and facts[name] != getattr(item, name)
    ]
    for name in changed:
        setattr(item, name, facts[name])
    if changed:
        item.save(update_fields=[*changed, "updated_at"])
    return changed


def _cite(item: Item, citations: list[CitationInput]) -> None:
    set_citations(
        source_kind=CitationSource.ITEM,
        source_key=item.public_id,
        citations=citations,
        title=item.summary,
        url="",
        audience=item.bank.audience,
        organization_id=item.bank.owner_organization_id,
    )


@transaction.atomic
def move_part(*, item: Item, is_up: bool) -> None:
    """Let a sub-item change places with its neighbor; at the end nothing happens."""
    parts = list(
        Item.objects.non_polymorphic()
        .filter(parent=item.parent_id)
        .exclude(status=ItemStatus.RETIRED)
        .order_by("order", "pk")
    )
    place = next(n for n, part in enumerate(parts) if part.pk == item.pk)
    other = place + (-1 if is_up else 1)
    if 0 <= other < len(parts):
        parts[place], parts[other] = parts[other], parts[place]
    for order, part in enumerate(parts, start=1):
        if part.order != order:
            Item.objects.non_polymorphic().filter(pk=part.pk).update(order=order)
