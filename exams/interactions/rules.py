"""From what was right in an answer to its points: one rule for each item of a paper.

Every rule works on the same count, `Parts`: an answer consists of parts (options of a
multiple choice, blanks, pairs, places), of which some are right and some wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")
ZERO = Decimal(0)

# Names of the rules, as papers and frozen keys store them.
ALL_OR_NOTHING = "all_or_nothing"
PARTIAL = "partial"
BALANCED = "balanced"
NEGATIVE = "negative"
# What a wrong answer costs where the paper does not say: the usual quarter.
DEFAULT_PENALTY = Decimal("0.25")


@dataclass(frozen=True, slots=True)
class Score:
    """Points reached of those possible (xAPI result)."""

    raw: Decimal
    max: Decimal

    @property
    def scaled(self) -> Decimal:
        """Share reached, 0 to 1 (below 0 only with a negative rule)."""
        return self.raw / self.max if self.max else ZERO


@dataclass(frozen=True, slots=True)
class Parts:
    """What an answer got right.

    Attributes:
        right: parts that are right.
        of: parts that a complete right answer has.
        wrong: parts that are wrong; a part left out is neither.
        is_spoiled: a wrong part makes the right ones worthless (错选不得分): who
            chooses every option has found nothing.
    """

    right: int
    of: int
    wrong: int = 0
    is_spoiled: bool = False

    @property
    def is_complete(self) -> bool:
        return 0 < self.right == self.of and not self.wrong

    @property
    def is_blank(self) -> bool:
        return not self.right and not self.wrong


def share(max_score: Decimal, right: int, of: int) -> Decimal:
    """Return the points for `right` parts `of` all, rounded to a cent."""
    if of and right == of:
        return max_score
    exact = max_score * right / of if of else ZERO
    return exact.quantize(CENT, rounding=ROUND_HALF_UP)


def _all_or_nothing(parts: Parts, max_score: Decimal, _penalty: Decimal) -> Decimal:
    return max_score if parts.is_complete else ZERO


def _partial(parts: Parts, max_score: Decimal, _penalty: Decimal) -> Decimal:
    """`max × right / of`; nothing where a wrong part spoils it."""
    return ZERO if parts.is_spoiled else share(max_score, parts.right, parts.of)


def _balanced(parts: Parts, max_score: Decimal, _penalty: Decimal) -> Decimal:
    """`max × (right − wrong) / of`, never below zero."""
    return share(max_score, max(0, parts.right - parts.wrong), parts.of)


def _negative(parts: Parts, max_score: Decimal, penalty: Decimal) -> Decimal:
    """All, or `−max × penalty`; no answer costs nothing.

    The floor of one item is this penalty; that of a whole paper is zero
    (`exams.domain.scoring.fold_result`).
    """
    if parts.is_complete:
        return max_score
    if parts.is_blank:
        return ZERO
    return -(max_score * penalty).quantize(CENT, rounding=ROUND_HALF_UP)


RULES: dict[str, Callable[[Parts, Decimal, Decimal], Decimal]] = {
    ALL_OR_NOTHING: _all_or_nothing,
    PARTIAL: _partial,
    BALANCED: _balanced,
    NEGATIVE: _negative,
}


def score_parts(
    *, key: dict[str, Any], default: str, parts: Parts, max_score: Decimal
) -> Score:
    """Apply the rule that stands in the frozen key, else the default of the type."""
    name = key.get("scoring") or default
    penalty = Decimal(str(key.get("penalty", DEFAULT_PENALTY)))
    return Score(RULES[name](parts, max_score, penalty), max_score)
