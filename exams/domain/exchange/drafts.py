"""The neutral form between every reader and every writer. No Django here.

A draft is the content of an item (as a revision keeps it) with what stands beside it,
and the place in the file it came from. A remark names what is wrong or can't be kept.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from lms.core.sheets.refusals import (
    ERROR,
    WARNING,
    Place,
    Remark,
    Unreadable,
    remark_from_json,
)

__all__ = [
    "ERROR",
    "WARNING",
    "ItemDraft",
    "Parsed",
    "Place",
    "Remark",
    "Unreadable",
    "draft_as_json",
    "draft_from_json",
    "options_of",
    "remark_from_json",
]

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(slots=True)
class ItemDraft:
    """One item as a file tells it; `topic` and `citations` are still words."""

    type: str
    content: dict[str, Any]
    place: Place = field(default_factory=Place)
    code: str = ""
    topic: str = ""
    difficulty: int = 3
    score: str = "1"
    roles: list[str] = field(default_factory=list)
    citations: list[str] = field(default_factory=list)
    language: str = ""
    effective_to: str = ""
    note: str = ""
    children: list["ItemDraft"] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def warn(self, code: str, *, column: str = "", **params: Any) -> None:
        """Name something that is not kept as it stands in the file."""
        place = self.place.at(column) if column else self.place
        self.remarks.append(Remark(code, place, WARNING, params))

    def refuse(self, code: str, *, column: str = "", **params: Any) -> None:
        """Name something for which the item can't be taken."""
        place = self.place.at(column) if column else self.place
        self.remarks.append(Remark(code, place, ERROR, params))


def pictures_of(content: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the pictures of a content; sounds and videos have no form in a file."""
    media = content.get("media", [])
    return [one for one in media if one.get("kind", "image") == "image"]


@dataclass(slots=True)
class Parsed:
    """What a reader made of a file.

    Attributes:
        columns: column index by our name of it, for the comments of a returned sheet.
        pictures: bytes by the name that `media` and `image` of a content refer to.
        table: the cells of the sheet that was read.
    """

    drafts: list[ItemDraft] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    format: str = ""
    columns: dict[str, int] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    table: list[list[str]] = field(default_factory=list)

    def all_remarks(self) -> list[Remark]:
        """Return the remarks on the file and on each item and its parts."""
        found = list(self.remarks)
        for draft in self.drafts:
            found += draft.remarks
            for child in draft.children:
                found += child.remarks
        return found


def options_of(texts: list[str]) -> list[dict[str, str]]:
    """Return options with the keys A, B, C and so on."""
    return [
        {"key": key, "text": text} for key, text in zip(LETTERS, texts, strict=False)
    ]


def draft_as_json(draft: ItemDraft) -> dict[str, Any]:
    """Return plain data that JSON can carry between two processes."""
    return asdict(draft)


def draft_from_json(data: dict[str, Any]) -> ItemDraft:
    """Return the draft for such data."""
    own = dict(data)
    own["place"] = Place(**data["place"])
    own["remarks"] = [remark_from_json(one) for one in data["remarks"]]
    own["children"] = [draft_from_json(one) for one in data["children"]]
    return ItemDraft(**own)
