"""The frozen facts of a certificate, and how they become the payload."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any
from uuid import UUID

from django.conf import settings

from certificates.domain.names import mask_name
from certificates.domain.tokens import build_token
from certificates.domain.validity import Validity
from certificates.models import CertificateTemplate
from lms.accounts.models import User
from lms.core.clock import shanghai_date
from lms.core.signing import SigningKey

PAYLOAD_TYPE = "anxue-certificate"
PAYLOAD_VERSION = 1
DEFAULT_HOUR_SECONDS = 45 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """Study time to print; an empty label means the total."""

    seconds: int
    label: str = ""
    label_en: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a certificate attests, gathered once by the caller.

    Attributes:
        title_other: the title in the other language, may be empty.
        organization_name: the name that the organization bore on `completed_on`.
        score: (reached, possible) as printed, or None without an exam.
    """

    holder: User
    title: str
    completed_on: date
    title_other: str = ""
    course_key: UUID | None = None
    organization_id: int | None = None
    organization_name: str = ""
    hours: tuple[Hours, ...] = field(default=())
    score: tuple[str, str] | None = None


def credit_hours(seconds: int) -> str:
    """Return hours of 45 minutes, floored to 0.1: never more than was studied."""
    unit = getattr(settings, "CREDIT_HOUR_SECONDS", DEFAULT_HOUR_SECONDS)
    hours = Decimal(seconds) / Decimal(unit)
    return str(hours.quantize(Decimal("0.1"), rounding=ROUND_FLOOR))


def build_payload(
    *,
    facts: Facts,
    template: CertificateTemplate,
    validity: Validity,
    photo: str,
    number: str,
    salt: bytes,
    key: SigningKey,
    now: datetime,
) -> dict[str, Any]:
    """Return the whole payload, QR token included. Everything the page prints is in it.

    `photo` is the SHA-256 of the holder's photo, empty without one. Texts,
    integers, lists and nulls only, so that RFC 8785 gives one byte string.
    """
    issued_on = shanghai_date(now)
    until, review_on = validity.valid_until, validity.review_on
    name = " ".join(facts.holder.get_full_name().split())
    payload: dict[str, Any] = {
        "type": PAYLOAD_TYPE,
        "v": PAYLOAD_VERSION,
        "number": number,
        "language": template.language,
        "issuer": {
            "code": template.issuer.code,
            "name": template.issuer.name,
            "name_en": template.issuer.name_en,
        },
        "holder": {"name": name, "masked": mask_name(name)},
        "photo": photo or None,
        "title": {"text": facts.title, "other": facts.title_other},
        "course_key": str(facts.course_key) if facts.course_key else None,
        "hours": [
            {
                "label": item.label,
                "label_en": item.label_en,
                "seconds": item.seconds,
                "hours": credit_hours(item.seconds),
            }
            for item in facts.hours
        ],
        "organization": facts.organization_name or None,
        "score": (
            {"score": facts.score[0], "max": facts.score[1]} if facts.score else None
        ),
        "completed_on": facts.completed_on.isoformat(),
        "issued_on": issued_on.isoformat(),
        "valid_until": until.isoformat() if until else None,
        "review_on": review_on.isoformat() if review_on else None,
        "validity": validity.rule,
        "layout": {"note": "", "statement": "", "subheading": ""} | template.layout,
        "verify_url": f"{settings.SITE_URL}/verify/",
        "salt": salt.hex(),
    }
    return payload | {"token": build_token(payload=payload, key=key)}
