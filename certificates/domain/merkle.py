"""Merkle tree hashing and proofs after RFC 6962 (section 2) and RFC 9162 (2.1).

Pure functions: they ask a `Fetch` for the roots of complete subtrees, named by
(level, position): the hash over leaves position*2^level up to the next one.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

Node = tuple[int, int]
Range = tuple[int, int]
Fetch = Callable[[Iterable[Node]], Mapping[Node, bytes]]


def leaf_hash(data: bytes) -> bytes:
    """Hash a leaf: the 0x00 prefix keeps it apart from inner nodes."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into their parent."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split_point(size: int) -> int:
    """Return the largest power of two smaller than `size` (size >= 2)."""
    return 1 << (size - 1).bit_length() - 1


def complete_nodes(start: int, end: int) -> list[Node]:
    """Return the complete subtrees that make up leaves start..end-1, left to right.

    `start` must be where the RFC's recursion can split, so every left part is aligned.
    """
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def fold(hashes: list[bytes]) -> bytes:
    """Combine the complete subtrees of a range, from the right, into its root."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def ranges_to_hashes(ranges: list[Range], fetch: Fetch) -> list[bytes]:
    """Return the root of each range with a single call of `fetch`."""
    parts = [complete_nodes(*item) for item in ranges]
    found = fetch({node for nodes in parts for node in nodes})
    return [fold([found[node] for node in nodes]) for nodes in parts]


def tree_root(size: int, fetch: Fetch) -> bytes:
    """Return the root of the first `size` leaves."""
    return ranges_to_hashes([(0, size)], fetch)[0] if size else EMPTY_ROOT


def new_nodes(
    size: int, leaves: list[bytes], fetch: Fetch
) -> tuple[dict[Node, bytes], int]:
    """Return the complete subtrees that appending `leaves` (hashes) creates.

    Second value: the new size. Only the roots left of the old edge are fetched.
    """
    known = dict(fetch(complete_nodes(0, size)))
    created: dict[Node, bytes] = {}
    for index, leaf in enumerate(leaves, start=size):
        node, value = (0, index), leaf
        created[node] = known[node] = value
        while node[1] % 2:
            left = known[(node[0], node[1] - 1)]
            node, value = (node[0] + 1, node[1] // 2), node_hash(left, value)
            created[node] = known[node] = value
    return created, size + len(leaves)


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Return the ranges whose roots prove that leaf `index` is among `size` leaves."""
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + split_point(end - start)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return path[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """Return the ranges that prove the `first` leaves are a prefix of `second`."""
    start, end, known, path = 0, second, True, []
    while first < end:
        middle = start + split_point(end - start)
        if first <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start, known = middle, False
    if not known:
        path.append((start, end))
    return path[::-1]


def verify_inclusion(
    *, leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes
) -> bool:
    """Tell whether `proof` leads from the leaf hash to `root` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last, value = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if position % 2 or position == last:
            value = node_hash(step, value)
            while not position % 2 and position:
                position, last = position >> 1, last >> 1
        else:
            value = node_hash(value, step)
        position, last = position >> 1, last >> 1
    return last == 0 and value == root


def verify_consistency(
    *,
    first: int,
    second: int,
    first_root: bytes,
    second_root: bytes,
    proof: list[bytes],
) -> bool:
    """Tell whether the tree of `second` leaves extends the one of `first`.

    RFC 9162, 2.1.4.2; equal sizes need equal roots and no proof.
    """
    if first == second:
        return not proof and first_root == second_root
    if not 0 < first < second:
        return first == 0 and not proof
    steps = list(proof)
    if first & (first - 1) == 0:
        steps.insert(0, first_root)
    if not steps:
        return False
    position, last = first - 1, second - 1
    while position % 2:
        position, last = position >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if position % 2 or position == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not position % 2 and position:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, step)
        position, last = position >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root
