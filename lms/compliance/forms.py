"""Forms of the editors: training rules."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from courses.enums import TrainingLevel
from lms.compliance.enums import RuleTopic
from lms.compliance.models import TrainingRule


class IndustryPrefixesField(forms.CharField):
    """`B, C26` as a list of beginnings of GB/T 4754 codes."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        parts = [part.strip().upper() for part in (value or "").split(",")]
        return [part for part in parts if part]

    def validate(self, value: Any) -> None:
        super().validate(value)
        for part in value:
            if not ((part[0].isalpha() and part[1:].isdigit()) or len(part) == 1):
                raise ValidationError(
                    _("“%(part)s” is no beginning of an industry code such as C26."),
                    params={"part": part},
                )


class TrainingRuleForm(WagtailAdminModelForm):
    """A draft; the code ties versions together and stays."""

    levels = forms.MultipleChoiceField(
        label=_("levels of training"),
        choices=TrainingLevel.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    industry_prefixes = IndustryPrefixesField(
        label=_("only these industries"),
        required=False,
        help_text=_("Beginnings of GB/T 4754 codes with commas; empty means all."),
    )

    class Meta:
        model = TrainingRule
        fields = (
            "code",
            "category",
            "industry_class",
            "industry_prefixes",
            "phase",
            "topic",
            "hours",
            "hour_seconds",
            "onsite_hour_seconds",
            "offline_share",
            "levels",
            "due_days",
            "effective_from",
            "is_repeal",
            "basis",
            "law_slug",
            "article",
            "source",
            "note",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["code"].disabled = True

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if not self.instance.pk and TrainingRule.objects.filter(code=code).exists():
            raise ValidationError(
                _("This code exists. Open that rule and make a new version of it.")
            )
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        topic, is_repeal = data.get("topic"), data.get("is_repeal")
        if is_repeal:
            return data
        if topic == RuleTopic.HOURS and not data.get("hours"):
            self.add_error("hours", _("Say how many hours are owed."))
        if topic == RuleTopic.LEVELS and not data.get("levels"):
            self.add_error("levels", _("Choose the levels that are owed."))
        return data


class ReviewForm(forms.Form):
    """What the reviewer decides."""

    decision = forms.ChoiceField(
        choices=[("approve", _("Approve")), ("reject", _("Send back"))]
    )
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
