"""A signing key that never leaves its hardware: PKCS#11 tokens, smart cards, HSMs.

Needs the package python-pkcs11 (`pip install anxue[pkcs11]`) and the vendor's module.
`SIGNING_PKCS11_MODULE` is the path of that module, `SIGNING_PKCS11_TOKEN` the label of
the token, `SIGNING_PKCS11_KEY` the label of key and certificate, `SIGNING_PKCS11_PIN`
its PIN. `SIGNING_CERTIFICATE_FILE` (PEM: the key's certificate, then the chain) stands
in for certificates that the token does not hold.
"""

import hashlib
import os
import threading
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

HALF = 32


class Place(NamedTuple):
    """Where the key is."""

    module: str
    token: str
    label: str
    pin: str


def configured_place() -> Place | None:
    """Return the place of the settings, None when no module is named.

    Raises:
        ImproperlyConfigured: a module without token or label of the key.
    """
    module = settings.SIGNING_PKCS11_MODULE
    if not module:
        return None
    token, label = settings.SIGNING_PKCS11_TOKEN, settings.SIGNING_PKCS11_KEY
    if not token or not label:
        raise ImproperlyConfigured(
            "SIGNING_PKCS11_MODULE needs SIGNING_PKCS11_TOKEN and SIGNING_PKCS11_KEY."
        )
    return Place(module, token, label, settings.SIGNING_PKCS11_PIN)


class HardwareKey:
    """A P-256 key of a token; signs like a key of the package cryptography.

    One session for a process, opened when it is first needed (a fork opens its own)
    and once again when the token was lost meanwhile. Calls wait for each other: a
    session does one thing at a time.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self._lock = threading.Lock()
        self._session: Any = None
        self._process = 0

    def sign(self, data: bytes, algorithm: object = None) -> bytes:
        """Return the DER signature (ECDSA with SHA-256, whatever was asked for).

        Raises:
            pkcs11.exceptions.PKCS11Error: the token does not answer, also not in a
                fresh session.
        """
        from pkcs11.exceptions import (  # noqa: PLC0415 -- slow import
            PKCS11Error,
        )

        digest = hashlib.sha256(data).digest()
        with self._lock:
            try:
                raw = self._sign(digest)
            except PKCS11Error:
                self._session = None
                raw = self._sign(digest)
        r, s = int.from_bytes(raw[:HALF]), int.from_bytes(raw[HALF:])
        return encode_dss_signature(r, s)

    def _sign(self, digest: bytes) -> bytes:
        from pkcs11 import (  # noqa: PLC0415 -- slow import
            KeyType,
            Mechanism,
            ObjectClass,
        )

        key = self._open().get_key(
            object_class=ObjectClass.PRIVATE_KEY,
            key_type=KeyType.EC,
            label=self.place.label,
        )
        return key.sign(digest, mechanism=Mechanism.ECDSA)

    def certificates(self) -> list[x509.Certificate]:
        """Return the certificates that the token holds under any label."""
        from pkcs11 import Attribute, ObjectClass  # noqa: PLC0415 -- slow import

        with self._lock:
            found = self._open().get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})
            return [x509.load_der_x509_certificate(o[Attribute.VALUE]) for o in found]

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Return the public half.

        Raises:
            ImproperlyConfigured: it is no P-256 key.
        """
        from pkcs11 import (  # noqa: PLC0415 -- slow import
            Attribute,
            KeyType,
            ObjectClass,
        )

        with self._lock:
            key = self._open().get_key(
                object_class=ObjectClass.PUBLIC_KEY,
                key_type=KeyType.EC,
                label=self.place.label,
            )
            point = bytes(key[Attribute.EC_POINT])
        # An OCTET STRING (04 41) around the uncompressed point (04 x y).
        point = point[2:] if point[:2] == b"\x04\x41" else point
        try:
            return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        except ValueError as error:
            raise ImproperlyConfigured(
                "SIGNING_PKCS11_KEY must name a P-256 key."
            ) from error

    def _open(self) -> Any:
        import pkcs11  # noqa: PLC0415 -- slow import

        process = os.getpid()
        if self._session is None or self._process != process:
            module = pkcs11.lib(self.place.module)
            if self._process not in (0, process):
                module.reinitialize()  # a fork has to greet the module anew
            token = module.get_token(token_label=self.place.token)
            try:
                self._session = token.open(user_pin=self.place.pin or None)
            except pkcs11.exceptions.UserAlreadyLoggedIn:
                # Another session of this process has signed in: that one counts.
                self._session = token.open()
            self._process = process
        return self._session


def connect(place: Place) -> HardwareKey:
    """Return the key after it has answered once.

    Raises:
        ImproperlyConfigured: no python-pkcs11, no module, no token, no key, wrong PIN.
    """
    try:
        import pkcs11  # noqa: F401, PLC0415 -- slow import
        from pkcs11.exceptions import PKCS11Error  # noqa: PLC0415 -- slow import
    except ImportError as error:
        raise ImproperlyConfigured(
            "SIGNING_PKCS11_MODULE needs the package python-pkcs11."
        ) from error
    key = HardwareKey(place)
    try:
        key.public_key()
        key.sign(b"")
    except (PKCS11Error, RuntimeError, OSError) as error:
        reason = str(error) or type(error).__name__
        raise ImproperlyConfigured(f"SIGNING_PKCS11_MODULE: {reason}") from error
    return key
