"""Aiken: a question, its options, the answer; single choice only. No Django here."""

import re

from exams.domain.exchange.drafts import (
    LETTERS,
    ItemDraft,
    Parsed,
    Place,
    options_of,
)
from exams.domain.exchange.row_writer import letters_by_key
from exams.domain.exchange.words import letters_of
from lms.core.sheets.texts import decode

_OPTION = re.compile(r"^\s*([A-Z])\s*[.)．）、]\s*(.+?)\s*$")
_ANSWER = re.compile(r"^\s*(?:ANSWER|答案)\s*[:：]\s*(.*?)\s*$", re.IGNORECASE)


def read_aiken(data: bytes) -> Parsed:
    """Read blocks that each end with their ANSWER line."""
    parsed = Parsed()
    stem: list[str] = []
    options: list[tuple[str, str]] = []
    start = 0
    for number, line in enumerate(decode(data).split("\n"), start=1):
        answer, option = _ANSWER.match(line), _OPTION.match(line)
        if answer:
            place = Place(line=start or number)
            parsed.drafts.append(_block(stem, options, answer[1], place))
            stem, options, start = [], [], 0
        elif option and stem:
            options.append((option[1], option[2]))
        elif line.strip():
            if options:
                # A new question although the last one has no ANSWER line.
                parsed.drafts.append(_block(stem, options, None, Place(line=start)))
                stem, options, start = [], [], 0
            start = start or number
            stem.append(line.strip())
    if stem:
        parsed.drafts.append(_block(stem, options, None, Place(line=start)))
    return parsed


def _block(
    stem: list[str], options: list[tuple[str, str]], answer: str | None, place: Place
) -> ItemDraft:
    letters = letters_of(answer or "")
    content = {
        "stem": "\n".join(stem),
        "explanation": "",
        "cardinality": "multiple" if len(letters) > 1 else "single",
        "options": options_of([text for _letter, text in options]),
        "correct": sorted(letters),
    }
    draft = ItemDraft("choice", content, place)
    if not stem:
        draft.refuse("stem_missing")
    if answer is None:
        draft.refuse("answer_missing")
    elif [letter for letter, _t in options] != list(LETTERS[: len(options)]):
        draft.refuse("options_out_of_order")
    elif not letters or set(letters) - {letter for letter, _t in options}:
        draft.refuse("answer_not_an_option", word=answer[:40])
    return draft


def write_aiken(drafts: list[ItemDraft], *, english: bool = False) -> bytes:
    """Return the single choices; what else is lost is found by reading it back."""
    blocks = []
    for draft in drafts:
        content = draft.content
        if draft.type != "choice" or content["cardinality"] != "single":
            continue
        letters = letters_by_key(content["options"])
        lines = [_one_line(content["stem"])]
        lines += [
            f"{letters[str(o['key'])]}. {_one_line(o['text'])}"
            for o in content["options"]
        ]
        lines.append(f"ANSWER: {letters[str(content['correct'][0])]}")
        blocks.append("\n".join(lines))
    return ("\n\n".join(blocks) + "\n").encode()


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))
