"""From the cells of one row to a draft. No Django here.

The same rules serve XLSX and CSV. Every cell is text here; a number or a date of a
spreadsheet was written as text before.
"""

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from exams.domain.exchange import words
from exams.domain.exchange.drafts import LETTERS, ItemDraft, Place, options_of
from exams.domain.exchange.numbers import (
    as_number,
    is_number,
    read_blank,
    split_tolerance,
)

Cells = dict[str, str]
_BLANK = re.compile(r"_{3,}")
_ONE_CELL = re.compile(r"(?:^|[|｜\n])\s*([A-Za-z])\s*[.．、:：)）]\s*")
_RUBRIC = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*分?\s*[:：]\s*(.+)$")
_REGION = re.compile(r"^(.*?)\s*@\s*([\d.,\s]+)$", re.DOTALL)
_PAIR = re.compile(r"^\s*(\d+)\s*[:：\-=→]+\s*([A-Za-z])\s*$")
MAX_CODE = 80
YES = frozenset({"是", "yes", "true", "1", "y"})


def draft_from_cells(cells: Cells, *, place: Place) -> ItemDraft:
    """Read one row; what is wrong with it stands in the draft's remarks."""
    draft = ItemDraft("", {"stem": cells.get("stem", "").strip()}, place)
    draft.content["explanation"] = cells.get("explanation", "").strip()
    kind = _type_of(cells, draft)
    _read_beside(cells, draft)
    if kind is None:
        return draft
    draft.type, cardinality = kind
    if cardinality:
        draft.content["cardinality"] = cardinality
    if not draft.content["stem"]:
        draft.refuse("stem_missing", column="stem")
    READERS[draft.type](cells, draft)
    return draft


def option_texts(cells: Cells) -> list[str]:
    """Return the options: one column each, or all in one cell as A.…|B.… there."""
    texts = [cells.get(f"option_{letter}", "").strip() for letter in LETTERS]
    while texts and not texts[-1]:
        texts.pop()
    whole = cells.get("options", "").strip()
    if texts or not whole:
        return texts
    marks = list(_ONE_CELL.finditer(whole))
    if [m[1].upper() for m in marks] == list(LETTERS[: len(marks)]) and marks:
        ends = [*(m.start() for m in marks[1:]), len(whole)]
        pairs = zip(marks, ends, strict=True)
        return [whole[m.end() : end].strip(" \n|｜;；") for m, end in pairs]
    return [part.strip() for part in re.split(r"[|｜\n]", whole) if part.strip()]


def _type_of(cells: Cells, draft: ItemDraft) -> tuple[str, str] | None:
    word = cells.get("type", "").strip()
    if word:
        kind = words.type_for(word)
        if kind is None:
            draft.refuse("type_unknown", column="type", word=word[:40])
        return kind
    kind = _inferred_type(cells)
    if kind is None:
        draft.refuse("type_missing", column="type")
    else:
        draft.warn("type_inferred", column="type", type=words.TYPE_NAMES[kind][0])
    return kind


def _inferred_type(cells: Cells) -> tuple[str, str] | None:
    answer = cells.get("answer", "").strip()
    if option_texts(cells):
        letters = words.letters_of(answer)
        return ("choice", "multiple" if len(letters) > 1 else "single")
    if words.truth_of(answer) is not None and not answer.isascii():
        return ("true_false", "")
    return None


def _read_beside(cells: Cells, draft: ItemDraft) -> None:
    draft.code = cells.get("code", "").strip()
    if len(draft.code) > MAX_CODE:
        draft.refuse("code_too_long", column="code", limit=MAX_CODE)
    draft.topic = cells.get("topic", "").strip()
    draft.note = cells.get("note", "").strip()
    draft.language = cells.get("language", "").strip()
    draft.citations = _split(cells.get("citations", ""))
    _read_difficulty(cells, draft)
    _read_score(cells, draft)
    _read_roles(cells, draft)
    until = cells.get("effective_to", "").strip()
    if until and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", until):
        draft.refuse("date_unknown", column="effective_to", word=until[:40])
    else:
        draft.effective_to = until
    _read_pictures(cells, draft)


