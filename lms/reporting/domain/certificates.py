"""Certificates as one line each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from certificates.models import Certificate


@dataclass(frozen=True)
class CertificateLine:
    """What a list shows of a certificate."""

    number: str
    title: str
    state: str
    issued_at: datetime
    valid_until: date | None
    is_expired: bool


def certificate_lines(
    *, certificates: Iterable[Certificate], today: date
) -> list[CertificateLine]:
    """Return certificates as lines, in the order given."""
    return [
        CertificateLine(
            number=c.number,
            title=c.title,
            state=c.state,
            issued_at=c.issued_at,
            valid_until=c.valid_until,
            is_expired=bool(c.valid_until and c.valid_until < today),
        )
        for c in certificates
    ]
