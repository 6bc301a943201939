"""The arithmetic and the writing of the credit ledger."""

import hashlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from courses.domain.queries import unit_of
from courses.models import Enrollment
from lms.accounts.models import User
from lms.compliance.enums import CreditSource
from lms.compliance.models import CreditChain, CreditEntry
from lms.core.clock import shanghai_date

# How seconds become credit: verified time, one for one (decision 6).
RULE_VERSION = "verified-time-1"
# What an erased entry counts: the least that the table takes.
ERASED_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where a chain does not hold."""

    subject_id: UUID
    sequence: int
    reason: str


def commitment_of(*, salt: str, facts: dict[str, Any]) -> str:
    """Return SHA-256 over the salt and the canonical JSON of `facts`, as hex."""
    canonical = json.dumps(
        facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(f"{salt}\n{canonical}".encode()).hexdigest()


def link(*, subject_id: UUID, sequence: int, previous: str, commitment: str) -> str:
    """Return the hash that ties an entry to everything before it."""
    text = f"anxue-credit-1\n{subject_id}\n{sequence}\n{previous}\n{commitment}"
    return hashlib.sha256(text.encode()).hexdigest()


def facts_of(entry: CreditEntry) -> dict[str, Any]:
    """Return what the commitment covers: everything that someone could wish changed.

    What came into the ledger later is covered where it is set, so that the hashes of
    older entries stay what they were.
    """
    facts = {
        "entry": str(entry.entry_id),
        "membership": entry.membership_id,
        "organization": entry.organization_id,
        "enrollment": entry.enrollment_id,
        "course": str(entry.course_key),
        "unit": str(entry.unit_key),
        "source": str(entry.source),
        "seconds": entry.seconds,
        "rule": entry.rule_version,
        "evidence": entry.evidence,
        "recorded_at": entry.recorded_at.isoformat(),
        "credited_on": entry.credited_on.isoformat(),
    }
    return facts | ({"level": entry.level} if entry.level else {})


@transaction.atomic
def append_credit(
    *,
    enrollment: Enrollment,
    unit_key: UUID,
    seconds: int,
    source: CreditSource,
    evidence: dict[str, Any],
    now: datetime,
) -> CreditEntry:
    """Append seconds to the learner's chain; they count for the enrollment's employer.

    The caller sees to it that the same seconds come once: study time by what was
    announced (`UnitProgress.announced_seconds`), completions by a unique constraint.
    """
    subject_id = _subject_of(enrollment)
    chain = _lock_chain(subject_id)
    entry = CreditEntry(
        subject_id=subject_id,
        sequence=chain.sequence + 1,
        membership_id=enrollment.membership_id,
        organization_id=enrollment.organization_id,
        enrollment_id=enrollment.pk,
        course_key=enrollment.course_key,
        unit_key=unit_key,
        source=source,
        level=_level_of(enrollment, unit_key),
        seconds=seconds,
        rule_version=RULE_VERSION,
        evidence=evidence,
        recorded_at=now,
        credited_on=shanghai_date(now),
        salt=secrets.token_hex(16),
        previous_hash=chain.head,
    )
    entry.commitment = commitment_of(salt=entry.salt, facts=facts_of(entry))
    entry.hash = link(
        subject_id=subject_id,
        sequence=entry.sequence,
        previous=entry.previous_hash,
        commitment=entry.commitment,
    )
    entry.save()
    CreditChain.objects.filter(pk=subject_id).update(
        sequence=entry.sequence, head=entry.hash
    )
    return entry


def _level_of(enrollment: Enrollment, unit_key: UUID) -> str | None:
    unit = unit_of(syllabus=enrollment.syllabus, unit_key=unit_key)
    return (unit or {}).get("level")


def _subject_of(enrollment: Enrollment) -> UUID:
    rows = User.objects.filter(pk=enrollment.learner_id)
    return rows.values_list("subject_id", flat=True).get()


def _lock_chain(subject_id: UUID) -> CreditChain:
    CreditChain.objects.get_or_create(pk=subject_id)
    # On PostgreSQL writers queue here; on SQLite the IMMEDIATE transaction did it.
    return CreditChain.objects.select_for_update().get(pk=subject_id)


def find_breaks(*, subject_id: UUID | None = None) -> Iterator[Break]:
    """Yield the first break of every chain that has one.

    Reads in batches; one person's chain only, when `subject_id` is given. Entries
    without a chain row are a break too: an end that was cut off leaves its row.
    """
    chains = CreditChain.objects.order_by("subject_id")
    entries = CreditEntry.objects.order_by("subject_id", "sequence")
    if subject_id is not None:
        chains = chains.filter(pk=subject_id)
        entries = entries.filter(subject_id=subject_id)
    ends = {chain.subject_id: chain for chain in chains}
    walk = _Walk()
    for entry in entries.iterator(chunk_size=500):
        if entry.subject_id != walk.subject_id:
            yield from walk.finish(ends)
            walk = _Walk(subject_id=entry.subject_id)
        walk.step(entry)
    yield from walk.finish(ends)
    for chain in ends.values():
        if chain.sequence:
            yield Break(chain.subject_id, 1, "end_missing")


@dataclass
class _Walk:
    """One chain, from its first entry to its end."""

    subject_id: UUID | None = None
    sequence: int = 0
    previous: str = ""
    fault: str = ""

    def step(self, entry: CreditEntry) -> None:
        if self.fault:
            return
        self.sequence += 1
        self.fault = self._fault(entry)
        self.previous = entry.hash

    def _fault(self, entry: CreditEntry) -> str:
        if entry.sequence != self.sequence:
            return "sequence"
        if entry.previous_hash != self.previous:
            return "previous_hash"
        expected = link(
            subject_id=entry.subject_id,
            sequence=entry.sequence,
            previous=entry.previous_hash,
            commitment=entry.commitment,
        )
        if entry.hash != expected:
            return "hash"
        if not entry.salt:
            # Erased: nothing left to compare, so nothing may count either. Otherwise
            # who takes the salt away could write the hours that they like.
            is_empty = entry.seconds == ERASED_SECONDS and not entry.evidence
            return "" if is_empty else "facts"
        expected = commitment_of(salt=entry.salt, facts=facts_of(entry))
        return "" if entry.commitment == expected else "facts"

    def finish(self, ends: dict[UUID, CreditChain]) -> Iterator[Break]:
        if self.subject_id is None:
            return
        chain = ends.pop(self.subject_id, None)
        if self.fault:
            yield Break(self.subject_id, self.sequence, self.fault)
        elif chain is None:
            yield Break(self.subject_id, self.sequence, "chain_missing")
        elif (chain.sequence, chain.head) != (self.sequence, self.previous):
            yield Break(self.subject_id, self.sequence + 1, "end_missing")
