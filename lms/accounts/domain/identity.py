"""Identity documents: stored sealed, found by a keyed hash, shown masked."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lms.accounts.errors import IdentityDocumentTaken, InvalidIdentityNumber
from lms.accounts.models import IdentityDocument, User
from lms.accounts.validators import (
    mask_document_number,
    normalize_document_number,
    validate_document_number,
)
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.core.crypto import blind_index, current_key_name, encrypt


def document_index(*, type: str, number: str) -> str:
    """Return the keyed hash under which a normalized document number is found."""
    return blind_index(number, context=f"accounts.identity_document.{type}")


def _checked(*, type: str, number: str) -> str:
    normalized = normalize_document_number(number)
    try:
        validate_document_number(type=type, number=normalized)
    except ValidationError as error:
        raise InvalidIdentityNumber(
            f"identity_{error.code or 'invalid'}", error.messages[0]
        ) from error
    return normalized


@transaction.atomic
def store_identity_document(
    *, user: User, type: str, number: str, by: User | None
) -> IdentityDocument:
    """Keep a person's document. The same document again changes nothing.

    Personal Information Protection Law, art. 28: an identity number is sensitive; it
    leaves this function encrypted (AES-256-GCM) and is shown masked.

    Raises:
        InvalidIdentityNumber: the number can't be right; the message says why.
        IdentityDocumentTaken: another person has it, or this one has another number.
    """
    normalized = _checked(type=type, number=number)
    index = document_index(type=type, number=normalized)
    existing = IdentityDocument.objects.filter(type=type, blind_index=index).first()
    if existing is not None and existing.user_id == user.pk:
        return existing
    document = IdentityDocument(
        user=user, type=type, blind_index=index, masked=mask_document_number(normalized)
    )
    document.ciphertext = encrypt(normalized, context=document.context)
    document.key_version = current_key_name()
    try:
        with transaction.atomic():
            document.save()
    except IntegrityError as error:
        raise IdentityDocumentTaken(
            "identity_document_taken",
            _("This document is registered for another account."),
        ) from error
    record(
        actor=by,
        verb=Verb.IDENTITY_DOCUMENT_STORED,
        obj=document,
        data={"type": type},
    )
    return document


def find_by_identity_document(*, type: str, number: str) -> User | None:
    """Return the person with this document; None when there is none or it is wrong."""
    try:
        normalized = _checked(type=type, number=number)
    except InvalidIdentityNumber:
        return None
    document = (
        IdentityDocument.objects.filter(
            type=type, blind_index=document_index(type=type, number=normalized)
        )
        .select_related("user")
        .first()
    )
    return document.user if document else None
