"""Somebody whose account asks for a second step, with a session to look around in.

The browser of a walk has neither the phone with the codes nor the passkey: it gets the
session, and meets the pages that ask for them.
"""

import time
from importlib import import_module
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
)

from lms.accounts.models import User
from tests.e2e.stops import GUARDED, PASSWORD
from tests.factories.accounts import UserFactory, verify_email

CREDENTIAL_ID = b"passkey-of-the-walk-" * 2


def guarded_session() -> str:
    """Return the session key of the guarded account; make the account when missing."""
    user = User.objects.filter(email=GUARDED).first() or _make_account()
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    # Just now, so that the pages behind "is it really you?" open, too.
    store["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "email": GUARDED}
    ]
    store.create()
    return str(store.session_key)


def _make_account() -> User:
    user: User = UserFactory(email=GUARDED, display_name="宋守一")
    user.set_password(PASSWORD)
    user.save()
    verify_email(user)
    totp.TOTP.activate(user, totp.generate_totp_secret())
    RecoveryCodes.activate(user)
    WebAuthn.add(user, "我的手机", _passkey())
    assert Authenticator.objects.filter(user=user).count() == 3
    return user


def _passkey() -> dict[str, Any]:
    """Return a passkey as a browser registers it; nobody holds its private key."""
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    credential = AttestedCredentialData.create(
        Aaguid(bytes(16)), CREDENTIAL_ID, ES256.from_cryptography_key(public)
    )
    flags = AuthenticatorData.FLAG
    data = AuthenticatorData.create(
        sha256(b"127.0.0.1"), flags.UP | flags.UV | flags.AT, 0, credential
    )
    client = b'{"type": "webauthn.create", "challenge": "", "origin": ""}'
    return {
        "id": websafe_encode(CREDENTIAL_ID),
        "rawId": websafe_encode(CREDENTIAL_ID),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(client),
            "attestationObject": websafe_encode(
                bytes(AttestationObject.create("none", data, {}))
            ),
        },
        "clientExtensionResults": {"credProps": {"rk": True}},
    }
