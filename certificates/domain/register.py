"""The append-only register: append leaves, prove them, sign checkpoints."""

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from certificates.domain import merkle
from certificates.domain.canonical import canonical_json
from certificates.domain.tokens import known_keys, publish_key
from certificates.enums import EntryKind
from certificates.errors import RegisterBehind
from certificates.models import (
    Checkpoint,
    RegisterEntry,
    RegisterHead,
    RegisterNode,
)
from lms.core.signing import sign_compact, signing_key, verify_compact
from lms.core.storage import private_storage

logger = logging.getLogger(__name__)

CHECKPOINT_TYPE = "checkpoint+jws"
LEAF_VERSION = 1
GUARD_SECONDS = 60


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What to append: the kind and the commitment (hex) that stands for the facts."""

    kind: EntryKind
    commitment: str


def commit(*, salt: bytes, payload: bytes) -> str:
    """Return the commitment (hex) to a canonical payload.

    The salt makes it unguessable; once salt and payload are destroyed the leaf tells
    nothing about anyone (architecture, decision 8).
    """
    return hashlib.sha256(b"anxue-certificate-v1\0" + salt + payload).hexdigest()


@transaction.atomic
def append_entries(*, entries: list[NewEntry], now: datetime) -> list[int]:
    """Append leaves in order and return their indexes.

    Appenders queue for the head row until the transaction ends, so indexes are dense
    and a rolled-back certificate leaves no leaf.

    Raises:
        RegisterBehind: the database was restored to a state older than a checkpoint
            that was already published; nothing may be appended until reconciled.
    """
    head = _locked_head()
    guard_against_rollback(head=head)
    start = head.size
    leaves = [_leaf(entry=entry, now=now) for entry in entries]
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    nodes, size = merkle.new_nodes(start, hashes, fetch_nodes)
    RegisterEntry.objects.bulk_create(
        RegisterEntry(
            index=start + offset,
            kind=entry.kind,
            leaf=leaves[offset].decode(),
            leaf_hash=hashes[offset],
            recorded_at=now,
        )
        for offset, entry in enumerate(entries)
    )
    RegisterNode.objects.bulk_create(
        [
            RegisterNode(level=level, position=position, hash=value)
            for (level, position), value in nodes.items()
        ],
        batch_size=300,
    )
    RegisterHead.objects.filter(pk=head.pk).update(size=size)
    return list(range(start, size))


def _locked_head() -> RegisterHead:
    RegisterHead.objects.get_or_create(pk=RegisterHead.ONLY)
    # An UPDATE, because select_for_update locks nothing on SQLite.
    RegisterHead.objects.filter(pk=RegisterHead.ONLY).update(size=F("size"))
    return RegisterHead.objects.get(pk=RegisterHead.ONLY)


def _leaf(*, entry: NewEntry, now: datetime) -> bytes:
    return canonical_json(
        {
            "v": LEAF_VERSION,
            "kind": str(entry.kind),
            "commitment": entry.commitment,
            "at": format_time(now),
        }
    )


def format_time(moment: datetime) -> str:
    """Return RFC 3339 in UTC with whole seconds: the form that is hashed."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def fetch_nodes(nodes: Iterable[merkle.Node]) -> Mapping[merkle.Node, bytes]:
    """Read the roots of complete subtrees, one query.

    Raises:
        KeyError: later, where a caller asks for a node that the database lost.
    """
    wanted: dict[int, list[int]] = {}
    for level, position in nodes:
        wanted.setdefault(level, []).append(position)
    if not wanted:
        return {}
    places = Q()
    for level, positions in wanted.items():
        places |= Q(level=level, position__in=positions)
    rows = RegisterNode.objects.filter(places)
    return {(row.level, row.position): bytes(row.hash) for row in rows}


def register_size() -> int:
    """Return how many leaves the register has."""
    head = RegisterHead.objects.filter(pk=RegisterHead.ONLY).first()
    return head.size if head else 0


