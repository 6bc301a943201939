"""What allauth asks of us: mobile numbers, mails as rows, names, second factors."""

import base64
import hashlib
import re
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import EmailVerificationMethod
from allauth.account.stages import EmailVerificationStage
from allauth.mfa.adapter import DefaultMFAAdapter
from django import forms
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lms.accounts.domain import people
from lms.accounts.fields import MobileField
from lms.accounts.models import User
from lms.accounts.validators import normalize_mobile
from lms.core.crypto import decrypt, encrypt
from lms.notifications.domain.mail import queue_rendered_email
from lms.ui.languages import site_path

WRONG = _("The e-mail or mobile number, or the password, is not right.")
SECOND_FACTOR_CONTEXT = "accounts.second_factor"


class VerifyEmailOnlyWhenUsed(EmailVerificationStage):
    """Ask for a verified address from those who signed up or in with an address.

    Who signs in by mobile or employee number may have no e-mail at all.
    """

    def handle(self) -> tuple[Any, bool]:
        by_email = bool(self.login.email) or self.login.signup
        if not by_email:
            self.login.email_verification = EmailVerificationMethod.NONE
        return super().handle()


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        # One sentence for every failure: it says nothing about who has an account.
        "email_password_mismatch": WRONG,
        "phone_password_mismatch": WRONG,
        "username_password_mismatch": WRONG,
        "account_inactive": WRONG,
        "too_many_login_attempts": _(
            "Too many attempts. Wait five minutes, then try again."
        ),
        "rate_limited": _("Too many attempts. Wait a few minutes, then try again."),
        "email_taken": _("An account with this address exists already."),
        "same_as_current": _("This is the one in use already."),
        "incorrect_password": _("The password is not right."),
        "enter_current_password": _("The current password is not right."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.LMS_OPEN_SIGNUP

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        target = settings.LOGIN_REDIRECT_URL
        # A path gets the language of the page; a name resolves to it by itself.
        return site_path(target[1:]) if target[:1] == "/" else resolve_url(target)

    def save_user(
        self, request: HttpRequest, user: User, form: forms.Form, commit: bool = True
    ) -> User:
        user.display_name = form.cleaned_data["display_name"].strip()
        user.language = get_language() or settings.LANGUAGE_CODE
        return super().save_user(request, user, form, commit)

    def get_login_stages(self) -> list[str]:
        own = f"{__name__}.{VerifyEmailOnlyWhenUsed.__name__}"
        default = "allauth.account.stages.EmailVerificationStage"
        return [own if s == default else s for s in super().get_login_stages()]

    def _get_login_attempts_cache_key(
        self, request: HttpRequest, **credentials: Any
    ) -> str:
        """Count wrong passwords per account that is meant, however it is named.

        allauth knows e-mail and user name only: without this, all mobile numbers and
        all employee numbers would share one counter, and lock each other out.
        """
        parts = sorted(
            # Another spelling of the same number must not buy more attempts.
            f"{name}={normalize_mobile(str(value)).lower()}"
            for name, value in credentials.items()
            if name != "password" and value
        )
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        return f"sign-in/{digest}"

    # --- mobile numbers
    def phone_form_field(self, **kwargs: Any) -> forms.Field:
        return MobileField(**kwargs)

    def get_user_by_phone(self, phone: str) -> User | None:
        return people.find_by_mobile(mobile=phone)

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (user.mobile, True) if user.mobile_index else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        people.set_mobile(user=user, mobile=phone, by=user)

    def set_phone_verified(self, user: User, phone: str) -> None:
        """Numbers are given by employers and operators; a gateway comes later (R7)."""

    # --- mails
    def send_mail(
        self, template_prefix: str, email: str, context: dict[str, Any]
    ) -> None:
        """Queue the mail in the language of its reader; a worker sends it.

        Such mails carry links that open an account: the row forgets the text once it
        is sent.
        """
        reader = context.get("user")
        language = getattr(reader, "language", "") or get_language()
        with translation.override(language):
            full = {"request": self.request, "email": email, **context}
            full.setdefault("current_site", {"name": _("Anxue"), "domain": ""})
            mail = self.render_mail(template_prefix, email, full)
        html = next(iter(getattr(mail, "alternatives", [])), ("",))[0]
        queue_rendered_email(
            to=email,
            subject=str(mail.subject),
            text=str(mail.body),
            html=str(html),
            is_secret=True,
        )

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        mail = super().render_mail(template_prefix, email, context, headers)
        if isinstance(mail, EmailMultiAlternatives) and not mail.alternatives:
            given = {
                "subject": mail.subject,
                "parts": parts_of(str(mail.body)),
                "site_url": settings.SITE_URL,
            }
            html = render_to_string("account/email/wrapped.html", given)
            mail.attach_alternative(html, "text/html")
        return mail


def parts_of(text: str) -> list[dict[str, str]]:
    """Part a plain text into paragraphs; one that is an address becomes a button."""
    parts = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        is_link = re.fullmatch(r"https?://\S+", paragraph.strip()) is not None
        parts.append({"link" if is_link else "text": paragraph.strip()})
    return parts


class SecondFactorAdapter(DefaultMFAAdapter):
    """TOTP secrets and recovery seeds are sealed like other personal fields."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _(
            "This code is not right, or is too old. Type the one shown now."
        ),
        "unverified_email": _("Confirm your e-mail address first."),
        "add_email_blocked": _(
            "Turn off two-step sign-in before you change the address."
        ),
        "cannot_delete_authenticator": _("You must keep a second step."),
        "cannot_generate_recovery_codes": _("Set up the app or a passkey first."),
    }

    def encrypt(self, text: str) -> str:
        sealed = encrypt(text, context=SECOND_FACTOR_CONTEXT)
        return base64.b64encode(sealed).decode()

    def decrypt(self, encrypted_text: str) -> str:
        sealed = base64.b64decode(encrypted_text)
        return decrypt(sealed, context=SECOND_FACTOR_CONTEXT)
