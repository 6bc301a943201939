"""By what a question is found again: written with each revision, or caught up later."""

import hashlib
import logging

from exams.domain.exchange.likeness import (
    MIN_PIECES,
    asked,
    band_keys,
    fingerprint,
    pieces,
)
from exams.models import ItemRevision, RevisionSignature

logger = logging.getLogger(__name__)

BATCH = 1_000
BAND_NAMES = ("band_0", "band_1", "band_2", "band_3")
NO_BAND = 0


def bands_of(text: str) -> list[int]:
    """Return one signed 64-bit number for each band; zeros where it is too short."""
    own = pieces(text)
    if len(own) < MIN_PIECES:
        return [NO_BAND] * len(BAND_NAMES)
    return [_number(low) for low in band_keys(own)]


def _number(low: tuple[int, int]) -> int:
    digest = hashlib.blake2b(repr(low).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def signature_of(revision: ItemRevision, type_name: str) -> RevisionSignature:
    """Return the unsaved signature of a revision."""
    bands = dict(zip(BAND_NAMES, bands_of(asked(revision.content)), strict=True))
    return RevisionSignature(
        revision=revision, fingerprint=fingerprint(type_name, revision.content), **bands
    )


def sign_revisions(*, limit: int = 20 * BATCH) -> int:
    """Sign what bulk writers left unsigned; return how many. Any number of times."""
    count = 0
    while count < limit:
        rows = list(
            ItemRevision.objects.filter(signature__isnull=True)
            .select_related("item")
            .order_by("pk")[:BATCH]
        )
        # Two workers at once: the second one's rows are there already.
        RevisionSignature.objects.bulk_create(
            (signature_of(row, row.item.type) for row in rows), ignore_conflicts=True
        )
        count += len(rows)
        if len(rows) < BATCH:
            break
    return count
