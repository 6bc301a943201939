"""The interactions of QTI that have a type of ours. No Django here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from exams.domain.exchange.drafts import LETTERS, options_of
from exams.domain.exchange.numbers import Blank, as_number, is_number, numeric_blank
from exams.domain.exchange.qti_tree import (
    Node,
    attribute,
    children,
    find,
    find_all,
    text_of,
)
from exams.domain.exchange.tags import without_blanks_below

if TYPE_CHECKING:
    from exams.domain.exchange.qti import ItemFile


def _declaration(item: ItemFile, node: Node) -> Node | None:
    wanted = attribute(node, "responseIdentifier")
    for found in children(item.root, "responseDeclaration"):
        if attribute(found, "identifier") == wanted:
            return found
    return None


def _correct(declaration: Node | None) -> list[str]:
    if declaration is None:
        return []
    answer = find(declaration, "correctResponse")
    return [text_of(v) for v in children(answer, "value")] if answer is not None else []


def _mapping(declaration: Node | None) -> list[tuple[str, float]]:
    entries = find_all(declaration, "mapEntry") if declaration is not None else []
    found = []
    for entry in entries:
        value = attribute(entry, "mappedValue")
        if is_number(value):
            found.append((attribute(entry, "mapKey"), float(value)))
    return found


def _choice(item: ItemFile, node: Node, entries: list[Node]) -> None:
    choices = children(node, "simpleChoice")
    identifiers = [attribute(choice, "identifier") for choice in choices]
    declaration = _declaration(item, node)
    correct = _correct(declaration)
    if sorted(identifiers) == ["false", "true"]:
        item.draft.type = "true_false"
        item.draft.content["correct"] = correct == ["true"]
        if correct not in (["true"], ["false"]):
            item.draft.refuse("answer_missing")
        return
    mapping = _mapping(declaration)
    if not correct:
        correct = [key for key, value in mapping if value > 0]
    if mapping and "scoring" not in item.tags:
        item.draft.warn("weights_lost")
    letters = dict(zip(identifiers, LETTERS, strict=False))
    is_multiple = (
        declaration is not None and attribute(declaration, "cardinality") == "multiple"
    )
    item.draft.type = "choice"
    item.draft.content |= {
        "cardinality": "multiple" if is_multiple else "single",
        "options": options_of([item.text(choice) for choice in choices]),
        "correct": sorted(letters[key] for key in correct if key in letters),
    }
    if not correct or set(correct) - set(letters):
        item.draft.refuse("answer_missing")
    if attribute(node, "shuffle") == "false":
        item.draft.content["fixed_order"] = True


def _order(item: ItemFile, node: Node, entries: list[Node]) -> None:
    choices = children(node, "simpleChoice")
    identifiers = [attribute(choice, "identifier") for choice in choices]
    letters = dict(zip(identifiers, LETTERS, strict=False))
    correct = _correct(_declaration(item, node))
    item.draft.type = "order"
    item.draft.content |= {
        "options": options_of([item.text(choice) for choice in choices]),
        "correct": [letters[key] for key in correct if key in letters],
    }
    if sorted(correct) != sorted(identifiers):
        item.draft.refuse("order_incomplete", word=" ".join(correct)[:40])


def _match(item: ItemFile, node: Node, entries: list[Node]) -> None:
    sets = children(node, "simpleMatchSet")
    if len(sets) != 2:
        item.draft.refuse("pair_unknown", word="")
        return
    left, right = (
        {
            attribute(choice, "identifier"): item.text(choice)
            for choice in children(one, "simpleAssociableChoice")
        }
        for one in sets
    )
    partners: dict[str, str] = {}
    for pair in _correct(_declaration(item, node)):
        first, _space, second = pair.partition(" ")
        if first in partners or first not in left or second.strip() not in right:
            item.draft.refuse("pair_unknown", word=pair[:40])
            return
        partners[first] = second.strip()
    keys = dict(zip(right, LETTERS.lower(), strict=False))
    item.draft.type = "match"
    item.draft.content |= {
        "left": [{"key": str(n), "text": t} for n, t in enumerate(left.values(), 1)],
        "right": [{"key": keys[k], "text": t} for k, t in right.items() if k in keys],
        "correct": {
            str(n): keys.get(partners[k], "")
            for n, k in enumerate(left, start=1)
            if k in partners
        },
    }
    if set(partners) != set(left):
        item.draft.refuse("pair_unknown", word=" ".join(set(left) - set(partners))[:40])


def _text_entry(item: ItemFile, node: Node, entries: list[Node]) -> None:
    declaration = _declaration(item, node)
    kind = attribute(declaration, "baseType") if declaration is not None else ""
    is_alone = len(entries) == 1 and item.tags.get("type") != "text_entry"
    if is_alone and kind in NUMBERS:
        _numeric(item, declaration)
        return
    item.draft.type = "text_entry"
    blanks: list[Blank] = []
    for entry in entries:
        own = _declaration(item, entry)
        if own is not None and attribute(own, "baseType") in NUMBERS:
            blanks.append(_numeric_blank(item, own))
            continue
        mapping = _mapping(own)
        best = max((value for _k, value in mapping), default=0.0)
        variants = _correct(own) + [k for k, value in mapping if value == best > 0]
        if any(0 < value < best for _key, value in mapping):
            item.draft.warn("weights_lost")
        blanks.append(list(dict.fromkeys(v for v in variants if v)))
    stem = without_blanks_below(item.draft.content["stem"], item.tags)
    item.draft.content |= {"stem": stem, "blanks": blanks}
    if not all(blanks):
        item.draft.refuse("answer_missing")


NUMBERS = ("float", "integer")


def _numeric_blank(item: ItemFile, declaration: Node) -> Blank:
    correct = (_correct(declaration) or [""])[0]
    if not is_number(correct):
        item.draft.refuse("number_unknown", word=correct[:40])
    name = attribute(declaration, "identifier")
    return numeric_blank(correct, _tolerance(item, name=name))


def _tolerance(item: ItemFile, *, name: str = "") -> str:
    """Return how far off an answer may be; `name`: the response that is meant."""
    tolerance = "0"
    for equal in find_all(item.root, "equal"):
        meant = {attribute(one, "identifier") for one in find_all(equal, "variable")}
        if name and meant and name not in meant:
            continue
        if attribute(equal, "toleranceMode") == "absolute":
            parts = attribute(equal, "tolerance").split()
            tolerance = parts[0] if parts else "0"
            if len(set(parts)) > 1:
                item.draft.warn("weights_lost")
        elif attribute(equal, "toleranceMode") == "relative":
            item.draft.warn("weights_lost")
    return tolerance


def _numeric(item: ItemFile, declaration: Node | None) -> None:
    correct = _correct(declaration)
    tolerance = _tolerance(item)
    body = find(item.root, "itemBody")
    units = [
        text_of(span)
        for span in (item.root if body is None else body).iter()
        if span.get("class") == "unit"
    ]
    stem = item.draft.content["stem"]
    unit = item.tags.get("unit", "") or (units[0] if units else "")
    stem = _without_last_blank(stem, unit)
    item.draft.type = "numeric"
    item.draft.content |= {
        "stem": stem,
        "correct": correct[0] if correct else "",
        "tolerance": tolerance,
        "unit": unit,
    }
    if not correct or not is_number(correct[0]):
        item.draft.refuse("number_unknown", word=" ".join(correct)[:40])


def _without_last_blank(stem: str, unit: str) -> str:
    """Take away a blank at the end: a number has its own field below the question."""
    for tail in (f"____{unit}", f"____ {unit}", "____"):
        if stem.endswith(tail):
            return stem[: -len(tail)].rstrip()
    return stem


def _extended_text(item: ItemFile, node: Node, entries: list[Node]) -> None:
    model, points = "", []
    for block in find_all(item.root, "rubricBlock"):
        if attribute(block, "view") != "scorer":
            continue
        rows = [n for n in block.iter() if n.get("class") == "point"]
        for row in rows:
            number, _colon, text = item.text(row).partition(": ")
            if is_number(number):
                points.append({"text": text, "score": as_number(number)})
        models = [n for n in block.iter() if n.get("class") == "model"]
        model = item.text(models[0] if models else (None if rows else block))
    item.draft.type = "extended_text"
    item.draft.content |= {"model": model, "rubric": points}


def _hotspot(item: ItemFile, node: Node, entries: list[Node]) -> None:
    picture = next((n for n in node.iter() if n.get("src") or n.get("data")), None)
    if picture is None:
        item.draft.refuse("picture_missing", name="")
        return
    source = picture.get("src") or picture.get("data") or ""
    stored = item.picture(source) or source
    alt = picture.get("alt") or text_of(picture)
    size = [picture.get("width", ""), picture.get("height", "")]
    regions, keys = [], {}
    for key, choice in zip(
        LETTERS.lower(), find_all(node, "hotspotChoice"), strict=False
    ):
        keys[attribute(choice, "identifier")] = key
        box = _box(attribute(choice, "shape"), attribute(choice, "coords"), size)
        if box is None:
            item.draft.refuse("region_unknown", word=attribute(choice, "coords")[:40])
            continue
        label = attribute(choice, "hotspotLabel") or attribute(choice, "identifier")
        regions.append({"key": key, "label": label, **box})
    item.draft.type = "hotspot"
    item.draft.content |= {
        "image": {"src": stored, "alt": alt},
        "regions": regions,
        "correct": [keys[k] for k in _correct(_declaration(item, node)) if k in keys],
    }


def _box(shape: str, coords: str, size: list[str]) -> dict[str, Any] | None:
    """Return fractions of the picture for a rectangle in pixels or percent."""
    parts = [part.strip() for part in coords.split(",")]
    if shape != "rect" or len(parts) != 4:
        return None
    numbers = []
    for place, part in enumerate(parts):
        whole = "100" if part.endswith("%") else size[place % 2]
        text = part.removesuffix("%")
        if not (is_number(text) and is_number(whole)) or float(whole) <= 0:
            return None
        numbers.append(float(text) / float(whole))
    left, top, right, bottom = numbers
    box = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    return {name: round(value, 6) for name, value in box.items()}


READERS: dict[str, Callable[[Any, Node, list[Node]], None]] = {
    "choiceInteraction": _choice,
    "orderInteraction": _order,
    "matchInteraction": _match,
    "textEntryInteraction": _text_entry,
    "extendedTextInteraction": _extended_text,
    "hotspotInteraction": _hotspot,
}
