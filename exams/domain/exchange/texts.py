"""Rich text made plain. No Django here."""

import re
from collections.abc import Iterator

from lxml import etree, html

from lms.core.sheets.texts import xml_safe

_LINE_RUN = re.compile(r"[ \t]*[\r\n]+[ \t\r\n]*")
_SUBSCRIPT = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")
_SUPERSCRIPT = str.maketrans("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ")
BLOCKS = frozenset({"p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "pre"})
# What a reader of the plain text misses; bold and colors are not among it.
LOST = frozenset(
    {"table", "math", "audio", "video", "iframe", "object", "svg", "script"}
)


class RichText:
    """The plain text of a piece of HTML, and what was met on the way.

    Attributes:
        pictures: (address, alternative text) in order.
        lost: names of elements whose meaning plain text does not keep.
    """

    def __init__(self, root: etree._Element, *, keep: tuple[str, ...] = ()) -> None:
        self.pictures: list[tuple[str, str]] = []
        self.lost: list[str] = []
        self._keep = keep
        parts = "".join(self._walk(root))
        # \x01 is a forced break, \x02 the edge of a block: at most one line break.
        parts = re.sub(r"[ ]?\x01[ ]?(?=\x03)|(?<=\x03)\x01", "\x01", parts)
        parts = re.sub(r"\x03?\x01\x03?", "\n", parts)
        parts = re.sub(r"\x03?(?:\x02\x03?)+", "\x02", parts).replace("\x03", " ")
        self.text = parts.strip(" \x02\n").replace("\x02", "\n")

    def _walk(self, node: etree._Element) -> Iterator[str]:
        # \x03 stands for white space with a line break in it: layout, not text.
        yield _LINE_RUN.sub("\x03", node.text or "")
        for child in node:
            yield from self._child(child)
            yield _LINE_RUN.sub("\x03", child.tail or "")

    def _child(self, child: etree._Element) -> Iterator[str]:
        name = local_name(child)
        if not name or name in ("style", "script", *self._keep):
            if name == "script":
                self.lost.append(name)
            return
        if name == "img":
            self.pictures.append((child.get("src", ""), child.get("alt", "")))
        elif name == "br":
            yield "\x01"
        elif name in ("sub", "sup"):
            table = _SUBSCRIPT if name == "sub" else _SUPERSCRIPT
            yield from (part.translate(table) for part in self._walk(child))
        else:
            if name in LOST:
                self.lost.append(name)
            edge = "\x02" if name in BLOCKS else ""
            yield edge
            yield from self._walk(child)
            yield edge


def local_name(node: etree._Element) -> str:
    """Return the name without its namespace; "" for comments."""
    return str(etree.QName(node).localname).lower() if isinstance(node.tag, str) else ""


def rich_text(markup: str) -> RichText:
    """Read a piece of HTML."""
    cleaned = xml_safe(markup)
    if not cleaned.strip():
        return RichText(etree.Element("div"))
    return RichText(html.fragment_fromstring(cleaned, create_parent="div"))


def break_lines(parent: etree._Element, text: str) -> None:
    """Write text into an element, with a `br` for each line break."""
    lines = xml_safe(text).split("\n")
    parent.text = (parent.text or "") + lines[0]
    for line in lines[1:]:
        etree.SubElement(parent, _like(parent, "br")).tail = line


def _like(parent: etree._Element, name: str) -> str:
    space = etree.QName(parent).namespace
    return f"{{{space}}}{name}" if space else name
