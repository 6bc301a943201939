"""The interaction and the right answer of a draft as QTI 2.1 or 3.0. No Django here."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree
from lxml.etree import _Element as Node

from exams.domain.exchange.drafts import ItemDraft
from exams.domain.exchange.numbers import Blank, is_numeric
from exams.domain.exchange.qti_tree import kebab
from exams.domain.exchange.texts import break_lines
from lms.core.sheets.texts import xml_safe

_BLANK = re.compile(r"_{3,}")
_XML = "{http://www.w3.org/XML/1998/namespace}"
SPACES = {
    "2.1": "http://www.imsglobal.org/xsd/imsqti_v2p1",
    "3.0": "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
}


class QtiItem:
    """One assessmentItem under construction; names are those of 2.1."""

    def __init__(self, draft: ItemDraft, identifier: str, version: str) -> None:
        self.draft = draft
        self.version = version
        self.space = SPACES[version]
        self.root = etree.Element(
            self.qualified("assessmentItem"), nsmap={None: self.space}
        )
        self._set(
            self.root,
            {
                "identifier": identifier,
                "title": xml_safe(draft.content["stem"].split("\n")[0])[:200],
                "adaptive": "false",
                "timeDependent": "false",
                "toolName": "Anxue",
            },
        )
        if draft.code:
            self.root.set("label", xml_safe(draft.code))
        if draft.language:
            self.root.set(f"{_XML}lang", xml_safe(draft.language))

    def qualified(self, name: str) -> str:
        html = name in ("p", "div", "span", "br", "img", "ul", "li", "object")
        if self.version == "3.0" and not html:
            name = f"qti-{kebab(name)}"
        return f"{{{self.space}}}{name}"

    def _set(self, node: Node, attributes: Mapping[str, str]) -> None:
        for name, value in attributes.items():
            own = kebab(name) if self.version == "3.0" else name
            node.set(own, xml_safe(value))

    def add(self, parent: Node, name: str, text: str = "", **attributes: str) -> Node:
        node = etree.SubElement(parent, self.qualified(name))
        self._set(node, {k.rstrip("_"): v for k, v in attributes.items()})
        if text:
            break_lines(node, text)
        return node

    def declare(
        self, correct: list[str], *, cardinality: str, base: str, name: str = "RESPONSE"
    ) -> Node:
        """Declare a response with its right values."""
        node = self.add(
            self.root, "responseDeclaration", identifier=name,
            cardinality=cardinality, baseType=base,
        )  # fmt: skip
        answer = self.add(node, "correctResponse")
        for value in correct:
            self.add(answer, "value").text = xml_safe(value)
        return node


def _choice(item: QtiItem, body: Node, content: dict[str, Any]) -> None:
    multiple = content["cardinality"] == "multiple"
    keys = {str(o["key"]): f"choice_{n}" for n, o in enumerate(content["options"], 1)}
    item.declare(
        [keys[str(key)] for key in content["correct"]],
        cardinality="multiple" if multiple else "single",
        base="identifier",
    )
    node = item.add(
        body, "choiceInteraction", responseIdentifier="RESPONSE",
        shuffle="false" if content.get("fixed_order") else "true",
        maxChoices="0" if multiple else "1",
    )  # fmt: skip
    for option in content["options"]:
        key = keys[str(option["key"])]
        item.add(node, "simpleChoice", option["text"], identifier=key)


def _true_false(item: QtiItem, body: Node, content: dict[str, Any]) -> None:
    right = "true" if content["correct"] else "false"
    item.declare([right], cardinality="single", base="identifier")
    node = item.add(
        body, "choiceInteraction", responseIdentifier="RESPONSE",
        shuffle="false", maxChoices="1",
    )  # fmt: skip
    english = item.draft.language.startswith("en")
    words = ("True", "False") if english else ("正确", "错误")
    for key, text in zip(("true", "false"), words, strict=True):
        item.add(node, "simpleChoice", text, identifier=key)


def _text_entry(item: QtiItem, body: Node, content: dict[str, Any]) -> None:
    blanks = content["blanks"]
    names = response_names(blanks)
    for name, variants in zip(names, blanks, strict=True):
        if is_numeric(variants):
            number = [variants["correct"]]
            item.declare(number, cardinality="single", base="float", name=name)
            continue
        node = item.declare(
            variants[:1], cardinality="single", base="string", name=name
        )
        mapping = item.add(node, "mapping", defaultValue="0")
        for variant in variants:
            item.add(
                mapping, "mapEntry", mapKey=variant, mappedValue="1",
                caseSensitive="false",
            )  # fmt: skip
    pieces = _BLANK.split(content["stem"])
    if len(pieces) != len(blanks) + 1:
        # No places in the text: the fields stand below it.
        pieces = [content["stem"] + "\n", *([" "] * (len(blanks) - 1)), ""]
    paragraph = item.add(body, "p", pieces[0])
    for name, piece in zip(names, pieces[1:], strict=True):
        entry = item.add(paragraph, "textEntryInteraction", responseIdentifier=name)
        _append(item, paragraph, entry, piece)


def response_names(blanks: list[Blank]) -> list[str]:
    """Return the name of the response of each blank."""
    return ["RESPONSE", *(f"RESPONSE_{n}" for n in range(2, len(blanks) + 1))]


def _append(item: QtiItem, paragraph: Node, after: Node, text: str) -> None:
    lines = xml_safe(text).split("\n")
    after.tail = lines[0]
    for line in lines[1:]:
        item.add(paragraph, "br").tail = line


def _numeric(item: QtiItem, body: Node, content: dict[str, Any]) -> None:
    item.declare([str(content["correct"])], cardinality="single", base="float")
    item.add(body, "p", content["stem"])
    paragraph = item.add(body, "p")
    entry = item.add(paragraph, "textEntryInteraction", responseIdentifier="RESPONSE")
    if content.get("unit"):
        entry.tail = " "
        item.add(paragraph, "span", content["unit"], class_="unit")


def _extended_text(item: QtiItem, body: Node, content: dict[str, Any]) -> None:
    item.declare([], cardinality="single", base="string")
    item.root[-1].remove(item.root[-1][0])
    item.add(body, "extendedTextInteraction", responseIdentifier="RESPONSE")
    model, points = content.get("model", ""), content.get("rubric", [])
    if not model and not points:
        return
    block = item.add(body, "rubricBlock", view="scorer")
    if item.version == "3.0":
        block = item.add(block, "contentBody")
    if model:
        item.add(block, "p", model, class_="model")
    rows = item.add(block, "ul") if points else block
    for point in points:
        item.add(rows, "li", f"{point['score']}: {point['text']}", class_="point")


def _order(item: QtiItem, body: Node, content: dict[str, Any]) -> None:
    keys = {str(o["key"]): f"choice_{n}" for n, o in enumerate(content["options"], 1)}
    item.declare(
        [keys[str(key)] for key in content["correct"]],
        cardinality="ordered", base="identifier",
    )  # fmt: skip
    node = item.add(
        body, "orderInteraction", responseIdentifier="RESPONSE", shuffle="true"
    )
    for option in content["options"]:
        key = keys[str(option["key"])]
        item.add(node, "simpleChoice", option["text"], identifier=key)


def _match(item: QtiItem, body: Node, content: dict[str, Any]) -> None:
    left = {str(o["key"]): f"left_{n}" for n, o in enumerate(content["left"], 1)}
    right = {str(o["key"]): f"right_{n}" for n, o in enumerate(content["right"], 1)}
    pairs = [f"{left[str(a)]} {right[str(b)]}" for a, b in content["correct"].items()]
    node = item.declare(pairs, cardinality="multiple", base="directedPair")
    mapping = item.add(node, "mapping", defaultValue="0")
    for pair in pairs:
        item.add(mapping, "mapEntry", mapKey=pair, mappedValue="1")
    node = item.add(
        body, "matchInteraction", responseIdentifier="RESPONSE", shuffle="true",
        maxAssociations=str(len(left)),
    )  # fmt: skip
    for options, keys, most in (
        (content["left"], left, "1"),
        (content["right"], right, "0"),
    ):
        one = item.add(node, "simpleMatchSet")
        for option in options:
            item.add(
                one, "simpleAssociableChoice", option["text"],
                identifier=keys[str(option["key"])], matchMax=most,
            )  # fmt: skip


def _hotspot(item: QtiItem, body: Node, content: dict[str, Any]) -> None:
    keys = {str(r["key"]): f"region_{n}" for n, r in enumerate(content["regions"], 1)}
    item.declare(
        [keys[str(key)] for key in content["correct"]],
        cardinality="multiple", base="identifier",
    )  # fmt: skip
    node = item.add(
        body, "hotspotInteraction", responseIdentifier="RESPONSE",
        maxChoices=str(len(content["correct"])),
    )  # fmt: skip
    image = content["image"]
    source = image["src"]
    if "/" not in source:
        source = f"../media/{source}"
    item.add(node, "object", image["alt"], data=source, type="image/png")
    for region in content["regions"]:
        item.add(
            node, "hotspotChoice", identifier=keys[str(region["key"])],
            hotspotLabel=region["label"], shape="rect", coords=_coords(region),
        )  # fmt: skip


def _coords(region: dict[str, Any]) -> str:
    x, y, width, height = (float(region[n]) for n in ("x", "y", "width", "height"))
    edges = (x, y, x + width, y + height)
    return ",".join(f"{round(edge * 100, 6):g}%" for edge in edges)


def _case(item: QtiItem, body: Node, content: dict[str, Any]) -> None:
    """The story is the whole item; its parts name it in the manifest."""


WRITERS: dict[str, Callable[[QtiItem, Node, dict[str, Any]], None]] = {
    "choice": _choice,
    "true_false": _true_false,
    "text_entry": _text_entry,
    "numeric": _numeric,
    "extended_text": _extended_text,
    "order": _order,
    "match": _match,
    "hotspot": _hotspot,
    "case": _case,
}
