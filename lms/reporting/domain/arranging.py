"""Short lists that are put together in memory: filtered by text, sorted by a column.

The same for the page and for the file, so that an export holds what the page shows.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

Line = TypeVar("Line")
Column = Callable[[Any], Any]

# What a list may be sorted by → the value of a line. Days that are missing come last.
ASSIGNMENT_COLUMNS: Mapping[str, Column] = {
    "course": lambda line: line.title,
    "department": lambda line: line.department,
    "due": lambda line: (line.due_on is None, line.due_on),
    "finished": lambda line: line.finished / line.people if line.people else 0,
    "overdue": lambda line: line.overdue,
}
PLACE_COLUMNS: Mapping[str, Column] = {
    "name": lambda line: line.name,
    "people": lambda line: line.people,
    "category": lambda line: getattr(line, "category", ""),
}


def arranged(
    lines: Iterable[Line],
    *,
    columns: Mapping[str, Column],
    by: str,
    text: str = "",
    said: Callable[[Line], str] = str,
) -> list[Line]:
    """Keep the lines whose `said` holds the text; sort by a column, `-` downwards.

    An unknown column leaves the order as it is. Equal lines keep theirs.
    """
    wanted = text.strip().casefold()
    kept = [line for line in lines if wanted in said(line).casefold()]
    column = columns.get(by.removeprefix("-"))
    if column is None:
        return kept
    return sorted(kept, key=column, reverse=by.startswith("-"))


def arranged_places(lines: Iterable[Line], *, by: str, text: str) -> list[Line]:
    """Arrange departments or positions; see `arranged`."""

    def said(line: Any) -> str:
        return f"{line.name} {getattr(line, 'category', '')}"

    return arranged(lines, columns=PLACE_COLUMNS, by=by, text=text, said=said)


def arranged_assignments(lines: Iterable[Line], *, by: str, text: str) -> list[Line]:
    """Arrange assignments; the text is looked for in course and department."""

    def said(line: Any) -> str:
        return f"{line.title} {line.department}"

    return arranged(lines, columns=ASSIGNMENT_COLUMNS, by=by, text=text, said=said)
