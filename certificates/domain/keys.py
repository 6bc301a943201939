"""Signing keys over time: in use, rotated out, withdrawn because they were stolen."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from certificates.domain.register import publish_checkpoint
from certificates.enums import CertificateState
from certificates.errors import KeyRefused
from certificates.models import Certificate, Checkpoint, PublishedKey
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.core.signing import signing_key


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What a withdrawal leaves behind: certificates proven earlier, and the others.

    `doubtful` are the numbers of those in force; what was revoked or replaced already
    needs no new certificate.
    """

    key: PublishedKey
    proven: int
    doubtful: tuple[str, ...]


def is_key_in_force(certificate: Certificate) -> bool | None:
    """Tell whether the signature of a certificate still counts.

    None while its key was not withdrawn. Otherwise True if a checkpoint that was
    signed before the key was lost already covers the leaf: a thief can sign with any
    date, but can't put a leaf into a register that others have seen.
    """
    lost_at = (
        PublishedKey.objects.filter(kid=certificate.kid)
        .values_list("compromised_at", flat=True)
        .first()
    )
    if lost_at is None:
        return None
    return certificate.register_index < registered_before(lost_at)


def registered_before(moment: datetime) -> int:
    """Return how many leaves were under a signed checkpoint before `moment`."""
    rows = Checkpoint.objects.filter(signed_at__lt=moment).order_by("-size")
    return rows.values_list("size", flat=True).first() or 0


@transaction.atomic
def withdraw_key(*, kid: str, lost_at: datetime, now: datetime) -> Withdrawal:
    """Stop trusting a key from `lost_at` on (not in the future); safe to call twice.

    A later call may only move the moment back: what was doubtful stays doubtful. The
    checkpoint signed here, with the new key, pins the register as it stands.

    Raises:
        KeyRefused: `unknown_key`, `key_in_use` (rotate first) or `future`.
    """
    if lost_at > now:
        raise KeyRefused("future", _("The moment of the loss lies in the future."))
    if signing_key().kid == kid:
        raise KeyRefused(
            "key_in_use", _("This key signs now. Rotate first, then withdraw it.")
        )
    key = PublishedKey.objects.filter(pk=kid).first()
    if key is None:
        raise KeyRefused("unknown_key", _("No key with this id has signed here."))
    if key.compromised_at is None or lost_at < key.compromised_at:
        PublishedKey.objects.filter(pk=kid).update(compromised_at=lost_at)
        key.refresh_from_db()
        publish_checkpoint(now=now)
        record(
            verb=Verb.KEY_WITHDRAWN,
            object_type="certificates.publishedkey",
            object_id=kid,
            data={"lost_at": lost_at.isoformat()},
        )
    return _weigh(key)


def _weigh(key: PublishedKey) -> Withdrawal:
    covered = registered_before(key.compromised_at)  # type: ignore[arg-type]
    rows = Certificate.objects.filter(kid=key.kid, payload__isnull=False)
    doubtful = rows.filter(
        register_index__gte=covered, state=CertificateState.ISSUED
    ).order_by("register_index")
    return Withdrawal(
        key=key,
        proven=rows.filter(register_index__lt=covered).count(),
        doubtful=tuple(doubtful.values_list("number", flat=True)),
    )
