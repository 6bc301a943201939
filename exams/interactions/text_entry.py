import re
from random import Random
from typing import Any

from django.utils.translation import gettext as _

from exams.interactions import base
from exams.interactions.numeric import is_near, parse_number
from lms.core.text import normalize

BLANK = re.compile(r"_{3,}")
_SPACE = re.compile(r"\s+")
MAX_CHARACTERS = 500


def comparable(text: str) -> str:
    """Return text as it is compared: one width, one case, no spaces around."""
    return _SPACE.sub(" ", normalize(text)).strip().casefold()


def _check_number(blank: dict[str, Any], number: int) -> None:
    if parse_number(str(blank.get("correct", ""))) is None:
        raise base.fail(
            "blanks",
            _("Blank %(number)d: write the answer as a number.") % {"number": number},
        )
    tolerance = parse_number(str(blank.get("tolerance", "0")))
    if tolerance is None or tolerance < 0:
        raise base.fail(
            "blanks",
            _("Blank %(number)d: write the tolerance as a number, 0 or more.")
            % {"number": number},
        )


def _is_right(entry: str, blank: list[str] | dict[str, str]) -> bool:
    if isinstance(blank, dict):
        return is_near(entry, blank["correct"], blank.get("tolerance", "0"))
    return comparable(entry) in {comparable(variant) for variant in blank}


class TextEntryInteraction(base.Interaction):
    """Blanks (`____`) in the stem.

    Each is a list of the variants that are accepted, or takes a number:
    `{"correct": "3.5", "tolerance": "0.1"}`.
    """

    type_name = "text_entry"
    default_rule = base.PARTIAL

    def validate_own(self, content: base.Content) -> None:
        blanks = content.get("blanks")
        if not isinstance(blanks, list) or not blanks:
            raise base.fail("blanks", _("Give the answer of each blank."))
        for number, variants in enumerate(blanks, start=1):
            if isinstance(variants, dict):
                _check_number(variants, number)
            elif (
                not isinstance(variants, list)
                or not variants
                or not all(isinstance(v, str) and v.strip() for v in variants)
            ):
                raise base.fail(
                    "blanks",
                    _("Blank %(number)d has no answer.") % {"number": number},
                )
        written = len(BLANK.findall(content["stem"]))
        if written and written != len(blanks):
            raise base.fail(
                "blanks",
                _("The question has %(written)d blanks, the answer %(given)d.")
                % {"written": written, "given": len(blanks)},
            )

    def freeze(self, content: base.Content, *, rng: Random | None) -> base.Frozen:
        view = base.base_view(content) | {"blanks": len(content["blanks"])}
        numbers = [
            number
            for number, blank in enumerate(content["blanks"], start=1)
            if isinstance(blank, dict)
        ]
        if numbers:
            # So that a phone offers digits; which number is right stays in the key.
            view["numeric_blanks"] = numbers
        return base.Frozen(view, {"accepted": content["blanks"]})

    def normalize_value(self, view: dict[str, Any], value: base.Value) -> base.Value:
        if len(value) > view["blanks"]:
            raise base.InvalidValue("too many blanks")
        entries = [entry.strip() for entry in value]
        if any(len(entry) > MAX_CHARACTERS for entry in entries):
            raise base.InvalidValue("too long")
        if not any(entries):
            return []
        return entries + [""] * (view["blanks"] - len(entries))

    def count_parts(self, key: dict[str, Any], value: base.Value) -> base.Parts:
        accepted = key["accepted"]
        right = sum(
            _is_right(entry, variants)
            for entry, variants in zip(value, accepted, strict=False)
            if entry
        )
        given = sum(bool(entry) for entry in value)
        return base.Parts(right, len(accepted), wrong=given - right)

    def correct_response(self, key: dict[str, Any]) -> base.Value:
        return [
            blank["correct"] if isinstance(blank, dict) else blank[0]
            for blank in key["accepted"]
        ]

    def describe(self, view: dict[str, Any], value: base.Value) -> list[str]:
        if len(value) == 1:
            return list(value)
        return [f"{n}. {entry or '—'}" for n, entry in enumerate(value, start=1)]
