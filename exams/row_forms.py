"""Rows of an item's form: options, blanks, pairs, places, points, articles, media.

A row that says nothing is left out, so that a form works without JavaScript: it shows a
few empty rows, and clearing a row removes it. The order is that of the page.
"""

from typing import Any, cast

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cms.domain.eids import parse_eid
from exams.domain.item_files import is_ours
from exams.interactions.numeric import parse_number
from exams.item_files import ItemFileField

MAX_ROWS = 26


class RowSet(BaseFormSet):
    """The rows of one kind. `texts` are the messages that concern all of them."""

    at_least = 1
    title: Any = ""
    hint: Any = ""
    add_label: Any = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.texts: list[str] = []
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.extra = max(self.at_least - len(self.initial or []), 0)

    @property
    def filled(self) -> list[dict[str, Any]]:
        """What the rows say, empty ones left out; call `is_valid` before."""
        return [row.cleaned_data for row in self.forms if row.has_changed()]

    def initial_form_count(self) -> int:
        """No row is owed: each may be left empty."""
        return 0 if self.is_bound else len(self.initial or [])

    def is_in_order(self) -> bool:
        """Tell whether every row may be taken, and nothing was said of them all."""
        return self.is_valid() and not self.texts


def rows_of(
    row: type[forms.Form], *, title: Any, add: Any, hint: Any = "", at_least: int = 1
) -> type[RowSet]:
    """Return the class of a set of rows that shows at least so many."""
    made = cast(
        "type[RowSet]",
        formset_factory(
            row, formset=RowSet, extra=0, max_num=MAX_ROWS, absolute_max=2 * MAX_ROWS
        ),
    )
    made.at_least = at_least
    made.title, made.hint, made.add_label = title, hint, add
    return made


def line(label: Any, *, required: bool = True, **attrs: Any) -> forms.CharField:
    """Return a text field of one line; its label is read, the heading is seen."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=1_000,
        widget=forms.TextInput(attrs={"autocomplete": "off", **attrs}),
    )


def keep_value(form: forms.BaseForm, name: str, value: Any) -> None:
    """Let a form that is shown again say this in a field, whatever was sent."""
    sent = form.data.copy()  # type: ignore[attr-defined]
    sent[form.add_prefix(name)] = value
    form.data = sent


def text_of(label: Any) -> forms.CharField:
    """Return a text that is mostly one line; it grows, and its lines are kept."""
    return forms.CharField(
        label=label,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 1, "data-line": ""}),
    )


class OptionRow(forms.Form):
    text = text_of(_("Option"))
    is_right = forms.BooleanField(label=_("right"), required=False)


class OrderRow(forms.Form):
    text = text_of(_("Step"))


class PairRow(forms.Form):
    left = text_of(pgettext_lazy("pair", "Left"))
    right = text_of(pgettext_lazy("pair", "Its partner on the right"))


class DistractorRow(forms.Form):
    right = text_of(_("Entry on the right without a partner"))


def is_tolerance(text: str) -> bool:
    """Tell whether a text says how far off an answer may be: 0 or more."""
    number = parse_number(text)
    return number is not None and number >= 0


class BlankRow(forms.Form):
    """A blank takes a text, of which several variants may be right, or a number."""

    variants = forms.CharField(
        label=_("Accepted answers, one a line"),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    number = line(_("or a number"), required=False, inputmode="decimal", size=10)
    tolerance = line(_("tolerance"), required=False, inputmode="decimal", size=6)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        number, tolerance = data.get("number", ""), data.get("tolerance", "")
        if number and data.get("variants"):
            self.add_error("number", _("Give texts or a number, not both."))
        elif number and parse_number(number) is None:
            self.add_error("number", _("Write the answer as a number."))
        elif not number and not data.get("variants"):
            self.add_error("variants", _("Write an answer, or a number."))
        if tolerance and not number:
            self.add_error("tolerance", _("A tolerance needs a number."))
        elif tolerance and not is_tolerance(tolerance):
            self.add_error("tolerance", _("Write the tolerance as a number."))
        return data


class RubricRow(forms.Form):
    text = text_of(_("Point"))
    score = line(_("score"), inputmode="decimal", size=4)

    def clean_score(self) -> float | int:
        number = parse_number(self.cleaned_data["score"])
        if number is None or number <= 0:
            raise forms.ValidationError(_("Write the score as a number above zero."))
        return int(number) if number == number.to_integral() else float(number)


class PercentField(forms.FloatField):
    """A share of the picture, typed in percent."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        attrs = {"step": "0.1", "min": "0", "max": "100"}
        super().__init__(
            label=label,
            min_value=0,
            max_value=100,
            widget=forms.NumberInput(attrs=attrs),
            **kwargs,
        )


