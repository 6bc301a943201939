from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class EmployeeSignInForm(forms.Form):
    """Sign in with what the employer gave out."""

    organization_code = forms.CharField(
        label=_("Organization code"),
        max_length=40,
        help_text=_(
            "The unified social credit code, or the short code on your notice."
        ),
        widget=forms.TextInput(
            attrs={"autocomplete": "organization", "autocapitalize": "characters"}
        ),
    )
    employee_number = forms.CharField(
        label=_("Employee number"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    remember = forms.BooleanField(
        label=_("Keep me signed in on this device"), required=False
    )

    def credentials(self) -> dict[str, Any]:
        names = ("organization_code", "employee_number", "password")
        return {name: self.cleaned_data[name] for name in names}
