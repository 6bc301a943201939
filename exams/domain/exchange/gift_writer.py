"""Drafts to GIFT. No Django here."""

import re
from collections.abc import Callable
from typing import Any

from exams.domain.exchange.canonical import natural_right
from exams.domain.exchange.drafts import ItemDraft
from exams.domain.exchange.numbers import is_numeric
from exams.domain.exchange.tags import tags_of
from exams.domain.exchange.weights import weights_of

_CONTROL = re.compile(r"([\\~=#{}:])")
_BLANK = re.compile(r"_{3,}")


def write_gift(drafts: list[ItemDraft], *, english: bool = False) -> bytes:
    """Return the items that GIFT has a form for; cases and the like are left out."""
    lines: list[str] = []
    topic: str | None = None
    for draft in drafts:
        body = _body(draft)
        if body is None:
            continue
        if draft.topic != (topic or ""):
            topic = draft.topic
            path = escape(topic.replace("/", "//")) if topic else "top"
            lines += [f"$CATEGORY: {path}", ""]
        lines += [_comment(draft), _question(draft, body), ""]
    return "\n".join(lines).encode()


def escape(text: str) -> str:
    """Return text in which nothing controls."""
    return _CONTROL.sub(r"\\\1", text).replace("\n", "\\n")


def _comment(draft: ItemDraft) -> str:
    marks = [f"[id:{_mark(draft.code)}]"] if draft.code else []
    marks += [f"[tag:{_mark(tag)}]" for tag in tags_of(draft)]
    return f"// {' '.join(marks)}"


def _mark(text: str) -> str:
    return re.sub(r"([\\\[\]])", r"\\\1", text).replace("\n", "\\n")


def _question(draft: ItemDraft, body: str) -> str:
    explanation = draft.content.get("explanation", "")
    general = f"####[plain]{escape(explanation)}" if explanation else ""
    return f"[plain]{escape(draft.content['stem'])}{{{body}{general}}}"


def _body(draft: ItemDraft) -> str | None:
    writer = WRITERS.get(draft.type)
    if writer is None or draft.children:
        return None
    return writer(draft.content)


def _text(text: str) -> str:
    """Return an answer; one that looks like a format or a weight is told apart."""
    return f"[plain]{escape(text)}" if text.startswith(("[", "%")) else escape(text)


def _choice(content: dict[str, Any]) -> str:
    keys = [str(option["key"]) for option in content["options"]]
    correct = [str(key) for key in content["correct"]]
    texts = [_text(option["text"]) for option in content["options"]]
    if content["cardinality"] == "single":
        signs = ["=" if key in correct else "~" for key in keys]
    else:
        rule = content.get("scoring") == "partial"
        signs = [f"~%{w}%" for w in weights_of(keys, correct, is_partial=rule)]
    return "".join(f"\n\t{s}{t}" for s, t in zip(signs, texts, strict=True)) + "\n"


def _true_false(content: dict[str, Any]) -> str:
    return "TRUE" if content["correct"] else "FALSE"


def _text_entry(content: dict[str, Any]) -> str | None:
    if len(content["blanks"]) != 1:
        return None
    if is_numeric(content["blanks"][0]):
        return _numeric(content["blanks"][0])
    return " ".join(f"={_text(variant)}" for variant in content["blanks"][0])


def _numeric(content: dict[str, Any]) -> str:
    number, tolerance = str(content["correct"]), str(content.get("tolerance", "0"))
    return f"#{number}" + (f":{tolerance}" if tolerance != "0" else "")


def _extended_text(content: dict[str, Any]) -> str:
    return ""


def _match(content: dict[str, Any]) -> str:
    rights = {str(option["key"]): option["text"] for option in content["right"]}
    pairs = [
        (option["text"], rights[str(content["correct"][str(option["key"])])])
        for option in content["left"]
    ]
    used = {str(key) for key in content["correct"].values()}
    pairs += [("", rights[key]) for key in natural_right(content) if key not in used]
    return "".join(f"\n\t={_text(a)} -> {_text(b)}" for a, b in pairs) + "\n"


WRITERS: dict[str, Callable[[dict[str, Any]], str | None]] = {
    "choice": _choice,
    "true_false": _true_false,
    "text_entry": _text_entry,
    "numeric": _numeric,
    "extended_text": _extended_text,
    "match": _match,
}
