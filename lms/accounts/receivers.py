"""Evidence of what happens to accounts, from the signals of Django and allauth."""

from typing import Any

from allauth.account import signals as account_signals
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa import signals as mfa_signals
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from lms.accounts.domain.password_links import note_proven_address
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb


@receiver(user_logged_in, dispatch_uid="accounts.record_sign_in")
def record_sign_in(sender: Any, user: User, **kwargs: Any) -> None:
    record(actor=user, verb=Verb.SIGNED_IN, obj=user)


@receiver(user_logged_in, dispatch_uid="accounts.count_sign_in_as_proof")
def count_sign_in_as_proof(
    sender: Any, request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """Let a sign-in count as the fresh proof that sensitive pages ask for.

    Who has just given the password would be asked for it again on the next page. The
    proof ages as every other does (`ACCOUNT_REAUTHENTICATION_TIMEOUT`).
    """
    session = getattr(request, "session", {})
    if records := session.get(AUTHENTICATION_METHODS_SESSION_KEY):
        proof = records[-1] | {"reauthenticated": True}
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [*records[:-1], proof]


@receiver(account_signals.user_signed_up, dispatch_uid="accounts.record_sign_up")
def record_sign_up(sender: Any, user: User, **kwargs: Any) -> None:
    record(actor=user, verb=Verb.USER_CREATED, obj=user)


@receiver(
    [
        account_signals.password_changed,
        account_signals.password_reset,
        account_signals.password_set,
    ],
    dispatch_uid="accounts.record_password",
)
def record_password(sender: Any, user: User, **kwargs: Any) -> None:
    record(actor=user, verb=Verb.PASSWORD_CHANGED, obj=user)


@receiver(account_signals.password_reset, dispatch_uid="accounts.note_address")
def note_address(sender: Any, user: User, **kwargs: Any) -> None:
    note_proven_address(user=user)


@receiver(
    [
        mfa_signals.authenticator_added,
        mfa_signals.authenticator_removed,
        mfa_signals.authenticator_reset,
    ],
    dispatch_uid="accounts.record_second_factor",
)
def record_second_factor(sender: Any, user: User, **kwargs: Any) -> None:
    authenticator = kwargs.get("authenticator")
    record(
        actor=user,
        verb=Verb.SECOND_FACTOR_CHANGED,
        obj=user,
        data={"type": str(getattr(authenticator, "type", ""))},
    )
