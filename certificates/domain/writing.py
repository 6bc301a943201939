"""Certificates into the database: serials, payloads, leaves and rows, all or none."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from certificates.domain.canonical import canonical_json
from certificates.domain.fonts import require_glyphs
from certificates.domain.numbers import hold_series, new_number, take_serials
from certificates.domain.payload import Facts, build_payload
from certificates.domain.register import NewEntry, append_entries, commit
from certificates.domain.tokens import publish_key
from certificates.enums import EntryKind
from certificates.models import Certificate, CertificateTemplate, IssueProblem
from courses.models import Enrollment
from lms.core.signing import SigningKey, signing_key

SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Order:
    """One certificate to write. All orders of a call name one issuer."""

    facts: Facts
    template: CertificateTemplate
    enrollment: Enrollment | None = None
    replaces: Certificate | None = None

    @property
    def kind(self) -> EntryKind:
        return EntryKind.REISSUE if self.replaces else EntryKind.ISSUE


@transaction.atomic
def write_certificates(*, orders: list[Order], now: datetime) -> list[Certificate]:
    """Write the certificates in order; orders somebody was faster with are left out.

    Serials and leaves are taken in one piece, so a thousand certificates cost a dozen
    statements. Telling, auditing and rendering is the caller's.

    Raises:
        GlyphMissing, RegisterBehind: nothing is written then.
    """
    if not orders:
        return []
    issuer = orders[0].template.issuer
    series = hold_series(issuer=issuer, now=now)
    orders = _still_wanted(orders)
    key = signing_key()
    publish_key(key=key, now=now)
    serials = take_serials(series=series, count=len(orders))
    drafts = [
        _draft(order=order, year=series.year, serial=serial, key=key, now=now)
        for order, serial in zip(orders, serials, strict=True)
    ]
    entries = [
        NewEntry(
            kind=order.kind,
            commitment=commit(salt=bytes(draft.salt or b""), payload=draft.frozen),
        )
        for order, draft in zip(orders, drafts, strict=True)
    ]
    indexes = append_entries(entries=entries, now=now)
    for draft, index in zip(drafts, indexes, strict=True):
        draft.register_index = index
    written = Certificate.objects.bulk_create(drafts, batch_size=100)
    enrollments = [order.enrollment for order in orders if order.enrollment]
    IssueProblem.objects.filter(enrollment__in=enrollments).delete()
    return written


def _still_wanted(orders: list[Order]) -> list[Order]:
    """Leave out enrollments that have a certificate by now: the series is held."""
    fresh = [o.enrollment for o in orders if o.enrollment and not o.replaces]
    taken = set(
        Certificate.objects.current()
        .filter(enrollment__in=fresh)
        .values_list("enrollment_id", flat=True)
    )
    return [
        order
        for order in orders
        if order.replaces
        or order.enrollment is None
        or order.enrollment.pk not in taken
    ]


def _draft(
    *, order: Order, year: int, serial: int, key: SigningKey, now: datetime
) -> Certificate:
    facts, template = order.facts, order.template
    number = new_number(issuer=template.issuer, year=year, serial=serial)
    salt = secrets.token_bytes(SALT_BYTES)
    payload = build_payload(
        facts=facts, template=template, number=number, salt=salt, key=key, now=now
    )
    require_glyphs(payload)
    until = payload["valid_until"]
    return Certificate(
        number=number,
        issuer=template.issuer,
        year=year,
        serial=serial,
        template=template,
        holder=facts.holder,
        subject_id=facts.holder.subject_id,
        organization_id=facts.organization_id,
        course_key=facts.course_key,
        enrollment=order.enrollment,
        replaces=order.replaces,
        language=template.language,
        title=facts.title,
        payload=canonical_json(payload).decode(),
        salt=salt,
        kid=key.kid,
        issued_at=now,
        valid_until=date.fromisoformat(until) if until else None,
    )
