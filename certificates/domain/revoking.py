"""Take a certificate back: reason, leaf and state in one transaction."""

import hashlib
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from certificates.domain.canonical import canonical_json
from certificates.domain.register import NewEntry, append_entries, commit, format_time
from certificates.enums import CertificateState, EntryKind, RevocationReason
from certificates.errors import NotAllowed, RevocationRefused
from certificates.models import Certificate, Revocation
from certificates.permissions import can_revoke
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.notifications.domain import notify
from lms.ui.languages import site_path


@transaction.atomic
def revoke_certificate(
    *,
    certificate: Certificate,
    reason: RevocationReason,
    by: User,
    now: datetime,
    note: str = "",
) -> Revocation:
    """Revoke for good; a repeated call returns the first revocation.

    The note is for staff; the reason is published with the verdict.

    Raises:
        NotAllowed: `by` is no staff of the issuer.
        RevocationRefused: `superseded`: the one that replaced it is what holds.
    """
    if not can_revoke(by, certificate):
        raise NotAllowed(
            "not_allowed", _("Only the issuer's staff may revoke a certificate.")
        )
    changed = Certificate.objects.filter(
        pk=certificate.pk, state=CertificateState.ISSUED
    ).update(state=CertificateState.REVOKED)
    certificate.refresh_from_db()
    if not changed:
        return _existing(certificate)
    entry = NewEntry(
        kind=EntryKind.REVOKE,
        commitment=revocation_commitment(
            certificate=certificate, reason=reason, now=now
        ),
    )
    revocation = Revocation.objects.create(
        certificate=certificate,
        reason=reason,
        note=note[:500],
        revoked_by=by,
        revoked_at=now,
        register_index=append_entries(entries=[entry], now=now)[0],
    )
    record(
        actor=by,
        verb=Verb.CERTIFICATE_REVOKED,
        object_type="certificates.certificate",
        object_id=certificate.number,
        organization_id=certificate.organization_id,
        data={"reason": str(reason), "register_index": revocation.register_index},
    )
    _tell_holder(certificate, reason)
    return revocation


def revocation_commitment(
    *, certificate: Certificate, reason: str, now: datetime
) -> str:
    """Return the commitment of a revocation: salt, payload hash, reason and time."""
    facts = {
        "revokes": hashlib.sha256(certificate.frozen).hexdigest(),
        "reason": str(reason),
        "at": format_time(now),
    }
    return commit(salt=bytes(certificate.salt or b""), payload=canonical_json(facts))


def _existing(certificate: Certificate) -> Revocation:
    revocation = Revocation.objects.filter(certificate=certificate).first()
    if revocation is None:
        raise RevocationRefused(
            "superseded", _("This certificate was replaced; revoke the new one.")
        )
    return revocation


def _tell_holder(certificate: Certificate, reason: RevocationReason) -> None:
    with translation.override(certificate.holder.language):
        notify(
            recipient=certificate.holder,
            kind="certificate_revoked",
            subject=_("Your certificate was revoked"),
            body=_("%(title)s, number %(number)s. Reason: %(reason)s.")
            % {
                "title": certificate.title,
                "number": certificate.number,
                "reason": RevocationReason(reason).label,
            },
            url=site_path(f"learn/certificates/{certificate.number}/"),
        )
