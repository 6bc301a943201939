"""The QR code of a certificate: what it holds, and where it is dark."""

from itertools import groupby
from typing import Any

import segno


def qr_text(payload: dict[str, Any]) -> str:
    """Return the address in the QR code; the fragment never reaches a server."""
    return f"{payload['verify_url']}#t={payload['token']}"


# Choosing the best of the eight masks takes more time than the rest of the page. A
# signed token is as good as random, so none of them leaves patterns that confuse.
MASK = 2


def make_code(text: str) -> segno.QRCode:
    """Return the QR code of an address with a token."""
    return segno.make(text, micro=False, error="m", boost_error=False, mask=MASK)


def dark_runs(text: str) -> tuple[list[tuple[int, int, int]], int]:
    """Return runs (column, row from below, length) of a code, and its height; modules.

    Runs instead of single squares, so that no hairline shows between modules.
    """
    matrix = make_code(text).matrix
    height = len(matrix)
    runs = []
    for row, modules in enumerate(matrix):
        column = 0
        for is_dark, group in groupby(modules):
            length = sum(1 for _ in group)
            if is_dark:
                runs.append((column, height - row - 1, length))
            column += length
    return runs, height
