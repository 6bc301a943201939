"""Chinese and Latin lines as a typesetter breaks them.

Closing punctuation never begins a line and opening punctuation never ends one (GB/T
15834, W3C clreq); words and numbers stay whole; the lines of a paragraph are balanced,
so that no single character is left on the last one.
"""

import re
from collections.abc import Callable

OPENING = "（《〈「『【〔“‘(["
CLOSING = "，。、；：？！）》〉」』】〕”’…—％%.,;:?!)]·"
UNIT = re.compile(
    rf"[{re.escape(OPENING)}]*(?:[A-Za-z0-9][A-Za-z0-9'&+/.\-]*|\s+|.)"
    rf"[{re.escape(CLOSING)}]*",
    re.DOTALL,
)

Measure = Callable[[str], float]


def break_units(text: str) -> list[str]:
    """Return the pieces of a text between which a line may end."""
    return [match.group() for match in UNIT.finditer(text)]


def wrap(text: str, *, width: float, measure: Measure) -> list[str]:
    """Return balanced lines no wider than `width` (a single long word may be)."""
    units = break_units(text)
    lines = _fill(units, width, measure)
    if len(lines) < 2:
        return lines
    # The narrowest column that needs no further line is the balanced one.
    low, high = width / 2, width
    while high - low > width / 100:
        middle = (low + high) / 2
        if len(_fill(units, middle, measure)) > len(lines):
            low = middle
        else:
            high = middle
    return _fill(units, high, measure)


def _fill(units: list[str], width: float, measure: Measure) -> list[str]:
    lines: list[str] = []
    line = ""
    for unit in units:
        if line and measure((line + unit).rstrip()) > width:
            lines.append(line.rstrip())
            line = unit.lstrip()
        else:
            line += unit
    if line.strip():
        lines.append(line.rstrip())
    return lines
