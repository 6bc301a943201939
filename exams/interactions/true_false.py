from random import Random
from typing import Any

from django.utils.translation import gettext as _

from exams.interactions import base

# In the language of the item, not of the interface: they belong to the question.
WORDS = {"zh-hans": ("正确", "错误"), "en": ("True", "False")}


class TrueFalseInteraction(base.Interaction):
    type_name = "true_false"

    def validate_own(self, content: base.Content) -> None:
        if not isinstance(content.get("correct"), bool):
            raise base.fail("correct", _("Say whether the statement is true or false."))

    def freeze(self, content: base.Content, *, rng: Random | None) -> base.Frozen:
        true, false = WORDS.get(content.get("language", ""), WORDS["zh-hans"])
        view = base.base_view(content) | {
            "options": [{"key": "true", "text": true}, {"key": "false", "text": false}]
        }
        return base.Frozen(view, {"correct": [str(content["correct"]).lower()]})

    def normalize_value(self, view: dict[str, Any], value: base.Value) -> base.Value:
        chosen = {entry.strip().lower() for entry in value if entry.strip()}
        if chosen - {"true", "false"} or len(chosen) > 1:
            raise base.InvalidValue("true or false")
        return sorted(chosen)

    def count_parts(self, key: dict[str, Any], value: base.Value) -> base.Parts:
        right = value == key["correct"]
        return base.Parts(int(right), 1, wrong=int(bool(value) and not right))

    def describe(self, view: dict[str, Any], value: base.Value) -> list[str]:
        texts = base.texts_of(view["options"])
        return [texts[key] for key in value if key in texts]
