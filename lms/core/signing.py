"""The installation's signing key: one P-256 key for PDFs, QR tokens and checkpoints.

`SIGNING_KEY_FILE` names a PKCS#12 file or a PEM file (private key, then certificates);
`SIGNING_PKCS11_MODULE` a key in hardware (`lms.core.hardware`). Without both a
development key with a self-signed certificate is generated into the data directory:
good for a demo, named as such in the certificate, and trusted by nobody.
"""

import base64
import contextlib
import datetime
import hashlib
import json
import os
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from lms.core.hardware import HardwareKey, Place, configured_place, connect

ALGORITHM = "ES256"
COORDINATE_BYTES = 32
DEVELOPMENT_NAME = "Anxue development signing key"


class SigningKey(NamedTuple):
    """The key in use.

    Attributes:
        kid: RFC 7638 thumbprint of the public key, base64url.
        private_key: P-256; in hardware it signs, and can't be read.
        certificate: X.509, the one embedded in signed PDFs.
        chain: further certificates up to the issuer, may be empty.
    """

    kid: str
    private_key: ec.EllipticCurvePrivateKey | HardwareKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()


class TokenError(ValueError):
    """A compact JWS that can't be trusted; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def signing_key() -> SigningKey:
    """Return the key that signs from now on.

    Raises:
        ImproperlyConfigured: the file is missing, damaged, or no P-256 key with its
            certificate; the hardware does not answer.
    """
    place = configured_place()
    if place is not None:
        return _load_hardware(place, settings.SIGNING_CERTIFICATE_FILE)
    configured = settings.SIGNING_KEY_FILE
    path = Path(configured) if configured else _development_file()
    try:
        stamp = path.stat().st_mtime_ns
    except OSError as error:
        raise ImproperlyConfigured(f"SIGNING_KEY_FILE: cannot read {path}.") from error
    return _load(path, settings.SIGNING_KEY_PASSWORD, stamp)


def is_development_key() -> bool:
    """Tell whether the signatures rest on the generated key of the demo."""
    return not (settings.SIGNING_KEY_FILE or settings.SIGNING_PKCS11_MODULE)


@lru_cache(maxsize=4)
def _load_hardware(place: Place, certificate_file: str) -> SigningKey:
    key = connect(place)
    if certificate_file:
        try:
            data = Path(certificate_file).read_bytes()
            certificates = x509.load_pem_x509_certificates(data)
        except (OSError, ValueError) as error:
            raise ImproperlyConfigured(f"SIGNING_CERTIFICATE_FILE: {error}") from error
    else:
        certificates = key.certificates()
    public = key.public_key()
    return _with_certificates(key, public, certificates, "SIGNING_PKCS11_KEY")


def _with_certificates(
    key: ec.EllipticCurvePrivateKey | HardwareKey,
    public: ec.EllipticCurvePublicKey,
    certificates: list[x509.Certificate],
    name: str,
) -> SigningKey:
    own = [c for c in certificates if c.public_key() == public]
    if not own:
        raise ImproperlyConfigured(f"{name} has no certificate of its key.")
    chain = tuple(c for c in certificates if c is not own[0])
    return SigningKey(thumbprint(public), key, own[0], chain)


@lru_cache(maxsize=8)
def _load(path: Path, password: str, stamp: int) -> SigningKey:
    data, secret = path.read_bytes(), password.encode() or None
    try:
        if b"-----BEGIN" in data:
            key = serialization.load_pem_private_key(data, secret)
            certificates = x509.load_pem_x509_certificates(data)
        else:
            bundle = pkcs12.load_pkcs12(data, secret)
            key = bundle.key  # type: ignore[assignment]
            certificates = [
                item.certificate
                for item in (bundle.cert, *bundle.additional_certs)
                if item is not None
            ]
    except (ValueError, TypeError) as error:
        raise ImproperlyConfigured(f"SIGNING_KEY_FILE: {error}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(
        key.curve, ec.SECP256R1
    ):
        raise ImproperlyConfigured("SIGNING_KEY_FILE must hold a P-256 key.")
    return _with_certificates(key, key.public_key(), certificates, "SIGNING_KEY_FILE")


def _development_file() -> Path:
    path = Path(settings.DATA_DIR) / "signing" / "development.pem"
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(generate_pem(common_name=DEVELOPMENT_NAME))
        # Two processes that start together agree: the loser of the link reads.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path


def generate_pem(*, common_name: str, years: int = 20) -> bytes:
    """Return a fresh P-256 key and its self-signed certificate as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Anxue"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
    now = datetime.datetime.now(datetime.UTC)
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=False,
        crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=365 * years))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


