from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
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


class FirstSignInForm(forms.Form):
    """What stands on a slip, and the password that the person chooses."""

    organization_code = forms.CharField(
        label=_("Organization code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "organization", "autocapitalize": "characters"}
        ),
    )
    employee_number = forms.CharField(
        label=_("Employee number"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    code = forms.CharField(
        label=_("One-time code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none"}
        ),
    )
    password = forms.CharField(
        label=_("New password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters, not only digits."),
    )
    repeated = forms.CharField(
        label=_("New password again"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password

    def clean_repeated(self) -> str:
        repeated: str = self.cleaned_data["repeated"]
        password = self.cleaned_data.get("password")
        if password is not None and repeated != password:
            raise ValidationError(
                _("The two passwords are not the same."), code="differ"
            )
        return repeated

    def parts(self) -> dict[str, str]:
        names = ("organization_code", "employee_number", "code", "password")
        return {name: self.cleaned_data[name] for name in names}