def _read_difficulty(cells: Cells, draft: ItemDraft) -> None:
    word = cells.get("difficulty", "").strip()
    if not word:
        return
    level = words.difficulty_of(word)
    if level is None:
        draft.refuse("difficulty_unknown", column="difficulty", word=word[:40])
    else:
        draft.difficulty = level


def _read_score(cells: Cells, draft: ItemDraft) -> None:
    word = unicodedata.normalize("NFKC", cells.get("score", "")).strip()
    if not word:
        return
    try:
        score = Decimal(word.removesuffix("分").strip())
    except InvalidOperation:
        score = Decimal(0)
    exact = score.is_finite() and score == score.quantize(Decimal("0.01"))
    if not exact or not Decimal(0) < score < Decimal(10_000):
        draft.refuse("score_unknown", column="score", word=word[:40])
    else:
        draft.score = f"{score.normalize():f}"


def _read_roles(cells: Cells, draft: ItemDraft) -> None:
    for word in _split(cells.get("roles", "")):
        role = words.ROLES.get(word.casefold())
        if role and role not in draft.roles:
            draft.roles.append(role)
        elif role is None and word.casefold() not in words.EVERYBODY:
            draft.refuse("role_unknown", column="roles", word=word[:40])


def _read_pictures(cells: Cells, draft: ItemDraft) -> None:
    sources = [s.strip() for s in cells.get("image", "").split("\n") if s.strip()]
    alts = [s.strip() for s in cells.get("image_alt", "").split("\n")]
    alts += [""] * len(sources)
    pictures = [
        {"kind": "image", "src": source, "alt": alt}
        for source, alt in zip(sources, alts, strict=False)
    ]
    if pictures:
        draft.content["media"] = pictures


def _split(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,，;；、\n]", text) if part.strip()]


def _read_choice(cells: Cells, draft: ItemDraft) -> None:
    options = options_of(option_texts(cells))
    draft.content["options"] = options
    for option in options:
        if not option["text"]:
            column = f"option_{option['key']}"
            draft.refuse("option_empty", column=column, option=option["key"])
    answer = cells.get("answer", "").strip()
    keys = [option["key"] for option in options]
    by_text = [o["key"] for o in options if o["text"] and o["text"] == answer]
    letters = by_text[:1] or words.letters_of(answer)
    if not answer:
        draft.refuse("answer_missing", column="answer")
    elif not letters or set(letters) - set(keys):
        draft.refuse("answer_not_an_option", column="answer", word=answer[:40])
    elif len(set(letters)) != len(letters):
        draft.refuse("answer_twice", column="answer", word=answer[:40])
    elif draft.content["cardinality"] == "single" and len(letters) > 1:
        draft.refuse("answer_several", column="answer", word=answer[:40])
    draft.content["correct"] = sorted(letters)
    _read_scoring(cells, draft)


def _read_scoring(cells: Cells, draft: ItemDraft) -> None:
    rule = words.scoring_for(cells.get("scoring", ""))
    if rule is None:
        draft.refuse("scoring_unknown", column="scoring", word=cells["scoring"][:40])
    elif rule:
        draft.content["scoring"] = rule
    if words.plain(cells.get("fixed_order", "")) in YES:
        draft.content["fixed_order"] = True


def _read_true_false(cells: Cells, draft: ItemDraft) -> None:
    answer = cells.get("answer", "").strip()
    truth = words.truth_of(answer)
    if truth is None:
        code = "truth_unknown" if answer else "answer_missing"
        draft.refuse(code, column="answer", word=answer[:40])
    draft.content["correct"] = bool(truth)


def _read_text_entry(cells: Cells, draft: ItemDraft) -> None:
    answer = cells.get("answer", "").strip()
    written = len(_BLANK.findall(draft.content["stem"]))
    parts = [part for part in answer.split("\n") if part.strip()]
    if len(parts) == 1 and written > 1:
        parts = re.split(r"[;；]", answer)
    if not answer:
        draft.refuse("answer_missing", column="answer")
    elif written and written != len(parts):
        draft.refuse(
            "blanks_differ", column="answer", written=written, given=len(parts)
        )
    draft.content["blanks"] = [read_blank(part.strip()) for part in parts]


