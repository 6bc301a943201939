"""Numbers as people write them, and the blanks of a question as text. No Django here.

A blank is a list of accepted variants, or a number with a tolerance:
`{"correct": "3.5", "tolerance": "0.1"}`. As text the first is `a|b`, the second
`3.5±0.1` (exactly this number: `3.5±0`). A text that looks like a number with a
tolerance keeps a `|` at its end, so that it stays a text.
"""

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

Blank = list[str] | dict[str, str]
_TOLERANCE = re.compile(r"^(.*?)\s*(?:±|\+/-|\+-)\s*(.+)$")
_VARIANTS = re.compile(r"[|｜]")


def is_number(text: str) -> bool:
    """Tell whether people would read it as a number."""
    try:
        word = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "")
        return Decimal(word).is_finite()
    except InvalidOperation:
        return False


def as_number(text: str) -> int | float:
    """Return a JSON number, whole where it is whole."""
    number = float(text)
    return int(number) if number.is_integer() else number


def split_tolerance(text: str) -> tuple[str, str]:
    """Return the number and the tolerance of `3.5±0.1`; none is 0."""
    match = _TOLERANCE.match(text)
    return (match[1].strip(), match[2].strip()) if match else (text.strip(), "0")


def is_numeric(blank: Any) -> bool:
    """Tell whether a blank takes a number instead of a text."""
    return isinstance(blank, dict)


def numeric_blank(number: str, tolerance: str = "0") -> dict[str, str]:
    """Return a blank that takes a number."""
    return {"correct": number.strip(), "tolerance": tolerance.strip() or "0"}


def read_blank(text: str) -> Blank:
    """Return the blank that a line says."""
    number, tolerance = split_tolerance(text)
    if _TOLERANCE.match(text) and is_number(number) and is_number(tolerance):
        return numeric_blank(number, tolerance)
    return [part.strip() for part in _VARIANTS.split(text) if part.strip()]


def write_blank(blank: Blank) -> str:
    """Return a blank as a line: the way back of `read_blank`."""
    if isinstance(blank, dict):
        return f"{blank['correct']}±{blank.get('tolerance') or '0'}"
    text = "|".join(blank)
    return f"{text}|" if is_numeric(read_blank(text)) else text
