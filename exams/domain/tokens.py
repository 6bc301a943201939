"""The attempt token: it names an attempt and a writer, and nothing else.

The deadline is not in it, on purpose: the row decides, so an extension or an early
end reaches every tab.
"""

from typing import NamedTuple
from uuid import UUID

from django.core import signing

from exams.models import Attempt

_SALT = "exams.attempt-token"


class AttemptToken(NamedTuple):
    """Who writes: attempt and the number of its writer."""

    attempt_public_id: UUID
    writer: int


def issue_token(*, attempt: Attempt, writer: int) -> str:
    """Return the signed token of one writer."""
    return signing.Signer(salt=_SALT).sign(f"{attempt.public_id.hex}.{writer}")


def read_token(token: str) -> AttemptToken | None:
    """Return what a token names; None when it is forged, damaged or of other use."""
    try:
        raw = signing.Signer(salt=_SALT).unsign(token)
        attempt, _dot, writer = raw.partition(".")
        return AttemptToken(UUID(hex=attempt), int(writer))
    except (signing.BadSignature, ValueError):
        return None
