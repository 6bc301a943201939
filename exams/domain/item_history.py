"""What an item said in each revision, in words, and what changed in between."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from exams.enums import Cardinality
from exams.interactions import interaction_for

# Chinese is compared by characters, what has spaces by words.
_WORDS = re.compile(r"[A-Za-z0-9.%]+|\s+|.", re.DOTALL)
KEPT, REMOVED, ADDED = "kept", "removed", "added"
MAX_WORDS = 4_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that two revisions share, or that only one of them has."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One part of the content, before and after."""

    label: str
    pieces: list[Piece]
    is_changed: bool


def in_words(*, type_name: str, content: dict[str, Any]) -> dict[str, str]:
    """Return everything a content says, by the name of its field, in reading order."""
    said = {_("question"): content.get("stem", "")}
    if type_name == "choice":
        said[_("cardinality")] = str(Cardinality(content["cardinality"]).label)
    for name, label in (
        ("options", _("options")),
        ("left", pgettext("pair", "Left")),
        ("right", pgettext("pair", "Right")),
    ):
        if content.get(name):
            said[label] = _lines(f"{o['key']}. {o['text']}" for o in content[name])
    if type_name == "hotspot":
        said[_("picture")] = f"{content['image']['src']}\n{content['image']['alt']}"
        said[_("places")] = _lines(map(_region, content["regions"]))
    said[_("right answer")] = _answer(type_name, content)
    if content.get("rubric"):
        points = (f"{one['text']} ({one['score']})" for one in content["rubric"])
        said[_("points")] = _lines(points)
    said[_("explanation")] = content.get("explanation", "")
    media = content.get("media", [])
    if media:
        said[_("pictures, sound and video")] = _lines(
            f"{one.get('alt', '')} ({one.get('src') or one.get('asset')})"
            for one in media
        )
    rules = [str(content[n]) for n in ("scoring", "fixed_order") if content.get(n)]
    if rules:
        said[_("rules")] = ", ".join(rules)
    return {label: text for label, text in said.items() if text}


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(texts)


def _region(one: dict[str, Any]) -> str:
    box = ", ".join(f"{one[name] * 100:g}%" for name in ("x", "y", "width", "height"))
    return f"{one['key']}. {one['label']}: {box}"


def _blank(blank: Any) -> str:
    if isinstance(blank, dict):
        return f"{blank['correct']} ± {blank.get('tolerance', '0')}"
    return " | ".join(blank)


def _answer(type_name: str, content: dict[str, Any]) -> str:
    if type_name == "text_entry":
        return _lines(map(_blank, content["blanks"]))
    if type_name == "numeric":
        tolerance = content.get("tolerance", "0")
        unit = content.get("unit", "")
        return f"{content['correct']} ± {tolerance} {unit}".strip()
    if type_name == "hotspot":
        return ", ".join(content["correct"])
    interaction = interaction_for(type_name)
    frozen = interaction.freeze(content, rng=None)
    right = interaction.correct_response(frozen.key)
    return _lines(interaction.describe(frozen.view, right))


def compare(
    *, type_name: str, before: dict[str, Any], after: dict[str, Any]
) -> list[FieldChange]:
    """Return each part of two contents with what was taken out and put in."""
    old = in_words(type_name=type_name, content=before)
    new = in_words(type_name=type_name, content=after)
    labels = list(dict.fromkeys([*new, *old]))
    changes = []
    for label in labels:
        a, b = old.get(label, ""), new.get(label, "")
        changes.append(FieldChange(label, pieces_between(a, b), a != b))
    return changes


def pieces_between(before: str, after: str) -> list[Piece]:
    """Return the runs that lead from one text to another."""
    if before == after:
        return [Piece(KEPT, after)]
    a, b = _WORDS.findall(before), _WORDS.findall(after)
    if len(a) + len(b) > MAX_WORDS:
        found = [Piece(REMOVED, before), Piece(ADDED, after)]
        return [piece for piece in found if piece.text]
    pieces = []
    for tag, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece(KEPT, "".join(b[k:m])))
            continue
        if j > i:
            pieces.append(Piece(REMOVED, "".join(a[i:j])))
        if m > k:
            pieces.append(Piece(ADDED, "".join(b[k:m])))
    return pieces
