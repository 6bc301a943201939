"""What a course is made of: the protocol of a unit and the types that implement it.

`courses.LessonPage` is one; apps above register theirs (`exams.QuizPage`). A content
package (SCORM, H5P) becomes one more: a kind in `UnitKind`, a page type registered
here, and `complete_unit` called when the package reports that it is satisfied.
"""

from typing import Protocol
from uuid import UUID

from wagtail.models import Page


class Unit(Protocol):
    """A page that a learner completes. It stands below a module or a course.

    Attributes:
        unit_kind: a `UnitKind`.
        required_seconds: time to watch or read before it counts as completed; None
            while the length of its video is not known; 0 where time doesn't decide.
        credit_seconds: study time that it can earn at most.
        move_on: a `MoveOn`.
    """

    title: str

    @property
    def unit_key(self) -> UUID: ...

    @property
    def unit_kind(self) -> str: ...

    @property
    def required_seconds(self) -> float | None: ...

    @property
    def credit_seconds(self) -> int: ...

    @property
    def move_on(self) -> str: ...


_unit_types: list[type[Page]] = []


def register_unit_type(page_class: type[Page]) -> type[Page]:
    """Let pages of this class count as units; usable as a class decorator."""
    if page_class not in _unit_types:
        _unit_types.append(page_class)
    return page_class


def unit_types() -> tuple[type[Page], ...]:
    return tuple(_unit_types)
