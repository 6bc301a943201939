"""Many new people at once: the same sealing as for one, in a few statements."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from lms.accounts.domain.identity import document_index
from lms.accounts.domain.people import mobile_index
from lms.accounts.enums import IdentityDocumentType, Language
from lms.accounts.models import IdentityDocument, User
from lms.accounts.validators import mask_document_number
from lms.core.crypto import current_key_name, encrypt


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """What is known of a person without an account; normalized and checked before.

    Attributes:
        mobile_index, document_index: the keyed hashes, when the caller has them.
    """

    name: str
    email: str = ""
    mobile: str = ""
    mobile_index: str = ""
    document_number: str = ""
    document_type: str = IdentityDocumentType.RESIDENT_ID
    document_index: str = ""


def create_people(people: Sequence[NewPerson]) -> list[User]:
    """Create accounts that nobody can sign in to yet, in the order given.

    Runs inside the caller's transaction; the caller records who did it and why.

    Raises:
        IntegrityError: an e-mail, mobile number or document has come to another
            account since it was looked up; nothing is written then.
    """
    users = User.objects.bulk_create([_user(person) for person in people])
    IdentityDocument.objects.bulk_create(
        _document(user, person)
        for user, person in zip(users, people, strict=True)
        if person.document_number
    )
    return users


def _user(person: NewPerson) -> User:
    user = User(
        display_name=person.name,
        email=person.email or None,
        language=Language.CHINESE,
    )
    # As `set_unusable_password` makes it, which takes a fifth of a millisecond.
    user.password = UNUSABLE_PASSWORD_PREFIX + secrets.token_urlsafe(30)
    if person.mobile:
        user.mobile_ciphertext = encrypt(person.mobile, context=user.mobile_context)
        user.mobile_index = person.mobile_index or mobile_index(person.mobile)
        user.mobile_key_version = current_key_name()
    return user


def _document(user: User, person: NewPerson) -> IdentityDocument:
    number, kind = person.document_number, person.document_type
    document = IdentityDocument(
        user=user,
        type=kind,
        blind_index=person.document_index or document_index(type=kind, number=number),
        masked=mask_document_number(number),
        key_version=current_key_name(),
    )
    document.ciphertext = encrypt(number, context=document.context)
    return document
