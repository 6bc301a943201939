"""Line breaking and fitting for Chinese and Latin text on the document."""

import re
from functools import lru_cache

from certificates.domain.fonts import text_width

# A line may not begin or end with these (kinsoku, as printers keep it).
NOT_AT_START = "，。、；：！？）》」』】〉”’·…—,.;:!?)]}%"
NOT_AT_END = "（《「『【〈“‘([{"
_PIECES = re.compile(r"[\x21-\x7e\u00c0-\u024f’-]+|\s+|.", re.DOTALL)


def wrap_text(text: str, *, font: str, size: float, width: float) -> list[str]:
    """Break text into lines no wider than `width` points; short words stay whole."""
    return list(_wrap(text, font, size, width))


# Measured once and drawn once; and a batch prints the same statement on every page.
@lru_cache(maxsize=2_048)
def _wrap(text: str, font: str, size: float, width: float) -> tuple[str, ...]:
    lines, line = [], ""
    for piece in _pieces(text, font=font, size=size, width=width):
        if text_width(line + piece.rstrip(), font=font, size=size) <= width:
            line += piece
        elif piece.isspace():
            continue
        else:
            line, carried = _give_back(line, piece)
            lines.append(line.rstrip())
            line = carried
    if line.strip():
        lines.append(line.rstrip())
    return tuple(lines or [""])


def _pieces(text: str, *, font: str, size: float, width: float) -> list[str]:
    pieces: list[str] = []
    for piece in _PIECES.findall(text):
        # A word longer than a whole line is broken anywhere rather than cut off.
        if text_width(piece, font=font, size=size) > width:
            pieces.extend(piece)
        else:
            pieces.append(piece)
    return pieces


def _give_back(line: str, piece: str) -> tuple[str, str]:
    """Move characters over the break so that both sides are allowed to stand there."""
    carried = piece
    while len(line) > 1 and (carried[0] in NOT_AT_START or line[-1] in NOT_AT_END):
        carried, line = line[-1] + carried, line[:-1]
    return line, carried


def fit_lines(
    text: str, *, font: str, sizes: tuple[float, ...], width: float, max_lines: int
) -> tuple[float, list[str]]:
    """Return the largest of `sizes` at which the text takes at most `max_lines`.

    The smallest size is taken when none does: text may grow long, it is never cut.
    """
    for size in sizes:
        lines = wrap_text(text, font=font, size=size, width=width)
        if len(lines) <= max_lines:
            return size, lines
    return size, lines
