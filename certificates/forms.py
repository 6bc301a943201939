from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from certificates.domain.numbers import clean_number
from certificates.enums import RevocationReason


class NumberForm(forms.Form):
    number = forms.CharField(
        label=_("Certificate number"),
        max_length=60,
        help_text=_("Printed under the QR code, such as AX-2026-000001-7K3QF2MA."),
        error_messages={"required": _("Enter the certificate number.")},
        widget=forms.TextInput(
            attrs={"autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    name = forms.CharField(
        label=_("Holder's name"),
        max_length=80,
        required=False,
        help_text=_("With the full name we also check that it belongs to the number."),
    )

    def clean_number(self) -> str:
        number = clean_number(self.cleaned_data["number"])
        if number is None:
            raise ValidationError(
                _(
                    "This is not a certificate number. It looks like "
                    "AX-2026-000001-7K3QF2MA."
                )
            )
        return number


class PhotoForm(forms.Form):
    file = forms.FileField(
        label=_("Photo"),
        help_text=_(
            "A portrait as for an identity card, JPEG or PNG, at most 5 MB. It is cut "
            "in the middle to 5 by 7."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png"}),
        error_messages={"required": _("Choose a photo.")},
    )


class RevokeForm(forms.Form):
    # None is chosen beforehand: a stray click must not revoke for good.
    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", "—"), *RevocationReason.choices]
    )
    note = forms.CharField(
        label=_("Note for staff"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReissueForm(forms.Form):
    correction = forms.CharField(
        label=_("What is corrected"),
        max_length=300,
        help_text=_(
            "Correct the person's name or the course first: the new certificate takes "
            "today's facts, the old one verifies as replaced."
        ),
    )
