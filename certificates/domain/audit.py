"""Re-check the whole register: every hash, signature, chain, number and document."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import Count, Max, Min

from certificates.domain import merkle
from certificates.domain.register import (
    fetch_nodes,
    guard_against_rollback,
    read_checkpoint,
)
from certificates.domain.revoking import revocation_commitment
from certificates.domain.verification import is_registered
from certificates.enums import CertificateState, EntryKind
from certificates.errors import RegisterBehind
from certificates.models import (
    Certificate,
    Checkpoint,
    NumberSeries,
    RegisterEntry,
    RegisterHead,
    RegisterNode,
    Revocation,
)
from lms.core.signing import TokenError

BATCH = 500


@dataclass(slots=True)
class Walk:
    """The tree as recomputed so far: peaks of complete subtrees, left to right."""

    peaks: dict[merkle.Node, bytes] = field(default_factory=dict)
    size: int = 0
    nodes: int = 0

    def root(self) -> bytes:
        order = merkle.complete_nodes(0, self.size)
        return merkle.fold([self.peaks[node] for node in order])


def find_breaks() -> Iterator[str]:
    """Yield one sentence per break, the register first; nothing when all is well."""
    yield from _check_tree()
    yield from _check_certificates()
    yield from _check_revocations()
    yield from _check_series()


def _check_tree() -> Iterator[str]:
    walk = Walk()
    checkpoints = {row.size: row for row in Checkpoint.objects.order_by("size")}
    entries = RegisterEntry.objects.order_by("index").iterator(chunk_size=BATCH)
    for entry in entries:
        leaf = merkle.leaf_hash(entry.leaf.encode())
        if entry.index != walk.size:
            yield f"entry {walk.size} is missing"
            return
        if bytes(entry.leaf_hash) != leaf:
            yield f"entry {entry.index}: the leaf does not have its hash"
        yield from _grow(walk, leaf)
        checkpoint = checkpoints.pop(walk.size, None)
        if checkpoint is not None:
            yield from _check_checkpoint(checkpoint, walk)
    for checkpoint in checkpoints.values():
        if checkpoint.size or walk.root() != merkle.EMPTY_ROOT:
            yield f"checkpoint {checkpoint.size} is ahead of the register"
    if RegisterNode.objects.count() != walk.nodes:
        yield "the tree has nodes that no entry explains, or lost some"
    yield from _check_head(walk)


def _grow(walk: Walk, leaf: bytes) -> Iterator[str]:
    """Add a leaf, compare the subtrees it completes with the stored ones."""
    created, size = merkle.new_nodes(walk.size, [leaf], lambda nodes: walk.peaks)
    stored = fetch_nodes(created)
    for (level, position), value in created.items():
        if stored.get((level, position)) != value:
            yield f"entry {walk.size}: node {level}/{position} does not follow"
    known = walk.peaks | created
    walk.size, walk.nodes = size, walk.nodes + len(created)
    walk.peaks = {node: known[node] for node in merkle.complete_nodes(0, size)}


def _check_checkpoint(checkpoint: Checkpoint, walk: Walk) -> Iterator[str]:
    try:
        body = read_checkpoint(token=checkpoint.token)
    except TokenError as error:
        yield f"checkpoint {checkpoint.size}: signature refused ({error.code})"
        return
    same = body["size"] == checkpoint.size and body["root"] == walk.root().hex()
    if not same or bytes(checkpoint.root_hash) != walk.root():
        yield f"checkpoint {checkpoint.size}: its root is not that of the register"


def _check_head(walk: Walk) -> Iterator[str]:
    head = RegisterHead.objects.filter(pk=RegisterHead.ONLY).first()
    if (head.size if head else 0) != walk.size:
        yield "the head does not have the size of the register"
    if head is not None:
        try:
            guard_against_rollback(head=head)
        except RegisterBehind:
            yield "the register is behind a published checkpoint"


def _check_certificates() -> Iterator[str]:
    seen: set[int] = set()
    rows = Certificate.objects.order_by("register_index")
    for certificate in rows.iterator(chunk_size=BATCH):
        seen.add(certificate.register_index)
        if not certificate.payload:
            continue  # erased: the leaf stays and tells nothing
        if not is_registered(certificate):
            yield f"{certificate.number}: the payload is not what was registered"
        if certificate.facts.get("number") != certificate.number:
            yield f"{certificate.number}: the payload has another number"
        yield from _check_document(certificate)
    kinds = (EntryKind.ISSUE, EntryKind.REISSUE)
    entries = RegisterEntry.objects.filter(kind__in=kinds)
    for index in entries.order_by("index").values_list("index", flat=True):
        if index not in seen:
            yield f"entry {index}: its certificate was deleted"


def _check_document(certificate: Certificate) -> Iterator[str]:
    if not certificate.pdf:
        return
    try:
        with certificate.pdf.open("rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
    except OSError:
        yield f"{certificate.number}: the document is missing"
        return
    if digest != certificate.pdf_sha256:
        yield f"{certificate.number}: the document was changed"


def _check_revocations() -> Iterator[str]:
    rows = Revocation.objects.select_related("certificate").order_by("register_index")
    for revocation in rows.iterator(chunk_size=BATCH):
        certificate = revocation.certificate
        if certificate.state != CertificateState.REVOKED:
            yield f"{certificate.number}: revoked, but the row says otherwise"
        if not certificate.payload:
            continue
        commitment = revocation_commitment(
            certificate=certificate,
            reason=revocation.reason,
            now=revocation.revoked_at,
        )
        entry = RegisterEntry.objects.filter(index=revocation.register_index).first()
        if entry is None or commitment not in entry.leaf:
            yield f"{certificate.number}: the revocation is not what was registered"
    states = Certificate.objects.filter(
        state=CertificateState.REVOKED, revocation__isnull=True
    )
    for number in states.values_list("number", flat=True):
        yield f"{number}: revoked without a revocation"


def _check_series() -> Iterator[str]:
    for series in NumberSeries.objects.select_related("issuer"):
        found = Certificate.objects.filter(
            issuer=series.issuer, year=series.year
        ).aggregate(count=Count("pk"), low=Min("serial"), high=Max("serial"))
        last = series.last_serial
        expected = {"count": last, "low": 1, "high": last}
        if last and found != expected:
            yield f"series {series.issuer.code}-{series.year}: serials have a gap"
