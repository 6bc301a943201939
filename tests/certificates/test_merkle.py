"""RFC 6962 hashing and proofs: the known test vectors, then arbitrary trees."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.domain import merkle

pytestmark = pytest.mark.unit

# The test vectors that certificate-transparency implementations share (the leaves and
# roots of google/certificate-transparency, merkletree tests; RFC 6962, 2.1).
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


class Tree:
    """A register in memory that grows like the real one."""

    def __init__(self, leaves=()):
        self.nodes, self.size = {}, 0
        self.append(leaves)

    def append(self, leaves):
        hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
        created, self.size = merkle.new_nodes(self.size, hashes, self.fetch)
        assert not created.keys() & self.nodes.keys(), "a node is written once"
        self.nodes |= created

    def fetch(self, nodes):
        return {node: self.nodes[node] for node in nodes}

    def root(self, size=None):
        return merkle.tree_root(self.size if size is None else size, self.fetch)

    def inclusion(self, index, size):
        return merkle.ranges_to_hashes(merkle.inclusion_ranges(index, size), self.fetch)

    def consistency(self, first, second):
        return merkle.ranges_to_hashes(
            merkle.consistency_ranges(first, second), self.fetch
        )


def plain_root(leaves):
    """MTH of RFC 6962, 2.1, written down as the RFC has it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    left, right = plain_root(leaves[:split]), plain_root(leaves[split:])
    return hashlib.sha256(b"\1" + left + right).digest()


def test_empty_tree_has_the_hash_of_nothing():
    expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert Tree().root().hex() == expected


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_known_vectors(size):
    assert Tree(LEAVES).root(size).hex() == ROOTS[size - 1]
    assert Tree(LEAVES[:size]).root().hex() == ROOTS[size - 1]


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [
        (0, 1, []),
        (
            0,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            5,
            8,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (
            2,
            3,
            ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
        ),
        (
            1,
            5,
            [
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ],
)
def test_inclusion_paths_are_those_of_the_known_vectors(index, size, path):
    assert [step.hex() for step in Tree(LEAVES).inclusion(index, size)] == path


@pytest.mark.parametrize(
    ("first", "second", "path"),
    [
        (1, 1, []),
        (
            1,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            6,
            8,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (
            2,
            5,
            [
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ],
)
def test_consistency_proofs_are_those_of_the_known_vectors(first, second, path):
    assert [step.hex() for step in Tree(LEAVES).consistency(first, second)] == path


leaves_of = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


@given(leaves=leaves_of, data=st.data())
def test_tree_grown_in_any_steps_has_the_root_of_the_definition(leaves, data):
    cut = data.draw(st.integers(0, len(leaves)))
    tree = Tree(leaves[:cut])
    tree.append(leaves[cut:])
    size = data.draw(st.integers(0, len(leaves)))
    assert tree.root(size) == plain_root(leaves[:size])


@given(leaves=leaves_of, data=st.data())
def test_every_leaf_is_proved_and_no_other(leaves, data):
    tree = Tree(leaves)
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    claim = {
        "leaf": merkle.leaf_hash(leaves[index]),
        "index": index,
        "size": size,
        "proof": tree.inclusion(index, size),
        "root": tree.root(size),
    }
    assert merkle.verify_inclusion(**claim)
    assert not merkle.verify_inclusion(**claim | {"leaf": bytes(32)})
    assert not merkle.verify_inclusion(**claim | {"root": bytes(32)})
    assert not merkle.verify_inclusion(**claim | {"index": size})
    longer = [*claim["proof"], bytes(32)]
    assert not merkle.verify_inclusion(**claim | {"proof": longer})
    if claim["proof"]:
        assert not merkle.verify_inclusion(**claim | {"proof": claim["proof"][:-1]})


@given(leaves=leaves_of, data=st.data())
def test_every_prefix_is_consistent_and_no_other_history_is(leaves, data):
    tree = Tree(leaves)
    second = data.draw(st.integers(1, len(leaves)))
    first = data.draw(st.integers(1, second))
    proof = tree.consistency(first, second) if first < second else []
    claim = {
        "first": first,
        "second": second,
        "first_root": tree.root(first),
        "second_root": tree.root(second),
        "proof": proof,
    }
    assert merkle.verify_consistency(**claim)
    changed = Tree([b"rewritten", *leaves[1:]])
    if changed.root(first) != tree.root(first):
        other = changed.root(first)
        assert not merkle.verify_consistency(**claim | {"first_root": other})
        assert not merkle.verify_consistency(
            **claim | {"second_root": changed.root(second)}
        )
    if proof:
        assert not merkle.verify_consistency(**claim | {"proof": proof[:-1]})
        assert not merkle.verify_consistency(**claim | {"proof": [*proof, bytes(32)]})


def test_empty_tree_is_a_prefix_of_everything():
    roots = {"first_root": merkle.EMPTY_ROOT, "second_root": Tree(LEAVES).root()}
    assert merkle.verify_consistency(first=0, second=8, proof=[], **roots)
    assert not merkle.verify_consistency(first=9, second=8, proof=[], **roots)
