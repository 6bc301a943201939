"""One spelling of a draft: what two of them share that are the same. No Django."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from exams.domain.exchange.drafts import LETTERS, ItemDraft
from exams.domain.exchange.row_writer import letters_by_key

Content = dict[str, Any]


def canonical_draft(draft: ItemDraft) -> dict[str, Any]:
    """Return everything of a draft that an export must bring back."""
    return {
        "code": draft.code,
        "type": draft.type,
        "content": canonical_content(draft.type, draft.content),
        "topic": draft.topic,
        "difficulty": draft.difficulty,
        "score": f"{Decimal(draft.score).normalize():f}",
        "roles": sorted(draft.roles),
        "citations": list(draft.citations),
        "language": draft.language,
        "effective_to": draft.effective_to,
        "note": draft.note,
        "children": [canonical_draft(child) for child in draft.children],
    }


def canonical_content(type_name: str, content: Content) -> Content:
    """Return content with keys by position and without what says nothing.

    The keys of options are internal: every attempt labels them anew.
    """
    own = CANONICAL.get(type_name, _as_it_is)(content)
    shared = {name: content.get(name) for name in ("stem", "explanation", "media")}
    if type_name == "hotspot":
        shared["image"] = content["image"]
    return {name: value for name, value in (shared | own).items() if _says(value)}


def _says(value: Any) -> bool:
    return value is False or value not in (None, "", [], {})


def _as_it_is(content: Content) -> Content:
    return {}


def _choice(content: Content) -> Content:
    letters = letters_by_key(content["options"])
    rule = content.get("scoring", "all_or_nothing")
    return {
        "cardinality": content["cardinality"],
        "options": [option["text"] for option in content["options"]],
        "correct": sorted(letters[str(key)] for key in content["correct"]),
        "scoring": "" if rule == "all_or_nothing" else rule,
        "fixed_order": "yes" if content.get("fixed_order") else "",
    }


def _true_false(content: Content) -> Content:
    return {"correct": content["correct"]}


def _text_entry(content: Content) -> Content:
    return {"blanks": content["blanks"]}


def _numeric(content: Content) -> Content:
    tolerance = str(content.get("tolerance", "0"))
    return {
        "correct": str(content["correct"]),
        "tolerance": "" if tolerance == "0" else tolerance,
        "unit": content.get("unit", ""),
    }


def _extended_text(content: Content) -> Content:
    points = content.get("rubric", [])
    return {
        "model": content.get("model", ""),
        "rubric": [[p["text"], str(Decimal(str(p["score"])))] for p in points],
    }


def _order(content: Content) -> Content:
    letters = letters_by_key(content["options"])
    return {
        "options": [option["text"] for option in content["options"]],
        "correct": [letters[str(key)] for key in content["correct"]],
    }


def _match(content: Content) -> Content:
    letters = letters_by_key(content["right"])
    return {
        "left": [option["text"] for option in content["left"]],
        "right": [option["text"] for option in content["right"]],
        "correct": [
            letters[str(content["correct"][str(option["key"])])]
            for option in content["left"]
        ],
    }


def _hotspot(content: Content) -> Content:
    letters = letters_by_key(content["regions"])
    return {
        "regions": [
            [r["label"], *(float(r[n]) for n in ("x", "y", "width", "height"))]
            for r in content["regions"]
        ],
        "correct": sorted(letters[str(key)] for key in content["correct"]),
    }


CANONICAL: dict[str, Callable[[Content], Content]] = {
    "choice": _choice,
    "true_false": _true_false,
    "text_entry": _text_entry,
    "numeric": _numeric,
    "extended_text": _extended_text,
    "order": _order,
    "match": _match,
    "hotspot": _hotspot,
}


def right_order(content: Content) -> str:
    """Return how the right side of a match stands, when pairs alone don't tell it.

    Pairs give the right side in the order of the left, then what has no partner.
    """
    natural = natural_right(content)
    keys = [str(option["key"]) for option in content["right"]]
    if natural == keys:
        return ""
    return ",".join(str(natural.index(key) + 1) for key in keys)


def natural_right(content: Content) -> list[str]:
    """Return the keys of the right side in the order that pairs name them."""
    paired = [str(content["correct"][str(o["key"])]) for o in content["left"]]
    keys = [str(option["key"]) for option in content["right"]]
    return list(dict.fromkeys([*paired, *keys]))


def match_content(pairs: list[tuple[str, str]], *, order: str = "") -> Content:
    """Return the content of a match from its pairs; a pair may lack its left side."""
    rights = list(dict.fromkeys(right for _left, right in pairs))
    if order:
        places = [int(n) - 1 for n in order.split(",") if n.isdigit()]
        if sorted(places) == list(range(len(rights))):
            rights = [rights[place] for place in places]
    keys = dict(zip(rights, LETTERS.lower(), strict=False))
    lefts = [(left, right) for left, right in pairs if left]
    return {
        "left": [
            {"key": str(n), "text": left} for n, (left, _r) in enumerate(lefts, start=1)
        ],
        "right": [{"key": keys[text], "text": text} for text in rights if text in keys],
        "correct": {
            str(n): keys.get(right, "") for n, (_l, right) in enumerate(lefts, start=1)
        },
    }


def shown_order(content: Content) -> str:
    """Return where each option as it is shown stands in the right order, from 1."""
    right = [str(key) for key in content["correct"]]
    return ",".join(str(right.index(str(o["key"])) + 1) for o in content["options"])
