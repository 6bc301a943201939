"""Encodings, and the guard of spreadsheet cells. No Django here."""

import re

from lms.core.sheets.refusals import Unreadable

_GUARDED = re.compile(r"^'*[=+\-@\t\r]")
_UNGUARD = re.compile(r"^'+[=+\-@\t\r]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def decode(data: bytes) -> str:
    """Return text of UTF-8 (with or without BOM), UTF-16 with BOM, GB18030 or GBK.

    Raises:
        Unreadable: it is none of these.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise Unreadable("encoding")


def guard_cell(text: str) -> str:
    """Return the text so that no spreadsheet program takes it for a formula."""
    return f"'{text}" if _GUARDED.match(text) else text


def unguard_cell(text: str) -> str:
    """Take away what `guard_cell` added, and nothing else."""
    return text[1:] if _UNGUARD.match(text) else text


def xml_safe(text: str) -> str:
    """Return the text without the characters that XML can't carry."""
    return _CONTROL.sub("", text)
