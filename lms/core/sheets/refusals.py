"""What is told of a file: a remark with its place, or a refusal. No Django here."""

from dataclasses import dataclass, field
from typing import Any

ERROR = "error"
WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file: a row and column of a sheet, a line, or an element."""

    row: int = 0
    line: int = 0
    column: str = ""
    element: str = ""

    def at(self, column: str) -> "Place":
        """Return the same row, another column."""
        return Place(self.row, self.line, column, self.element)


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to tell the author. `code` has its sentence in `messages`."""

    code: str
    place: Place = Place()
    severity: str = ERROR
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def is_error(self) -> bool:
        return self.severity == ERROR


class Unreadable(Exception):
    """The file as a whole can't be read; `code` says why."""

    def __init__(self, code: str, *, line: int = 0, **params: Any) -> None:
        super().__init__(code)
        self.remark = Remark(code, Place(line=line), ERROR, params)


def remark_from_json(data: dict[str, Any]) -> Remark:
    """Return the remark for such data."""
    return Remark(
        data["code"], Place(**data["place"]), data["severity"], data["params"]
    )
