"""Drafts to Moodle XML. No Django here."""

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree
from lxml.etree import _Element as Node

from exams.domain.exchange.canonical import natural_right
from exams.domain.exchange.drafts import ItemDraft, pictures_of
from exams.domain.exchange.numbers import Blank, is_numeric
from exams.domain.exchange.tags import tags_of
from exams.domain.exchange.texts import break_lines
from exams.domain.exchange.weights import weights_of
from lms.core.sheets.texts import xml_safe

_BLANK = re.compile(r"_{3,}")


def write_moodle(
    drafts: list[ItemDraft],
    *,
    english: bool = False,
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return a `quiz`. A case is a description whose parts name it by a tag."""
    quiz = etree.Element("quiz")
    topic: str | None = None
    for draft in drafts:
        if draft.type not in KINDS:
            continue
        if draft.topic != (topic or ""):
            topic = draft.topic
            question = etree.SubElement(quiz, "question", type="category")
            path = f"$course$/{topic.replace('/', '//')}" if topic else "$course$"
            _text(question, "category", path, style=None)
        _question(quiz, draft, "", pictures or {})
        for child in draft.children:
            if child.type in KINDS:
                _question(quiz, child, draft.code, pictures or {})
    return etree.tostring(
        quiz, xml_declaration=True, encoding="UTF-8", pretty_print=True
    )


def _question(
    quiz: Node, draft: ItemDraft, case: str, pictures: Mapping[str, bytes]
) -> None:
    kind = KINDS[draft.type]
    if draft.type == "text_entry" and _is_cloze(draft.content["blanks"]):
        kind = "cloze"
    question = etree.SubElement(quiz, "question", type=kind)
    _text(question, "name", draft.code or draft.content["stem"][:80], style=None)
    stem = _cloze_stem(draft.content) if kind == "cloze" else draft.content["stem"]
    _rich(question, stem, pictures_of(draft.content), pictures)
    _text(question, "generalfeedback", draft.content.get("explanation", ""))
    etree.SubElement(question, "defaultgrade").text = draft.score
    if draft.code:
        etree.SubElement(question, "idnumber").text = xml_safe(draft.code)
    if kind != "cloze" and draft.type in WRITERS:
        WRITERS[draft.type](question, draft.content)
    tags = etree.SubElement(question, "tags")
    for tag in tags_of(draft, case=case):
        _text(tags, "tag", tag, style=None)


def _text(parent: Node, name: str, text: str, style: str | None = "plain_text") -> Node:
    node = etree.SubElement(parent, name)
    if style:
        node.set("format", style)
    etree.SubElement(node, "text").text = xml_safe(text)
    return node


def _rich(
    question: Node,
    stem: str,
    media: list[dict[str, Any]],
    pictures: Mapping[str, bytes],
) -> None:
    known = [one for one in media if one["src"] in pictures]
    if not known:
        _text(question, "questiontext", stem)
        return
    paragraph = etree.Element("p")
    break_lines(paragraph, stem)
    markup = etree.tostring(paragraph, encoding="unicode", method="html")
    for one in known:
        image = etree.Element(
            "img", src=f"@@PLUGINFILE@@/{one['src']}", alt=xml_safe(one.get("alt", ""))
        )
        markup += etree.tostring(image, encoding="unicode", method="html")
    node = _text(question, "questiontext", markup, style="html")
    for one in known:
        file = etree.SubElement(node, "file", name=one["src"], encoding="base64")
        file.text = base64.b64encode(pictures[one["src"]]).decode()


def _answer(question: Node, text: str, fraction: str) -> Node:
    node = _text(question, "answer", text)
    node.set("fraction", fraction)
    _text(node, "feedback", "")
    return node


def _choice(question: Node, content: dict[str, Any]) -> None:
    keys = [str(option["key"]) for option in content["options"]]
    correct = [str(key) for key in content["correct"]]
    is_single = content["cardinality"] == "single"
    etree.SubElement(question, "single").text = str(is_single).lower()
    shuffled = "false" if content.get("fixed_order") else "true"
    etree.SubElement(question, "shuffleanswers").text = shuffled
    etree.SubElement(question, "answernumbering").text = "ABCD"
    if is_single:
        weights = ["100" if key in correct else "0" for key in keys]
    else:
        rule = content.get("scoring") == "partial"
        weights = weights_of(keys, correct, is_partial=rule)
    for option, weight in zip(content["options"], weights, strict=True):
        _answer(question, option["text"], weight)


def _true_false(question: Node, content: dict[str, Any]) -> None:
    for word, truth in (("true", True), ("false", False)):
        _answer(question, word, "100" if content["correct"] is truth else "0")


def _text_entry(question: Node, content: dict[str, Any]) -> None:
    etree.SubElement(question, "usecase").text = "0"
    for variant in content["blanks"][0]:
        _answer(question, variant, "100")


def _is_cloze(blanks: list[Blank]) -> bool:
    return len(blanks) > 1 or any(map(is_numeric, blanks))


def _cloze_stem(content: dict[str, Any]) -> str:
    blanks = iter(content["blanks"])

    def embed(_match: re.Match[str]) -> str:
        blank = next(blanks)
        if is_numeric(blank):
            number, tolerance = blank["correct"], blank["tolerance"]
            return f"{{1:NUMERICAL:={_cloze(number)}:{_cloze(tolerance)}}}"
        variants = "~".join(f"={_cloze(variant)}" for variant in blank)
        return f"{{1:SHORTANSWER:{variants}}}"

    stem = content["stem"]
    if len(_BLANK.findall(stem)) != len(content["blanks"]):
        stem += " ____" * len(content["blanks"])
    return _BLANK.sub(embed, stem)


def _cloze(text: str) -> str:
    return re.sub(r"([\\~#}\"/])", r"\\\1", text)


def _numeric(question: Node, content: dict[str, Any]) -> None:
    node = _answer(question, str(content["correct"]), "100")
    etree.SubElement(node, "tolerance").text = str(content.get("tolerance", "0"))
    if content.get("unit"):
        units = etree.SubElement(question, "units")
        unit = etree.SubElement(units, "unit")
        etree.SubElement(unit, "multiplier").text = "1"
        etree.SubElement(unit, "unit_name").text = xml_safe(content["unit"])


def _extended_text(question: Node, content: dict[str, Any]) -> None:
    etree.SubElement(question, "responseformat").text = "plain"
    points = content.get("rubric", [])
    if not points:
        _text(question, "graderinfo", content.get("model", ""))
        return
    root = etree.Element("div")
    model = etree.SubElement(root, "div")
    model.set("class", "model")
    break_lines(model, content.get("model", ""))
    rows = etree.SubElement(root, "ul")
    rows.set("class", "rubric")
    for point in points:
        row = etree.SubElement(rows, "li")
        break_lines(row, f"{point['score']}: {point['text']}")
    markup = etree.tostring(root, encoding="unicode", method="html")
    _text(question, "graderinfo", markup, style="html")


def _match(question: Node, content: dict[str, Any]) -> None:
    etree.SubElement(question, "shuffleanswers").text = "true"
    rights = {str(option["key"]): option["text"] for option in content["right"]}
    pairs = [
        (option["text"], rights[str(content["correct"][str(option["key"])])])
        for option in content["left"]
    ]
    used = {str(key) for key in content["correct"].values()}
    pairs += [("", rights[key]) for key in natural_right(content) if key not in used]
    for left, right in pairs:
        node = _text(question, "subquestion", left)
        _text(node, "answer", right, style=None)


def _order(question: Node, content: dict[str, Any]) -> None:
    etree.SubElement(question, "layouttype").text = "VERTICAL"
    etree.SubElement(question, "selecttype").text = "ALL"
    etree.SubElement(question, "gradingtype").text = "ALL_OR_NOTHING"
    texts = {str(option["key"]): option["text"] for option in content["options"]}
    for number, key in enumerate(content["correct"], start=1):
        _answer(question, texts[str(key)], str(number))


KINDS = {
    "choice": "multichoice",
    "true_false": "truefalse",
    "text_entry": "shortanswer",
    "numeric": "numerical",
    "extended_text": "essay",
    "match": "matching",
    "order": "ordering",
    "case": "description",
}
WRITERS: dict[str, Callable[[Node, dict[str, Any]], None]] = {
    "choice": _choice,
    "true_false": _true_false,
    "text_entry": _text_entry,
    "numeric": _numeric,
    "extended_text": _extended_text,
    "match": _match,
    "order": _order,
}
