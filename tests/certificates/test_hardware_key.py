"""The signing key in a PKCS#11 token: SoftHSM2 where it and python-pkcs11 are there."""

import io
import multiprocessing
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.core.exceptions import ImproperlyConfigured
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from certificates.domain.rendering import render_pdf, sign_pdf
from certificates.domain.verification import verify_pdf, verify_token
from certificates.enums import Verdict
from lms.core import hardware, signing
from lms.core.checks import check_secrets_are_given
from lms.core.signing import sign_compact, signing_key, verify_compact
from tests.certificates.forging import document_of
from tests.certificates.test_rendering import payload
from tests.factories.certificates import NOW

# SOFTHSM2_MODULE names it where it lies elsewhere.
MODULES = (
    os.environ.get("SOFTHSM2_MODULE", ""),
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
)
MODULE = next((path for path in MODULES if Path(path).is_file()), "")
TOKEN, LABEL, PIN = "anxue", "issuer", "4711"


@pytest.fixture
def token(settings, tmp_path, monkeypatch):
    """A fresh token with a key pair and its certificate."""
    pytest.importorskip("pkcs11", reason="install python-pkcs11")
    if not MODULE or not shutil.which("softhsm2-util"):
        pytest.skip("install softhsm2")
    configuration = tmp_path / "softhsm2.conf"
    (tmp_path / "tokens").mkdir()
    configuration.write_text(f"directories.tokendir = {tmp_path}/tokens\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(configuration))
    pem = signing.generate_pem(common_name="Issuer in hardware")
    certificate = x509.load_pem_x509_certificate(pem)
    private = load_pem_private_key(pem, None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (tmp_path / "key.pem").write_bytes(private)
    tool = ("softhsm2-util", "--module", MODULE)
    subprocess.run(
        [
            *(*tool, "--init-token", "--free", "--label", TOKEN, "--pin", PIN),
            *("--so-pin", "0000"),
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    subprocess.run(
        [
            *(*tool, "--import", str(tmp_path / "key.pem")),
            *("--token", TOKEN, "--label", LABEL, "--id", "01", "--pin", PIN),
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    (tmp_path / "certificate.pem").write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
    )
    settings.SIGNING_PKCS11_MODULE = MODULE
    settings.SIGNING_PKCS11_TOKEN = TOKEN
    settings.SIGNING_PKCS11_KEY = LABEL
    settings.SIGNING_PKCS11_PIN = PIN
    settings.SIGNING_CERTIFICATE_FILE = str(tmp_path / "certificate.pem")
    signing._load_hardware.cache_clear()
    import pkcs11

    pkcs11.lib(MODULE).reinitialize()  # it read the tokens of the test before
    yield certificate
    signing._load_hardware.cache_clear()


pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def test_the_key_signs_and_stays_inside(token):
    key = signing_key()
    assert isinstance(key.private_key, hardware.HardwareKey)
    assert not hasattr(key.private_key, "private_bytes")
    assert key.certificate == token
    signature = key.private_key.sign(b"data")
    token.public_key().verify(signature, b"data", ec.ECDSA(hashes.SHA256()))


def test_codes_verify_with_the_published_key(token):
    key = signing_key()
    compact = sign_compact(b"{}", key=key, type_name="x")
    keys = {key.kid: token.public_key()}
    assert verify_compact(compact, keys=keys, type_name="x") == (key.kid, b"{}")


def test_documents_carry_a_valid_pades_signature(token):
    document = sign_pdf(render_pdf(payload=payload()), key=signing_key(), reason="x")
    signature = PdfFileReader(io.BytesIO(document)).embedded_signatures[0]
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    context = ValidationContext(
        trust_roots=[signature.signer_cert], allow_fetching=False
    )
    status = validate_pdf_signature(signature, signer_validation_context=context)
    assert (status.intact, status.valid, status.trusted) == (True, True, True)
    der = token.public_bytes(serialization.Encoding.DER)
    assert signature.signer_cert.dump() == der


def test_certificates_issued_with_it_verify(token, issue):
    certificate = issue()
    assert certificate.kid == signing_key().kid
    document = document_of(certificate)
    assert verify_pdf(data=document, now=NOW).verdict == Verdict.VALID
    code = certificate.facts["token"]
    assert verify_token(token=code, now=NOW).verdict == Verdict.VALID


def test_a_lost_session_is_opened_anew(token):
    key = signing_key().private_key
    key._session.close()
    token.public_key().verify(key.sign(b"x"), b"x", ec.ECDSA(hashes.SHA256()))


def _sign_elsewhere(queue):
    queue.put(signing_key().private_key.sign(b"forked"))


def test_a_second_session_needs_no_second_sign_in(token):
    key = signing_key().private_key
    key._session, before = None, key._session
    token.public_key().verify(key.sign(b"x"), b"x", ec.ECDSA(hashes.SHA256()))
    assert key._session is not before


def test_a_fork_signs_in_a_session_of_its_own(token):
    signing_key().private_key.sign(b"parent")
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_sign_elsewhere, args=(queue,))
    child.start()
    signature = queue.get(timeout=30)
    child.join(30)
    token.public_key().verify(signature, b"forked", ec.ECDSA(hashes.SHA256()))
    parent = signing_key().private_key.sign(b"still")
    token.public_key().verify(parent, b"still", ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIGNING_PKCS11_TOKEN", "another"),
        ("SIGNING_PKCS11_KEY", "another"),
        ("SIGNING_PKCS11_PIN", "0815"),
        ("SIGNING_PKCS11_TOKEN", ""),
        ("SIGNING_PKCS11_MODULE", "/nowhere.so"),
        ("SIGNING_CERTIFICATE_FILE", "/nowhere.pem"),
    ],
)
def test_a_wrong_setting_is_named(token, settings, name, value):
    setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured, match="SIGNING_"):
        signing_key()


def test_a_certificate_of_another_key_is_refused(token, settings, tmp_path):
    pem = signing.generate_pem(common_name="Other")
    other = tmp_path / "other.pem"
    other.write_bytes(pem[pem.index(b"-----BEGIN CERTIFICATE") :])
    settings.SIGNING_CERTIFICATE_FILE = str(other)
    with pytest.raises(ImproperlyConfigured, match="no certificate of its key"):
        signing_key()


def test_the_certificate_is_read_from_the_token(token, settings):
    settings.SIGNING_CERTIFICATE_FILE = ""
    with pytest.raises(ImproperlyConfigured, match="no certificate of its key"):
        signing_key()
    store_certificate(token)
    assert signing_key().certificate == token


def store_certificate(certificate):
    import pkcs11
    from pkcs11 import Attribute, CertificateType, ObjectClass

    session = pkcs11.lib(MODULE).get_token(token_label=TOKEN)
    with session.open(rw=True) as opened:  # signed in by the session before
        opened.create_object(
            {
                Attribute.CLASS: ObjectClass.CERTIFICATE,
                Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
                Attribute.TOKEN: True,
                Attribute.LABEL: LABEL,
                Attribute.ID: b"\x01",
                Attribute.SUBJECT: certificate.subject.public_bytes(),
                Attribute.VALUE: certificate.public_bytes(serialization.Encoding.DER),
            }
        )


def test_without_the_package_the_setting_says_what_to_install(settings, monkeypatch):
    settings.SIGNING_PKCS11_MODULE = "/usr/lib/any.so"
    settings.SIGNING_PKCS11_TOKEN = settings.SIGNING_PKCS11_KEY = "x"
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    signing._load_hardware.cache_clear()
    with pytest.raises(ImproperlyConfigured, match="python-pkcs11"):
        signing_key()


def test_hardware_is_no_development_key(settings):
    settings.SIGNING_KEY_FILE = ""
    settings.SIGNING_PKCS11_MODULE = "/usr/lib/any.so"
    assert not signing.is_development_key()
    named = " ".join(error.msg for error in check_secrets_are_given(None))
    assert "SIGNING_KEY_FILE" not in named
