"""What stands beside an item, as tags: GIFT, Moodle XML and QTI have no fields for it.

No Django here. A tag is `name:value`; foreign tags are named, not taken.
"""

import re

from exams.domain.exchange.canonical import right_order, shown_order
from exams.domain.exchange.drafts import ItemDraft
from exams.domain.exchange.numbers import is_numeric
from exams.domain.exchange.words import SCORING_NAMES

REST = frozenset(
    {"case", "scoring", "fixed_order", "unit", "right", "type", "order", "blanks"}
)
ROLES = ("worker", "safety_manager", "principal")


def tags_of(draft: ItemDraft, *, case: str = "") -> list[str]:
    """Return the tags of a draft; what is as usual has none."""
    content = draft.content
    tags = [f"difficulty:{draft.difficulty}"]
    tags += [f"role:{role}" for role in draft.roles]
    tags += [f"law:{citation}" for citation in draft.citations]
    pairs = {
        "score": draft.score,
        "language": draft.language,
        "until": draft.effective_to,
        "note": draft.note,
        "case": case,
        "scoring": _scoring(draft),
        "fixed_order": "yes" if content.get("fixed_order") else "",
        "unit": content.get("unit", "") if draft.type == "numeric" else "",
        "right": right_order(content) if draft.type == "match" else "",
        "blanks": "below" if _has_blanks_below(draft) else "",
        "type": _type(draft),
        "order": shown_order(content) if draft.type == "order" else "",
    }
    return tags + [f"{name}:{value}" for name, value in pairs.items() if value]


def _type(draft: ItemDraft) -> str:
    """Name the type where what is written would be read as another."""
    is_alone = draft.type == "text_entry" and len(draft.content["blanks"]) == 1
    if is_alone and is_numeric(draft.content["blanks"][0]):
        return "text_entry"
    return "case" if draft.type == "case" else ""


def _has_blanks_below(draft: ItemDraft) -> bool:
    return draft.type == "text_entry" and "___" not in draft.content["stem"]


def without_blanks_below(stem: str, rest: dict[str, str]) -> str:
    """Take away the blanks that a format needs and the question does not have."""
    return re.sub(r"(\s*____)+$", "", stem) if rest.get("blanks") else stem


def _scoring(draft: ItemDraft) -> str:
    # Weights alone would be read as another rule, so several answers always say it.
    usual = "all_or_nothing" if draft.content.get("cardinality") == "multiple" else ""
    return str(draft.content.get("scoring", usual))


def apply_tags(draft: ItemDraft, tags: list[str]) -> dict[str, str]:
    """Set what the tags say; return those that the reader itself must see to."""
    rest: dict[str, str] = {}
    for tag in tags:
        name, _colon, value = tag.partition(":")
        if name == "difficulty" and value in ("1", "2", "3", "4", "5"):
            draft.difficulty = int(value)
        elif name == "role" and value in ROLES:
            draft.roles.append(value)
        elif name == "law" and value:
            draft.citations.append(value)
        elif name in ("score", "language", "note") and value:
            setattr(draft, name, value)
        elif name == "until" and value:
            draft.effective_to = value
        elif name in REST:
            rest[name] = value
        else:
            draft.warn("tag_lost", word=tag[:40])
    return rest


def apply_choice_tags(draft: ItemDraft, rest: dict[str, str]) -> None:
    """Set the rules of a choice that tags carry."""
    if rest.get("scoring") in SCORING_NAMES:
        draft.content["scoring"] = rest["scoring"]
    if rest.get("fixed_order"):
        draft.content["fixed_order"] = True
