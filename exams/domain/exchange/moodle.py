"""Moodle XML to drafts. No Django here."""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from lxml import etree

from exams.domain.exchange.canonical import match_content
from exams.domain.exchange.drafts import LETTERS, ItemDraft, Parsed, Place, options_of
from exams.domain.exchange.numbers import Blank, as_number, is_number, numeric_blank
from exams.domain.exchange.tags import (
    apply_choice_tags,
    apply_tags,
    without_blanks_below,
)
from exams.domain.exchange.texts import rich_text
from exams.domain.exchange.weights import choice_from_weights
from exams.domain.exchange.xml import parse_xml

_CLOZE = re.compile(r"\{(\d*):([A-Z_]+):((?:\\.|[^}\\])*)\}")
_POINT = re.compile(r"^(\d+(?:\.\d+)?): (.+)$", re.DOTALL)
PLUGIN = "@@PLUGINFILE@@/"
NUMBERS = frozenset({"NUMERICAL", "NM"})
SHORT = frozenset({"SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC"})
KNOWN = frozenset(
    [
        "name",
        "questiontext",
        "generalfeedback",
        "defaultgrade",
        "penalty",
        "hidden",
        "idnumber",
        "answer",
        "tags",
        "single",
        "shuffleanswers",
        "answernumbering",
        "showstandardinstruction",
        "correctfeedback",
        "partiallycorrectfeedback",
        "incorrectfeedback",
        "shownumcorrect",
        "usecase",
        "unitgradingtype",
        "unitpenalty",
        "showunits",
        "unitsleft",
        "units",
        "responseformat",
        "responserequired",
        "responsefieldlines",
        "minwordlimit",
        "maxwordlimit",
        "attachments",
        "attachmentsrequired",
        "maxbytes",
        "filetypeslist",
        "graderinfo",
        "responsetemplate",
        "subquestion",
        "layouttype",
        "selecttype",
        "selectcount",
        "gradingtype",
        "showgrading",
        "numberingstyle",
    ]
)


@dataclass(slots=True)
class _Question:
    node: etree._Element
    draft: ItemDraft
    parsed: Parsed
    rest: dict[str, str] = field(default_factory=dict)

    def value(self, path: str) -> str:
        return (self.node.findtext(path) or "").strip()

    def text(self, node: etree._Element | None) -> str:
        """Return the plain text of a `<…><text>` and take its pictures along."""
        if node is None:
            return ""
        raw = node.findtext("text") or ""
        if node.get("format", "html") in ("plain_text", "plain"):
            return raw.strip()
        if node.get("format") == "markdown":
            self.draft.warn("markdown_kept")
            return raw.strip()
        rich = rich_text(raw)
        for name in dict.fromkeys(rich.lost):
            self.draft.warn("markup_lost", element=name)
        for source, alt in rich.pictures:
            self._picture(node, source, alt)
        return rich.text

    def _picture(self, node: etree._Element, source: str, alt: str) -> None:
        name = unquote(source.removeprefix(PLUGIN))
        files = [f for f in node.findall("file") if f.get("name") == name]
        if not source.startswith(PLUGIN) or not files:
            self.draft.warn("picture_missing", name=source[:80])
            return
        try:
            data = base64.b64decode(files[0].text or "", validate=False)
        except (binascii.Error, ValueError):
            self.draft.warn("picture_missing", name=name[:80])
            return
        stored = picture_name(data, name)
        self.parsed.pictures[stored] = data
        media = self.draft.content.setdefault("media", [])
        media.append({"kind": "image", "src": stored, "alt": alt})


def picture_name(data: bytes, name: str) -> str:
    """Name a picture by its bytes: what the file called it may be anything."""
    suffix = PurePosixPath(name).suffix.lower()[:6]
    return f"{hashlib.sha256(data).hexdigest()}{suffix}"


def read_moodle(data: bytes) -> Parsed:
    """Read a `quiz` of questions."""
    parsed = Parsed()
    topic = ""
    cases: dict[str, ItemDraft] = {}
    for node in parse_xml(data).iter("question"):
        if node.get("type") == "category":
            path = (node.findtext("category/text") or "").strip()
            topic = re.split(r"(?<!/)/(?!/)", path)[-1].replace("//", "/")
            topic = "" if topic in ("top", "$course$") else topic
            continue
        draft, case = _read_question(node, topic, parsed)
        if case and case in cases:
            cases[case].children.append(draft)
            continue
        if draft.type == "case":
            cases[draft.code] = draft
        parsed.drafts.append(draft)
    return parsed