# --- JSON Web Keys (RFC 7517) and compact signatures (RFC 7515) ---


def encode_segment(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode_segment(text: str) -> bytes:
    """Return the bytes of strict base64url without padding.

    Raises:
        ValueError: any other alphabet, padding or stray bits. Strict, so that one
            token has one spelling.
    """
    data = base64.b64decode(
        text + "=" * (-len(text) % 4), altchars=b"-_", validate=True
    )
    if encode_segment(data) != text:
        raise ValueError("not canonical base64url")
    return data


def public_jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """Return the public key as a JWK with kid, alg and use."""
    numbers = key.public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": encode_segment(numbers.x.to_bytes(COORDINATE_BYTES)),
        "y": encode_segment(numbers.y.to_bytes(COORDINATE_BYTES)),
        "use": "sig",
        "alg": ALGORITHM,
        "kid": thumbprint(key),
    }


def load_jwk(jwk: dict[str, str]) -> ec.EllipticCurvePublicKey:
    """Return the public key of a JWK that `public_jwk` wrote."""
    x, y = (int.from_bytes(decode_segment(jwk[part])) for part in ("x", "y"))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def thumbprint(key: ec.EllipticCurvePublicKey) -> str:
    """Return the RFC 7638 thumbprint: SHA-256 over the required members, in order."""
    numbers = key.public_numbers()
    members = {
        "crv": "P-256",
        "kty": "EC",
        "x": encode_segment(numbers.x.to_bytes(COORDINATE_BYTES)),
        "y": encode_segment(numbers.y.to_bytes(COORDINATE_BYTES)),
    }
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return encode_segment(hashlib.sha256(canonical.encode()).digest())


def sign_compact(payload: bytes, *, key: SigningKey, type_name: str) -> str:
    """Return a compact JWS (ES256).

    RFC 6979: the same payload gives the same token, unless hardware signs.
    """
    header = json.dumps(
        {"alg": ALGORITHM, "kid": key.kid, "typ": type_name}, separators=(",", ":")
    )
    signing_input = f"{encode_segment(header.encode())}.{encode_segment(payload)}"
    der = key.private_key.sign(
        signing_input.encode(), ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    )
    r, s = decode_dss_signature(der)
    raw = r.to_bytes(COORDINATE_BYTES) + s.to_bytes(COORDINATE_BYTES)
    return f"{signing_input}.{encode_segment(raw)}"


def verify_compact(
    token: str, *, keys: dict[str, ec.EllipticCurvePublicKey], type_name: str
) -> tuple[str, bytes]:
    """Return (kid, payload) of a JWS signed by one of `keys` (kid -> public key).

    The algorithm is fixed: what the header claims can only be refused, never obeyed.

    Raises:
        TokenError: `malformed`, `wrong_type`, `unknown_key` or `bad_signature`.
    """
    header, payload, signature = _split(token)
    if header.get("alg") != ALGORITHM or header.get("typ") != type_name:
        raise TokenError("wrong_type")
    kid = header.get("kid")
    public = keys.get(kid) if isinstance(kid, str) else None
    if public is None:
        raise TokenError("unknown_key")
    r, s = signature[:COORDINATE_BYTES], signature[COORDINATE_BYTES:]
    der = encode_dss_signature(int.from_bytes(r), int.from_bytes(s))
    try:
        public.verify(der, token.rpartition(".")[0].encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise TokenError("bad_signature") from error
    return str(kid), payload


def _split(token: str) -> tuple[dict[str, object], bytes, bytes]:
    try:
        head, body, tail = token.split(".")
        header = json.loads(decode_segment(head))
        payload, signature = decode_segment(body), decode_segment(tail)
    except (ValueError, RecursionError) as error:
        raise TokenError("malformed") from error
    if not isinstance(header, dict) or len(signature) != 2 * COORDINATE_BYTES:
        raise TokenError("malformed")
    return header, payload, signature
