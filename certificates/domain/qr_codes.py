"""The QR code of a certificate: what it holds, and where it is dark."""

import re
from typing import Any

import segno


def qr_text(payload: dict[str, Any]) -> str:
    """Return the address in the QR code; the fragment never reaches a server."""
    return f"{payload['verify_url']}#t={payload['token']}"


# Choosing the best of the eight masks takes more time than the rest of the page. A
# signed token is as good as random, so none of them leaves patterns that confuse.
MASK = 2
# A row of modules has a byte for each: 1 is dark.
_DARK = re.compile(rb"\x01+")


def make_code(text: str) -> segno.QRCode:
    """Return the QR code of an address with a token."""
    return segno.make(text, micro=False, error="m", boost_error=False, mask=MASK)


def dark_runs(text: str) -> tuple[list[tuple[int, int, int]], int]:
    """Return runs (column, row from below, length) of a code, and its height; modules.

    Runs instead of single squares, so that no hairline shows between modules.
    """
    matrix = make_code(text).matrix
    height = len(matrix)
    runs = [
        (run.start(), height - row - 1, run.end() - run.start())
        for row, modules in enumerate(matrix)
        for run in _DARK.finditer(modules)
    ]
    return runs, height
