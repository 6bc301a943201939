"""Time stamps from a local authority over HTTP: B-T and B-LTA, and its silence."""

import io
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.core.exceptions import ImproperlyConfigured
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from certificates.domain.issuing import attach_pdf, issue_certificate
from certificates.domain.pdf_inspection import inspect_pdf
from certificates.domain.rendering import render_pdf, sign_pdf
from certificates.domain.sweeps import sweep
from certificates.domain.timestamps import signature_level
from certificates.domain.verification import verify_pdf
from certificates.enums import Verdict
from lms.core.signing import signing_key
from tests.certificates.forging import document_of
from tests.certificates.test_rendering import payload
from tests.factories.certificates import NOW, CompletedEnrollmentFactory

pytestmark = [pytest.mark.unit]
DER = serialization.Encoding.DER


def make_authority():
    """Return (certificate, key) of a self-made time-stamp authority."""
    key = rsa.generate_private_key(65537, 2048)  # all that the stamper takes
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test TSA")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
        .sign(key, hashes.SHA256())
    )
    return certificate, key


CERTIFICATE, KEY = make_authority()


@pytest.fixture
def authority(settings, tmp_path):
    """Run it over HTTP and point the settings at it."""
    private = KEY.private_bytes(
        DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    stamper = DummyTimeStamper(
        tsa_cert=asn1_x509.Certificate.load(CERTIFICATE.public_bytes(DER)),
        tsa_key=keys.PrivateKeyInfo.load(private),
    )

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers["Content-Length"])
            request = tsp.TimeStampReq.load(self.rfile.read(length))
            answer = stamper.request_tsa_response(request).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    trust = tmp_path / "roots.pem"
    trust.write_bytes(CERTIFICATE.public_bytes(serialization.Encoding.PEM))
    settings.TIMESTAMP_URL = f"http://127.0.0.1:{server.server_port}/"
    settings.SIGNATURE_TRUST_FILE = str(trust)
    yield server
    server.shutdown()
    server.server_close()


def judged(document):
    reader = PdfFileReader(io.BytesIO(document))
    signature = reader.embedded_regular_signatures[0]
    roots = [
        signature.signer_cert,
        asn1_x509.Certificate.load(CERTIFICATE.public_bytes(DER)),
    ]
    context = ValidationContext(trust_roots=roots, allow_fetching=False)
    status = validate_pdf_signature(
        signature, signer_validation_context=context, ts_validation_context=context
    )
    return reader, status


def test_signature_carries_the_time_of_the_authority(authority):
    assert signature_level() == "B-T"
    document = sign_pdf(render_pdf(payload=payload()), key=signing_key(), reason="x")
    _reader, status = judged(document)
    assert (status.intact, status.valid, status.trusted) == (True, True, True)
    stamp = status.timestamp_validity
    assert (stamp.intact, stamp.valid, stamp.trusted) == (True, True, True)
    assert abs(stamp.timestamp - datetime.now(UTC)) < timedelta(minutes=5)


def test_long_term_level_adds_validation_data_and_a_stamp_over_the_file(
    authority, settings
):
    settings.SIGNATURE_LEVEL = "B-LTA"
    document = sign_pdf(render_pdf(payload=payload()), key=signing_key(), reason="x")
    reader, status = judged(document)
    assert status.bottom_line
    assert "/DSS" in reader.root
    assert len(reader.embedded_timestamp_signatures) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("level", ["B-T", "B-LTA"])
def test_stamped_document_is_valid_and_a_changed_one_is_not(
    authority, settings, template, level
):
    settings.SIGNATURE_LEVEL = level
    certificate = issue_certificate(enrollment=CompletedEnrollmentFactory(), now=NOW)
    document = document_of(attach_pdf(certificate_id=certificate.pk))
    assert inspect_pdf(document).is_signed_by_us
    assert verify_pdf(data=document, now=NOW).verdict == Verdict.VALID
    assert verify_pdf(data=document + b"\n", now=NOW).verdict == Verdict.ALTERED


@pytest.mark.django_db
def test_silent_authority_delays_the_document_and_loses_nothing(
    authority, settings, template, caplog
):
    address = settings.TIMESTAMP_URL
    settings.TIMESTAMP_URL = "http://127.0.0.1:9/"
    certificate = issue_certificate(enrollment=CompletedEnrollmentFactory(), now=NOW)
    later = NOW + timedelta(minutes=2)
    assert sweep(now=later).rendered == 0
    settings.TIMESTAMP_URL = address
    assert sweep(now=later).rendered == 1
    certificate.refresh_from_db()
    assert certificate.pdf
    assert "could not be rendered" in caplog.text


@pytest.mark.parametrize("level", ["B-T", "B-LTA", "B-X"])
def test_level_without_an_authority_is_a_mistake(settings, level):
    settings.SIGNATURE_LEVEL = level
    with pytest.raises(ImproperlyConfigured):
        signature_level()
