"""A regulator's checks of certificates, each of them logged."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from certificates.domain.names import is_same_name
from certificates.domain.numbers import clean_number
from certificates.domain.verification import (
    Report,
    verify_number,
    verify_pdf,
    verify_token,
)
from certificates.enums import Verdict
from certificates.models import Certificate
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.audit.models import AuditEvent
from lms.core.scope import scope_for
from lms.reporting.domain.certificates import CertificateLine, certificate_lines

RECENT = 10
FOUND = 20
OBJECT_TYPE = "certificates.certificate"
# Three parts of base64url: a signed token, bare or behind the `#t=` of an address.
TOKEN = re.compile(r"^[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}$")
ADDRESS = re.compile(r"/verify/([^/?#\s]+)")


@dataclass(frozen=True)
class LookUp:
    """One earlier check, as the desk lists it."""

    number: str
    verdict: Verdict
    at: datetime


@dataclass(frozen=True)
class Meaning:
    """What a person typed, pasted or scanned; exactly one of the first three is set."""

    token: str = ""
    number: str = ""
    holder: str = ""
    name: str = ""


def read_meaning(text: str) -> Meaning:
    """Tell a scanned code, an address, a number, a number with a name, and a name.

    What looks like a number but is none is kept as a number: the answer is "unknown",
    as it is for a number that was never given out.
    """
    text = text.strip()
    token = text.rpartition("#t=")[2] if "#t=" in text else text
    if "#t=" in text or TOKEN.match(token):
        return Meaning(token=token)
    address = ADDRESS.search(text)
    if address is not None:
        return Meaning(number=address[1])
    if clean_number(text) is not None:
        return Meaning(number=text)
    head, _space, tail = text.partition(" ")
    if tail.strip() and clean_number(head) is not None:
        return Meaning(number=head, name=tail.strip())
    has_digit = any(c.isdecimal() for c in text)
    return Meaning(number=text) if has_digit else Meaning(holder=text)


@transaction.atomic
def look_up(*, meaning: Meaning, by: User, now: datetime) -> Report:
    """Check a number or a code, and log who asked for which number.

    The name that was typed is not logged. The event belongs to the organization of
    the certificate, so that it can see who looked at its people's certificates.
    """
    if meaning.token:
        report = verify_token(token=meaning.token, now=now)
    else:
        report = verify_number(
            number=meaning.number, name=meaning.name or None, now=now
        )
    return _logged(report, asked_for=meaning.number, by=by)


@transaction.atomic
def look_up_file(*, data: bytes, by: User, now: datetime) -> Report:
    """Check a document byte by byte, and log the certificate it names."""
    return _logged(verify_pdf(data=data, now=now), asked_for="", by=by)


def _logged(report: Report, *, asked_for: str, by: User) -> Report:
    certificate = report.certificate
    # Only what has the form of a number is kept: anything else may name a person.
    asked = clean_number(asked_for) or ""
    record(
        actor=by,
        verb=Verb.CERTIFICATE_CHECKED,
        object_type=OBJECT_TYPE,
        object_id=certificate.number if certificate else asked,
        organization_id=certificate.organization_id if certificate else None,
        data={"verdict": str(report.verdict)},
    )
    return report


@transaction.atomic
def find_holder(*, name: str, by: User, today: date) -> list[CertificateLine]:
    """Return the certificates of a full name in the regulator's own regions.

    Part of a name finds nothing: this is a check of somebody who stands there, no
    directory. Logged without the name.
    """
    regions = scope_for(by).regulated_organization_ids
    rows = (
        Certificate.objects.visible_to(by)
        .filter(
            organization_id__in=regions,
            holder__display_name__iexact=name,
            payload__isnull=False,
        )
        .current()
        .order_by("-issued_at", "-pk")[:FOUND]
    )
    found = [c for c in rows if is_same_name(name, c.facts["holder"]["name"])]
    record(
        actor=by,
        verb=Verb.HOLDER_SEARCHED,
        object_type=OBJECT_TYPE,
        data={"found": len(found)},
    )
    return certificate_lines(certificates=found, today=today)


def recent_look_ups(*, user: User) -> list[LookUp]:
    """Return a person's own last checks, newest first."""
    events = AuditEvent.objects.filter(
        actor_subject_id=user.subject_id, verb=Verb.CERTIFICATE_CHECKED
    ).order_by("-recorded_at", "-pk")[:RECENT]
    return [
        LookUp(
            number=event.object_id,
            verdict=Verdict(event.data["verdict"]),
            at=event.recorded_at,
        )
        for event in events
    ]
