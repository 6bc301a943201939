"""The arithmetic of the chain: commitment, link, check."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lms.audit.models import AuditChain, AuditEvent


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where a chain does not hold."""

    chain_key: int
    sequence: int
    reason: str


def commitment_of(*, salt: str, payload: dict[str, Any]) -> str:
    """Return SHA-256 over the salt and the canonical JSON of `payload`, as hex."""
    canonical = json.dumps(
        payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(f"{salt}\n{canonical}".encode()).hexdigest()


def link(*, chain_key: int, sequence: int, previous: str, commitment: str) -> str:
    """Return the hash that ties an event to everything before it."""
    text = f"anxue-audit-1\n{chain_key}\n{sequence}\n{previous}\n{commitment}"
    return hashlib.sha256(text.encode()).hexdigest()


def payload_of(event: AuditEvent) -> dict[str, Any]:
    """Return what the commitment covers."""
    return {
        "recorded_at": event.recorded_at.isoformat(),
        "actor": str(event.actor_subject_id or ""),
        "verb": event.verb,
        "object_type": event.object_type,
        "object_id": event.object_id,
        "organization_id": event.organization_id,
        "data": event.data,
    }


def _fault(event: AuditEvent, *, sequence: int, previous: str) -> str:
    if event.sequence != sequence:
        return "sequence"
    if event.previous_hash != previous:
        return "previous_hash"
    expected = link(
        chain_key=event.chain_key,
        sequence=sequence,
        previous=previous,
        commitment=event.commitment,
    )
    if event.hash != expected:
        return "hash"
    return "" if _holds_what_was_recorded(event) else "data"


def _holds_what_was_recorded(event: AuditEvent) -> bool:
    if event.salt:
        expected = commitment_of(salt=event.salt, payload=payload_of(event))
        return event.commitment == expected
    # Erased: nothing left to compare, so nothing may be told of anybody either.
    # Otherwise who takes the salt away could write what they like into the rest.
    return not event.data and event.actor_subject_id is None


def _all_chains() -> list[AuditChain]:
    """Return every chain; one whose end somebody removed counts as empty."""
    chains = {chain.key: chain for chain in AuditChain.objects.all()}
    keys = AuditEvent.objects.order_by().values_list("chain_key", flat=True).distinct()
    return [chains.get(key) or AuditChain(key=key) for key in sorted({*chains, *keys})]


def find_breaks() -> Iterator[Break]:
    """Yield the first break of every chain that has one, rows read in batches."""
    for chain in _all_chains():
        sequence, previous = 0, ""
        fault = ""
        events = AuditEvent.objects.filter(chain_key=chain.key).order_by("sequence")
        for event in events.iterator(chunk_size=500):
            fault = _fault(event, sequence=sequence + 1, previous=previous)
            if fault:
                yield Break(chain.key, sequence + 1, fault)
                break
            sequence, previous = event.sequence, event.hash
        if not fault and (sequence, previous) != (chain.sequence, chain.head):
            yield Break(chain.key, sequence + 1, "end_missing")
