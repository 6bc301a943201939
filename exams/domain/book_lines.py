"""One item of the wrong-answer book or of the favorites, with its answer in words."""

from dataclasses import dataclass, field, replace

from exams.domain.reading_on import Suggestion, own_units, suggestions_for
from exams.interactions import interaction_for
from exams.models import Favorite, Item, ItemRevision, WrongAnswerCard
from lms.accounts.models import User


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a list.

    Attributes:
        row: the card or the favorite.
        material: the story of the case the item belongs to.
        right: the right answer, a line for each of its parts.
        is_changed: the author has given the item another text since.
        suggestions: where to read on; empty until `with_reading` has looked.
    """

    row: WrongAnswerCard | Favorite
    stem: str
    material: str
    right: list[str]
    explanation: str
    is_changed: bool
    suggestions: list[Suggestion] = field(default_factory=list)


def line_of(row: WrongAnswerCard | Favorite, revision: ItemRevision) -> Line:
    """Build a line; item, topic and case of `row` must have been loaded with it."""
    item: Item = row.item
    content = revision.content
    interaction = interaction_for(item.type)
    frozen = interaction.freeze(content | {"language": item.language}, rng=None)
    parent = item.parent
    return Line(
        row=row,
        stem=content["stem"],
        material=parent.content.get("stem", "") if parent else "",
        right=interaction.describe(
            frozen.view, interaction.correct_response(frozen.key)
        ),
        explanation=content.get("explanation", ""),
        is_changed=revision.pk != item.current_revision_id,
    )


def favorite_lines(favorites: list[Favorite]) -> list[Line]:
    """Return the lines of favorites; an item that lost its text has none."""
    return [
        line_of(row, row.item.current_revision)
        for row in favorites
        if row.item.current_revision
    ]


def with_reading(lines: list[Line], *, user: User, language: str) -> list[Line]:
    """Return the lines with the article, the lesson and the case that help.

    The number of queries does not depend on the number of lines.
    """
    if not lines:
        return []
    found = suggestions_for(
        item_keys={str(line.row.item.public_id) for line in lines},
        unit_keys=own_units(user),
        user=user,
        language=language,
    )
    return [
        replace(line, suggestions=found.get(str(line.row.item.public_id), []))
        for line in lines
    ]
