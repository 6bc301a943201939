"""Items that misbehave: what is flagged, from which sample on, and in which words.

The thresholds are those of common practice (R. L. Ebel and D. A. Frisbie, *Essentials
of Educational Measurement*, 1991: discrimination below 0.2 wants revision); a flag is a
reason to look at an item, never a verdict.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

SMALLEST_SAMPLE = 30
HARD, EASY = 0.2, 0.95
WEAK = 0.1
IDLE_SHARE = 0.02

TOO_FEW = "too_few"
NEGATIVE = "negative"
WEAKLY = "weak"
TOO_HARD = "too_hard"
TOO_EASY = "too_easy"
IDLE = "idle_option"
BETTER = "better_wrong_option"


@dataclass(frozen=True, slots=True)
class OptionFacts:
    """One option: how many chose it, and their mean on the rest of the paper."""

    key: str
    count: int
    rest_mean: float | None
    is_right: bool


def flags_of(
    *,
    n: int,
    facility: float | None,
    discrimination: float | None,
    options: Sequence[OptionFacts],
) -> list[dict[str, object]]:
    """Return what is odd about an item, the gravest first; codes with their figures.

    Below 30 papers nothing is judged: the only flag says so.
    """
    if n < SMALLEST_SAMPLE or facility is None:
        return [{"code": TOO_FEW, "value": n}]
    found: list[dict[str, object]] = []
    if discrimination is not None and discrimination < 0:
        found.append({"code": NEGATIVE, "value": round(discrimination, 2)})
    found += [{"code": BETTER, "value": o.key} for o in _better_wrong(options)]
    if facility < HARD:
        found.append({"code": TOO_HARD, "value": round(facility * 100)})
    if facility > EASY:
        found.append({"code": TOO_EASY, "value": round(facility * 100)})
    elif discrimination is not None and 0 <= discrimination < WEAK:
        found.append({"code": WEAKLY, "value": round(discrimination, 2)})
    # An easy item has idle options by its nature.
    if facility <= EASY:
        found += [
            {"code": IDLE, "value": o.key}
            for o in options
            if not o.is_right and o.count < n * IDLE_SHARE
        ]
    return found


def _better_wrong(options: Sequence[OptionFacts]) -> list[OptionFacts]:
    """Wrong options whose choosers do better elsewhere than those of the right one."""
    right = [o.rest_mean for o in options if o.is_right and o.rest_mean is not None]
    if not right:
        return []
    # A handful of people is no pattern.
    least = SMALLEST_SAMPLE // 6
    return [
        o
        for o in options
        if not o.is_right
        and o.count >= least
        and o.rest_mean is not None
        and o.rest_mean > max(right)
    ]


def flag_text(flag: dict[str, object], *, n: int) -> str:
    """Say a flag in one sentence, with the size of the sample."""
    texts = {
        TOO_FEW: _("Only %(n)d papers: too few to judge (30 are needed)."),
        NEGATIVE: _(
            "Who does well elsewhere gets it wrong (discrimination %(value)s, "
            "%(n)d papers): check the key."
        ),
        BETTER: _(
            "Who chose the wrong option %(value)s does better elsewhere than who "
            "chose the right one (%(n)d papers): check the key and the wording."
        ),
        TOO_HARD: _("Very hard: %(value)s%% of the points reached (%(n)d papers)."),
        TOO_EASY: _("Very easy: %(value)s%% of the points reached (%(n)d papers)."),
        WEAKLY: _(
            "Hardly tells good from weak candidates (discrimination %(value)s, "
            "%(n)d papers)."
        ),
        IDLE: _("Almost nobody chose option %(value)s (%(n)d papers): replace it."),
    }
    return texts[str(flag["code"])] % {"value": flag["value"], "n": n}
