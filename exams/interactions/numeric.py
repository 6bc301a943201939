from decimal import Decimal, InvalidOperation
from random import Random
from typing import Any

from django.utils.translation import gettext as _

from exams.interactions import base
from lms.core.text import normalize

MAX_CHARACTERS = 40


def parse_number(text: str) -> Decimal | None:
    """Read a number as people type it (full width, spaces, thousands commas)."""
    plain = normalize(text).replace(",", "").replace(" ", "")
    if len(plain) > MAX_CHARACTERS:
        return None
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def is_near(text: str, correct: str, tolerance: str) -> bool:
    """Tell whether what was typed is a number, and not farther off than it may be."""
    given, right, off = map(parse_number, (text, correct, tolerance))
    if given is None or right is None or off is None:
        return False
    return abs(given - right) <= off


class NumericInteraction(base.Interaction):
    type_name = "numeric"

    def validate_own(self, content: base.Content) -> None:
        if parse_number(str(content.get("correct", ""))) is None:
            raise base.fail("correct", _("Write the answer as a number."))
        tolerance = parse_number(str(content.get("tolerance", "0")))
        if tolerance is None or tolerance < 0:
            raise base.fail("tolerance", _("Write the tolerance as a number."))

    def freeze(self, content: base.Content, *, rng: Random | None) -> base.Frozen:
        view = base.base_view(content) | {"unit": str(content.get("unit", ""))}
        key = {
            "correct": [str(content["correct"])],
            "tolerance": str(content.get("tolerance", "0")),
        }
        return base.Frozen(view, key)

    def normalize_value(self, view: dict[str, Any], value: base.Value) -> base.Value:
        entries = [entry.strip() for entry in value if entry.strip()]
        if len(entries) > 1 or any(len(e) > MAX_CHARACTERS for e in entries):
            raise base.InvalidValue("one number only")
        return entries

    def count_parts(self, key: dict[str, Any], value: base.Value) -> base.Parts:
        if not value:
            return base.Parts(0, 1)
        right = is_near(value[0], key["correct"][0], key["tolerance"])
        return base.Parts(int(right), 1, wrong=int(not right))
