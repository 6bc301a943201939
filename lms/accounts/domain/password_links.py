"""Links with which a person chooses the first or a new password."""

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse
from django.utils import translation

from lms.accounts.models import User


def password_link(*, user: User) -> str:
    """Return the path, in the person's language, where they choose a password.

    Whoever holds it may do so once, within `PASSWORD_RESET_TIMEOUT`: it goes to the
    person's own e-mail address and nowhere else.
    """
    parts = {
        "uidb36": user_pk_to_url_str(user),
        "key": default_token_generator.make_token(user),
    }
    with translation.override(user.language):
        return reverse("account_reset_password_from_key", kwargs=parts)


def note_proven_address(*, user: User) -> None:
    """Take the e-mail as verified once its owner came by a link sent to it.

    Only where no other address is on record: then no other can have got the link.
    """
    others = EmailAddress.objects.filter(user=user).exclude(email__iexact=user.email)
    if user.email and not others.exists():
        EmailAddress.objects.update_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )
