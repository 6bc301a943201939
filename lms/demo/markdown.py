"""The little Markdown of the sample content, as blocks of a page body."""

import re
from collections.abc import Iterator
from html import escape
from typing import Any

HEADING = re.compile(r"^(#{2,4}) +(.+)$")
BULLET = re.compile(r"^- +(.+)$")
NUMBER = re.compile(r"^\d+\. +(.+)$")
STRONG = re.compile(r"\*\*(.+?)\*\*")
RULE = re.compile(r"^\|[\s|:-]+\|$")
Block = dict[str, Any]


def body_blocks(text: str) -> list[Block]:
    """Return raw stream data: headings, rich text (with lists) and tables.

    Headings of the second level become heading blocks, deeper ones stay in the text.
    """
    blocks: list[Block] = []
    html: list[str] = []
    for kind, lines in _groups(text):
        if kind in {"heading", "table"} and html:
            blocks.append({"type": "text", "value": "".join(html)})
            html = []
        if kind == "heading":
            blocks.append({"type": "heading", "value": lines[0]})
        elif kind == "table":
            rows = [line.strip("| ") for line in lines if not RULE.match(line)]
            value = {"caption": "", "rows": "\n".join(rows)}
            blocks.append({"type": "table", "value": value})
        else:
            html.append(_html(kind, lines))
    if html:
        blocks.append({"type": "text", "value": "".join(html)})
    return blocks


def _groups(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield runs of lines that belong together, without their marks."""
    current, lines = "", list[str]()
    for raw in [*text.splitlines(), ""]:
        kind, content = _read(raw.strip())
        if kind != current or kind in {"heading", "subheading", "paragraph"}:
            if lines:
                yield current, lines
            lines = []
        current = kind
        if content:
            lines.append(content)


def _read(line: str) -> tuple[str, str]:
    heading = HEADING.match(line)
    if heading:
        return ("heading" if heading[1] == "##" else "subheading"), heading[2]
    if line.startswith("|"):
        return "table", line
    for kind, pattern in (("bullets", BULLET), ("numbers", NUMBER)):
        found = pattern.match(line)
        if found:
            return kind, found[1]
    return ("paragraph", line) if line else ("", "")


def _inline(text: str) -> str:
    return STRONG.sub(r"<b>\1</b>", escape(text, quote=False))


def _html(kind: str, lines: list[str]) -> str:
    if kind == "subheading":
        return f"<h3>{_inline(lines[0])}</h3>"
    if kind == "paragraph":
        return f"<p>{_inline(lines[0])}</p>"
    tag = "ol" if kind == "numbers" else "ul"
    items = "".join(f"<li>{_inline(line)}</li>" for line in lines)
    return f"<{tag}>{items}</{tag}>"
