"""The form of the training badge."""

from django import forms
from django.utils.translation import gettext_lazy as _


class BadgeForm(forms.Form):
    """Whether the badge is shown, and where."""

    is_enabled = forms.BooleanField(label=_("the badge may be shown"), required=False)
    origins = forms.CharField(
        label=_("Sites that may show it in a frame"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(
            attrs={"rows": 4, "placeholder": "https://www.example.cn"}
        ),
        help_text=_("One a line, beginning with https://. Without one, only pictures."),
    )
