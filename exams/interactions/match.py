import string
from random import Random
from typing import Any

from django.utils.translation import gettext as _

from exams.interactions import base


class MatchInteraction(base.Interaction):
    """One partner on the right for each entry on the left; each pair scores."""

    type_name = "match"
    default_rule = base.PARTIAL

    def validate_own(self, content: base.Content) -> None:
        left = base.check_options(content, field="left", at_least=2)
        right = base.check_options(content, field="right", at_least=2)
        correct = content.get("correct")
        if not isinstance(correct, dict) or set(map(str, correct)) != set(left):
            raise base.fail("correct", _("Give each entry on the left its partner."))
        if set(map(str, correct.values())) - set(right):
            raise base.fail("correct", _("A partner is not among those on the right."))

    def freeze(self, content: base.Content, *, rng: Random | None) -> base.Frozen:
        left, left_labels = base.relabel(
            content["left"], rng=None, alphabet=map(str, range(1, 100))
        )
        right, right_labels = base.relabel(
            content["right"], rng=rng, alphabet=string.ascii_lowercase
        )
        pairs = {
            left_labels[a]: right_labels[str(b)] for a, b in content["correct"].items()
        }
        view = base.base_view(content) | {"left": left, "right": right}
        key = {
            "correct": sorted(f"{a}:{b}" for a, b in pairs.items()),
            "labels": {label: author for author, label in right_labels.items()},
        }
        return base.Frozen(view, key)

    def normalize_value(self, view: dict[str, Any], value: base.Value) -> base.Value:
        left, right = base.texts_of(view["left"]), base.texts_of(view["right"])
        pairs: dict[str, str] = {}
        for entry in value:
            a, colon, b = entry.strip().partition(":")
            if not b and (not a or colon):
                continue
            if a not in left or b not in right or a in pairs:
                raise base.InvalidValue("one partner each")
            pairs[a] = b
        return sorted(f"{a}:{b}" for a, b in pairs.items())

    def count_parts(self, key: dict[str, Any], value: base.Value) -> base.Parts:
        right = len(set(value) & set(key["correct"]))
        return base.Parts(right, len(key["correct"]), wrong=len(value) - right)

    def rekey(self, key: dict[str, Any], content: base.Content) -> dict[str, Any]:
        labels = base.labels_of(key)
        # The left side is never shuffled: its labels follow the author's order.
        left = {o["key"]: str(n) for n, o in enumerate(content["left"], start=1)}
        pairs = content["correct"].items()
        return key | {
            "correct": sorted(f"{left[a]}:{labels[str(b)]}" for a, b in pairs)
        }

    def describe(self, view: dict[str, Any], value: base.Value) -> list[str]:
        left, right = base.texts_of(view["left"]), base.texts_of(view["right"])
        lines = []
        for entry in value:
            a, _colon, b = entry.partition(":")
            if a in left and b in right:
                lines.append(f"{left[a]} → {right[b]}")
        return lines
