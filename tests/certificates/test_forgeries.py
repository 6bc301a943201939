"""Forgeries: each kind gets its verdict by the precedence, within limits."""

import signal
import subprocess
import sys

import pytest

from certificates.domain.issuing import reissue_certificate
from certificates.domain.keys import withdraw_key
from certificates.domain.register import publish_checkpoint
from certificates.domain.revoking import revoke_certificate
from certificates.domain.verification import verify_number, verify_pdf, verify_token
from certificates.enums import RevocationReason, Verdict
from certificates.models import CertificateTemplate
from lms.core import signing
from lms.core.signing import signing_key
from tests.certificates import forging as f
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.certificates import NOW, CompletedEnrollmentFactory

pytestmark = [pytest.mark.unit, pytest.mark.django_db]

ALTERED, UNKNOWN, UNDECIDED = Verdict.ALTERED, Verdict.UNKNOWN, Verdict.UNDECIDED
FORGERIES = {
    f.name_edited: ALTERED,
    f.name_edited_signed_at_home: ALTERED,
    f.hours_edited: ALTERED,
    f.validity_prolonged: ALTERED,
    f.text_painted_over: ALTERED,
    f.page_swapped: ALTERED,
    f.page_added: ALTERED,
    f.page_removed: ALTERED,
    f.incremental_update: ALTERED,
    f.annotation_appended: ALTERED,
    f.signature_removed: ALTERED,
    f.signature_replaced: ALTERED,
    f.signature_of_another_document: ALTERED,
    f.code_of_another_person: ALTERED,
    f.attachment_changed: ALTERED,
    f.attachment_removed: ALTERED,
    f.attachment_of_another: ALTERED,
    f.invented_number: UNKNOWN,
    f.saved_by_another_program: ALTERED,
    f.saved_compressed: ALTERED,
    f.printed_to_pdf: ALTERED,
    f.picture_only: UNDECIDED,
    f.locked_with_a_password: UNDECIDED,
    f.locked_for_editing: ALTERED,
    f.half: ALTERED,
    f.last_byte_cut: ALTERED,
    f.byte_appended: ALTERED,
    f.bit_flipped: ALTERED,
    f.bytes_before: ALTERED,
    f.script_inside: ALTERED,
    f.two_hundred_megabytes: UNDECIDED,
    f.bomb: UNDECIDED,
    f.bomb_in_our_document: ALTERED,
    f.thousands_of_objects: UNDECIDED,
    f.nested: UNDECIDED,
    f.circle_of_references: UNDECIDED,
    f.random_bytes: UNDECIDED,
    f.not_a_pdf: UNDECIDED,
    f.invoice: UNKNOWN,
    f.code_edited: ALTERED,
    f.code_signed_at_home: ALTERED,
    f.code_signed_at_home_with_our_key_id: ALTERED,
    f.code_without_signature: ALTERED,
    f.code_signed_with_the_public_key: ALTERED,
    f.code_that_was_never_printed: ALTERED,
    f.checkpoint_as_code: ALTERED,
    f.code_of_another_site: UNKNOWN,
    f.number_guessed: UNKNOWN,
    f.number_with_another_serial: UNKNOWN,
    f.number_of_another_person: UNKNOWN,
    f.name_almost_right: UNKNOWN,
}


@pytest.fixture
def world(issue, settings, tmp_path):
    file = tmp_path / "home.pem"
    # The same name in the certificate as ours: a name proves nothing.
    file.write_bytes(signing.generate_pem(common_name=signing.DEVELOPMENT_NAME))
    settings.SIGNING_KEY_FILE = str(file)
    home_made = signing_key()
    settings.SIGNING_KEY_FILE = ""
    other = UserFactory(display_name="李四光")
    return f.World(issue(), issue(learner=other), home_made)


def judge(forged, now=NOW):
    if isinstance(forged, f.Pdf):
        return verify_pdf(data=forged.data, now=now)
    if isinstance(forged, f.Code):
        return verify_token(token=forged.text, now=now)
    return verify_number(number=forged.number, name=forged.name, now=now)


