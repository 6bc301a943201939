"""Which reader and writer belongs to which format, and how a file shows its own.

No Django here.
"""

import re
from collections.abc import Callable, Mapping

from exams.domain.exchange.aiken import read_aiken, write_aiken
from exams.domain.exchange.drafts import ItemDraft, Parsed, Unreadable
from exams.domain.exchange.gift import read_gift
from exams.domain.exchange.gift_writer import write_gift
from exams.domain.exchange.moodle import read_moodle
from exams.domain.exchange.moodle_writer import write_moodle
from exams.domain.exchange.qti import read_qti
from exams.domain.exchange.qti_tree import name_of
from exams.domain.exchange.qti_writer import write_qti_21, write_qti_30
from exams.domain.exchange.sheets import (
    has_headings,
    read_csv,
    read_xlsx,
    write_csv,
    write_xlsx,
)
from exams.domain.exchange.xml import parse_xml
from lms.core.sheets.archives import Archive
from lms.core.sheets.texts import decode

READERS: dict[str, Callable[[bytes], Parsed]] = {
    "xlsx": read_xlsx,
    "csv": read_csv,
    "gift": read_gift,
    "aiken": read_aiken,
    "moodle-xml": read_moodle,
    "qti": read_qti,
}
WRITERS: dict[str, Callable[..., bytes]] = {
    "xlsx": write_xlsx,
    "csv": write_csv,
    "gift": write_gift,
    "aiken": write_aiken,
    "moodle-xml": write_moodle,
    "qti-2.1": write_qti_21,
    "qti-3.0": write_qti_30,
}
WITH_PICTURES = frozenset({"moodle-xml", "qti-2.1", "qti-3.0"})
SUFFIXES = {
    "xlsx": ".xlsx", "csv": ".csv", "gift": ".gift", "aiken": ".txt",
    "moodle-xml": ".xml", "qti-2.1": ".zip", "qti-3.0": ".zip",
}  # fmt: skip
_ANSWER_LINE = re.compile(r"^\s*(?:ANSWER|答案)\s*[:：]\s*[A-Za-z]\s*$", re.MULTILINE)
_OPTION_LINE = re.compile(r"^\s*A\s*[.)．）、]", re.MULTILINE)
_BRACES = re.compile(r"(?<!\\)\{[^{}]*(?:[=~#}]|T|F)", re.IGNORECASE)


def read_file(data: bytes, *, format_name: str = "auto") -> Parsed:
    """Read a file in the format given, or in the one it shows.

    Raises:
        Unreadable: the file as a whole can't be read.
    """
    name = detect(data) if format_name == "auto" else format_name
    if not data.strip():
        raise Unreadable("file_empty")
    parsed = READERS[name](data)
    parsed.format = name
    if not parsed.drafts and not any(r.is_error for r in parsed.remarks):
        raise Unreadable("no_items")
    return parsed


def detect(data: bytes) -> str:
    """Return the format by what stands in the file, not by its name."""
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise Unreadable("old_xls")
    if data[:2] == b"PK":
        return "xlsx" if "xl/workbook.xml" in Archive(data) else "qti"
    text = decode(data)
    if text.lstrip().startswith("<"):
        return "moodle-xml" if name_of(parse_xml(data)) == "quiz" else "qti"
    if has_headings(text):
        return "csv"
    if _ANSWER_LINE.search(text) and _OPTION_LINE.search(text):
        return "aiken"
    return "gift" if _BRACES.search(text) else "csv"


def write_file(
    drafts: list[ItemDraft],
    *,
    format_name: str,
    english: bool = False,
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return the items as a file of a format."""
    writer = WRITERS[format_name]
    if format_name in WITH_PICTURES:
        return writer(drafts, english=english, pictures=pictures or {})
    return writer(drafts, english=english)
