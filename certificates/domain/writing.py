"""Certificates into the database: serials, payloads, leaves and rows, all or none."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from certificates.domain.canonical import canonical_json
from certificates.domain.fonts import require_glyphs
from certificates.domain.numbers import hold_series, new_number, take_serials
from certificates.domain.payload import Facts, build_payload
from certificates.domain.photos import no_photo, photos_of, wants_photo
from certificates.domain.register import NewEntry, append_entries, commit
from certificates.domain.tokens import publish_key
from certificates.domain.validity import Validity, validity_of
from certificates.enums import EntryKind
from certificates.models import Certificate, CertificateTemplate, IssueProblem
from courses.models import Enrollment
from lms.core.clock import shanghai_date
from lms.core.signing import SigningKey, signing_key

SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Order:
    """One certificate to write. All orders of a call name one issuer."""

    facts: Facts
    template: CertificateTemplate
    enrollment: Enrollment | None = None
    exam_id: int | None = None
    obligation_id: int | None = None
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
        GlyphMissing, IssueRefused, RegisterBehind: nothing is written then.
    """
    if not orders:
        return []
    issuer = orders[0].template.issuer
    series = hold_series(issuer=issuer, now=now)
    orders = _still_wanted(orders)
    key = signing_key()
    publish_key(key=key, now=now)
    serials = take_serials(series=series, count=len(orders))
    validities = _validities(orders, shanghai_date(now))
    photos = _photos(orders)
    drafts = [
        _draft(
            order=order, year=series.year, serial=serial, key=key, now=now,
            validity=validities[order.template.pk],
            photo=photos.get(order.facts.holder.pk, ""),
        )
        for order, serial in zip(orders, serials, strict=True)
    ]  # fmt: skip
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


def _validities(orders: list[Order], day: date) -> dict[int, Validity]:
    """Ask for the validity of each template once."""
    templates = {order.template.pk: order.template for order in orders}
    return {
        pk: validity_of(template=template, issued_on=day)
        for pk, template in templates.items()
    }


def _photos(orders: list[Order]) -> dict[int, str]:
    """Return the photos that the templates show, one query for all."""
    holders = [o.facts.holder for o in orders if wants_photo(o.template.layout)]
    photos = photos_of(holders) if holders else {}
    if any(holder.pk not in photos for holder in holders):
        raise no_photo()
    return photos


def _still_wanted(orders: list[Order]) -> list[Order]:
    """Leave out what has a certificate by now: the series is held."""
    current = Certificate.objects.current()
    fresh = [order for order in orders if not order.replaces]
    enrollments = [order.enrollment for order in fresh if order.enrollment]
    taken = set(
        current.filter(enrollment__in=enrollments).values_list(
            "enrollment_id", flat=True
        )
    )
    return [
        order
        for order in orders
        if order.replaces
        or (
            (order.enrollment is None or order.enrollment.pk not in taken)
            and not _is_awarded(order)
        )
    ]


def _is_awarded(order: Order) -> bool:
    """Tell whether the exam or the duty of an order has its certificate."""
    current = Certificate.objects.current()
    if order.exam_id is not None:
        return current.filter(exam_id=order.exam_id, holder=order.facts.holder).exists()
    if order.obligation_id is not None:
        return current.filter(obligation_id=order.obligation_id).exists()
    return False


def _draft(
    *, order: Order, year: int, serial: int, key: SigningKey, now: datetime,
    validity: Validity, photo: str,
) -> Certificate:  # fmt: skip
    facts, template = order.facts, order.template
    number = new_number(issuer=template.issuer, year=year, serial=serial)
    salt = secrets.token_bytes(SALT_BYTES)
    payload = build_payload(
        facts=facts, template=template, validity=validity, number=number, salt=salt,
        key=key, now=now, photo=photo if wants_photo(template.layout) else "",
    )  # fmt: skip
    require_glyphs(payload)
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
        exam_id=order.exam_id,
        obligation_id=order.obligation_id,
        replaces=order.replaces,
        language=template.language,
        title=facts.title,
        payload=canonical_json(payload).decode(),
        salt=salt,
        photo_sha256=payload["photo"] or "",
        kid=key.kid,
        issued_at=now,
        valid_until=validity.valid_until,
        validity_rule=template.validity_rule,
        review_on=validity.review_on,
    )
