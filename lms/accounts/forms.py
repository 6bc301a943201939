from time import monotonic, sleep
from typing import Any

from allauth.account import forms as allauth_forms
from allauth.mfa.base import forms as second_step_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as passkey_forms
from django import forms
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lms.accounts.enums import Language, TokenScope

# Longer than it takes to write the mail to somebody who has an account.
RESET_SECONDS = 0.3


class WithoutPlaceholders:
    """A placeholder that repeats the label vanishes when one types."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # type: ignore[attr-defined]
            field.widget.attrs.pop("placeholder", None)


class ChangePasswordForm(WithoutPlaceholders, allauth_forms.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Current password")
        self.fields["password1"].label = _("New password")
        self.fields["password2"].label = _("New password once more")


class SetPasswordForm(WithoutPlaceholders, allauth_forms.SetPasswordForm):
    pass


class ResetPasswordForm(WithoutPlaceholders, allauth_forms.ResetPasswordForm):
    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Take the same time for unknown addresses: it tells who has an account."""
        begun = monotonic()
        email = super().save(request, **kwargs)
        sleep(max(0.0, RESET_SECONDS - (monotonic() - begun)))
        return email


class ResetPasswordKeyForm(WithoutPlaceholders, allauth_forms.ResetPasswordKeyForm):
    pass


class AddEmailForm(WithoutPlaceholders, allauth_forms.AddEmailForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New e-mail address")


class SignInForm(allauth_forms.LoginForm):
    """Sign in by e-mail or mobile number, and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label = _("E-mail or mobile number")
        login.widget.attrs = {"autocomplete": "username", "autocapitalize": "none"}
        password = self.fields["password"]
        password.label = _("Password")
        password.help_text = ""
        password.widget.attrs.pop("placeholder", None)
        self.fields["remember"].label = _("Keep me signed in on this device")


class SignUpForm(WithoutPlaceholders, allauth_forms.SignupForm):
    """An account for an individual; employees get theirs from their employer."""

    display_name = forms.CharField(
        label=_("Full name"),
        max_length=80,
        help_text=_("As in your identity card: it is printed on certificates."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["display_name", "email", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail")
        self.fields["password1"].label = _("Password")
        self.fields["password1"].help_text = _(
            "At least 10 characters, not only digits. A short sentence is fine."
        )

    def try_save(self, request: HttpRequest) -> Any:
        """Hash a password for known addresses too: it takes most of the time."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class ReauthenticateForm(WithoutPlaceholders, allauth_forms.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password")


class OneTimeCode(WithoutPlaceholders):
    """Six digits of an app, or a recovery code: whatever one has at hand."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("One-time code")  # type: ignore[attr-defined]


class AuthenticateForm(OneTimeCode, second_step_forms.AuthenticateForm):
    pass


class ReauthenticateCodeForm(OneTimeCode, second_step_forms.ReauthenticateForm):
    pass


class ActivateAppForm(OneTimeCode, totp_forms.ActivateTOTPForm):
    pass


class NamedPasskey:
    """A passkey is told apart by a name that its owner gives it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["name"]  # type: ignore[attr-defined]
        name.label = _("What you call this passkey")
        name.help_text = _("Such as: my phone")


class AddPasskeyForm(NamedPasskey, passkey_forms.AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        passwordless = self.fields["passwordless"]
        passwordless.label = _("Sign in with it alone, without the password")
        passwordless.help_text = _(
            "The device must then check your fingerprint, face or PIN each time."
        )


class EditPasskeyForm(NamedPasskey, passkey_forms.EditWebAuthnForm):
    pass


class LanguageForm(forms.Form):
    language = forms.ChoiceField(
        label=_("Language of messages"), choices=Language.choices
    )


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("What is it for?"), max_length=80, help_text=_("Such as: HR system")
    )
    scopes = forms.MultipleChoiceField(
        label=_("What may it do?"),
        choices=TokenScope.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.TypedChoiceField(
        label=_("How long is it valid?"),
        coerce=int,
        initial=90,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("One year"))],
    )
