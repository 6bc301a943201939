"""Verdicts. Every forgery here was tried on the real document."""

import io
import subprocess
import sys
from datetime import timedelta

import pikepdf
import pypdf
import pytest
from django.core.management import call_command

from certificates.domain import pdf_inspection
from certificates.domain.canonical import canonical_json
from certificates.domain.issuing import issue_certificate, reissue_certificate
from certificates.domain.pdf_inspection import MAX_PDF_BYTES, inspect_pdf
from certificates.domain.rendering import render_pdf, render_png, sign_pdf
from certificates.domain.revoking import revoke_certificate
from certificates.domain.tokens import TOKEN_TYPE, build_token, published_jwks
from certificates.domain.verification import (
    verify_number,
    verify_pdf,
    verify_token,
)
from certificates.enums import RevocationReason, Verdict
from certificates.models import Certificate, CertificateTemplate, PublishedKey
from lms.core import signing
from lms.core.signing import sign_compact, signing_key
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.certificates import (
    NOW,
    CompletedEnrollmentFactory,
    TemplateFactory,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def document_of(certificate):
    with certificate.pdf.open("rb") as file:
        return file.read()


def codes(report):
    return {check.code: str(check.outcome) for check in report.checks}


def revoke(certificate):
    revoke_certificate(
        certificate=certificate,
        reason=RevocationReason.OTHER,
        by=SuperuserFactory(),
        now=NOW,
    )


@pytest.fixture
def foreign_key(settings, tmp_path):
    """A key of the same name that somebody made at home."""
    file = tmp_path / "foreign.pem"
    file.write_bytes(signing.generate_pem(common_name=signing.DEVELOPMENT_NAME))
    settings.SIGNING_KEY_FILE = str(file)
    key = signing_key()
    settings.SIGNING_KEY_FILE = ""
    return key


# --- by number ---


def test_issued_certificate_is_valid_and_shows_masked_facts(certificate):
    report = verify_number(number=certificate.number, now=NOW)
    assert report.verdict == Verdict.VALID
    assert codes(report) == {
        "number_known": "passed",
        "register": "passed",
        "not_revoked": "passed",
        "not_superseded": "passed",
        "not_expired": "passed",
    }
    assert report.public_facts == {
        "number": certificate.number,
        "state": "issued",
        "holder": "张*",
        "title": "十分钟安全入门",
        "hours": None,
        "issued_on": NOW.date(),
        "valid_until": None,
        "issuer": "安学安全生产培训平台",
        "register_index": 0,
    }


def test_check_takes_few_queries(certificate, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        verify_number(number=certificate.number, name="张伟", now=NOW)


@pytest.mark.parametrize("position", [3, 8, 13, 16, 22])
def test_edited_number_is_unknown(certificate, position):
    old = certificate.number[position]
    new = "2" if old != "2" else "3"
    edited = certificate.number[:position] + new + certificate.number[position + 1 :]
    report = verify_number(number=edited, now=NOW)
    assert (report.verdict, report.certificate) == (Verdict.UNKNOWN, None)


def test_wrong_name_answers_like_a_number_that_does_not_exist(certificate):
    wrong = verify_number(number=certificate.number, name="李四", now=NOW)
    absent = verify_number(number="AX-2026-000077-00000000", name="李四", now=NOW)
    assert wrong == absent
    right = verify_number(number=certificate.number, name=" 张 伟", now=NOW)
    assert right.verdict == Verdict.VALID
    assert codes(right)["name_matches"] == "passed"


def test_revoked(certificate):
    revoke(certificate)
    report = verify_number(number=certificate.number, now=NOW)
    assert report.verdict == Verdict.REVOKED


def test_state_set_back_by_hand_stays_revoked(certificate):
    revoke(certificate)
    Certificate.objects.update(state="issued")
    report = verify_number(number=certificate.number, now=NOW)
    assert report.verdict == Verdict.REVOKED


def test_superseded(certificate):
    new = reissue_certificate(certificate=certificate, by=UserFactory(), now=NOW)
    old = verify_number(number=certificate.number, now=NOW)
    assert old.verdict == Verdict.SUPERSEDED
    assert verify_number(number=new.number, now=NOW).verdict == Verdict.VALID


def test_expired_after_its_last_day_in_china(template):
    CertificateTemplate.objects.update(validity_months=12)
    certificate = issue_certificate(enrollment=CompletedEnrollmentFactory(), now=NOW)
    last_moment = NOW.replace(year=2027, day=22, hour=15, minute=59)
    check = {"number": certificate.number}
    assert verify_number(**check, now=last_moment).verdict == Verdict.VALID
    report = verify_number(**check, now=last_moment + timedelta(minutes=1))
    assert report.verdict == Verdict.EXPIRED


def test_precedence_is_altered_revoked_superseded_expired(issue):
    CertificateTemplate.objects.update(validity_months=1)
    certificate = issue()
    later = NOW + timedelta(days=60)
    check = {"number": certificate.number, "now": later}
    assert verify_number(**check).verdict == Verdict.EXPIRED
    Certificate.objects.update(state="superseded")
    assert verify_number(**check).verdict == Verdict.SUPERSEDED
    Certificate.objects.update(state="revoked")
    assert verify_number(**check).verdict == Verdict.REVOKED
    Certificate.objects.update(salt=b"x" * 32)
    assert verify_number(**check).verdict == Verdict.ALTERED


def test_row_changed_behind_our_back_is_altered(certificate):
    facts = certificate.facts | {"title": {"text": "危险化学品", "other": ""}}
    Certificate.objects.update(payload=canonical_json(facts).decode())
    report = verify_number(number=certificate.number, now=NOW)
    assert report.verdict == Verdict.ALTERED


def test_erased_certificate_is_unknown_and_its_leaf_stays(certificate):
    Certificate.objects.update(payload=None, salt=None, pdf="", pdf_sha256="")
    assert verify_number(number=certificate.number, now=NOW).verdict == Verdict.UNKNOWN
    call_command("audit_register")


# --- by QR code ---


def test_code_on_the_certificate_is_valid(certificate):
    token = certificate.facts["token"]
    address = f"https://anxue.example.com/verify/#t={token}"
    for text in (token, address, f" {address}\n"):
        report = verify_token(token=text, now=NOW)
        assert report.verdict == Verdict.VALID
    assert len(address) < 600


def test_code_signed_by_another_key_is_altered(certificate, foreign_key):
    payload = certificate.facts
    token = build_token(payload=payload, key=foreign_key)
    assert verify_token(token=token, now=NOW).verdict == Verdict.ALTERED
    pretending = foreign_key._replace(kid=signing_key().kid)
    token = build_token(payload=payload, key=pretending)
    assert verify_token(token=token, now=NOW).verdict == Verdict.ALTERED


def test_code_signed_by_us_but_never_printed_is_altered(certificate):
    facts = certificate.facts
    facts["holder"]["masked"] = "李*"
    token = build_token(payload=facts, key=signing_key())
    report = verify_token(token=token, now=NOW)
    assert (report.verdict, codes(report)["claims"]) == (Verdict.ALTERED, "failed")


def test_code_of_a_revoked_certificate_is_revoked(certificate):
    revoke(certificate)
    report = verify_token(token=certificate.facts["token"], now=NOW)
    assert report.verdict == Verdict.REVOKED


def test_edited_code_is_altered(certificate):
    head, body, tail = certificate.facts["token"].split(".")
    claims = signing.decode_segment(body).replace("张".encode(), "李".encode())
    token = ".".join([head, signing.encode_segment(claims), tail])
    assert verify_token(token=token, now=NOW).verdict == Verdict.ALTERED


@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", "https://example.com/", "." * 50, "é" * 4000]
)
def test_code_that_is_none_of_ours_is_unknown(certificate, token):
    assert verify_token(token=token, now=NOW).verdict == Verdict.UNKNOWN


def test_checkpoint_does_not_pass_as_a_code(certificate):
    body = canonical_json({"n": certificate.number})
    token = sign_compact(body, key=signing_key(), type_name="checkpoint+jws")
    assert verify_token(token=token, now=NOW).verdict == Verdict.ALTERED


def test_code_still_verifies_after_the_key_was_rotated(certificate, settings, tmp_path):
    old = signing_key()
    file = tmp_path / "new.pem"
    file.write_bytes(signing.generate_pem(common_name="New"))
    settings.SIGNING_KEY_FILE = str(file)
    assert signing_key().kid != old.kid
    report = verify_token(token=certificate.facts["token"], now=NOW)
    assert report.verdict == Verdict.VALID
    assert verify_pdf(data=document_of(certificate), now=NOW).verdict == Verdict.VALID
    kids = [jwk["kid"] for jwk in published_jwks()["keys"]]
    assert kids == [signing_key().kid, old.kid]


def test_code_of_a_compromised_key_is_refused(certificate, settings, tmp_path):
    file = tmp_path / "new.pem"
    file.write_bytes(signing.generate_pem(common_name="New"))
    settings.SIGNING_KEY_FILE = str(file)
    PublishedKey.objects.update(compromised_at=NOW)
    report = verify_token(token=certificate.facts["token"], now=NOW)
    assert report.verdict == Verdict.ALTERED


# --- by document ---


def test_document_as_issued_is_valid(certificate):
    report = verify_pdf(data=document_of(certificate), now=NOW)
    assert report.verdict == Verdict.VALID
    assert codes(report) | {"not_expired": "passed"} == {
        "bytes": "passed",
        "signature": "passed",
        "payload": "passed",
        "register": "passed",
        "not_revoked": "passed",
        "not_superseded": "passed",
        "not_expired": "passed",
    }


def test_document_of_a_revoked_certificate_is_revoked(certificate):
    document = document_of(certificate)
    revoke(certificate)
    assert verify_pdf(data=document, now=NOW).verdict == Verdict.REVOKED


def resaved(document, change=None):
    with pikepdf.open(io.BytesIO(document)) as pdf:
        if change:
            change(pdf)
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def flip(document, position):
    changed = bytearray(document)
    changed[position] ^= 1
    return bytes(changed)


def incremental(document):
    writer = pypdf.PdfWriter(io.BytesIO(document), incremental=True)
    writer.add_metadata({"/Keywords": "changed"})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def without_signature(document):
    def strip(pdf):
        del pdf.Root["/AcroForm"]
        del pdf.pages[0]["/Annots"]

    return resaved(document, strip)


def other_attachment(document):
    def change(pdf):
        pdf.attachments["certificate.json"] = b'{"number":"AX-2026-000001-00000000"}'

    return resaved(document, change)


def script_inside(document):
    def change(pdf):
        pdf.Root.OpenAction = pikepdf.Dictionary(
            S=pikepdf.Name.JavaScript, JS="app.alert(1)"
        )

    return resaved(document, change)


@pytest.mark.parametrize(
    "forge",
    [
        lambda d: d + b"\n",
        lambda d: d[:-1],
        lambda d: d[: len(d) // 2],
        lambda d: flip(d, 200),
        lambda d: flip(d, len(d) // 3),
        lambda d: flip(d, len(d) - 100),
        resaved,
        incremental,
        without_signature,
        other_attachment,
        script_inside,
    ],
    ids=[
        "byte-appended",
        "last-byte-cut",
        "half",
        "flip-early",
        "flip-middle",
        "flip-late",
        "resaved",
        "incremental-update",
        "signature-removed",
        "attachment-changed",
        "script-added",
    ],
)
def test_changed_document_is_altered(certificate, forge):
    report = verify_pdf(data=forge(document_of(certificate)), now=NOW)
    assert report.verdict == Verdict.ALTERED
    assert report.certificate == certificate
    assert codes(report)["bytes"] == "failed"


def test_edited_text_under_our_number_is_altered(certificate, foreign_key):
    facts = certificate.facts
    facts["holder"]["name"] = "李四"
    forged = render_pdf(payload=facts)
    report = verify_pdf(data=forged, now=NOW)
    assert (report.verdict, codes(report)["signature"]) == (Verdict.ALTERED, "failed")
    signed = sign_pdf(forged, key=foreign_key, reason="x")
    report = verify_pdf(data=signed, now=NOW)
    assert (report.verdict, codes(report)["signature"]) == (Verdict.ALTERED, "failed")


def test_well_made_document_with_an_invented_number_is_unknown(
    certificate, foreign_key
):
    facts = certificate.facts | {"number": "AX-2026-000002-00000000"}
    signed = sign_pdf(render_pdf(payload=facts), key=foreign_key, reason="x")
    assert verify_pdf(data=signed, now=NOW).verdict == Verdict.UNKNOWN


def picture_only(document):
    from PIL import Image

    out = io.BytesIO()
    Image.open(io.BytesIO(render_png(document))).convert("RGB").save(out, "PDF")
    return out.getvalue()


def test_picture_of_a_certificate_is_undecided_and_says_what_to_do(certificate):
    report = verify_pdf(data=picture_only(document_of(certificate)), now=NOW)
    assert (report.verdict, report.certificate) == (Verdict.UNDECIDED, None)
    assert report.checks[0].code == "text"
    assert "编号" in report.checks[0].text


def test_any_other_document_is_unknown(db):
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(100, 700, "An invoice")
    canvas.save()
    assert verify_pdf(data=out.getvalue(), now=NOW).verdict == Verdict.UNKNOWN


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"%PDF-1.7", b"%PDF-1.7\n" + b"\0" * 5000, b"PK\x03\x04"],
)
def test_rubbish_is_undecided(db, data):
    assert verify_pdf(data=data, now=NOW).verdict == Verdict.UNDECIDED


def test_too_large_a_file_is_not_even_parsed(db, monkeypatch):
    monkeypatch.setattr(pdf_inspection.subprocess, "run", None)
    data = b"%PDF-1.7" + bytes(MAX_PDF_BYTES)
    report = verify_pdf(data=data, now=NOW)
    assert (report.verdict, codes(report)) == (Verdict.UNDECIDED, {"size": "failed"})


def flate_bomb():
    """A page whose 60 kB of content unpack to 60 MB, ten times over."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        content = b"q " * 30_000_000
        stream = pikepdf.Stream(pdf, content)
        pdf.pages[0].Contents = pikepdf.Array([stream] * 10)
        out = io.BytesIO()
        pdf.save(out, compress_streams=True)
        return out.getvalue()


def thousands_of_objects():
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.Root.Many = pikepdf.Array(
            [pdf.make_indirect(pikepdf.Dictionary(A=n)) for n in range(30_000)]
        )
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def nested():
    body = b"[" * 100_000 + b"]" * 100_000
    return b"%PDF-1.7\n1 0 obj\n" + body + b"\nendobj\ntrailer<</Root 1 0 R>>"


@pytest.mark.slow
@pytest.mark.parametrize("make", [flate_bomb, thousands_of_objects, nested])
def test_malicious_document_is_survived(db, make):
    report = verify_pdf(data=make(), now=NOW)
    assert report.verdict in (Verdict.UNKNOWN, Verdict.UNDECIDED)


def test_inspector_that_hangs_or_dies_reads_as_unreadable(
    certificate, monkeypatch, caplog
):
    document = document_of(certificate)
    real = subprocess.run

    def dies(command, **kwargs):
        return real([sys.executable, "-c", "import os; os.abort()"], **kwargs)

    monkeypatch.setattr(pdf_inspection.subprocess, "run", dies)
    assert not inspect_pdf(document).is_readable
    # Identical bytes are proof enough; a changed copy still names its number.
    assert verify_pdf(data=document, now=NOW).verdict == Verdict.VALID
    assert verify_pdf(data=document + b" ", now=NOW).verdict == Verdict.ALTERED
    assert "could not be inspected" in caplog.text


def test_inspector_gets_no_secret(certificate, monkeypatch):
    seen = {}
    real = subprocess.run

    def spy(command, **kwargs):
        seen.update(kwargs)
        return real(command, **kwargs)

    monkeypatch.setattr(pdf_inspection.subprocess, "run", spy)
    assert inspect_pdf(document_of(certificate)).is_signed_by_us
    assert set(seen["env"]) == {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH"}


# --- the command ---


def run(*args):
    try:
        call_command("verify_certificate", *args)
    except SystemExit as stopped:
        return stopped.code
    return 0


def test_command_exits_with_the_verdict(certificate, tmp_path, capsys):
    file = tmp_path / "a.pdf"
    file.write_bytes(document_of(certificate))
    assert run(str(file)) == 0
    assert run(certificate.number) == 0
    assert run(certificate.number, "--name", "张伟") == 0
    assert run(certificate.number, "--name", "李四") == 1
    assert run("AX-2026-000099-00000000") == 1
    file.write_bytes(document_of(certificate) + b"\n")
    assert run(str(file)) == 1
    file.write_bytes(picture_only(document_of(certificate)))
    assert run(str(file)) == 2
    assert run(str(tmp_path / "absent.pdf")) == 2
    revoke(certificate)
    capsys.readouterr()
    assert run(certificate.number) == 1
    out = capsys.readouterr().out
    assert out.startswith("revoked")
    assert "张*" in out
    assert "张伟" not in out


def test_token_type_is_what_the_page_expects():
    assert TOKEN_TYPE == "cert+jws"
    TemplateFactory.build()
