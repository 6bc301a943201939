"""The same certificate for other systems: Open Badges 3.0 as a W3C VC 2.0 (VC-JWT).

The issuer is `did:web` of this site, its document lists the published keys. Status is
a Bitstring Status List whose bit is the certificate's place in the register, so no
table has to be kept and no list tells more than the register does.
"""

import gzip
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.db.models import Q

from certificates.domain.canonical import canonical_json
from certificates.domain.tokens import published_keys
from certificates.enums import CertificateState
from certificates.models import Certificate
from lms.core.signing import encode_segment, public_jwk, sign_compact, signing_key

CONTEXTS = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]
LIST_BITS = 131_072  # the least that the specification allows
LIST_LIFE = timedelta(days=1)
JWT = "JWT"


def issuer_did() -> str:
    """Return the `did:web` of this site; a port is percent-encoded, as it asks."""
    return f"did:web:{quote(urlsplit(settings.SITE_URL).netloc, safe='')}"


def did_document() -> dict[str, Any]:
    """Return what `/.well-known/did.json` serves: the keys strangers may trust."""
    did = issuer_did()
    methods = [
        {
            "id": f"{did}#{kid}",
            "type": "JsonWebKey2020",
            "controller": did,
            "publicKeyJwk": public_jwk(key),
        }
        for kid, key in published_keys().items()
    ]
    return {
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/suites/jws-2020/v1",
        ],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def build_badge(certificate: Certificate) -> str:
    """Return the signed credential of a certificate, with the holder's full name.

    For the holder, who decides whom to give it. Signed with the key in use, so it can
    be made again after a rotation.
    """
    facts = certificate.facts
    address = f"{settings.SITE_URL}/verify/{certificate.number}/"
    credential: dict[str, Any] = {
        "@context": CONTEXTS,
        "id": address,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": facts["title"]["text"],
        "issuer": {
            "id": issuer_did(),
            "type": ["Profile"],
            "name": facts["issuer"]["name"],
            "url": settings.SITE_URL,
        },
        "validFrom": _iso(certificate.issued_at),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "identityType": "name",
                    "hashed": False,
                    "identityHash": facts["holder"]["name"],
                }
            ],
            "achievement": {
                "id": f"urn:uuid:{certificate.course_key}"
                if certificate.course_key
                else f"{address}#achievement",
                "type": ["Achievement"],
                "achievementType": "Certificate",
                "name": facts["title"]["text"],
                "description": facts["layout"].get("statement", "")
                or facts["title"]["text"],
                "criteria": {"narrative": _criteria(facts)},
            },
        },
        "credentialStatus": status_entry(certificate),
    }
    claims = {
        "iss": issuer_did(),
        "jti": address,
        "nbf": int(certificate.issued_at.timestamp()),
    }
    end = _end(certificate)
    if end is not None:
        credential["validUntil"] = _iso(end)
        claims["exp"] = int(end.timestamp())
    return _sign(credential | claims)


def _criteria(facts: dict[str, Any]) -> str:
    hours = facts["hours"][0]["hours"] if facts["hours"] else ""
    parts = [facts["title"]["text"], f"{hours} 学时" if hours else ""]
    return " · ".join(filter(None, parts))


def _end(certificate: Certificate) -> datetime | None:
    """Return the end of the last valid day in China."""
    if certificate.valid_until is None:
        return None
    day = certificate.valid_until + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8)


def status_list_address(number: int) -> str:
    return f"{settings.SITE_URL}/.well-known/credential-status/{number}"


def status_entry(certificate: Certificate) -> dict[str, str]:
    """Return where the status of a certificate stands: list and bit."""
    number, bit = divmod(certificate.register_index, LIST_BITS)
    address = status_list_address(number)
    return {
        "id": f"{address}#{bit}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(bit),
        "statusListCredential": address,
    }


def build_status_list(*, number: int, now: datetime) -> str:
    """Return the signed list: a bit is set for each that was revoked or replaced.

    It holds for a day, so that an old copy can't bring a revoked one back for long.
    """
    first = number * LIST_BITS
    gone = Certificate.objects.filter(
        Q(state=CertificateState.REVOKED) | Q(state=CertificateState.SUPERSEDED),
        register_index__gte=first,
        register_index__lt=first + LIST_BITS,
    )
    bits = bytearray(LIST_BITS // 8)
    for index in gone.order_by().values_list("register_index", flat=True):
        place = index - first
        bits[place // 8] |= 0x80 >> place % 8
    address = status_list_address(number)
    credential = {
        "@context": CONTEXTS[:1],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer_did(),
        "validFrom": _iso(now),
        "validUntil": _iso(now + LIST_LIFE),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": f"u{encode_segment(gzip.compress(bytes(bits), mtime=0))}",
        },
    }
    claims = {"iss": issuer_did(), "jti": address, "nbf": int(now.timestamp())}
    return _sign(credential | claims)


def _sign(payload: dict[str, Any]) -> str:
    key = signing_key()
    named = key._replace(kid=f"{issuer_did()}#{key.kid}")
    return sign_compact(canonical_json(payload), key=named, type_name=JWT)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
