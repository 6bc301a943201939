"""Forms around marking."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from exams.domain.marking import PointInput
from exams.domain.release import save_policy
from exams.domain.review import ItemReview
from exams.enums import ReleasePolicy
from exams.models import Exam, MarkingPolicy
from exams.models.attempts import score_number
from lms.accounts.models import User


class MarkingPolicyForm(forms.ModelForm):
    class Meta:
        model = MarkingPolicy
        fields = [
            *("release", "release_at", "release_scope"),
            *("is_double", "is_blind", "third_threshold", "appeal_days"),
        ]
        widgets = {
            "release_at": forms.DateTimeInput(
                attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
            )
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("release") == ReleasePolicy.AT_DATE and not data.get("release_at"):
            self.add_error("release_at", _("Name the day and time of the release."))
        return data

    def save_for(self, *, exam: Exam, by: User) -> MarkingPolicy:
        """Keep the rules of this exam."""
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return save_policy(exam=exam, values=values, by=by)


class ScriptForm(forms.Form):
    """Points and a comment for each line of a rubric."""

    comment = forms.CharField(
        label=_("Comment for the candidate"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self, *args: Any, rubric: Sequence[tuple[str, Decimal]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rubric = list(rubric)
        for number, (text, most) in enumerate(self.rubric, start=1):
            self.fields[f"score_{number}"] = forms.DecimalField(
                label=text or _("Points"),
                help_text=_("0 to %(most)s points") % {"most": score_number(most)},
                min_value=0,
                max_value=most,
                decimal_places=2,
                widget=forms.NumberInput(
                    attrs={"step": "0.5", "inputmode": "decimal", "autocomplete": "off"}
                ),
            )
            self.fields[f"comment_{number}"] = forms.CharField(
                label=_("Remark"), required=False, max_length=500
            )
        self.order_fields([*self._names(), "comment"])

    def _names(self) -> list[str]:
        return [
            f"{name}_{number}"
            for number in range(1, len(self.rubric) + 1)
            for name in ("score", "comment")
        ]

    def lines(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return the two fields of each line of the rubric."""
        numbers = range(1, len(self.rubric) + 1)
        return [(self[f"score_{n}"], self[f"comment_{n}"]) for n in numbers]

    def points(self) -> list[PointInput]:
        """Return what was given, in the order of the rubric."""
        data = self.cleaned_data
        numbers = range(1, len(self.rubric) + 1)
        return [PointInput(data[f"score_{n}"], data[f"comment_{n}"]) for n in numbers]


def _question_choices(items: Sequence[ItemReview], empty: str) -> list[tuple[str, str]]:
    numbered = [
        (
            str(item.position),
            _("Question %(number)d: %(stem)s")
            % {"number": item.position, "stem": Truncator(item.stem).chars(40)},
        )
        for item in items
    ]
    return [("", empty), *numbered] if empty else numbered


def _offer(field: forms.Field, choices: list[tuple[str, str]]) -> None:
    if isinstance(field, forms.ChoiceField):
        field.choices = choices


def _position(value: str) -> int | None:
    return int(value) if value else None


class AppealForm(forms.Form):
    """What the candidate wants to be looked at again, and why."""

    position = forms.TypedChoiceField(
        label=_("What is it about?"), required=False, coerce=_position, empty_value=None
    )
    reason = forms.CharField(
        label=_("Your reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Say what you think is wrong and why, in your own words."),
    )

    def __init__(self, *args: Any, items: Sequence[ItemReview], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        empty = str(_("The result as a whole"))
        _offer(self.fields["position"], _question_choices(items, empty))


class AppealAnswerForm(forms.Form):
    """The examiner's answer; points only where the mark changes."""

    position = forms.TypedChoiceField(
        label=_("Question whose points change"),
        required=False,
        coerce=_position,
        empty_value=None,
    )
    raw = forms.DecimalField(
        label=_("New points"),
        required=False,
        decimal_places=2,
        min_value=0,
        help_text=_("Empty: the mark stands."),
        widget=forms.NumberInput(attrs={"step": "0.5", "inputmode": "decimal"}),
    )
    answer = forms.CharField(
        label=_("Answer to the candidate"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: Any, items: Sequence[ItemReview], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        empty = "" if len(items) == 1 else str(_("No points change"))
        _offer(self.fields["position"], _question_choices(items, empty))
