"""GIFT (Moodle's text format) to drafts. No Django here.

Escaped characters become private code points first, so that the grammar below sees
only the control characters that control.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from exams.domain.exchange.canonical import match_content
from exams.domain.exchange.drafts import ItemDraft, Parsed, Place, options_of
from exams.domain.exchange.numbers import is_number, numeric_blank
from exams.domain.exchange.tags import apply_choice_tags, apply_tags
from exams.domain.exchange.texts import rich_text
from exams.domain.exchange.weights import choice_from_weights
from lms.core.sheets.texts import decode

PRIVATE = 0xF0000
_ESCAPED = re.compile(r"\\([\\~=#{}:])")
_PRIVATE = re.compile("[\U000f0000-\U000f00ff]")
_META = re.compile(r"\[(id|tag):((?:\\.|[^\]\\])*)\]")
_TITLE = re.compile(r"^\s*::(.*?)::", re.DOTALL)
_FORMAT = re.compile(r"^\s*\[(html|markdown|moodle|plain|auto)\]", re.IGNORECASE)
_ANSWER = re.compile(r"([=~])((?:(?![=~]).)*)", re.DOTALL)
_WEIGHT = re.compile(r"^\s*%(-?\d+(?:\.\d+)?)%")
_TRUTH = re.compile(r"^\s*(T|TRUE|F|FALSE)\s*(?:#|$)", re.IGNORECASE)
_RANGE = re.compile(r"^(.+?)\.\.(.+)$")
_CJK = "\u3000-\u303f\u3400-\u9fff\uff00-\uffef"
_WRAP = re.compile(rf"(?<=[{_CJK}])[ \t]*\n[ \t]*(?=[{_CJK}])")
MAX_TITLE = 80


@dataclass(slots=True)
class _Block:
    line: int
    text: str
    topic: str
    tags: list[str] = field(default_factory=list)
    code: str = ""


@dataclass(slots=True)
class _Answer:
    sign: str
    text: str
    weight: float | None
    raw: str
    has_feedback: bool


def read_gift(data: bytes) -> Parsed:
    """Read questions that blank lines separate."""
    parsed = Parsed()
    titles: dict[str, ItemDraft] = {}
    for block in _blocks(decode(data)):
        draft, title = _read_block(block)
        if not draft.code and title:
            if len(title) > MAX_TITLE or title in titles:
                draft.warn("title_lost", word=title[:40])
            else:
                draft.code = title
                titles[title] = draft
        parsed.drafts.append(draft)
    return parsed


def _blocks(text: str) -> list[_Block]:
    blocks: list[_Block] = []
    topic, code = "", ""
    tags: list[str] = []
    lines: list[str] = []
    start = 0

    def close() -> None:
        nonlocal tags, code, lines
        if lines:
            blocks.append(_Block(start, "\n".join(lines), topic, tags, code))
            tags, code = [], ""
        lines = []

    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if stripped.startswith("//"):
            for name, value in _META.findall(stripped):
                plain = re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], value)
                code, tags = (plain, tags) if name == "id" else (code, [*tags, plain])
        elif stripped.upper().startswith("$CATEGORY:") and not lines:
            path = stripped.split(":", 1)[1].strip()
            topic = _unescape(_hide(re.split(r"(?<!/)/(?!/)", path)[-1]))
            topic = "" if topic == "top" else topic.replace("//", "/")
        elif stripped:
            start = start if lines else number
            lines.append(line)
        else:
            close()
    close()
    return blocks


def _hide(text: str) -> str:
    hidden = _ESCAPED.sub(lambda m: chr(PRIVATE + ord(m[1])), text)
    return hidden.replace("\\n", chr(PRIVATE + 10))


def _unescape(text: str) -> str:
    return _PRIVATE.sub(lambda m: chr(ord(m[0]) - PRIVATE), text)


def _read_block(block: _Block) -> tuple[ItemDraft, str]:
    text = _hide(block.text)
    draft = ItemDraft("", {"stem": "", "explanation": ""}, Place(line=block.line))
    draft.code, draft.topic = block.code, block.topic
    rest = apply_tags(draft, block.tags)
    title = ""
    match = _TITLE.match(text)
    if match:
        title, text = _unescape(match[1]).strip(), text[match.end() :]
    style, text = _style(text)
    opening, closing = text.find("{"), text.rfind("}")
    if opening < 0 or closing < opening:
        draft.content["stem"] = _plain(text, style, draft)
        draft.refuse("description" if opening < 0 else "gift_braces")
        return draft, title
    before, body, after = (
        text[:opening],
        text[opening + 1 : closing],
        text[closing + 1 :],
    )
    if "{" in body or "}" in body:
        draft.refuse("gift_braces")
        return draft, title
    body, _hashes, general = body.partition("####")
    draft.content["explanation"] = _answer_text(general, style, draft)
    stem = f"{before.rstrip()} ____ {after.strip()}" if after.strip() else before
    _read_body(draft, body, style, rest)
    if after.strip() and draft.type in ("true_false", "extended_text", "match"):
        stem = f"{before}{after}"
    draft.content["stem"] = _plain(_tight(stem), style, draft)
    return draft, title


def _tight(stem: str) -> str:
    """Take away the spaces around a blank between Chinese characters."""
    stem = re.sub(rf"(?<=[{_CJK}]) (?=____)", "", stem)
    return re.sub(rf"(?<=____) (?=[{_CJK}.,;:!?])", "", stem).strip()


def _style(text: str) -> tuple[str, str]:
    match = _FORMAT.match(text)
    return (match[1].lower(), text[match.end() :]) if match else ("moodle", text)


def _plain(text: str, style: str, draft: ItemDraft) -> str:
    if style == "html" or (style == "moodle" and re.search(r"</?[a-zA-Z][^>]*>", text)):
        rich = rich_text(_unescape(text))
        for name in dict.fromkeys(rich.lost):
            draft.warn("markup_lost", element=name)
        for source, _alt in rich.pictures:
            draft.warn("picture_missing", name=source[:80])
        return rich.text
    if style == "markdown":
        draft.warn("markdown_kept")
    lines = _WRAP.sub("", text.strip())
    return _unescape(re.sub(r"[ \t]*\n[ \t]*", " ", lines)).strip()


def _answer_text(text: str, style: str, draft: ItemDraft) -> str:
    own, text = _style(text)
    return _plain(text, style if own == "moodle" else own, draft)


def _read_body(draft: ItemDraft, body: str, style: str, rest: dict[str, str]) -> None:
    if not body.strip():
        draft.type = "extended_text"
        draft.content |= {"model": "", "rubric": []}
    elif _TRUTH.match(body):
        _true_false(draft, body)
    elif body.lstrip().startswith("#"):
        _numeric(draft, body.lstrip()[1:], rest)
    else:
        _answers(draft, body, style, rest)


def _true_false(draft: ItemDraft, body: str) -> None:
    word, *feedback = body.split("#")
    draft.type = "true_false"
    draft.content["correct"] = word.strip().upper().startswith("T")
    if any(part.strip() for part in feedback):
        draft.warn("feedback_lost")


def _split_answers(body: str) -> list[_Answer]:
    answers = []
    for sign, whole in _ANSWER.findall(body):
        text, hash_sign, feedback = whole.partition("#")
        weight = _WEIGHT.match(text)
        plain = text[weight.end() :] if weight else text
        number = float(weight[1]) if weight else None
        has_feedback = bool(hash_sign and feedback.strip())
        answers.append(_Answer(sign, plain.strip(), number, whole, has_feedback))
    return answers


def _numeric(draft: ItemDraft, body: str, rest: dict[str, str]) -> None:
    draft.type = "numeric"
    if body.lstrip().startswith(("=", "~")):
        answers = _split_answers(body)
    else:
        answers = [
            _Answer(
                "=", body.split("#", maxsplit=1)[0].strip(), None, body, "#" in body
            )
        ]
    best = [a for a in answers if a.weight in (None, 100.0) and a.sign == "="]
    if len(answers) > 1 or not best:
        draft.warn("weights_lost")
    if any(answer.has_feedback for answer in answers):
        draft.warn("feedback_lost")
    number, tolerance = number_of((best or answers)[0].text)
    if not (is_number(number) and is_number(tolerance)):
        draft.refuse("number_unknown", word=_unescape(number)[:40])
    if rest.get("type") == "text_entry":
        draft.type = "text_entry"
        draft.content["blanks"] = [numeric_blank(number, tolerance)]
        return
    draft.content |= {
        "correct": number,
        "tolerance": tolerance,
        "unit": rest.get("unit", ""),
    }


def number_of(text: str) -> tuple[str, str]:
    """Read `3.5`, `3.5:0.1` or `3.4..3.6` as number and tolerance."""
    spread = _RANGE.match(text)
    if spread and is_number(spread[1]) and is_number(spread[2]):
        low, high = Decimal(spread[1].strip()), Decimal(spread[2].strip())
        return str((low + high) / 2), str(abs(high - low) / 2)
    number, colon, tolerance = text.partition(":")
    return number.strip(), tolerance.strip() if colon else "0"


def _answers(draft: ItemDraft, body: str, style: str, rest: dict[str, str]) -> None:
    answers = _split_answers(body)
    before = body.lstrip()
    if not answers or before[0] not in "=~":
        draft.refuse("gift_answers")
        return
    if any(answer.has_feedback for answer in answers):
        draft.warn("feedback_lost")
    texts = [_answer_text(answer.text, style, draft) for answer in answers]
    signs = {answer.sign for answer in answers}
    if signs == {"="} and all("->" in answer.text for answer in answers):
        _match(draft, answers, style, rest)
    elif signs == {"="}:
        _short_answer(draft, answers, texts)
    else:
        choice_from_weights(
            draft,
            texts=texts,
            weights=[_weight(answer) for answer in answers],
            is_single="=" in signs,
            has_rule="scoring" in rest,
        )
        draft.content["options"] = options_of(texts)
        apply_choice_tags(draft, rest)


def _weight(answer: _Answer) -> float:
    if answer.weight is not None:
        return answer.weight
    return 100.0 if answer.sign == "=" else 0.0


def _short_answer(draft: ItemDraft, answers: list[_Answer], texts: list[str]) -> None:
    full = [t for a, t in zip(answers, texts, strict=True) if _weight(a) >= 100]
    if len(full) < len(texts):
        draft.warn("weights_lost")
    if any("*" in text for text in full):
        draft.warn("wildcard_literal")
    draft.type = "text_entry"
    draft.content["blanks"] = [full] if full else []


def _match(
    draft: ItemDraft, answers: list[_Answer], style: str, rest: dict[str, str]
) -> None:
    pairs = []
    for answer in answers:
        left, _arrow, right = answer.text.partition("->")
        pairs.append(
            (_answer_text(left, style, draft), _answer_text(right, style, draft))
        )
    draft.type = "match"
    draft.content |= match_content(pairs, order=rest.get("right", ""))
