"""The playback token: whoever holds it reports into one session, and nothing else.

A report then needs neither the browser's session nor an account to be loaded, and time
that was kept on a device can still be sent after signing out.
"""

from uuid import UUID

from django.core import signing

from courses.models import PlaybackSession

_SALT = "courses.playback-token"


def playback_token(session: PlaybackSession) -> str:
    """Return the signed token of a session."""
    return signing.Signer(salt=_SALT).sign(session.public_id.hex)


def session_of_token(token: str) -> UUID | None:
    """Return the session that a token names; None when it is forged or damaged."""
    try:
        return UUID(hex=signing.Signer(salt=_SALT).unsign(token))
    except (signing.BadSignature, ValueError):
        return None
