"""An item as candidates see it: the same views that papers are made of."""

from typing import Any

from exams.domain.item_media import material_of
from exams.domain.reviewing import parts_of
from exams.enums import ItemType
from exams.interactions import interaction_for
from exams.models import Item

View = dict[str, Any]


def view_of(
    *,
    type_name: str,
    content: dict[str, Any],
    score: Any,
    language: str,
    position: int = 1,
) -> View:
    """Return what is shown of a valid content, in the author's order: never the key."""
    frozen = interaction_for(type_name).freeze(
        content | {"language": language}, rng=None
    )
    return frozen.view | {
        "position": position,
        "type": type_name,
        "max_score": str(score),
    }


def preview_of(*, item: Item, story: View | None = None) -> list[View]:
    """Return the newest text of an item; a case is shown by its parts.

    `story` is that of a case as it is being written.
    """
    if item.type != ItemType.CASE:
        return [_newest(item, 1)]
    if story is None:
        story = item.newest_revision.content if item.newest_revision else {}
    material = material_of(number=1, content=story)
    parts = parts_of(item)[1:]
    return [
        _newest(part, number) | {"material": material}
        for number, part in enumerate(parts, start=1)
    ] or [_newest(item, 1)]


def _newest(item: Item, position: int) -> View:
    revision = item.newest_revision
    return view_of(
        type_name=item.type,
        content=revision.content if revision else {"stem": ""},
        score=item.score,
        language=item.language,
        position=position,
    )