def _read_question(
    node: etree._Element, topic: str, parsed: Parsed
) -> tuple[ItemDraft, str]:
    kind = node.get("type", "")
    place = Place(line=node.sourceline or 0, element=f"question[{kind}]")
    draft = ItemDraft("", {}, place, topic=topic)
    question = _Question(node, draft, parsed)
    draft.code = question.value("idnumber")
    draft.content["stem"] = question.text(node.find("questiontext"))
    draft.content["explanation"] = question.text(node.find("generalfeedback"))
    _read_grade(question)
    tags = [(t.findtext("text") or "").strip() for t in node.findall("tags/tag")]
    question.rest = apply_tags(draft, tags)
    if kind == "description" and question.rest.get("type") == "case":
        draft.type = "case"
    elif kind in READERS:
        READERS[kind](question)
    else:
        draft.refuse("question_type", word=kind[:40])
    _name_losses(question)
    return draft, question.rest.get("case", "")


def _read_grade(question: _Question) -> None:
    try:
        grade = Decimal(question.value("defaultgrade") or "1")
    except InvalidOperation:
        grade = Decimal(1)
    if grade.is_finite() and grade > 0:
        question.draft.score = f"{grade.normalize():f}"


def _name_losses(question: _Question) -> None:
    feedback = [
        node
        for path in ("answer/feedback/text", "correctfeedback/text",
                     "partiallycorrectfeedback/text", "incorrectfeedback/text")
        for node in question.node.findall(path)
        if (node.text or "").strip()
    ]  # fmt: skip
    if feedback:
        question.draft.warn("feedback_lost")
    strangers = {str(child.tag) for child in question.node} - KNOWN
    for name in sorted(strangers):
        question.draft.warn("element_lost", element=name)


def _fraction(answer: etree._Element) -> float:
    try:
        return float(answer.get("fraction", "0"))
    except ValueError:
        return 0.0


def _multichoice(question: _Question) -> None:
    answers = question.node.findall("answer")
    choice_from_weights(
        question.draft,
        texts=[question.text(answer) for answer in answers],
        weights=[_fraction(answer) for answer in answers],
        is_single=question.value("single").lower() in ("true", "1"),
        has_rule="scoring" in question.rest,
    )
    if question.value("shuffleanswers").lower() in ("false", "0"):
        question.draft.content["fixed_order"] = True
    apply_choice_tags(question.draft, question.rest)


def _truefalse(question: _Question) -> None:
    right = [
        (answer.findtext("text") or "").strip().lower()
        for answer in question.node.findall("answer")
        if _fraction(answer) > 0
    ]
    question.draft.type = "true_false"
    question.draft.content["correct"] = right == ["true"]
    if right not in (["true"], ["false"]):
        question.draft.refuse("truth_unknown", word=" ".join(right)[:40])


def _shortanswer(question: _Question) -> None:
    answers = question.node.findall("answer")
    full = [(a.findtext("text") or "").strip() for a in answers if _fraction(a) >= 99.9]
    if len(full) < len(answers):
        question.draft.warn("weights_lost")
    if any("*" in text for text in full):
        question.draft.warn("wildcard_literal")
    if question.value("usecase") == "1":
        question.draft.warn("case_ignored")
    question.draft.type = "text_entry"
    question.draft.content["blanks"] = [full] if full else []


def _numerical(question: _Question) -> None:
    answers = question.node.findall("answer")
    full = [a for a in answers if _fraction(a) >= 99.9]
    units = [u.findtext("unit_name") or "" for u in question.node.findall("units/unit")]
    if len(answers) != 1 or len(units) > 1:
        question.draft.warn("weights_lost")
    question.draft.type = "numeric"
    number = (full[0].findtext("text") or "").strip() if full else ""
    tolerance = (full[0].findtext("tolerance") or "0").strip() if full else "0"
    if not (is_number(number) and is_number(tolerance)):
        question.draft.refuse("number_unknown", word=number[:40])
    question.draft.content |= {
        "correct": number,
        "tolerance": tolerance,
        "unit": (units or [""])[0].strip(),
    }