class RegionRow(forms.Form):
    label = line(_("Name of the place"))
    x = PercentField(_("from the left, %"))
    y = PercentField(_("from the top, %"))
    width = PercentField(_("width, %"))
    height = PercentField(_("height, %"))
    is_right = forms.BooleanField(label=_("right"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for start, size in (("x", "width"), ("y", "height")):
            if start in data and size in data and data[start] + data[size] > 100.05:
                self.add_error(size, _("The place leaves the picture here."))
            if data.get(size) == 0:
                self.add_error(size, _("A place needs a size."))
        return data


class CitationRow(forms.Form):
    law = line(_("Law"), list="law-names")
    article = line(_("Article number"), size=8)
    why = line(_("Why it matters here"), required=False)

    def clean_article(self) -> str:
        word = self.cleaned_data["article"]
        if parse_eid(word) is None:
            raise forms.ValidationError(
                _("We can't read this number. Write 28, 第二十八条 or 134-1.")
            )
        return word


class MediaRow(forms.Form):
    """A picture or a sound (a file), or a video of the library."""

    file = ItemFileField(label=_("Picture or sound"), required=False)
    source = forms.CharField(required=False, widget=forms.HiddenInput)
    video = forms.ChoiceField(label=_("or a video"), required=False)
    alt = line(_("What it shows or says, in words"), required=False)

    def __init__(self, *args: Any, videos: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["video"].choices = [("", "—"), *videos]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("file"):
            data["source"] = data["file"]
            # A form that comes back with an error must not lose the file.
            keep_value(self, "source", data["source"])
        if data.get("source") and not is_ours(data["source"]):
            self.add_error("file", _("Choose a file."))
        if data.get("source") and data.get("video"):
            self.add_error("video", _("Choose a file or a video, not both."))
        if not (data.get("source") or data.get("video") or self.errors):
            self.add_error("file", _("Choose a file."))
        if not data.get("alt"):
            self.add_error("alt", _("Describe it for those who can't see or hear it."))
        return data


OptionRows = rows_of(
    OptionRow,
    title=_("Options"),
    add=_("Add an option"),
    hint=_("Mark each right one."),
    at_least=4,
)
OrderRows = rows_of(
    OrderRow,
    title=_("Steps in the right order"),
    add=_("Add a step"),
    hint=_("Candidates get them shuffled."),
    at_least=4,
)
PairRows = rows_of(PairRow, title=_("Pairs"), add=_("Add a pair"), at_least=3)
DistractorRows = rows_of(
    DistractorRow,
    title=_("More entries on the right"),
    add=_("Add an entry"),
    hint=_("They belong to nothing on the left."),
)
BlankRows = rows_of(
    BlankRow,
    title=_("Blanks"),
    add=_("Add a blank"),
    hint=_("Write ____ for each blank in the question, here one row for each."),
)
RubricRows = rows_of(
    RubricRow,
    title=_("Points to be given"),
    add=_("Add a point"),
    hint=_("What an examiner looks for, and what each is worth."),
    at_least=2,
)
RegionRows = rows_of(
    RegionRow,
    title=_("Places on the picture"),
    add=_("Add a place"),
    hint=_(
        "Draw a place on the picture, or type its numbers. Name wrong places, too: "
        "candidates choose among them."
    ),
    at_least=2,
)
CitationRows = rows_of(CitationRow, title=_("Cited articles"), add=_("Add an article"))
MediaRows = rows_of(
    MediaRow,
    title=_("Pictures, sound and video"),
    add=_("Add a picture, sound or video"),
    hint=_("Shown below the question, in this order."),
    at_least=0,
)
