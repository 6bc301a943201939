"""Personal fields: unreadable without the key, unmovable, rotatable."""

import base64
import os

import pytest
from django.core.exceptions import ImproperlyConfigured

from lms.core import crypto

pytestmark = pytest.mark.unit


def key(name):
    return f"{name}:{base64.b64encode(os.urandom(32)).decode()}"


def test_a_value_comes_back_and_its_ciphertext_never_repeats():
    first = crypto.encrypt("13800138000", context="a")
    second = crypto.encrypt("13800138000", context="a")
    assert first != second
    assert b"13800138000" not in first
    assert crypto.decrypt(first, context="a") == "13800138000"


def test_a_value_moved_to_another_column_does_not_decrypt():
    sealed = crypto.encrypt("secret", context="accounts.user.mobile")
    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt(sealed, context="accounts.identity.number")


@pytest.mark.parametrize("damage", [b"", b"\x02v1short", b"\xff" * 40])
def test_damaged_bytes_are_refused(damage):
    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt(damage, context="a")


def test_one_flipped_bit_is_noticed():
    sealed = bytearray(crypto.encrypt("secret", context="a"))
    sealed[-1] ^= 1
    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt(bytes(sealed), context="a")


def test_rotation_reads_old_and_writes_new(settings):
    old, new = key("v1"), key("v2")
    settings.FIELD_ENCRYPTION_KEYS = old
    sealed = crypto.encrypt("secret", context="a")
    index = crypto.blind_index("secret", context="a")
    settings.FIELD_ENCRYPTION_KEYS = f"{old},{new}"
    assert crypto.decrypt(sealed, context="a") == "secret"
    assert crypto.key_name_of(crypto.encrypt("x", context="a")) == "v2"
    assert crypto.blind_index("secret", context="a") == index
    settings.FIELD_ENCRYPTION_KEYS = key("v3")
    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt(sealed, context="a")


def test_blind_index_depends_on_value_and_context():
    values = {
        crypto.blind_index("a", context="x"),
        crypto.blind_index("a", context="y"),
        crypto.blind_index("b", context="x"),
    }
    assert len(values) == 3


@pytest.mark.parametrize("value", [",", "v1:c2hvcnQ=", ":" + "A" * 44])
def test_a_wrong_key_setting_is_refused_with_its_form(settings, value):
    settings.FIELD_ENCRYPTION_KEYS = value
    with pytest.raises(ImproperlyConfigured, match="FIELD_ENCRYPTION_KEYS"):
        crypto.encrypt("x", context="a")
