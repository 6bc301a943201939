"""The corrected answer as a form: what is right, in the terms of the type."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from exams.domain.exchange.numbers import read_blank, write_blank
from exams.enums import CorrectionKind, ItemType
from exams.models import Item

VARIANT = "|"


class CorrectionForm(forms.Form):
    """One field for the answer, whatever the type; the rest of the item stays."""

    kind = forms.ChoiceField(
        label=_("What is corrected"),
        choices=CorrectionKind.choices,
        widget=forms.RadioSelect,
        initial=CorrectionKind.NEW_KEY,
    )
    reason = forms.CharField(
        label=_("reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Candidates whose result changes read it."),
    )
    only_raises = forms.BooleanField(
        label=_("nobody loses points"), required=False, initial=True
    )
    field_order = ["kind", "answer", "reason", "only_raises"]

    def __init__(self, *args: Any, item: Item, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item = item
        self.fields["answer"] = ANSWERS[item.type](item.content)
        self.fields["answer"].required = False
        self.order_fields(self.field_order)

    def corrected_content(self) -> dict[str, Any]:
        """Return the content with the corrected answer."""
        if self.cleaned_data["kind"] == CorrectionKind.CREDIT_ALL:
            return {}
        answer = self.cleaned_data["answer"]
        return self.item.content | READERS.get(self.item.type, _as_correct)(answer)


def _as_correct(answer: Any) -> dict[str, Any]:
    return {"correct": answer}


def _choices(content: dict[str, Any]) -> forms.Field:
    options = content.get("options") or content["regions"]
    labels = [(o["key"], o.get("text") or o["label"]) for o in options]
    return forms.MultipleChoiceField(
        label=_("right answer"),
        choices=[(key, f"{key}. {text}") for key, text in labels],
        widget=forms.CheckboxSelectMultiple,
        initial=content["correct"],
    )


def _true_false(content: dict[str, Any]) -> forms.Field:
    return forms.ChoiceField(
        label=_("right answer"),
        choices=[("true", _("true")), ("false", _("false"))],
        widget=forms.RadioSelect,
        initial=str(content["correct"]).lower(),
    )


def _blanks(content: dict[str, Any]) -> forms.Field:
    return forms.CharField(
        label=_("right answer"),
        widget=forms.Textarea(attrs={"rows": 4}),
        initial="\n".join(map(write_blank, content["blanks"])),
        help_text=_(
            "One blank on each line, accepted variants separated by |; "
            "a number as 3.5±0.1."
        ),
    )


def _number(content: dict[str, Any]) -> forms.Field:
    return forms.CharField(label=_("right answer"), initial=str(content["correct"]))


def _order(content: dict[str, Any]) -> forms.Field:
    lines = ", ".join(f"{o['key']}: {o['text']}" for o in content["options"])
    return forms.CharField(
        label=_("right answer"),
        initial=" ".join(content["correct"]),
        help_text=lines,
    )


def _pairs(content: dict[str, Any]) -> forms.Field:
    return forms.CharField(
        label=_("right answer"),
        widget=forms.Textarea(attrs={"rows": 4}),
        initial="\n".join(f"{a}:{b}" for a, b in content["correct"].items()),
        help_text=_("One pair on each line, as left:right."),
    )


def _read_blanks(answer: str) -> dict[str, Any]:
    lines = [line.strip() for line in answer.splitlines() if line.strip()]
    return {"blanks": [read_blank(line) for line in lines]}


def _read_pairs(answer: str) -> dict[str, Any]:
    pairs = [line.partition(":") for line in answer.splitlines() if line.strip()]
    return {"correct": {a.strip(): b.strip() for a, _colon, b in pairs}}


ANSWERS: dict[str, Callable[[dict[str, Any]], forms.Field]] = {
    ItemType.CHOICE: _choices,
    ItemType.HOTSPOT: _choices,
    ItemType.TRUE_FALSE: _true_false,
    ItemType.TEXT_ENTRY: _blanks,
    ItemType.NUMERIC: _number,
    ItemType.ORDER: _order,
    ItemType.MATCH: _pairs,
    # No key decides these: only the points can be given to everybody.
    ItemType.EXTENDED_TEXT: lambda content: forms.CharField(widget=forms.HiddenInput),
    ItemType.CASE: lambda content: forms.CharField(widget=forms.HiddenInput),
}
READERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    ItemType.TRUE_FALSE: lambda answer: {"correct": answer == "true"},
    ItemType.TEXT_ENTRY: _read_blanks,
    ItemType.NUMERIC: lambda answer: {"correct": answer.strip()},
    ItemType.ORDER: lambda answer: {"correct": answer.replace(",", " ").split()},
    ItemType.MATCH: _read_pairs,
}
