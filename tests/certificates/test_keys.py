"""A signing key is rotated, lost, and stolen: what still verifies afterwards."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from certificates.domain.issuing import (
    attach_pdf,
    issue_certificate,
    reissue_certificate,
)
from certificates.domain.keys import withdraw_key
from certificates.domain.register import publish_checkpoint, read_checkpoint
from certificates.domain.revoking import revoke_certificate
from certificates.domain.tokens import published_jwks
from certificates.domain.verification import verify_number, verify_pdf, verify_token
from certificates.enums import RevocationReason, Verdict
from certificates.errors import KeyRefused
from certificates.models import Checkpoint, PublishedKey
from lms.audit.models import AuditEvent
from lms.core import signing
from lms.core.signing import signing_key
from tests.factories.accounts import SuperuserFactory
from tests.factories.certificates import NOW, CompletedEnrollmentFactory

pytestmark = [pytest.mark.unit, pytest.mark.django_db]

BEFORE, LOST, AFTER = NOW, NOW + timedelta(days=1), NOW + timedelta(days=2)


@pytest.fixture
def rotate(settings, tmp_path):
    """Point the installation at a fresh key: `rotate()` returns (old, new) key id."""

    def do(name="next"):
        old = signing_key().kid
        file = tmp_path / f"{name}.pem"
        file.write_bytes(signing.generate_pem(common_name=name))
        settings.SIGNING_KEY_FILE = str(file)
        return old, signing_key().kid

    return do


def verdicts(certificate, now=AFTER):
    """By number, by code, by document."""
    with certificate.pdf.open("rb") as file:
        document = file.read()
    return [
        verify_number(number=certificate.number, now=now).verdict,
        verify_token(token=certificate.facts["token"], now=now).verdict,
        verify_pdf(data=document, now=now).verdict,
    ]


def issue_at(moment):
    certificate = issue_certificate(enrollment=CompletedEnrollmentFactory(), now=moment)
    return attach_pdf(certificate_id=certificate.pk)


def published():
    return [jwk["kid"] for jwk in published_jwks()["keys"]]


def test_rotated_key_is_served_on_and_its_certificates_stay_valid(template, rotate):
    certificate = issue_at(BEFORE)
    old, new = rotate()
    newer = issue_at(AFTER)
    assert (certificate.kid, newer.kid) == (old, new)
    assert verdicts(certificate) == verdicts(newer) == [Verdict.VALID] * 3
    assert published() == [new, old]


def test_lost_key_costs_nothing_that_was_issued(template, rotate, settings, tmp_path):
    """The file is gone, with the disk perhaps: only a new key can sign."""
    file = tmp_path / "first.pem"
    file.write_bytes(signing.generate_pem(common_name="first"))
    settings.SIGNING_KEY_FILE = str(file)
    certificate = issue_at(BEFORE)
    publish_checkpoint(now=BEFORE)
    file.unlink()
    settings.SIGNING_KEY_FILE = ""
    rotate()
    assert verdicts(certificate) == [Verdict.VALID] * 3
    assert verdicts(issue_at(AFTER)) == [Verdict.VALID] * 3
    call_command("audit_register")


def test_stolen_key_counts_for_what_a_checkpoint_covered_before(template, rotate):
    early = issue_at(BEFORE)
    publish_checkpoint(now=BEFORE)
    late = issue_at(LOST)
    old, new = rotate()
    done = withdraw_key(kid=old, lost_at=LOST, now=AFTER)
    assert (done.proven, done.doubtful) == (1, (late.number,))
    assert verdicts(early) == [Verdict.VALID] * 3
    # The register is ours, so the number alone still answers; what was signed does not.
    assert verdicts(late) == [Verdict.VALID, Verdict.ALTERED, Verdict.ALTERED]
    assert published() == [new]


def test_withdrawing_signs_the_register_with_the_new_key_and_is_recorded(
    template, rotate
):
    issue_at(BEFORE)
    old, new = rotate()
    withdraw_key(kid=old, lost_at=LOST, now=AFTER)
    newest = Checkpoint.objects.first()
    assert (newest.kid, newest.size) == (new, 1)
    event = AuditEvent.objects.get(verb="key_withdrawn")
    assert (event.object_id, event.data) == (old, {"lost_at": LOST.isoformat()})


def test_register_goes_on_and_audits_after_a_withdrawal(template, rotate):
    """What the stolen key signed of the register stays readable to ourselves."""
    issue_at(BEFORE)
    checkpoint = publish_checkpoint(now=BEFORE)
    old, _new = rotate()
    withdraw_key(kid=old, lost_at=LOST, now=AFTER)
    assert read_checkpoint(token=checkpoint.token)["size"] == 1
    issue_at(AFTER)
    publish_checkpoint(now=AFTER)
    call_command("audit_register")


def test_second_withdrawal_only_moves_the_moment_back(template, rotate):
    certificate = issue_at(BEFORE)
    publish_checkpoint(now=BEFORE)
    old, _new = rotate()
    withdraw_key(kid=old, lost_at=LOST, now=AFTER)
    withdraw_key(kid=old, lost_at=AFTER, now=AFTER)
    assert PublishedKey.objects.get(pk=old).compromised_at == LOST
    withdraw_key(kid=old, lost_at=BEFORE, now=AFTER)
    assert verdicts(certificate)[1:] == [Verdict.ALTERED] * 2


def test_what_is_revoked_or_reissued_is_not_listed_again(template, rotate):
    revoked, replaced, left = (issue_at(LOST) for _ in range(3))
    by = SuperuserFactory()
    revoke_certificate(
        certificate=revoked, reason=RevocationReason.OTHER, by=by, now=AFTER
    )
    old, _new = rotate()
    first = withdraw_key(kid=old, lost_at=LOST, now=AFTER)
    reissue_certificate(certificate=replaced, by=by, now=AFTER, reason="key")
    again = withdraw_key(kid=old, lost_at=LOST, now=AFTER)
    assert first.doubtful == (replaced.number, left.number)
    assert again.doubtful == (left.number,)


@pytest.mark.parametrize(
    ("kid", "lost_at", "code"),
    [
        ("nobody", LOST, "unknown_key"),
        (None, LOST, "key_in_use"),
        ("nobody", AFTER + timedelta(seconds=1), "future"),
    ],
)
def test_withdrawal_that_makes_no_sense_is_refused(template, kid, lost_at, code):
    issue_at(BEFORE)
    with pytest.raises(KeyRefused) as refused:
        withdraw_key(kid=kid or signing_key().kid, lost_at=lost_at, now=AFTER)
    assert refused.value.code == code


def test_command_lists_what_has_to_be_reissued(template, rotate, capsys):
    certificate = issue_at(BEFORE)
    old, _new = rotate()
    call_command("withdraw_key", old, "--lost-at", "2026-11-24T10:00+08:00")
    out = capsys.readouterr().out
    assert "registered before: 0; to be reissued: 1" in out
    assert certificate.number in out
    for wrong in ("yesterday", "2026-11-24T10:00"):
        with pytest.raises(CommandError):
            call_command("withdraw_key", old, "--lost-at", wrong)


def test_the_doubtful_ones_are_reissued_from_a_list(template, tmp_path, capsys):
    early, late, revoked = issue_at(BEFORE), issue_at(AFTER), issue_at(AFTER)
    office = SuperuserFactory()
    revoke_certificate(
        certificate=revoked, by=office, reason=RevocationReason.ISSUED_IN_ERROR,
        now=AFTER,
    )  # fmt: skip
    numbers = tmp_path / "numbers.txt"
    numbers.write_text(f"{late.number}\n\n{revoked.number}\nAX-2026-999999\n")
    arguments = [str(numbers), "--by", office.email, "--reason", "key withdrawn"]
    with pytest.raises(CommandError, match="Not every"):
        call_command("reissue_certificates", *arguments)
    told = capsys.readouterr()
    late.refresh_from_db()
    new = late.replaced_by
    assert f"{late.number} -> {new.number}" in told.out
    assert "1 reissued, 2 refused" in told.out
    assert f"{revoked.number}: " in told.err
    assert "AX-2026-999999: no such certificate" in told.err
    assert new.holder == late.holder
    assert verify_number(number=late.number, now=AFTER).verdict == Verdict.SUPERSEDED
    assert verify_number(number=early.number, now=AFTER).verdict == Verdict.VALID
    trail = AuditEvent.objects.filter(object_id=new.number).get()
    assert trail.actor_subject_id == office.subject_id


def test_only_the_office_reissues_many(template, tmp_path):
    late = issue_at(AFTER)
    numbers = tmp_path / "numbers.txt"
    numbers.write_text(late.number)
    for email in ("nobody@example.com", late.holder.email):
        with pytest.raises(CommandError, match="--by"):
            call_command("reissue_certificates", str(numbers), "--by", email)
    late.refresh_from_db()
    assert late.state == "issued"
