"""Time stamps after RFC 3161: who says when a document was signed, besides us.

`TIMESTAMP_URL` names the authority. `SIGNATURE_LEVEL` is B-B (no time stamp), B-T (one
inside the signature) or B-LTA (validation data and a time stamp over the whole file
too, so that the signature can be judged when its certificates have ended).
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

TIMEOUT_SECONDS = 10
LEVELS = ("B-B", "B-T", "B-LTA")


def signature_level() -> str:
    """Return the configured level.

    Raises:
        ImproperlyConfigured: an unknown level, or one that needs an authority.
    """
    level = settings.SIGNATURE_LEVEL or ("B-T" if settings.TIMESTAMP_URL else "B-B")
    if level not in LEVELS:
        raise ImproperlyConfigured(f"SIGNATURE_LEVEL is one of {', '.join(LEVELS)}.")
    if level != "B-B" and not settings.TIMESTAMP_URL:
        raise ImproperlyConfigured(f"SIGNATURE_LEVEL {level} needs TIMESTAMP_URL.")
    return level


def timestamper() -> Any:
    """Return the client of the authority, None for level B-B.

    One for the whole process: it keeps a sample answer to know how long one is.
    """
    if signature_level() == "B-B":
        return None
    return _client(settings.TIMESTAMP_URL)


@lru_cache(maxsize=2)
def _client(address: str) -> Any:
    from pyhanko.sign.timestamps.requests_client import (  # noqa: PLC0415 -- slow import
        HTTPTimeStamper,
    )

    return HTTPTimeStamper(address, timeout=TIMEOUT_SECONDS)


def long_term_options(own: list[Any]) -> dict[str, Any]:
    """Return what pyHanko needs for B-LTA; nothing for the other levels.

    Args:
        own: our certificates (asn1crypto), trusted beside `SIGNATURE_TRUST_FILE`.
    """
    if signature_level() != "B-LTA":
        return {}
    from pyhanko_certvalidator import (  # noqa: PLC0415 -- slow import
        ValidationContext,
    )

    context = ValidationContext(
        trust_roots=[*own, *_trusted()],
        allow_fetching=True,
        revocation_mode="soft-fail",
    )
    return {
        "embed_validation_info": True,
        "use_pades_lta": True,
        "validation_context": context,
    }


def _trusted() -> list[Any]:
    """Return the roots of `SIGNATURE_TRUST_FILE`: of the authority and our issuer."""
    from asn1crypto import pem, x509  # noqa: PLC0415 -- slow import

    if not settings.SIGNATURE_TRUST_FILE:
        return []
    data = Path(settings.SIGNATURE_TRUST_FILE).read_bytes()
    return [
        x509.Certificate.load(der)
        for _type, _headers, der in pem.unarmor(data, multiple=True)
    ]
