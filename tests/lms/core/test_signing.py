import json
import stat

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from django.core.exceptions import ImproperlyConfigured

from lms.core import signing
from lms.core.signing import (
    TokenError,
    decode_segment,
    encode_segment,
    load_jwk,
    public_jwk,
    sign_compact,
    signing_key,
    verify_compact,
)

pytestmark = pytest.mark.unit


@pytest.fixture
def own_data_dir(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.SIGNING_KEY_FILE = ""
    return tmp_path


def key_from(settings, path, data, password=""):
    path.write_bytes(data)
    settings.SIGNING_KEY_FILE = str(path)
    settings.SIGNING_KEY_PASSWORD = password
    return signing_key()


@pytest.fixture
def other_key(settings, tmp_path):
    pem = signing.generate_pem(common_name="Other")
    previous = settings.SIGNING_KEY_FILE
    key = key_from(settings, tmp_path / "other.pem", pem)
    settings.SIGNING_KEY_FILE = previous
    return key


def keys_of(*keys):
    return {key.kid: key.private_key.public_key() for key in keys}


def test_development_key_is_made_once_and_readable_by_its_owner_only(own_data_dir):
    first = signing_key()
    signing._load.cache_clear()
    assert signing_key().kid == first.kid
    file = own_data_dir / "signing" / "development.pem"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [p.name for p in file.parent.iterdir()] == ["development.pem"]


def test_kid_is_the_thumbprint_of_rfc_7638(own_data_dir):
    key = signing_key()
    jwk = public_jwk(key.private_key.public_key())
    import hashlib

    members = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True)
    digest = hashlib.sha256(canonical.encode()).digest()
    assert jwk["kid"] == key.kid == encode_segment(digest)
    assert load_jwk(jwk) == key.private_key.public_key()


def test_pem_file_with_key_and_certificate_is_used(settings, tmp_path):
    pem = signing.generate_pem(common_name="Authority")
    key = key_from(settings, tmp_path / "key.pem", pem)
    name = key.certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    assert name[0].value == "Authority"


def test_pkcs12_file_with_password_is_used(settings, tmp_path):
    pem = signing.generate_pem(common_name="Authority")
    private = serialization.load_pem_private_key(pem, None)
    certificate = x509.load_pem_x509_certificate(pem)
    data = pkcs12.serialize_key_and_certificates(
        b"a", private, certificate, None, serialization.BestAvailableEncryption(b"pw")
    )
    key = key_from(settings, tmp_path / "key.p12", data, "pw")
    assert key.certificate == certificate
    signing._load.cache_clear()
    with pytest.raises(ImproperlyConfigured):
        key_from(settings, tmp_path / "wrong.p12", data, "nope")


def test_key_of_another_kind_is_refused(settings, tmp_path):
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    own = signing.generate_pem(common_name="x")
    certificate = own[own.index(b"-----BEGIN CERT") :]
    with pytest.raises(ImproperlyConfigured, match="P-256"):
        key_from(settings, tmp_path / "rsa.pem", pem + certificate)


def test_key_without_its_certificate_is_refused(settings, tmp_path):
    own = signing.generate_pem(common_name="x")
    other = signing.generate_pem(common_name="y")
    mixed = own[: own.index(b"-----BEGIN CERT")] + other[other.index(b"-----BEGIN C") :]
    with pytest.raises(ImproperlyConfigured, match="no certificate"):
        key_from(settings, tmp_path / "mixed.pem", mixed)


def test_missing_file_is_named(settings, tmp_path):
    settings.SIGNING_KEY_FILE = str(tmp_path / "absent.pem")
    with pytest.raises(ImproperlyConfigured, match=r"absent\.pem"):
        signing_key()


def test_signing_twice_gives_the_same_token(own_data_dir):
    key = signing_key()
    first = sign_compact(b"facts", key=key, type_name="t")
    assert sign_compact(b"facts", key=key, type_name="t") == first
    assert verify_compact(first, keys=keys_of(key), type_name="t") == (
        key.kid,
        b"facts",
    )


def test_token_verifies_with_an_independent_library(own_data_dir):
    jws = pytest.importorskip("joserfc.jws")
    jwk = pytest.importorskip("joserfc.jwk")
    key = signing_key()
    token = sign_compact(b'{"n":1}', key=key, type_name="t")
    public = jwk.ECKey.import_key(public_jwk(key.private_key.public_key()))
    assert jws.deserialize_compact(token, public).payload == b'{"n":1}'


def tampered(token, part, change):
    parts = token.split(".")
    parts[part] = encode_segment(change(decode_segment(parts[part])))
    return ".".join(parts)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda t: "", "malformed"),
        (lambda t: "a.b", "malformed"),
        (lambda t: t + ".x", "malformed"),
        (lambda t: t + "=", "malformed"),
        (lambda t: t[:-4], "malformed"),
        (lambda t: "[]." + t.split(".", 1)[1], "malformed"),
        (
            lambda t: tampered(t, 0, lambda b: b.replace(b"ES256", b"none")),
            "wrong_type",
        ),
        (lambda t: tampered(t, 0, lambda b: b.replace(b'"t"', b'"u"')), "wrong_type"),
        (lambda t: tampered(t, 1, lambda b: b + b" "), "bad_signature"),
        (lambda t: tampered(t, 2, lambda b: bytes(64)), "bad_signature"),
        (lambda t: tampered(t, 2, lambda b: b"\xff" * 64), "bad_signature"),
    ],
)
def test_damaged_token_is_refused(own_data_dir, make, code):
    key = signing_key()
    token = make(sign_compact(b"facts", key=key, type_name="t"))
    with pytest.raises(TokenError) as caught:
        verify_compact(token, keys=keys_of(key), type_name="t")
    assert caught.value.code == code


def test_token_of_another_key_is_refused(own_data_dir, other_key):
    mine = signing_key()
    token = sign_compact(b"facts", key=other_key, type_name="t")
    with pytest.raises(TokenError) as caught:
        verify_compact(token, keys=keys_of(mine), type_name="t")
    assert caught.value.code == "unknown_key"
    # Claiming our kid does not help either.
    forged = other_key._replace(kid=mine.kid)
    token = sign_compact(b"facts", key=forged, type_name="t")
    with pytest.raises(TokenError) as caught:
        verify_compact(token, keys=keys_of(mine), type_name="t")
    assert caught.value.code == "bad_signature"


def test_embedded_key_in_the_header_is_not_obeyed(own_data_dir, other_key):
    header = json.dumps(
        {
            "alg": "ES256",
            "typ": "t",
            "kid": "x",
            "jwk": public_jwk(other_key.private_key.public_key()),
        }
    )
    token = sign_compact(b"facts", key=other_key, type_name="t")
    token = encode_segment(header.encode()) + "." + token.split(".", 1)[1]
    with pytest.raises(TokenError) as caught:
        verify_compact(token, keys=keys_of(signing_key()), type_name="t")
    assert caught.value.code == "unknown_key"


@pytest.mark.parametrize("text", ["A", "AB=", "A+/A", "AB", "A A", "é"])
def test_only_canonical_base64url_is_decoded(text):
    with pytest.raises(ValueError):  # noqa: PT011 -- base64 and we raise it
        decode_segment(text)


def test_generated_certificate_may_only_sign():
    certificate = x509.load_pem_x509_certificate(signing.generate_pem(common_name="x"))
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment) == (True, True)
    assert not usage.key_cert_sign
    assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
