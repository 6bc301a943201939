from decimal import Decimal
from random import Random
from typing import Any

from django.utils.translation import gettext as _

from exams.interactions import base
from exams.interactions.numeric import parse_number

MAX_CHARACTERS = 10_000


class ExtendedTextInteraction(base.Interaction):
    """A free answer; an examiner gives points for each point of the rubric."""

    type_name = "extended_text"
    is_objective = False

    def validate_own(self, content: base.Content) -> None:
        if not isinstance(content.get("model", ""), str):
            raise base.fail("model", _("Write the model answer as text."))
        rubric = content.get("rubric", [])
        if not isinstance(rubric, list):
            raise base.fail("rubric", _("Write the points as a list."))
        for number, point in enumerate(rubric, start=1):
            score = parse_number(str(point.get("score", "")))
            if not str(point.get("text", "")).strip() or score is None or score <= 0:
                raise base.fail(
                    "rubric",
                    _("Point %(number)d needs a text and a score.")
                    % {"number": number},
                )

    def freeze(self, content: base.Content, *, rng: Random | None) -> base.Frozen:
        key = {"model": content.get("model", ""), "rubric": content.get("rubric", [])}
        return base.Frozen(base.base_view(content), key)

    def normalize_value(self, view: dict[str, Any], value: base.Value) -> base.Value:
        entries = [entry.strip() for entry in value if entry.strip()]
        if len(entries) > 1 or any(len(e) > MAX_CHARACTERS for e in entries):
            raise base.InvalidValue("one text only")
        return entries

    def count_parts(self, key: dict[str, Any], value: base.Value) -> base.Parts:
        """Nothing is known before an examiner has read it."""
        return base.Parts(0, 1)

    def score(
        self, key: dict[str, Any], value: base.Value, max_score: Decimal
    ) -> base.Score | None:
        return None if value else base.Score(base.ZERO, max_score)

    def correct_response(self, key: dict[str, Any]) -> base.Value:
        return [key["model"]] if key["model"] else []
