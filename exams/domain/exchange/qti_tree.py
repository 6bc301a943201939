"""QTI 2.1 and 3.0 under one set of names: those of 2.1. No Django here."""

import copy
import re
from collections.abc import Iterator

from lxml import etree
from lxml.etree import _Element as Node

from exams.domain.exchange.texts import RichText

INTERACTIONS = frozenset(
    [
        "choiceInteraction",
        "orderInteraction",
        "matchInteraction",
        "textEntryInteraction",
        "extendedTextInteraction",
        "hotspotInteraction",
        "associateInteraction",
        "gapMatchInteraction",
        "inlineChoiceInteraction",
        "hottextInteraction",
        "selectPointInteraction",
        "graphicOrderInteraction",
        "graphicAssociateInteraction",
        "graphicGapMatchInteraction",
        "positionObjectInteraction",
        "sliderInteraction",
        "mediaInteraction",
        "drawingInteraction",
        "uploadInteraction",
        "customInteraction",
        "portableCustomInteraction",
        "endAttemptInteraction",
    ]
)
HIDDEN = (INTERACTIONS - {"textEntryInteraction"}) | {
    "modalFeedback", "feedbackInline", "feedbackBlock", "rubricBlock", "templateInline",
    "templateBlock", "stylesheet",
}  # fmt: skip


def kebab(name: str) -> str:
    """Return `choiceInteraction` as `choice-interaction`."""
    return re.sub(r"([A-Z])", lambda m: f"-{m[1].lower()}", name)


def camel(name: str) -> str:
    """Return `choice-interaction` as `choiceInteraction`."""
    return re.sub(r"-([a-z])", lambda m: m[1].upper(), name)


def name_of(node: Node) -> str:
    """Return the 2.1 name of an element."""
    if not isinstance(node.tag, str):
        return ""
    name = etree.QName(node).localname
    return camel(name.removeprefix("qti-")) if name.startswith("qti-") else name


def attribute(node: Node, name: str) -> str:
    """Return an attribute under its 2.1 or 3.0 name."""
    return node.get(name) or node.get(kebab(name)) or ""


def find_all(node: Node, name: str) -> Iterator[Node]:
    """Return the descendants with a 2.1 name."""
    return (child for child in node.iter() if name_of(child) == name)


def find(node: Node, name: str) -> Node | None:
    """Return the first such descendant."""
    return next(find_all(node, name), None)


def children(node: Node, name: str) -> list[Node]:
    """Return the direct children with a 2.1 name."""
    return [child for child in node if name_of(child) == name]


def text_of(node: Node | None) -> str:
    """Return the whole text of an element."""
    return "".join(node.itertext()).strip() if node is not None else ""


def body_text(node: Node, *, hidden: frozenset[str] | None = None) -> RichText:
    """Return the plain text of a body: a blank for each text entry, no interactions."""
    own = copy.deepcopy(node)
    own.tail = None
    gone = HIDDEN if hidden is None else hidden
    for child in list(own.iter()):
        name = name_of(child)
        if child is own or child.getparent() is None:
            continue
        if name == "textEntryInteraction":
            child.tail = f"____{child.tail or ''}"
        if name in gone or name == "textEntryInteraction":
            _remove(child)
    return RichText(own)


def _remove(node: Node) -> None:
    parent, before = node.getparent(), node.getprevious()
    if parent is None:
        return
    tail = node.tail or ""
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(node)
