from random import Random
from typing import Any

from exams.interactions import base


class CaseInteraction(base.Interaction):
    """A story that several items share; only its children are answered."""

    type_name = "case"

    def validate_own(self, content: base.Content) -> None:
        """The story is the stem; nothing else is asked for."""

    def freeze(self, content: base.Content, *, rng: Random | None) -> base.Frozen:
        return base.Frozen(base.base_view(content), {})

    def normalize_value(self, view: dict[str, Any], value: base.Value) -> base.Value:
        if value:
            raise base.InvalidValue("a case has no answer of its own")
        return []

    def count_parts(self, key: dict[str, Any], value: base.Value) -> base.Parts:
        return base.Parts(0, 0)
