"""What an invigilator writes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from exams.domain.supervision import MAX_MESSAGE, MAX_REASON
from exams.enums import InterventionKind


class InterventionForm(forms.Form):
    """One step with its reason; what the step needs beyond it, the domain says."""

    kind = forms.ChoiceField(
        label=_("What to do"),
        choices=[
            (InterventionKind.MESSAGE, _("Send a message")),
            (InterventionKind.PAUSED, _("Pause")),
            (InterventionKind.RESUMED, _("Go on after a pause")),
            (InterventionKind.EXTENDED, _("Extend")),
            (InterventionKind.ENDED, _("End now")),
        ],
    )
    minutes = forms.IntegerField(
        label=_("Minutes, when extending"), required=False, min_value=1, max_value=480
    )
    message = forms.CharField(
        label=_("What the candidate reads"),
        required=False,
        max_length=MAX_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    reason = forms.CharField(
        label=_("Reason, for the file"), max_length=MAX_REASON, min_length=2
    )

    def step(self) -> dict[str, Any]:
        """Return what the domain function takes."""
        data = self.cleaned_data
        return {
            "kind": data["kind"],
            "reason": data["reason"],
            "message": data["message"],
            "minutes": data["minutes"] or 0,
        }


class ExtraTimeForm(forms.Form):
    person = forms.CharField(label=_("E-mail or employee number"), max_length=254)
    minutes = forms.IntegerField(
        label=_("Extra minutes"), min_value=1, max_value=480, initial=30
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, min_length=2)