def _read_numeric(cells: Cells, draft: ItemDraft) -> None:
    answer = cells.get("answer", "").strip()
    number, tolerance = split_tolerance(answer)
    for part in (number, tolerance):
        if not is_number(part):
            draft.refuse("number_unknown", column="answer", word=answer[:40])
            break
    draft.content |= {
        "correct": number,
        "tolerance": tolerance,
        "unit": cells.get("unit", "").strip(),
    }


def _read_extended_text(cells: Cells, draft: ItemDraft) -> None:
    rubric: list[dict[str, Any]] = []
    for line in cells.get("rubric", "").split("\n"):
        match = _RUBRIC.match(line)
        if match:
            rubric.append({"text": match[2].strip(), "score": as_number(match[1])})
        elif line.strip():
            draft.refuse("rubric_unknown", column="rubric", word=line[:40])
    draft.content |= {"model": cells.get("answer", "").strip(), "rubric": rubric}


def _read_order(cells: Cells, draft: ItemDraft) -> None:
    options = options_of(option_texts(cells))
    answer = cells.get("answer", "").strip()
    letters = words.letters_of(answer)
    if sorted(letters) != [option["key"] for option in options]:
        draft.refuse("order_incomplete", column="answer", word=answer[:40])
    draft.content |= {"options": options, "correct": letters}


def _read_match(cells: Cells, draft: ItemDraft) -> None:
    left, right = (
        [line.strip() for line in cells.get(name, "").split("\n") if line.strip()]
        for name in ("option_A", "option_B")
    )
    correct: dict[str, str] = {}
    answer = cells.get("answer", "").strip()
    for part in _split(answer):
        match = _PAIR.match(part)
        if match is None:
            draft.refuse("pair_unknown", column="answer", word=part[:40])
        else:
            correct[match[1]] = match[2].lower()
    draft.content |= {
        "left": [{"key": str(n), "text": t} for n, t in enumerate(left, start=1)],
        "right": [
            {"key": key.lower(), "text": t}
            for key, t in zip(LETTERS, right, strict=False)
        ],
        "correct": correct,
    }


def _read_hotspot(cells: Cells, draft: ItemDraft) -> None:
    pictures = draft.content.pop("media", [{"src": "", "alt": ""}])
    regions = []
    for key, text in zip(LETTERS.lower(), option_texts(cells), strict=False):
        match = _REGION.match(text)
        numbers = re.split(r"[,\s]+", match[2].strip()) if match else []
        if match is None or len(numbers) != 4 or not all(map(is_number, numbers)):
            draft.refuse(
                "region_unknown", column=f"option_{key.upper()}", word=text[:40]
            )
            continue
        box = dict(
            zip(("x", "y", "width", "height"), map(as_number, numbers), strict=True)
        )
        regions.append({"key": key, "label": match[1], **box})
    draft.content |= {
        "image": {"src": pictures[0]["src"], "alt": pictures[0]["alt"]},
        "regions": regions,
        "correct": [k.lower() for k in words.letters_of(cells.get("answer", ""))],
    }
    if len(pictures) > 1:
        draft.content["media"] = pictures[1:]


def _read_case(cells: Cells, draft: ItemDraft) -> None:
    """A case has no answer; one that is given must not vanish silently."""
    if cells.get("answer", "").strip():
        draft.warn("case_answer", column="answer")


READERS: dict[str, Callable[[Cells, ItemDraft], None]] = {
    "choice": _read_choice,
    "true_false": _read_true_false,
    "text_entry": _read_text_entry,
    "numeric": _read_numeric,
    "extended_text": _read_extended_text,
    "order": _read_order,
    "match": _read_match,
    "hotspot": _read_hotspot,
    "case": _read_case,
}