def root_at(*, size: int) -> bytes:
    """Return the root over the first `size` leaves."""
    return merkle.tree_root(size, fetch_nodes)


def prove_inclusion(*, index: int, size: int) -> list[bytes]:
    """Return the audit path of leaf `index` in the tree of `size` leaves.

    Raises:
        ValueError: not 0 <= index < size <= length of the register.
    """
    if not 0 <= index < size <= register_size():
        raise ValueError("no such leaf in a tree of that size")
    return merkle.ranges_to_hashes(merkle.inclusion_ranges(index, size), fetch_nodes)


def prove_consistency(*, first: int, second: int) -> list[bytes]:
    """Return the proof that the first tree is a prefix of the second.

    Raises:
        ValueError: not 0 <= first <= second <= length of the register.
    """
    if not 0 <= first <= second <= register_size():
        raise ValueError("no trees of these sizes")
    if first in (0, second):
        return []
    ranges = merkle.consistency_ranges(first, second)
    return merkle.ranges_to_hashes(ranges, fetch_nodes)


# --- checkpoints ---


def origin() -> str:
    """Return the name of this register in its checkpoints."""
    return f"{urlsplit(settings.SITE_URL).netloc}/register"


@transaction.atomic
def publish_checkpoint(*, now: datetime) -> Checkpoint:
    """Sign the present state unless that size is signed already; return the newest.

    A copy goes to private storage, outside the database: the guard against a restore
    that falls behind what outsiders have seen.
    """
    head = _locked_head()
    newest = Checkpoint.objects.first()
    if newest is not None and newest.size >= head.size:
        return newest
    guard_against_rollback(head=head)
    key = signing_key()
    publish_key(key=key, now=now)
    root = root_at(size=head.size)
    body = {
        "origin": origin(),
        "size": head.size,
        "root": root.hex(),
        "at": format_time(now),
    }
    token = sign_compact(canonical_json(body), key=key, type_name=CHECKPOINT_TYPE)
    checkpoint = Checkpoint.objects.create(
        size=head.size, root_hash=root, kid=key.kid, token=token, signed_at=now
    )
    transaction.on_commit(lambda: _remember(head=head, checkpoint=checkpoint))
    return checkpoint


def read_checkpoint(*, token: str) -> dict[str, Any]:
    """Return the signed statement of a checkpoint.

    A key that was withdrawn since still reads: what it signed is compared with the
    register, not trusted.

    Raises:
        lms.core.signing.TokenError: not signed by one of our keys.
    """
    _kid, body = verify_compact(token, keys=known_keys(), type_name=CHECKPOINT_TYPE)
    return json.loads(body)


def _memory_name(head: RegisterHead) -> str:
    return f"register/{head.log_id}.json"


def _remember(*, head: RegisterHead, checkpoint: Checkpoint) -> None:
    storage, name = private_storage(), _memory_name(head)
    if storage.exists(name):
        storage.delete(name)
    storage.save(name, ContentFile(checkpoint.token.encode()))
    cache.delete(f"certificates:{name}")


def guard_against_rollback(*, head: RegisterHead) -> None:
    """Refuse to go on when the database is older than a published checkpoint.

    The remembered size is looked up in storage once a minute.

    Raises:
        RegisterBehind: as above; `docs/certificates.md` says how to reconcile.
    """
    name = _memory_name(head)
    size = cache.get(f"certificates:{name}")
    if size is None:
        size = _remembered_size(name)
        cache.set(f"certificates:{name}", size, GUARD_SECONDS)
    if head.size < size:
        logger.critical(
            "Register %s has %s leaves, a published checkpoint has %s",
            head.log_id, head.size, size,
        )  # fmt: skip
        raise RegisterBehind(
            "register_behind",
            _("The certificate register is being repaired. Nothing can be issued now."),
        )


def _remembered_size(name: str) -> int:
    storage = private_storage()
    if not storage.exists(name):
        return 0
    with storage.open(name) as file:
        return int(read_checkpoint(token=file.read().decode())["size"])
