"""The token in the QR code: a compact JWS that verifies with the published keys."""

import json
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.domain.canonical import canonical_json
from certificates.models import PublishedKey
from lms.core.signing import (
    SigningKey,
    TokenError,
    decode_segment,
    load_jwk,
    public_jwk,
    sign_compact,
    signing_key,
    verify_compact,
)

TOKEN_TYPE = "cert+jws"  # noqa: S105 -- a media type
MAX_TOKEN = 2000
MAX_TITLE = 40


def build_token(*, payload: dict[str, Any], key: SigningKey) -> str:
    """Return the signed token of a payload: masked name, number, title, hours, dates.

    Short member names keep the QR code coarse enough for a cheap camera:
    n number, h holder (masked), t title, c credit hours, i issued, x valid until.
    """
    claims = {
        "iss": payload["issuer"]["code"],
        "n": payload["number"],
        "h": payload["holder"]["masked"],
        "t": payload["title"]["text"][:MAX_TITLE],
        "c": payload["hours"][0]["hours"] if payload["hours"] else "",
        "i": payload["issued_on"],
    }
    if payload["valid_until"]:
        claims["x"] = payload["valid_until"]
    return sign_compact(canonical_json(claims), key=key, type_name=TOKEN_TYPE)


def read_token(token: str) -> dict[str, str]:
    """Return the claims of a token signed by a key of ours, withdrawn ones included.

    Whether a withdrawn key still counts depends on the certificate: the caller asks
    `certificates.domain.keys`.

    Raises:
        TokenError: `malformed`, `wrong_type`, `unknown_key` or `bad_signature`.
    """
    if len(token) > MAX_TOKEN:
        raise TokenError("malformed")
    _, body = verify_compact(token, keys=known_keys(), type_name=TOKEN_TYPE)
    return _claims(body)


def peek_number(token: str) -> str:
    """Return the number a token names, whoever signed it; empty when it has none."""
    try:
        return _claims(_unverified_body(token)).get("n", "")
    except TokenError:
        return ""


def _unverified_body(token: str) -> bytes:
    parts = token[:MAX_TOKEN].split(".")
    try:
        return decode_segment(parts[1]) if len(parts) == 3 else b""
    except ValueError as error:
        raise TokenError("malformed") from error


def _claims(body: bytes) -> dict[str, str]:
    try:
        claims = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise TokenError("malformed") from error
    if not isinstance(claims, dict):
        raise TokenError("malformed")
    return {str(k): v for k, v in claims.items() if isinstance(v, str)}


def publish_key(*, key: SigningKey, now: datetime) -> None:
    """Remember the public key, so that its signatures verify after a rotation."""
    PublishedKey.objects.get_or_create(
        kid=key.kid,
        defaults={
            "jwk": public_jwk(key.private_key.public_key()),
            "certificate_pem": "".join(
                c.public_bytes(Encoding.PEM).decode()
                for c in (key.certificate, *key.chain)
            ),
            "first_used_at": now,
        },
    )


def published_keys() -> dict[str, ec.EllipticCurvePublicKey]:
    """Return the keys that strangers may trust, by kid; the current one comes first.

    A withdrawn key is none of them: off line nobody can tell what it signed before it
    was stolen from what it signed afterwards.
    """
    rows = PublishedKey.objects.all()
    withdrawn = set(rows.exclude(compromised_at=None).values_list("kid", flat=True))
    return {kid: key for kid, key in known_keys().items() if kid not in withdrawn}


def known_keys() -> dict[str, ec.EllipticCurvePublicKey]:
    """Return every key that ever signed for us, by kid, withdrawn or not."""
    current = signing_key()
    keys = {current.kid: current.private_key.public_key()}
    for kid, jwk in PublishedKey.objects.values_list("kid", "jwk"):
        keys.setdefault(kid, load_jwk(jwk))
    return keys


def published_jwks() -> dict[str, list[dict[str, str]]]:
    """Return the JSON Web Key Set that `/.well-known/jwks.json` serves."""
    return {"keys": [public_jwk(key) for key in published_keys().values()]}
