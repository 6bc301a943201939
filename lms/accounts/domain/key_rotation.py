"""Rotation of the field keys: every sealed value is written again with the last key.

How to rotate: append a new key to `FIELD_ENCRYPTION_KEYS`, restart, run
`manage.py rotate_field_keys`. To retire the first key as well, remove it from the
list afterwards and run `manage.py rotate_field_keys --reindex` before the site is
opened: the blind index is derived from the first key of the list.
"""

from collections.abc import Callable

from django.db import transaction

from lms.accounts.domain.identity import document_index
from lms.accounts.domain.people import mobile_index
from lms.accounts.models import IdentityDocument, User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.core.crypto import current_key_name, encrypt

BATCH = 200


def _reseal_mobile(user: User) -> bool:
    number, old = user.mobile, user.mobile_ciphertext
    # Compare-and-set: a number that changed meanwhile is sealed with the new key.
    return bool(
        User.objects.filter(pk=user.pk, mobile_ciphertext=old).update(
            mobile_ciphertext=encrypt(number, context=user.mobile_context),
            mobile_index=mobile_index(number),
            mobile_key_version=current_key_name(),
        )
    )


def _reseal_document(document: IdentityDocument) -> bool:
    number = document.reveal()
    return bool(
        IdentityDocument.objects.filter(
            pk=document.pk, ciphertext=document.ciphertext
        ).update(
            ciphertext=encrypt(number, context=document.context),
            blind_index=document_index(type=document.type, number=number),
            key_version=current_key_name(),
        )
    )


def _in_batches(
    rows: Callable[[int], list], reseal: Callable[..., bool], batch_size: int
) -> int:
    """Reseal batch by batch, each in a transaction of its own, from low to high key."""
    changed, last = 0, 0
    while True:
        with transaction.atomic():
            batch = rows(last)[:batch_size]
            changed += sum(reseal(row) for row in batch)
        if not batch:
            return changed
        last = batch[-1].pk


def rotate_field_keys(
    *, batch_size: int = BATCH, everything: bool = False
) -> dict[str, int]:
    """Seal again what another than the current key sealed; return counts by kind.

    Killed in the middle, the finished batches stay, every value stays readable, and
    the next run does the rest. A second run changes nothing. `everything` also writes
    rows that have the current key, which renews the blind index.
    """
    current = current_key_name()

    def people(after: int) -> list[User]:
        rows = User.objects.filter(pk__gt=after, mobile_ciphertext__isnull=False)
        if not everything:
            rows = rows.exclude(mobile_key_version=current)
        return list(rows.order_by("pk")[:batch_size])

    def documents(after: int) -> list[IdentityDocument]:
        rows = IdentityDocument.objects.filter(pk__gt=after)
        if not everything:
            rows = rows.exclude(key_version=current)
        return list(rows.order_by("pk")[:batch_size])

    counts = {
        "mobiles": _in_batches(people, _reseal_mobile, batch_size),
        "identity_documents": _in_batches(documents, _reseal_document, batch_size),
    }
    if any(counts.values()):
        record(
            verb=Verb.FIELD_KEYS_ROTATED,
            object_type="field_keys",
            object_id=current,
            data=counts,
        )
    return counts
