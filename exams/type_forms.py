"""The forms of the item types: from rows to the content of a revision and back."""

import string
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from exams.domain.item_files import is_ours
from exams.enums import Cardinality, ItemType, ScoringRule
from exams.forms import ItemForm
from exams.item_files import ItemFileField
from exams.row_forms import (
    BlankRows,
    DistractorRows,
    OptionRows,
    OrderRows,
    PairRows,
    RegionRows,
    RubricRows,
    keep_value,
)

LETTERS = string.ascii_uppercase
SMALL_LETTERS = string.ascii_lowercase
PERCENT = 100


def keyed(texts: list[str]) -> list[dict[str, str]]:
    """Return options under A, B, C in the order of the page."""
    return [{"key": k, "text": t} for k, t in zip(LETTERS, texts, strict=False)]


class ChoiceItemForm(ItemForm):
    type_name = ItemType.CHOICE
    row_classes = {"options": OptionRows}
    own_fields = ("cardinality",)
    late_fields = ("fixed_order", "scoring")
    homes = {"correct": "options"}

    cardinality = forms.ChoiceField(
        label=_("Right answers"),
        choices=Cardinality.choices,
        initial=Cardinality.SINGLE,
        widget=forms.RadioSelect,
    )
    fixed_order = forms.BooleanField(
        label=_("keep the order of the options"),
        required=False,
        help_text=_("For “all of the above” and rising figures."),
    )
    scoring = forms.ChoiceField(
        label=_("scoring rule"),
        choices=[("", _("The usual one")), *ScoringRule.choices],
        required=False,
    )

    def initial_of(self, content: dict[str, Any]) -> dict[str, Any]:
        return {
            "cardinality": content.get("cardinality", Cardinality.SINGLE),
            "fixed_order": bool(content.get("fixed_order")),
            "scoring": content.get("scoring", ""),
        }

    def rows_of(self, content: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
        correct = content.get("correct", [])
        return {
            "options": [
                {"text": one["text"], "is_right": one["key"] in correct}
                for one in content.get("options", [])
            ]
        }

    def seen(self) -> tuple[str, ...]:
        return ("cardinality", "options", "correct", "fixed_order", "scoring")

    def own_content(self, data: dict[str, Any]) -> dict[str, Any]:
        rows = self.rows["options"].filled
        options = keyed([row["text"] for row in rows])
        return {
            "cardinality": data["cardinality"],
            "options": options,
            "correct": [
                option["key"]
                for option, row in zip(options, rows, strict=False)
                if row["is_right"]
            ],
            "fixed_order": True if data["fixed_order"] else None,
            "scoring": data["scoring"] or None,
        }


class TrueFalseItemForm(ItemForm):
    type_name = ItemType.TRUE_FALSE
    own_fields = ("correct",)

    correct = forms.TypedChoiceField(
        label=_("The statement is"),
        choices=[("true", _("true")), ("false", _("false"))],
        coerce=lambda value: value == "true",
        widget=forms.RadioSelect,
    )

    def initial_of(self, content: dict[str, Any]) -> dict[str, Any]:
        correct = content.get("correct")
        return {} if correct is None else {"correct": str(correct).lower()}

    def own_content(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"correct": data["correct"]}


class TextEntryItemForm(ItemForm):
    type_name = ItemType.TEXT_ENTRY
    row_classes = {"blanks": BlankRows}

    def rows_of(self, content: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
        blanks = content.get("blanks", [])
        return {"blanks": [blank_row(one) for one in blanks]}

    def own_content(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"blanks": [blank_of(row) for row in self.rows["blanks"].filled]}


def blank_row(blank: Any) -> dict[str, str]:
    """Return what the row of a blank shows: its variants, or its number."""
    if isinstance(blank, dict):
        return {"number": blank["correct"], "tolerance": blank.get("tolerance", "0")}
    return {"variants": "\n".join(blank)}


def blank_of(row: dict[str, Any]) -> list[str] | dict[str, str]:
    """Return the blank that a row says."""
    if row["number"]:
        return {"correct": row["number"], "tolerance": row["tolerance"] or "0"}
    return [line.strip() for line in row["variants"].splitlines() if line.strip()]


class NumericItemForm(ItemForm):
    type_name = ItemType.NUMERIC
    own_fields = ("correct", "tolerance", "unit")

    correct = forms.CharField(label=_("right number"), max_length=40)
    tolerance = forms.CharField(
        label=_("tolerance"),
        initial="0",
        max_length=40,
        help_text=_("How far off an answer may be: 0.5 takes 9.5 to 10.5 for 10."),
    )
    unit = forms.CharField(label=_("unit of measure"), required=False, max_length=40)

    def initial_of(self, content: dict[str, Any]) -> dict[str, Any]:
        names = {"correct": "", "tolerance": "0", "unit": ""}
        return {name: content.get(name, value) for name, value in names.items()}

    def own_content(self, data: dict[str, Any]) -> dict[str, Any]:
        return {name: data[name] for name in ("correct", "tolerance", "unit")}


class ExtendedTextItemForm(ItemForm):
    type_name = ItemType.EXTENDED_TEXT
    row_classes = {"rubric": RubricRows}
    own_fields = ("model",)

    model = forms.CharField(
        label=_("model answer"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def initial_of(self, content: dict[str, Any]) -> dict[str, Any]:
        return {"model": content.get("model", "")}

    def rows_of(self, content: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
        return {"rubric": content.get("rubric", [])}

    def own_content(self, data: dict[str, Any]) -> dict[str, Any]:
        # An existing point may carry more than its text and score.
        old = {str(one.get("text")): one for one in self.old.get("rubric", [])}
        rubric = [
            old.get(row["text"], {}) | {"text": row["text"], "score": row["score"]}
            for row in self.rows["rubric"].filled
        ]
        return {"model": data["model"], "rubric": rubric}


class OrderItemForm(ItemForm):
    """The rows stand in the right order; candidates get them shuffled."""

    type_name = ItemType.ORDER
    row_classes = {"options": OrderRows}
    homes = {"correct": "options"}

    def rows_of(self, content: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
        texts = {one["key"]: one["text"] for one in content.get("options", [])}
        correct = content.get("correct", [])
        return {"options": [{"text": texts[str(key)]} for key in correct]}

    def own_content(self, data: dict[str, Any]) -> dict[str, Any]:
        """Options in an order that does not tell: an unshuffled paper shows it."""
        right = [row["text"] for row in self.rows["options"].filled]
        shown = kept_order([o["text"] for o in self.old.get("options", [])], right)
        options = keyed(shown)
        keys = {one["text"]: one["key"] for one in options}
        return {"options": options, "correct": [keys[text] for text in right]}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        rows = self.rows["options"]
        if rows.is_valid():
            texts = [row["text"] for row in rows.filled]
            if len(set(texts)) != len(texts):
                rows.texts.append(str(_("Two steps have the same text.")))
        return data


def kept_order(old: list[str], new: list[str]) -> list[str]:
    """Return the new texts: those that were there in their old order, the others after.

    The others are sorted, since the order in which they were written is the answer.
    """
    known = [text for text in old if text in new]
    return list(dict.fromkeys([*known, *sorted(set(new) - set(known))]))


class MatchItemForm(ItemForm):
    type_name = ItemType.MATCH
    row_classes = {"left": PairRows, "right": DistractorRows}
    homes = {"correct": "left"}

    def rows_of(self, content: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
        right = {str(one["key"]): one["text"] for one in content.get("right", [])}
        partners = {str(a): str(b) for a, b in content.get("correct", {}).items()}
        left = content.get("left", [])
        spare = [text for key, text in right.items() if key not in partners.values()]
        return {
            "left": [
                {"left": one["text"], "right": right[partners[str(one["key"])]]}
                for one in left
            ],
            "right": [{"right": text} for text in spare],
        }

    def own_content(self, data: dict[str, Any]) -> dict[str, Any]:
        pairs = self.rows["left"].filled
        written = [p["right"] for p in pairs]
        written += [row["right"] for row in self.rows["right"].filled]
        shown = kept_order([o["text"] for o in self.old.get("right", [])], written)
        right = [
            {"key": key, "text": text}
            for key, text in zip(SMALL_LETTERS, shown, strict=False)
        ]
        keys = {one["text"]: one["key"] for one in right}
        return {
            "left": [
                {"key": str(n), "text": p["left"]} for n, p in enumerate(pairs, start=1)
            ],
            "right": right,
            "correct": {str(n): keys[p["right"]] for n, p in enumerate(pairs, start=1)},
        }


class HotspotItemForm(ItemForm):
    type_name = ItemType.HOTSPOT
    row_classes = {"regions": RegionRows}
    own_fields = ("image_file", "image_source", "image_alt")
    homes = {"correct": "regions", "image": "image_file"}

    image_file = ItemFileField(label=_("picture"), required=False, pictures_only=True)
    image_source = forms.CharField(required=False, widget=forms.HiddenInput)
    image_alt = forms.CharField(
        label=_("the picture in words"),
        max_length=500,
        help_text=_("Read to those who don't see it; don't give the answer away."),
    )

    def initial_of(self, content: dict[str, Any]) -> dict[str, Any]:
        image = content.get("image", {})
        return {
            "image_source": image.get("src", ""),
            "image_alt": image.get("alt", ""),
        }

    def rows_of(self, content: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
        correct = content.get("correct", [])
        return {
            "regions": [
                {
                    "label": one["label"],
                    "is_right": one["key"] in correct,
                    **{n: round(one[n] * PERCENT, 3) for n in PLACE},
                }
                for one in content.get("regions", [])
            ]
        }

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("image_file"):
            self.cleaned_data["image_source"] = self.cleaned_data["image_file"]
            keep_value(self, "image_source", self.cleaned_data["image_file"])
        source = self.cleaned_data.get("image_source", "")
        if source and not is_ours(source):
            self.add_error("image_file", _("Choose a file."))
        return super().clean()

    def own_content(self, data: dict[str, Any]) -> dict[str, Any]:
        rows = self.rows["regions"].filled
        regions = [
            {
                "key": key,
                "label": row["label"],
                **{n: share_of(row[n]) for n in PLACE},
            }
            for key, row in zip(SMALL_LETTERS, rows, strict=False)
        ]
        for one in regions:
            # Rounding must not push a place over the edge.
            one["width"] = min(one["width"], round(1 - one["x"], 5))
            one["height"] = min(one["height"], round(1 - one["y"], 5))
        return {
            "image": {"src": data["image_source"], "alt": data["image_alt"]},
            "regions": regions,
            "correct": [
                one["key"]
                for one, row in zip(regions, rows, strict=False)
                if row["is_right"]
            ],
        }


def share_of(percent: float) -> float | int:
    """Return a share as it is stored; 0 and 1 as whole numbers."""
    share = round(percent / PERCENT, 5)
    return int(share) if share in (0, 1) else share


PLACE = ("x", "y", "width", "height")


class CaseItemForm(ItemForm):
    """The story; its sub-items are items with forms of their own."""

    type_name = ItemType.CASE


FORMS: dict[str, type[ItemForm]] = {
    str(form.type_name): form
    for form in (
        ChoiceItemForm,
        TrueFalseItemForm,
        TextEntryItemForm,
        NumericItemForm,
        ExtendedTextItemForm,
        OrderItemForm,
        MatchItemForm,
        HotspotItemForm,
        CaseItemForm,
    )
}
