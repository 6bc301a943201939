import string
from random import Random
from typing import Any

from django.utils.translation import gettext as _

from exams.interactions import base


class OrderInteraction(base.Interaction):
    """Put all options in the right order; only the whole order scores."""

    type_name = "order"

    def validate_own(self, content: base.Content) -> None:
        keys = base.check_options(content, field="options", at_least=2)
        correct = content.get("correct")
        if not isinstance(correct, list) or sorted(map(str, correct)) != sorted(keys):
            raise base.fail("correct", _("Name each option once, in the right order."))

    def freeze(self, content: base.Content, *, rng: Random | None) -> base.Frozen:
        options, labels = base.relabel(
            content["options"], rng=rng, alphabet=string.ascii_uppercase
        )
        key = {
            "correct": [labels[k] for k in content["correct"]],
            "labels": {label: author for author, label in labels.items()},
        }
        return base.Frozen(base.base_view(content) | {"options": options}, key)

    def normalize_value(self, view: dict[str, Any], value: base.Value) -> base.Value:
        given = [entry.strip().upper() for entry in value if entry.strip()]
        known = base.texts_of(view["options"])
        if set(given) - set(known) or len(set(given)) != len(given):
            raise base.InvalidValue("each option once")
        return given

    def count_parts(self, key: dict[str, Any], value: base.Value) -> base.Parts:
        correct = key["correct"]
        right = sum(a == b for a, b in zip(value, correct, strict=False))
        return base.Parts(right, len(correct), wrong=len(value) - right)

    def rekey(self, key: dict[str, Any], content: base.Content) -> dict[str, Any]:
        labels = base.labels_of(key)
        return key | {"correct": [labels[str(k)] for k in content["correct"]]}

    def describe(self, view: dict[str, Any], value: base.Value) -> list[str]:
        texts = base.texts_of(view["options"])
        return [
            f"{number}. {texts[label]}"
            for number, label in enumerate(value, start=1)
            if label in texts
        ]
