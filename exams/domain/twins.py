"""Which items of the same owner ask the same, or nearly, as a text that is written.

Two indexed look-ups (fingerprint and MinHash bands, Broder 1997) leave a few candidates
of tens of thousands; those are compared exactly.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q

from exams.domain.exchange.likeness import (
    MIN_PIECES,
    SIMILAR,
    asked,
    fingerprint,
    overlap,
    pieces,
)
from exams.domain.signatures import (
    BAND_NAMES,
    BATCH,
    NO_BAND,
    bands_of,
    sign_revisions,
)
from exams.enums import ItemStatus
from exams.models import Item, ItemBank, RevisionSignature

MAX_COMPARED = 300
MAX_FOUND = 10


@dataclass(frozen=True, slots=True)
class Twin:
    """An item much like another; `percent` is what they have in common."""

    item: Item
    percent: int
    is_same: bool


def find_twins(
    *, type_name: str, content: dict[str, Any], bank: ItemBank, item: Item | None = None
) -> list[Twin]:
    """Return the items like this valid content, the most alike first.

    Looks at the newest text of what is not retired in the banks of one owner; the item
    itself, its case and the parts of its case are no twins.
    """
    # What a bulk writer left to the worker must not hide a twin meanwhile.
    sign_revisions(limit=BATCH)
    print_ = fingerprint(type_name, content)
    own = pieces(asked(content))
    ids = _candidates(print_, content, bank, item)
    rows = (
        Item.objects.non_polymorphic()
        .filter(Q(current_revision__in=ids) | Q(draft_revision__in=ids))
        .select_related("bank", "current_revision__signature", "draft_revision")
    )
    found = []
    for row in rows:
        share, is_same = 0.0, False
        for revision in (row.current_revision, row.draft_revision):
            if revision is None or revision.pk not in ids:
                continue
            is_same = is_same or fingerprint(row.type, revision.content) == print_
            share = max(share, overlap(own, pieces(asked(revision.content))))
        if is_same or (len(own) >= MIN_PIECES and share >= SIMILAR):
            found.append(Twin(row, 100 if is_same else int(share * 100), is_same))
    found.sort(key=lambda twin: (not twin.is_same, -twin.percent, twin.item.code))
    return found[:MAX_FOUND]


def _candidates(
    print_: str, content: dict[str, Any], bank: ItemBank, item: Item | None
) -> list[int]:
    """Return the revisions worth comparing, those with most bands in common first."""
    bands = bands_of(asked(content))
    alike = Q(fingerprint=print_)
    for name, band in zip(BAND_NAMES, bands, strict=True):
        if band != NO_BAND:
            alike |= Q(**{name: band})
    rows = (
        RevisionSignature.objects.filter(
            alike,
            Q(revision=F("revision__item__current_revision"))
            | Q(revision=F("revision__item__draft_revision")),
            revision__item__bank__owner_organization_id=bank.owner_organization_id,
        )
        .exclude(revision__item__status=ItemStatus.RETIRED)
        .values_list(
            "revision_id",
            "revision__item_id",
            "revision__item__parent_id",
            "fingerprint",
            *BAND_NAMES,
        )
    )
    family = _family(item)
    scored = [
        (
            row[3] == print_,
            sum(a == b for a, b in zip(row[4:], bands, strict=True)),
            row[0],
        )
        for row in rows
        if row[1] not in family and row[2] not in family
    ]
    scored.sort(reverse=True)
    return [revision for _is_same, _count, revision in scored[:MAX_COMPARED]]


def _family(item: Item | None) -> set[int]:
    if item is None or item.pk is None:
        return {item.parent_id} if item is not None and item.parent_id else set()
    return {item.pk, item.parent_id} if item.parent_id else {item.pk}