@pytest.mark.parametrize(
    ("forge", "verdict"), FORGERIES.items(), ids=[g.__name__ for g in FORGERIES]
)
def test_forgery_gets_its_verdict(world, forge, verdict):
    report = judge(forge(world))
    assert report.verdict == verdict
    assert (report.certificate is None) == (verdict != ALTERED)


@pytest.mark.parametrize("forge", [f.incremental_update, f.annotation_appended])
def test_what_was_appended_after_the_signature_is_no_intact_signature(world, forge):
    """Nobody reads "signature intact" above "content altered"."""
    checks = {check.code: check.outcome for check in judge(forge(world)).checks}
    assert (checks["bytes"], checks["signature"]) == ("failed", "failed")


def test_a_file_that_keeps_the_processor_busy_is_stopped():
    busy = (
        "from certificates import inspector as i; i.limit_resources()\nwhile True: pass"
    )
    done = subprocess.run([sys.executable, "-c", busy], check=False)
    assert done.returncode == -signal.SIGPROF


def test_untouched_documents_codes_and_numbers_are_valid(world):
    for certificate in (world.mine, world.other):
        name = certificate.facts["holder"]["name"]
        for forged in (
            f.Pdf(f.document_of(certificate)),
            f.Code(certificate.facts["token"]),
            f.Number(certificate.number, name),
        ):
            assert judge(forged).verdict == Verdict.VALID


def everything(certificate, document):
    """Return the verdicts by document, by code and by number."""
    handed_in = (
        f.Pdf(document),
        f.Code(certificate.facts["token"]),
        f.Number(certificate.number),
    )
    return [judge(each).verdict for each in handed_in]


def test_revoked_certificate_whatever_is_handed_in(world):
    document = f.document_of(world.mine)
    revoke_certificate(
        certificate=world.mine,
        reason=RevocationReason.OTHER,
        by=SuperuserFactory(),
        now=NOW,
    )
    assert everything(world.mine, document) == [Verdict.REVOKED] * 3


def test_replaced_certificate_whatever_is_handed_in(world):
    document = f.document_of(world.mine)
    reissue_certificate(certificate=world.mine, by=UserFactory(), now=NOW)
    assert everything(world.mine, document) == [Verdict.SUPERSEDED] * 3


def test_expired_certificate_whatever_is_handed_in(issue):
    CertificateTemplate.objects.update(validity_months=12)
    certificate = issue(enrollment=CompletedEnrollmentFactory())
    document = f.document_of(certificate)
    later = NOW.replace(year=2027, month=12)
    verdicts = [
        judge(each, later).verdict
        for each in (
            f.Pdf(document),
            f.Code(certificate.facts["token"]),
            f.Number(certificate.number),
        )
    ]
    assert verdicts == [Verdict.EXPIRED] * 3


def test_altered_outranks_revoked(world):
    revoke_certificate(
        certificate=world.mine,
        reason=RevocationReason.OTHER,
        by=SuperuserFactory(),
        now=NOW,
    )
    assert judge(f.byte_appended(world)).verdict == ALTERED
    assert judge(f.code_edited(world)).verdict == ALTERED


def test_stolen_key_makes_no_certificate_afterwards(world, settings, tmp_path):
    """The thief signs a document of ours anew, with our key and any date."""
    stolen = signing_key()
    publish_checkpoint(now=NOW.replace(hour=1))
    file = tmp_path / "new.pem"
    file.write_bytes(signing.generate_pem(common_name="New"))
    settings.SIGNING_KEY_FILE = str(file)
    withdraw_key(kid=stolen.kid, lost_at=NOW, now=NOW)
    forged = f.sign_pdf(
        f.render_pdf(payload=f.renamed(world)), key=stolen, reason=world.mine.number
    )
    assert judge(f.Pdf(forged)).verdict == ALTERED
    code = f.build_token(payload=f.renamed(world), key=stolen)
    assert judge(f.Code(code)).verdict == ALTERED
    # What was registered before the theft goes on being valid.
    assert everything(world.mine, f.document_of(world.mine)) == [Verdict.VALID] * 3
