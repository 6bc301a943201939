"""Encryption of personal fields: AES-256-GCM with named keys, and a blind index.

`FIELD_ENCRYPTION_KEYS` is `name:base64,name:base64`; the last key writes, all read.
The blind index uses a key of its own, derived from the first one, so that rotating
the writing key does not orphan the look-ups.
"""

import base64
import hashlib
import hmac
import os
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

NONCE_BYTES = 12


class DecryptionError(Exception):
    """The ciphertext is damaged, moved from another field, or its key is gone."""


@lru_cache(maxsize=4)
def _parse_keys(configured: str) -> dict[str, bytes]:
    keys = {}
    for part in filter(None, (p.strip() for p in configured.split(","))):
        name, _, value = part.partition(":")
        key = base64.b64decode(value)
        if len(key) != 32 or not name or len(name) > 20:
            raise ImproperlyConfigured(
                "FIELD_ENCRYPTION_KEYS takes name:base64 of 32 bytes, by comma."
            )
        keys[name] = key
    if not keys:
        raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS is empty.")
    return keys


def _keys() -> dict[str, bytes]:
    return _parse_keys(settings.FIELD_ENCRYPTION_KEYS)


def current_key_name() -> str:
    """Return the name of the key that new ciphertexts are written with."""
    return list(_keys())[-1]


def key_name_of(ciphertext: bytes) -> str:
    """Return the name of the key that wrote `ciphertext`."""
    return bytes(ciphertext[1 : 1 + ciphertext[0]]).decode()


def encrypt(plaintext: str, *, context: str) -> bytes:
    """Encrypt with the current key.

    `context` (such as `accounts.user.mobile`) is authenticated with the text: a value
    copied into another column does not decrypt there.
    """
    name = current_key_name().encode()
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(_keys()[name.decode()]).encrypt(
        nonce, plaintext.encode(), context.encode()
    )
    return bytes([len(name)]) + name + nonce + sealed


def decrypt(ciphertext: bytes, *, context: str) -> str:
    """Return the plaintext.

    Raises:
        DecryptionError: the key is unknown, or the bytes or the context are wrong.
    """
    data = bytes(ciphertext)
    try:
        name = key_name_of(data)
        start = 1 + data[0]
        nonce, sealed = data[start : start + NONCE_BYTES], data[start + NONCE_BYTES :]
        return AESGCM(_keys()[name]).decrypt(nonce, sealed, context.encode()).decode()
    except (KeyError, IndexError, InvalidTag, ValueError) as error:
        raise DecryptionError(context) from error


def blind_index(value: str, *, context: str) -> str:
    """Return a keyed hash (64 hex digits) that finds equal values and shows none."""
    key = _index_key(next(iter(_keys().values())))
    return hmac.new(key, f"{context}\0{value}".encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=4)
def _index_key(first: bytes) -> bytes:
    return hmac.new(first, b"anxue blind index", hashlib.sha256).digest()


class EncryptedTextField(models.BinaryField):
    """Text that is encrypted at rest; in Python it is `str`.

    The column's name is the context, so a ciphertext can't be moved between columns.
    """

    def __init__(self, *args: object, context: str, **kwargs: object) -> None:
        self.context = context
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["context"] = self.context
        return name, path, args, kwargs

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        if value is None:
            return None
        data = bytes(value)
        return decrypt(data, context=self.context) if data else ""

    def get_db_prep_value(
        self, value: Any, connection: Any, prepared: bool = False
    ) -> Any:
        if isinstance(value, str):
            value = encrypt(value, context=self.context) if value else b""
        return super().get_db_prep_value(value, connection, prepared)

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """Serialize the ciphertext: a dump never shows the plaintext."""
        value: Any = self.value_from_object(obj)
        data = encrypt(value, context=self.context) if value else b""
        return base64.b64encode(data).decode()
