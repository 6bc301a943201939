import string
from random import Random
from typing import Any

from django.utils.translation import gettext as _

from exams.interactions import base


class ChoiceInteraction(base.Interaction):
    """Single or multiple choice; the cardinality follows from `cardinality`."""

    type_name = "choice"

    def validate_own(self, content: base.Content) -> None:
        keys = base.check_options(content, field="options", at_least=2)
        correct = content.get("correct")
        if not isinstance(correct, list) or not correct:
            raise base.fail("correct", _("Mark the right option."))
        unknown = sorted(set(map(str, correct)) - set(keys))
        if unknown:
            raise base.fail(
                "correct",
                _("The answer names an option that is not there: %(keys)s.")
                % {"keys": ", ".join(unknown)},
            )
        if len(set(correct)) != len(correct):
            raise base.fail("correct", _("The answer names an option twice."))
        cardinality = content.get("cardinality")
        if cardinality not in ("single", "multiple"):
            raise base.fail("cardinality", _("Say whether one or several are right."))
        if cardinality == "single" and len(correct) != 1:
            raise base.fail("correct", _("A single choice has exactly one answer."))
        if content.get("scoring", base.ALL_OR_NOTHING) not in base.RULES:
            raise base.fail("scoring", _("There is no such scoring rule."))

    def freeze(self, content: base.Content, *, rng: Random | None) -> base.Frozen:
        options, labels = base.relabel(
            content["options"],
            rng=None if content.get("fixed_order") else rng,
            alphabet=string.ascii_uppercase,
        )
        view = base.base_view(content) | {
            "cardinality": content["cardinality"],
            "options": options,
        }
        key = {
            "correct": sorted(labels[k] for k in content["correct"]),
            "scoring": content.get("scoring", base.ALL_OR_NOTHING),
            "labels": {label: author for author, label in labels.items()},
        }
        return base.Frozen(view, key)

    def normalize_value(self, view: dict[str, Any], value: base.Value) -> base.Value:
        chosen = sorted({entry.strip().upper() for entry in value if entry.strip()})
        if set(chosen) - set(base.texts_of(view["options"])):
            raise base.InvalidValue("unknown option")
        if view["cardinality"] == "single" and len(chosen) > 1:
            raise base.InvalidValue("one option only")
        return chosen

    def count_parts(self, key: dict[str, Any], value: base.Value) -> base.Parts:
        chosen, correct = set(value), set(key["correct"])
        wrong = len(chosen - correct)
        # What was found counts only while nothing wrong was chosen.
        return base.Parts(
            right=len(chosen & correct),
            of=len(correct),
            wrong=wrong,
            is_spoiled=wrong > 0,
        )

    def rekey(self, key: dict[str, Any], content: base.Content) -> dict[str, Any]:
        labels = base.labels_of(key)
        return key | {"correct": sorted(labels[str(k)] for k in content["correct"])}

    def describe(self, view: dict[str, Any], value: base.Value) -> list[str]:
        texts = base.texts_of(view["options"])
        return [f"{label}. {texts[label]}" for label in value if label in texts]
