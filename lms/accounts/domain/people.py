"""People: their account, e-mail and mobile number."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lms.accounts.enums import Language
from lms.accounts.errors import MobileTaken
from lms.accounts.models import User
from lms.accounts.validators import normalize_mobile, validate_mobile
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.core.crypto import blind_index, current_key_name, encrypt

MOBILE_INDEX = "accounts.user.mobile"


def mobile_index(number: str) -> str:
    """Return the keyed hash under which a normalized number is found."""
    return blind_index(number, context=MOBILE_INDEX)


def _seal_mobile(user: User, number: str) -> None:
    user.mobile_ciphertext = encrypt(number, context=user.mobile_context)
    user.mobile_index = mobile_index(number)
    user.mobile_key_version = current_key_name()


@transaction.atomic
def create_user(
    *,
    display_name: str,
    email: str | None = None,
    mobile: str = "",
    password: str | None = None,
    language: str = Language.CHINESE,
    by: User | None = None,
) -> User:
    """Create a person. Without a password nobody can sign in to the account yet.

    Raises:
        ValidationError: the mobile number has a wrong form.
        MobileTaken: another person has this number.
        IntegrityError: another person has this e-mail.
    """
    user = User(
        display_name=display_name.strip(),
        email=(email or "").strip().lower() or None,
        language=language,
    )
    user.set_password(password)
    if mobile:
        number = normalize_mobile(mobile)
        validate_mobile(number)
        _refuse_taken_mobile(user, number)
        _seal_mobile(user, number)
    user.save()
    record(actor=by, verb=Verb.USER_CREATED, obj=user)
    return user


def _refuse_taken_mobile(user: User, number: str) -> None:
    others = User.objects.with_mobile_index(mobile_index(number)).exclude(pk=user.pk)
    if others.exists():
        raise MobileTaken(
            "mobile_taken", _("This mobile number belongs to another account.")
        )


@transaction.atomic
def set_mobile(*, user: User, mobile: str, by: User | None) -> User:
    """Replace a person's mobile number; an empty text removes it.

    Raises:
        ValidationError: the number has a wrong form.
        MobileTaken: another person has it.
    """
    number = normalize_mobile(mobile)
    if number:
        validate_mobile(number)
        _refuse_taken_mobile(user, number)
        _seal_mobile(user, number)
    else:
        user.mobile_ciphertext = user.mobile_index = None
        user.mobile_key_version = ""
    try:
        with transaction.atomic():
            user.save(
                update_fields=[
                    "mobile_ciphertext",
                    "mobile_index",
                    "mobile_key_version",
                ]
            )
    except IntegrityError as error:  # taken between the look and the write
        raise MobileTaken(
            "mobile_taken", _("This mobile number belongs to another account.")
        ) from error
    record(actor=by, verb=Verb.MOBILE_CHANGED, obj=user)
    return user


def find_by_mobile(*, mobile: str) -> User | None:
    """Return the person with this number, however it was typed; None otherwise."""
    number = normalize_mobile(mobile)
    try:
        validate_mobile(number)
    except ValidationError:
        return None
    return User.objects.with_mobile_index(mobile_index(number)).first()


def find_by_email(*, email: str) -> User | None:
    """Return the person with this e-mail address, in any case; None otherwise."""
    address = email.strip().lower()
    return User.objects.filter(email=address).first() if address else None


def set_language(*, user: User, language: str) -> User:
    """Choose the language of pages and messages for a person."""
    user.language = Language(language)
    user.save(update_fields=["language"])
    return user
