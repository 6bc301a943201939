"""The playback token: whoever holds it reports into one session, and nothing else.

A report then needs neither the browser's session nor an account to be loaded, and time
that was kept on a device can still be sent after signing out.

The token carries the terms that the session was opened on. They stand fast while it
runs, so that a report reads the one row that changes and no other; whether the session
runs is not in it, on purpose: the locked row decides.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.core import signing

from courses.domain.counting import Terms
from courses.domain.seats import terms_of
from courses.models import PlaybackSession

_SALT = "courses.playback-token"
# A token of the first form is the session's name alone; it is read as well.
_NAME_LENGTH = 32
# Of the learners of one process, at about a kilobyte each.
REMEMBERED = 4096


class PlaybackToken(NamedTuple):
    """The session that may be reported into, and its terms where the token has them."""

    public_id: UUID
    terms: Terms | None = None


def playback_token(session: PlaybackSession) -> str:
    """Return the signed token of a session that was opened just now."""
    terms = terms_of(session)._asdict()
    terms["public_id"] = str(terms["public_id"])
    terms["unit_key"] = str(terms["unit_key"])
    terms["offline_until"] = terms["offline_until"].isoformat()
    # How it ends is not known yet.
    values = list(terms.values())[:-2]
    packed = json.dumps(values, separators=(",", ":")).encode()
    return signing.Signer(salt=_SALT).sign(urlsafe_b64encode(packed).decode())


def read_token(token: str) -> PlaybackToken | None:
    """Return what a token names; None when it is forged, damaged or of other use."""
    return _read(token, settings.SECRET_KEY)


@lru_cache(maxsize=REMEMBERED)
def _read(token: str, _key: str) -> PlaybackToken | None:
    """Check and unpack a token once: a learner sends the same one each few seconds."""
    try:
        raw = signing.Signer(salt=_SALT).unsign(token)
        if len(raw) == _NAME_LENGTH:
            return PlaybackToken(UUID(hex=raw))
        values = json.loads(urlsafe_b64decode(raw))
        terms = Terms._make([*values, None, ""])
    except (signing.BadSignature, ValueError, TypeError):
        # What is signed but does not fit was issued by another version.
        return None
    terms = terms._replace(
        public_id=UUID(hex=terms.public_id),  # type: ignore[arg-type]
        unit_key=UUID(hex=terms.unit_key),  # type: ignore[arg-type]
        offline_until=datetime.fromisoformat(terms.offline_until),  # type: ignore[arg-type]
    )
    return PlaybackToken(terms.public_id, terms)
