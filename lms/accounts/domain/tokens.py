"""Tokens that let a person's programs use the API."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lms.accounts.enums import TokenScope
from lms.accounts.errors import TokenNotAllowed
from lms.accounts.models import ApiToken, User
from lms.audit.domain import record
from lms.audit.enums import Verb

PREFIX = "anx_"
# Written at most this often: a busy program must not write a row on each call.
LAST_USED_STEP = timedelta(minutes=5)


def _hash(raw: str) -> str:
    # 256 random bits: a plain hash is enough, there is nothing to guess.
    return hashlib.sha256(raw.encode()).hexdigest()


@transaction.atomic
def create_token(
    *,
    user: User,
    name: str,
    scopes: Iterable[str],
    by: User,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Create a token and return it with its secret, which is shown this once.

    Raises:
        TokenNotAllowed: unknown scopes, or a token for somebody else.
    """
    wanted = sorted(set(scopes))
    if not wanted or not set(wanted) <= set(TokenScope.values):
        raise TokenNotAllowed("unknown_scope", _("Choose at least one known scope."))
    if by.pk != user.pk and not by.is_superuser:
        raise TokenNotAllowed(
            "not_yours", _("You can create tokens for yourself only.")
        )
    raw = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        hash=_hash(raw),
        hint=raw[:8],
        scopes=wanted,
        expires_at=expires_at,
    )
    record(actor=by, verb=Verb.TOKEN_CREATED, obj=token, data={"scopes": wanted})
    return token, raw


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User, now: datetime) -> ApiToken:
    """End a token at once. A repeated call changes nothing."""
    revoked = ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(
        revoked_at=now, updated_at=now
    )
    token.refresh_from_db()
    if revoked:
        record(actor=by, verb=Verb.TOKEN_REVOKED, obj=token)
    return token


def authenticate_token(*, raw: str, now: datetime) -> ApiToken | None:
    """Return the live token behind `raw`, with its user; None for any other text.

    Wrong, expired and revoked tokens and inactive people look alike.
    """
    if not raw.startswith(PREFIX) or len(raw) > 100:
        return None
    token = (
        ApiToken.objects.usable(now).select_related("user").filter(hash=_hash(raw))
    ).first()
    if token is not None:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - LAST_USED_STEP)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
    return token
