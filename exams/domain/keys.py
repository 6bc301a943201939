"""What is right on a paper now: the frozen key under the corrections approved since."""

from collections.abc import Iterable
from typing import Any

from exams.enums import CorrectionKind, CorrectionState
from exams.interactions import interaction_for
from exams.models import Attempt, KeyCorrection

EFFECTIVE = (CorrectionState.APPROVED, CorrectionState.APPLIED)


def covers(correction: KeyCorrection, key: dict[str, Any]) -> bool:
    """Return whether a frozen key is of the item, in the corrected state or before."""
    return (
        key["item"] == str(correction.item.public_id)
        and key["revision"] <= correction.base_revision_id
    )


def overlay(key: dict[str, Any], correction: KeyCorrection) -> dict[str, Any] | None:
    """Return the key under a correction; None: this paper showed other options."""
    if correction.kind == CorrectionKind.CREDIT_ALL:
        return key | {"is_credited": True}
    try:
        return interaction_for(key["type"]).rekey(key, correction.content)
    except KeyError:
        return None


def effective_keys(attempt: Attempt) -> dict[str, Any]:
    """Return position → key as it counts now, one query more than the frozen one."""
    keys: dict[str, Any] = dict(attempt.key.blob)
    items = {key["item"] for key in keys.values()}
    corrections: Iterable[KeyCorrection] = (
        KeyCorrection.objects.filter(item__public_id__in=items, state__in=EFFECTIVE)
        .select_related("item")
        .order_by("decided_at", "pk")
    )
    for correction in corrections:
        for position, key in keys.items():
            if covers(correction, key):
                keys[position] = overlay(key, correction) or key
    return keys
