"""From a draft to what exams ask: sent to review, approved by somebody else, retired.

A case and its parts go together: each step is taken for the whole of them.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from exams.domain.authoring import lock_item, save_text
from exams.domain.item_citations import cite_today
from exams.domain.item_facts import CHANGES
from exams.domain.items import put_in_force
from exams.enums import ItemStatus, ItemType, PendingState, ReviewStep
from exams.errors import ReviewRefused
from exams.models import Item, ItemReview, ItemRevision, Topic
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb


def parts_of(whole: Item) -> list[Item]:
    """Return the item, and the parts of a case that are not retired."""
    parts = (
        Item.objects.non_polymorphic()
        .filter(parent=whole)
        .exclude(status=ItemStatus.RETIRED)
        .select_related("bank", "current_revision", "draft_revision")
        .order_by("order", "pk")
    )
    return [whole, *(parts if whole.type == ItemType.CASE else [])]


def authors_of(whole: Item) -> set[int]:
    """Return who wrote a text of the item since it was last approved."""
    last = (
        ItemReview.objects.filter(item=whole, step=ReviewStep.APPROVED)
        .order_by("-pk")
        .first()
    )
    texts = ItemRevision.objects.filter(item__in=parts_of(whole))
    if last is not None:
        texts = texts.filter(created_at__gt=last.at)
    ids = texts.exclude(created_by=None).values_list("created_by", flat=True)
    return {pk for pk in ids if pk is not None}


@transaction.atomic
def submit_item(*, item: Item, by: User, now: datetime) -> Item:
    """Send an item to review; sent twice it is sent once.

    Raises:
        ReviewRefused: `retired`, `nothing_to_review`, `case_empty`.
    """
    whole = lock_item(item.parent or item)
    if whole.pending == PendingState.IN_REVIEW:
        return whole
    _refuse_retired(whole)
    if whole.status != ItemStatus.DRAFT and not whole.pending:
        raise ReviewRefused(
            "nothing_to_review", _("Nothing was changed since the last approval.")
        )
    if whole.type == ItemType.CASE and len(parts_of(whole)) == 1:
        raise ReviewRefused("case_empty", _("A case needs at least one sub-item."))
    return _step(whole, ReviewStep.SUBMITTED, by, now, pending=PendingState.IN_REVIEW)


@transaction.atomic
def approve_item(*, item: Item, by: User, now: datetime) -> Item:
    """Put the newest texts in force; exams that start from now on ask them.

    Raises:
        ReviewRefused: `not_in_review`, `own_text`, `text_outdated`.
    """
    whole = lock_item(item.parent or item)
    _refuse_unless_in_review(whole)
    if by.pk in authors_of(whole):
        raise ReviewRefused(
            "own_text", _("You wrote this text: somebody else has to approve it.")
        )
    is_recheck = whole.status == ItemStatus.NEEDS_RECHECK
    for part in parts_of(whole):
        if is_recheck:
            cite_today(item=part)
        draft, current = part.draft_revision, part.current_revision
        if draft is not None:
            if current is not None and current.number > draft.number:
                raise ReviewRefused(
                    "text_outdated",
                    _("The key was corrected after this text. Save the item again."),
                )
            put_in_force(item=part, revision=draft)
        Item.objects.non_polymorphic().filter(pk=part.pk).update(
            status=ItemStatus.REVIEWED
        )
    whole = lock_item(whole)
    return _step(whole, ReviewStep.APPROVED, by, now, pending="")


@transaction.atomic
def return_item(*, item: Item, note: str, by: User, now: datetime) -> Item:
    """Send a text back to its author, or withdraw one's own.

    Raises:
        ReviewRefused: `not_in_review`, `no_reason`.
    """
    whole = lock_item(item.parent or item)
    _refuse_unless_in_review(whole)
    if not note.strip():
        raise ReviewRefused("no_reason", _("Say what has to be changed."))
    return _step(
        whole, ReviewStep.RETURNED, by, now, pending=PendingState.DRAFT, note=note
    )


@transaction.atomic
def retire_item(*, item: Item, by: User, now: datetime, note: str = "") -> Item:
    """Let no exam ask the item any more; papers that were given keep it.

    A part is retired alone, a case with all its parts; retired twice changes nothing.

    Raises:
        ReviewRefused: `last_part`.
    """
    item = lock_item(item)
    if item.status == ItemStatus.RETIRED:
        return item
    case = item.parent
    if case is not None and case.is_in_use and len(parts_of(case)) <= 2:
        raise ReviewRefused(
            "last_part", _("A case in use keeps at least one sub-item.")
        )
    rows = [part.pk for part in parts_of(item)]
    Item.objects.non_polymorphic().filter(pk__in=rows).update(status=ItemStatus.RETIRED)
    item.status = ItemStatus.RETIRED
    return _step(item, ReviewStep.RETIRED, by, now, pending="", note=note)


@transaction.atomic
def reopen_item(*, item: Item, by: User, now: datetime) -> Item:
    """Take a retired item up again, as a draft with its newest text.

    Raises:
        ReviewRefused: `not_retired`, `case_retired`.
    """
    item = lock_item(item)
    if item.status != ItemStatus.RETIRED:
        raise ReviewRefused("not_retired", _("This item is not retired."))
    if item.parent is not None and item.parent.status == ItemStatus.RETIRED:
        raise ReviewRefused("case_retired", _("Take up its case again first."))
    family = Item.objects.non_polymorphic().filter(parent=item)
    rows = family.select_related("bank", "current_revision", "draft_revision")
    for part in [item, *rows]:
        part.status = ItemStatus.DRAFT
        part.save(update_fields=["status", "updated_at"])
        if part.draft_revision is not None:
            put_in_force(item=part, revision=part.draft_revision)
    whole = item.parent or item
    Item.objects.non_polymorphic().filter(pk=whole.pk).update(
        pending=PendingState.DRAFT
    )
    return _step(item, ReviewStep.REOPENED, by, now, pending=PendingState.DRAFT)


@transaction.atomic
def ask_recheck(*, item: Item, note: str, by: User | None, now: datetime) -> Item:
    """Rest an item in use until somebody has looked whether it is still right."""
    whole = lock_item(item.parent or item)
    if whole.status != ItemStatus.REVIEWED:
        return whole
    rows = [part.pk for part in parts_of(whole)]
    Item.objects.non_polymorphic().filter(pk__in=rows).update(
        status=ItemStatus.NEEDS_RECHECK
    )
    whole.status = ItemStatus.NEEDS_RECHECK
    return _step(
        whole, ReviewStep.RECHECK_ASKED, by, now, pending=whole.pending, note=note
    )


@transaction.atomic
def confirm_recheck(*, item: Item, by: User, now: datetime, note: str = "") -> Item:
    """Say that an item is still right as it stands; exams ask it again.

    Raises:
        ReviewRefused: `nothing_to_recheck`.
    """
    whole = lock_item(item.parent or item)
    if whole.status != ItemStatus.NEEDS_RECHECK:
        raise ReviewRefused(
            "nothing_to_recheck", _("This item does not wait for a recheck.")
        )
    parts = parts_of(whole)
    for part in parts:
        cite_today(item=part)
    rows = [part.pk for part in parts]
    Item.objects.non_polymorphic().filter(pk__in=rows).update(
        status=ItemStatus.REVIEWED
    )
    whole.status = ItemStatus.REVIEWED
    return _step(whole, ReviewStep.RECHECKED, by, now, pending=whole.pending, note=note)


@transaction.atomic
def restore_revision(
    *, item: Item, revision: ItemRevision, by: User, now: datetime
) -> ItemRevision:
    """Write an older text anew, as a draft: history is never rolled back."""
    return save_text(item=lock_item(item), content=revision.content, by=by, now=now)


@transaction.atomic
def move_to_topic(*, items: Sequence[Item], topic_id: int | None, by: User) -> int:
    """Give items another topic; return how many changed."""
    keys = [item.pk for item in items if item.topic_id != topic_id]
    new = Topic.objects.filter(pk=topic_id or 0).values_list("name", flat=True).first()
    count = Item.objects.non_polymorphic().filter(pk__in=keys).update(topic=topic_id)
    for item in items:
        if item.pk in keys:
            old = item.topic.name if item.topic else ""
            data = {"fields": ["topic"], CHANGES: {"topic": [old, new or ""]}}
            record(actor=by, verb=Verb.ITEM_WRITTEN, obj=item, data=data)
    return count


def _refuse_retired(whole: Item) -> None:
    if whole.status == ItemStatus.RETIRED:
        raise ReviewRefused("retired", _("This item is retired."))


def _refuse_unless_in_review(whole: Item) -> None:
    if whole.pending != PendingState.IN_REVIEW:
        raise ReviewRefused("not_in_review", _("This item is not in review."))


def _step(
    whole: Item,
    step: ReviewStep,
    by: User | None,
    now: datetime,
    *,
    pending: str,
    note: str = "",
) -> Item:
    Item.objects.non_polymorphic().filter(pk=whole.pk).update(pending=pending)
    whole.pending = pending
    ItemReview.objects.create(
        item=whole,
        revision=whole.newest_revision,
        step=step,
        note=note.strip(),
        by=by,
        at=now,
    )
    record(actor=by, verb=Verb.ITEM_REVIEWED, obj=whole, data={"step": step})
    return whole
