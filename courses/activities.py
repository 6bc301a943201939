"""How questions inside lessons are checked, shown and scored.

The types are those of the item bank, which stands above: `exams` registers its
behavior here, so that a lesson and an exam judge the same answer alike.
"""

from random import Random
from typing import Any, Protocol

Content = dict[str, Any]


class ItemEngine(Protocol):
    """Behavior of item types over their content; kinds are `ActivityKind`s."""

    def validate(self, kind: str, content: Content) -> None:
        """Raise `ValidationError` for content that can't be asked."""

    def freeze(
        self, kind: str, content: Content, rng: Random
    ) -> tuple[Content, Content]:
        """Return what is shown, shuffled, and the key, which stays on the server."""

    def score(
        self, kind: str, view: Content, key: Content, value: list[str]
    ) -> tuple[list[str], float]:
        """Return the answer in its canonical form and its share of the points.

        Raises:
            AnswerInvalid: it names something that is not there, or nothing.
        """

    def correct_response(self, kind: str, key: Content) -> list[str]:
        """Return the right answer as a value."""

    def describe(self, kind: str, view: Content, value: list[str]) -> list[str]:
        """Return an answer in words, one line each."""


_engines: list[ItemEngine] = []


def register_item_engine(engine: ItemEngine) -> None:
    """Let one app judge answers; a second one replaces the first."""
    _engines[:] = [engine]


def item_engine() -> ItemEngine:
    return _engines[0]
