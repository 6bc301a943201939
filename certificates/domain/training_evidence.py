"""The evidence file of an on-site training: who opens it is recorded."""

from pathlib import PurePath
from typing import Any

from certificates.domain.looks import OBJECT_TYPE
from certificates.models import Certificate, CertificateBatch
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb


def evidence_batch(*, certificate: Certificate) -> CertificateBatch | None:
    """Return the on-site training with evidence behind a certificate, if there is one.

    A reissued certificate rests on the training of the one it replaces.
    """
    first: Certificate | None = certificate
    while first is not None:
        batch = CertificateBatch.objects.filter(rows__certificate=first).first()
        if batch is not None:
            return batch if batch.evidence else None
        first = first.replaces
    return None


def evidence_name(batch: CertificateBatch) -> str:
    """Return the file's name as it was handed in."""
    return PurePath(str(batch.evidence.name)).name


def open_evidence(
    *, batch: CertificateBatch, by: User, certificate: Certificate | None = None
) -> Any:
    """Open the file; the look is recorded.

    With a certificate its holder sees who looked.
    """
    data = {"batch": str(batch.public_id)}
    if certificate is None:
        record(actor=by, verb=Verb.EVIDENCE_VIEWED, obj=batch, data=data)
    else:
        record(
            actor=by,
            verb=Verb.EVIDENCE_VIEWED,
            object_type=OBJECT_TYPE,
            object_id=certificate.number,
            organization_id=certificate.organization_id,
            data=data,
        )
    return batch.evidence.open("rb")
