"""Playback grants: the right to fetch one asset's files, in the address itself.

The grant is part of the path, so the relative addresses inside an HLS playlist carry
it along without being rewritten. It names whom it was given to, for which session and
until when; it is signed with the installation's key and kept nowhere.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.signing import BadSignature, Signer, b64_decode, b64_encode
from django.utils.translation import gettext as _

from media_pipeline.errors import GrantRefused
from media_pipeline.models import Asset

SALT = "media_pipeline.grant"
MAX_CHARACTERS = 600


@dataclass(frozen=True, slots=True)
class Grant:
    """Who may fetch what until when (`expires` in seconds since the epoch)."""

    asset: UUID
    subject: str
    session: str
    expires: int


def issue_grant(
    *, asset: Asset, subject: str, session: str, now: datetime, ttl_seconds: int
) -> str:
    """Return a grant for one asset; the caller has checked that it is deserved."""
    expires = int(now.timestamp()) + ttl_seconds
    payload = json.dumps(
        [asset.public_id.hex, subject, session, expires], separators=(",", ":")
    )
    return Signer(salt=SALT, sep=".").sign(b64_encode(payload.encode()).decode())


def read_grant(*, token: str, asset_id: UUID, now: datetime) -> Grant:
    """Return the grant if it is ours, in time and for this asset.

    Raises:
        GrantRefused: codes grant_invalid, grant_expired, grant_foreign.
    """
    if len(token) > MAX_CHARACTERS:
        raise _refuse("grant_invalid")
    try:
        payload = Signer(salt=SALT, sep=".").unsign(token)
    except BadSignature as error:
        raise _refuse("grant_invalid") from error
    asset, subject, session, expires = json.loads(b64_decode(payload.encode()))
    grant = Grant(UUID(asset), subject, session, expires)
    if now.timestamp() >= grant.expires:
        raise _refuse("grant_expired")
    if grant.asset != asset_id:
        raise _refuse("grant_foreign")
    return grant


def _refuse(code: str) -> GrantRefused:
    if code == "grant_expired":
        message = _("This playback address has expired. Reload the lesson to go on.")
    else:
        message = _("This playback address is not valid. Open the lesson again.")
    return GrantRefused(code, message)