def _essay(question: _Question) -> None:
    info = question.node.find("graderinfo")
    question.draft.type = "extended_text"
    model, points = question.text(info), []
    if info is not None and info.get("format") == "html":
        root = etree.fromstring(
            f"<div>{info.findtext('text') or ''}</div>", etree.HTMLParser()
        )
        lines = root.findall(".//ul[@class='rubric']/li") if root is not None else []
        matches = [_POINT.match(_lines(line)) for line in lines]
        points = [{"text": m[2], "score": as_number(m[1])} for m in matches if m]
        if points:
            model = _lines(root.find(".//div[@class='model']"))
    question.draft.content |= {"model": model, "rubric": points}


def _lines(node: etree._Element | None) -> str:
    return (
        ""
        if node is None
        else rich_text(etree.tostring(node, encoding="unicode", with_tail=False)).text
    )


def _matching(question: _Question) -> None:
    pairs = []
    for node in question.node.findall("subquestion"):
        right = (node.findtext("answer/text") or "").strip()
        pairs.append((question.text(node), right))
    question.draft.type = "match"
    question.draft.content |= match_content(pairs, order=question.rest.get("right", ""))


def _ordering(question: _Question) -> None:
    texts = [question.text(answer) for answer in question.node.findall("answer")]
    options = options_of(texts)
    keys = [option["key"] for option in options]
    shown = [
        int(n) - 1 for n in question.rest.get("order", "").split(",") if n.isdigit()
    ]
    question.draft.type = "order"
    if sorted(shown) == list(range(len(texts))):
        options = options_of([texts[place] for place in shown])
        keys = [LETTERS[shown.index(place)] for place in range(len(texts))]
    question.draft.content |= {"options": options, "correct": keys}


def _cloze(question: _Question) -> None:
    """Take blanks of short answers and numbers; other kinds are named."""
    stem = question.draft.content["stem"]
    blanks: list[Blank] = []
    kinds: set[str] = set()

    def blank(match: re.Match[str]) -> str:
        kinds.add(match[2])
        variants = _cloze_variants(match[3], question.draft)
        if match[2] in NUMBERS:
            blanks.append(_cloze_number(variants, question.draft))
        else:
            blanks.append(variants)
        return "____"

    question.draft.type = "text_entry"
    stem = _CLOZE.sub(blank, stem)
    question.draft.content["stem"] = without_blanks_below(stem, question.rest)
    question.draft.content["blanks"] = blanks
    for kind in sorted(kinds - SHORT - NUMBERS):
        question.draft.refuse("question_type", word=f"cloze {kind}"[:40])


def _cloze_number(variants: list[str], draft: ItemDraft) -> Blank:
    """Read `3.5:0.1`; of several full answers the first is kept."""
    if len(variants) > 1:
        draft.warn("weights_lost")
    number, _colon, tolerance = (variants or [""])[0].partition(":")
    blank = numeric_blank(number, tolerance)
    if not (is_number(blank["correct"]) and is_number(blank["tolerance"])):
        draft.refuse("number_unknown", word=number[:40])
    return blank


def _cloze_variants(body: str, draft: ItemDraft) -> list[str]:
    variants = []
    for part in re.split(r"(?<!\\)~", body):
        text, hash_sign, feedback = re.sub(r"\\#", "\x04", part).partition("#")
        if hash_sign and feedback.strip():
            draft.warn("feedback_lost")
        plain = re.sub(r"\\(.)", r"\1", text.replace("\x04", "#")).strip()
        if plain.startswith("="):
            variants.append(plain[1:].strip())
        elif plain.startswith("%100%"):
            variants.append(plain[5:].strip())
        elif plain:
            draft.warn("weights_lost")
    return variants


READERS: dict[str, Callable[[_Question], Any]] = {
    "multichoice": _multichoice,
    "truefalse": _truefalse,
    "shortanswer": _shortanswer,
    "numerical": _numerical,
    "essay": _essay,
    "matching": _matching,
    "ordering": _ordering,
    "cloze": _cloze,
}
