"""Which article of a new version continues which article of the old one.

The proposal is for an editor to confirm: it becomes the `wid_map` of the version.
Articles keep their order through an amendment, so the best monotone alignment on
text similarity (Needleman and Wunsch, 1970) is a good guess.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cms.domain.eids import article_eid

MATCH_FROM = 0.32
# Departments were renamed between the versions; a new name alone is no new rule.
RENAMED = {"安全生产监督管理部门": "应急管理部门"}
Grams = Counter[str]


@dataclass(frozen=True)
class Article:
    number: str
    text: str


@dataclass(frozen=True)
class Aligned:
    """One line of the proposal; None on a side: added or removed."""

    old: str | None
    new: str | None
    similarity: float


def _grams(text: str) -> Grams:
    for old_name, new_name in RENAMED.items():
        text = text.replace(old_name, new_name)
    text = "".join(text.split())
    return Counter(text[i : i + 2] for i in range(len(text) - 1))


def _similarity(one: Grams, other: Grams) -> float:
    """Dice coefficient of two bags of character pairs, 0 to 1."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0


def align_versions(*, old: Sequence[Article], new: Sequence[Article]) -> list[Aligned]:
    """Return pairs of articles in the order of the new text, removed ones in place.

    Pairs below a similarity of 0.32 are taken as one removed and one added article.
    """
    old_grams = [_grams(article.text) for article in old]
    new_grams = [_grams(article.text) for article in new]
    alike = [[_similarity(a, b) for b in new_grams] for a in old_grams]
    pairs = _best_path(alike, len(old), len(new))
    return [
        Aligned(
            old=old[i].number if i is not None else None,
            new=new[j].number if j is not None else None,
            similarity=round(alike[i][j], 3)
            if i is not None and j is not None
            else 0.0,
        )
        for i, j in pairs
    ]


def _best_path(
    alike: list[list[float]], rows: int, columns: int
) -> list[tuple[int | None, int | None]]:
    """Maximize the summed similarity of matched pairs; a gap costs nothing."""
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            skip = max(best[i + 1][j], best[i][j + 1])
            value = alike[i][j]
            match = value + best[i + 1][j + 1] if value >= MATCH_FROM else 0.0
            best[i][j] = max(skip, match)
    path: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < rows or j < columns:
        matched = (
            i < rows
            and j < columns
            and alike[i][j] >= MATCH_FROM
            and best[i][j] == alike[i][j] + best[i + 1][j + 1]
        )
        if matched:
            path.append((i, j))
            i, j = i + 1, j + 1
        elif j == columns or (i < rows and best[i + 1][j] >= best[i][j + 1]):
            path.append((i, None))
            i += 1
        else:
            path.append((None, j))
            j += 1
    return path


def build_wid_map(
    *, aligned: Sequence[Aligned], old_wids: Mapping[str, str]
) -> dict[str, str]:
    """Return eid → wid for the new version from confirmed pairs.

    `old_wids` is eid → wid of the old version.
    """
    return {
        article_eid(pair.new): old_wids[article_eid(pair.old)]
        for pair in aligned
        if pair.old is not None and pair.new is not None
    }
