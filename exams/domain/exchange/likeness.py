"""The same item twice, and items much alike.

Alike means: the three-character pieces of two questions overlap by at least SIMILAR
(Jaccard). Candidates are found by MinHash in bands (Broder 1997), so that a bank of
tens of thousands is compared in one pass.
"""

import hashlib
import json
import re
import zlib
from collections import defaultdict
from typing import Any

from exams.domain.exchange.canonical import canonical_content
from lms.core.text import normalize

SIMILAR = 0.8
BANDS = 4
ROWS = 2
MAX_IN_BAND = 20
MIN_PIECES = 6
_PRIME = (1 << 61) - 1
_FACTORS = [
    (0x9E3779B97F4A7C15 * (2 * n + 1) % _PRIME, 0xC2B2AE3D27D4EB4F * (n + 1) % _PRIME)
    for n in range(BANDS * ROWS)
]
_NOISE = re.compile(r"[\W_]+")


def fingerprint(type_name: str, content: dict[str, Any]) -> str:
    """Return what two items share that ask the same with the same key.

    The order of options, spaces, width and capitals don't matter; the explanation and
    what stands beside the item neither.
    """
    own = canonical_content(type_name, content)
    own.pop("explanation", None)
    if type_name == "choice":
        right = {
            own["options"]["ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(k)]
            for k in own["correct"]
        }
        own["options"] = sorted(map(plain_text, own["options"]))
        own["correct"] = sorted(map(plain_text, right))
        own.pop("fixed_order", None)
        own.pop("scoring", None)
    own["stem"] = plain_text(own.get("stem", ""))
    text = json.dumps([type_name, own], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def plain_text(text: str) -> str:
    """Return text without spaces, punctuation, width and capitals."""
    return _NOISE.sub("", normalize(text)).casefold()


def asked(content: dict[str, Any]) -> str:
    """Return all that a content asks, in words; the order of options is no matter."""
    texts = [str(content.get("stem", ""))]
    for name in ("options", "left", "right"):
        texts += sorted(str(one.get("text", "")) for one in content.get(name, []))
    return " ".join(texts)


def pieces(text: str) -> frozenset[int]:
    """Return the hashed three-character pieces of a question."""
    plain = plain_text(text)
    return frozenset(
        zlib.crc32(plain[place : place + 3].encode()) for place in range(len(plain) - 2)
    )


def band_keys(own: frozenset[int]) -> list[tuple[int, int]]:
    """Return the MinHash of each band of a question's pieces (which are not empty)."""
    lows = [min((a * piece + b) % _PRIME for piece in own) for a, b in _FACTORS]
    return [(lows[band * ROWS], lows[band * ROWS + 1]) for band in range(BANDS)]


def overlap(own: frozenset[int], other: frozenset[int]) -> float:
    """Return the share of pieces that two questions have in common (Jaccard)."""
    return len(own & other) / len(own | other) if own or other else 0.0


class Likeness:
    """Questions seen so far, each under a name."""

    def __init__(self) -> None:
        self._bands: dict[tuple[int, int, int], list[int]] = defaultdict(list)
        self._seen: list[tuple[str, frozenset[int]]] = []

    def find_and_add(self, name: str, text: str) -> str | None:
        """Return the name of an earlier question much like this one, and keep this."""
        own = pieces(text)
        if len(own) < MIN_PIECES:
            return None
        keys = self._keys(own)
        found = self._find(own, keys)
        self._seen.append((name, own))
        for key in keys:
            if len(self._bands[key]) < MAX_IN_BAND:
                self._bands[key].append(len(self._seen) - 1)
        return found

    def _find(
        self, own: frozenset[int], keys: list[tuple[int, int, int]]
    ) -> str | None:
        for place in {place for key in keys for place in self._bands.get(key, ())}:
            name, other = self._seen[place]
            if overlap(own, other) >= SIMILAR:
                return name
        return None

    @staticmethod
    def _keys(own: frozenset[int]) -> list[tuple[int, int, int]]:
        return [(band, *lows) for band, lows in enumerate(band_keys(own))]
