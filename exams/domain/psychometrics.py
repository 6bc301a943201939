"""Classical item statistics as running sums: nothing is held but one row per item.

Sources: F. M. Lord and M. R. Novick, *Statistical Theories of Mental Test Scores*
(1968), for facility, point-biserial and reliability; G. F. Kuder and M. W. Richardson
(1937) for KR-20; L. J. Cronbach (1951) for alpha; S. Henrysson (1963) for the
correction of the item-total correlation for overlap.
"""

from dataclasses import dataclass, field
from math import sqrt


@dataclass(slots=True)
class Moments:
    """Number, sum and sum of squares of one variable."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0

    def add(self, value: float) -> None:
        self.n += 1
        self.total += value
        self.squares += value * value

    @property
    def mean(self) -> float:
        return self.total / self.n if self.n else 0.0

    @property
    def variance(self) -> float:
        """Population variance, as KR-20 and alpha use it on both levels."""
        if not self.n:
            return 0.0
        return max(0.0, self.squares / self.n - self.mean**2)

    @property
    def deviation(self) -> float:
        return sqrt(self.variance)


@dataclass(slots=True)
class OptionSums:
    """Who chose one option: how many, and how well they did on the rest."""

    n: int = 0
    rest_total: float = 0.0

    @property
    def rest_mean(self) -> float | None:
        return self.rest_total / self.n if self.n else None


@dataclass(slots=True)
class ItemSums:
    """Running sums of one item over the papers that showed it."""

    score: Moments = field(default_factory=Moments)
    rest: Moments = field(default_factory=Moments)
    cross: float = 0.0
    maximum: float = 0.0
    omitted: int = 0
    is_dichotomous: bool = True
    options: dict[str, OptionSums] = field(default_factory=dict)

    def add(self, *, score: float, most: float, total: float) -> None:
        """Count one paper: points of the item, points possible, points of the paper."""
        rest = total - score
        self.score.add(score)
        self.rest.add(rest)
        self.cross += score * rest
        self.maximum += most
        self.is_dichotomous &= score in (0.0, most)

    def choose(self, option: str, *, rest: float) -> None:
        sums = self.options.setdefault(option, OptionSums())
        sums.n += 1
        sums.rest_total += rest

    @property
    def facility(self) -> float | None:
        """`p = Σx / Σmax`: share of the points that were reached, 0 hard to 1 easy."""
        return self.score.total / self.maximum if self.maximum else None

    @property
    def discrimination(self) -> float | None:
        """Corrected point-biserial: Pearson's r of the item with the rest of the test.

        `r = (Σxy/n − x̄ȳ) / (s_x s_y)`, x the item, y the total without the item
        (Henrysson 1963), so that an item does not correlate with itself. None where
        one of the two does not vary.
        """
        n = self.score.n
        spread = self.score.deviation * self.rest.deviation
        if not n or spread < 1e-9:
            return None
        return (self.cross / n - self.score.mean * self.rest.mean) / spread


def cronbach_alpha(items: list[Moments], total: Moments) -> float | None:
    """`α = k/(k−1) · (1 − Σs_i² / s_t²)` (Cronbach 1951).

    With items of 0 and 1 it equals KR-20, `k/(k−1) · (1 − Σp(1−p) / s_t²)` (Kuder and
    Richardson 1937). None with fewer than two items or no spread of the totals.
    """
    k = len(items)
    if k < 2 or total.variance < 1e-9:
        return None
    return k / (k - 1) * (1 - sum(i.variance for i in items) / total.variance)


def standard_error(deviation: float, reliability: float | None) -> float | None:
    """`SEM = s_t √(1 − α)`: how far a score may lie from the true one, in points."""
    if reliability is None:
        return None
    return deviation * sqrt(max(0.0, 1 - reliability))
