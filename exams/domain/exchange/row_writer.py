"""From a draft to the cells of one row: the way back of `rows`. No Django here."""

from collections.abc import Callable, Iterator
from typing import Any

from exams.domain.exchange import words
from exams.domain.exchange.drafts import LETTERS, ItemDraft, pictures_of
from exams.domain.exchange.numbers import write_blank

Cells = dict[str, str]


def cells_of(draft: ItemDraft, *, case: str = "", english: bool = False) -> Cells:
    """Return the cells by our names of the columns."""
    content = draft.content
    kind = (draft.type, str(content.get("cardinality", "")))
    side = 1 if english else 0
    cells = {
        "code": draft.code,
        "type": words.TYPE_NAMES[kind][side],
        "stem": content["stem"],
        "explanation": content.get("explanation", ""),
        "difficulty": str(draft.difficulty),
        "topic": draft.topic,
        "score": draft.score,
        "citations": "\n".join(draft.citations),
        "roles": "、".join(words.ROLE_NAMES[role][side] for role in draft.roles),
        "case": case,
        "language": draft.language,
        "effective_to": draft.effective_to,
        "note": draft.note,
    }
    pictures = pictures_of(content)
    if draft.type == "hotspot":
        pictures.insert(0, content["image"])
    cells["image"] = "\n".join(str(p["src"]) for p in pictures)
    cells["image_alt"] = "\n".join(str(p.get("alt", "")) for p in pictures)
    cells |= WRITERS[draft.type](content, side)
    return {name: text for name, text in cells.items() if text}


def rows_of(drafts: list[ItemDraft], *, english: bool) -> Iterator[Cells]:
    """Return one row an item, the parts of a case below it."""
    for draft in drafts:
        yield cells_of(draft, english=english)
        for child in draft.children:
            yield cells_of(child, case=draft.code, english=english)


def _options(texts: list[str]) -> Cells:
    pairs = zip(LETTERS, texts, strict=False)
    return {f"option_{letter}": text for letter, text in pairs}


def letters_by_key(options: list[dict[str, Any]]) -> dict[str, str]:
    """Return A, B, C … for the author's keys."""
    keys = (str(option["key"]) for option in options)
    return dict(zip(keys, LETTERS, strict=False))


def _choice(content: dict[str, Any], side: int) -> Cells:
    letters = letters_by_key(content["options"])
    cells = _options([option["text"] for option in content["options"]])
    cells["answer"] = "".join(sorted(letters[str(k)] for k in content["correct"]))
    if content.get("scoring"):
        cells["scoring"] = words.SCORING_NAMES[content["scoring"]][side]
    if content.get("fixed_order"):
        cells["fixed_order"] = ("是", "yes")[side]
    return cells


def _true_false(content: dict[str, Any], side: int) -> Cells:
    return {"answer": (("错误", "False"), ("正确", "True"))[content["correct"]][side]}


def _text_entry(content: dict[str, Any], side: int) -> Cells:
    return {"answer": "\n".join(map(write_blank, content["blanks"]))}


def _numeric(content: dict[str, Any], side: int) -> Cells:
    answer = str(content["correct"])
    tolerance = str(content.get("tolerance", "0"))
    if tolerance != "0":
        answer = f"{answer}±{tolerance}"
    return {"answer": answer, "unit": str(content.get("unit", ""))}


def _extended_text(content: dict[str, Any], side: int) -> Cells:
    points = content.get("rubric", [])
    return {
        "answer": content.get("model", ""),
        "rubric": "\n".join(f"{point['score']}: {point['text']}" for point in points),
    }


def _order(content: dict[str, Any], side: int) -> Cells:
    letters = letters_by_key(content["options"])
    cells = _options([option["text"] for option in content["options"]])
    cells["answer"] = "".join(letters[str(key)] for key in content["correct"])
    return cells


def _match(content: dict[str, Any], side: int) -> Cells:
    numbers = {str(o["key"]): str(n) for n, o in enumerate(content["left"], start=1)}
    letters = letters_by_key(content["right"])
    pairs = [
        f"{number}:{letters[str(content['correct'][key])].lower()}"
        for key, number in numbers.items()
    ]
    return {
        "option_A": "\n".join(option["text"] for option in content["left"]),
        "option_B": "\n".join(option["text"] for option in content["right"]),
        "answer": ", ".join(pairs),
    }


def _hotspot(content: dict[str, Any], side: int) -> Cells:
    regions = content["regions"]
    letters = letters_by_key(regions)
    texts = [
        f"{r['label']} @ {r['x']},{r['y']},{r['width']},{r['height']}" for r in regions
    ]
    answer = "".join(letters[str(key)] for key in content["correct"])
    return _options(texts) | {"answer": answer}


def _case(content: dict[str, Any], side: int) -> Cells:
    return {}


WRITERS: dict[str, Callable[[dict[str, Any], int], Cells]] = {
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
