import hashlib
import json
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection

from certificates.domain import issuing, sweeps
from certificates.domain.canonical import canonical_json
from certificates.domain.issuing import (
    attach_pdf,
    issue_certificate,
    issue_for_enrollment,
    reissue_certificate,
)
from certificates.domain.numbers import NUMBER
from certificates.domain.register import commit
from certificates.enums import CertificateState, EntryKind
from certificates.errors import GlyphMissing, IssueRefused
from certificates.models import (
    Certificate,
    CertificateTemplate,
    IssueProblem,
    NumberSeries,
    RegisterEntry,
)
from courses.enums import EnrollmentState
from courses.signals import enrollment_completed
from lms.audit.models import AuditEvent
from lms.compliance.domain.ledger import append_credit
from lms.compliance.enums import CreditSource
from lms.notifications.models import Message
from tests.concurrency import at_once
from tests.factories.accounts import UserFactory
from tests.factories.certificates import (
    NOW,
    CertifiedSyllabusFactory,
    CompletedEnrollmentFactory,
    IssuerFactory,
    TemplateFactory,
)
from tests.factories.organizations import MembershipFactory, OrganizationFactory

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def test_certificate_freezes_the_facts_of_the_day(issue):
    organization = OrganizationFactory(name="江海精工机械有限公司")
    member = MembershipFactory(
        user__display_name="欧阳 娜娜", organization=organization
    )
    certificate = issue(
        learner=member.user, membership=member, organization_id=organization.pk,
        document=False,
    )  # fmt: skip
    facts = certificate.facts
    assert NUMBER.fullmatch(certificate.number)
    assert certificate.number.startswith("AX-2026-000001-")
    assert facts["holder"] == {"name": "欧阳 娜娜", "masked": "欧阳**"}
    assert facts["title"]["text"] == "十分钟安全入门"
    assert facts["title"]["other"] == "Safety in ten minutes"
    assert facts["organization"] == "江海精工机械有限公司"
    assert (facts["issued_on"], facts["valid_until"]) == ("2026-11-23", None)
    assert facts["score"] is None
    assert certificate.subject_id == member.user.subject_id
    assert canonical_json(facts).decode() == certificate.payload


def test_year_of_the_number_is_chinas(issue):
    new_year = NOW.replace(month=12, day=31, hour=16)  # midnight in Shanghai
    assert issue(now=new_year, document=False).year == 2027


def test_payload_is_not_readable_in_the_database(issue):
    certificate = issue(document=False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM certificates_certificate")
        raw = bytes(cursor.fetchone()[0])
    assert "张伟".encode() not in raw
    assert certificate.number.encode() not in raw


def test_leaf_commits_to_the_payload_and_names_nobody(issue):
    certificate = issue(document=False)
    entry = RegisterEntry.objects.get(index=certificate.register_index)
    commitment = commit(salt=certificate.salt, payload=certificate.payload.encode())
    assert json.loads(entry.leaf) == {
        "v": 1,
        "kind": "issue",
        "commitment": commitment,
        "at": "2026-11-23T02:00:00Z",
    }
    assert entry.leaf_hash == hashlib.sha256(b"\0" + entry.leaf.encode()).digest()


def test_issuing_again_returns_the_same_certificate(template):
    enrollment = CompletedEnrollmentFactory()
    first = issue_certificate(enrollment=enrollment, now=NOW)
    assert issue_certificate(enrollment=enrollment, now=NOW) == first
    assert Certificate.objects.count() == RegisterEntry.objects.count() == 1
    assert NumberSeries.objects.get().last_serial == 1


def test_holder_is_told_and_the_audit_knows(
    template, django_capture_on_commit_callbacks
):
    by = UserFactory()
    enrollment = CompletedEnrollmentFactory()
    with django_capture_on_commit_callbacks(execute=True):
        certificate = issue_certificate(enrollment=enrollment, now=NOW, by=by)
    message = Message.objects.get(recipient=enrollment.learner)
    assert message.url == f"/learn/certificates/{certificate.number}/"
    event = AuditEvent.objects.get(verb="certificate_issued")
    assert event.object_id == certificate.number
    assert event.actor_subject_id == by.subject_id
    certificate.refresh_from_db()
    assert certificate.pdf_sha256  # the task ran after the commit


def test_incomplete_enrollment_gets_none(template):
    enrollment = CompletedEnrollmentFactory(
        state=EnrollmentState.ACTIVE, completed_at=None
    )
    with pytest.raises(IssueRefused) as refused:
        issue_certificate(enrollment=enrollment, now=NOW)
    assert refused.value.code == "not_completed"


def test_without_a_template_the_refusal_is_kept_for_staff(db):
    enrollment = CompletedEnrollmentFactory()
    assert issue_for_enrollment(enrollment_id=enrollment.pk, now=NOW) is None
    problem = IssueProblem.objects.get()
    assert (problem.enrollment, problem.code) == (enrollment, "no_template")
    TemplateFactory()
    later = NOW + timedelta(hours=2)
    assert sweeps.sweep(now=NOW + timedelta(minutes=5)).issued == 0
    assert sweeps.sweep(now=later) == sweeps.Swept(issued=1, rendered=0)
    assert not IssueProblem.objects.exists()


@pytest.mark.parametrize("name", ["𡘙田太郎", "ئابلىز", "张\u202e伟"])
def test_missing_glyph_refuses_and_names_the_character(template, name):
    enrollment = CompletedEnrollmentFactory(learner__display_name=name)
    with pytest.raises(GlyphMissing) as refused:
        issue_certificate(enrollment=enrollment, now=NOW)
    missing = refused.value.params["characters"]
    assert missing[0] in name
    assert f"U+{ord(missing[0]):04X}" in str(refused.value)
    assert not Certificate.objects.exists()
    assert not RegisterEntry.objects.exists()
    # No serial was lost: the next one is the first.
    other = CompletedEnrollmentFactory(learner__display_name="䶮·㛃")
    assert issue_certificate(enrollment=other, now=NOW).serial == 1


def test_serials_are_per_issuer_and_year_without_gap(issue):
    numbers = [issue(document=False).serial for _ in range(3)]
    next_year = issue(now=NOW + timedelta(days=60), document=False)
    assert numbers == [1, 2, 3]
    assert (next_year.year, next_year.serial) == (2027, 1)


def test_own_template_of_the_organization_goes_first(template):
    organization = OrganizationFactory()
    issuer = IssuerFactory(
        code="JH", name="江海精工", owner_organization_id=organization.pk
    )
    TemplateFactory(issuer=issuer, owner_organization_id=organization.pk)
    enrollment = CompletedEnrollmentFactory(organization_id=organization.pk)
    certificate = issue_certificate(enrollment=enrollment, now=NOW)
    assert certificate.number.startswith("JH-2026-000001-")
    elsewhere = CompletedEnrollmentFactory()
    assert issue_certificate(enrollment=elsewhere, now=NOW).issuer == template.issuer


def test_english_reader_gets_the_english_document(template):
    TemplateFactory(language="en")
    enrollment = CompletedEnrollmentFactory(
        learner__display_name="John Smith", learner__language="en"
    )
    facts = issue_certificate(enrollment=enrollment, now=NOW).facts
    assert facts["language"] == "en"
    assert facts["title"]["text"] == "Safety in ten minutes"
    assert facts["holder"]["masked"] == "J*** S***"


def test_template_with_validity_dates_the_certificate(template):
    CertificateTemplate.objects.update(validity_months=36)
    enrollment = CompletedEnrollmentFactory()
    certificate = issue_certificate(enrollment=enrollment, now=NOW)
    assert certificate.valid_until.isoformat() == "2029-11-22"
    assert certificate.facts["valid_until"] == "2029-11-22"


@pytest.mark.parametrize(
    "layout",
    [
        [],
        {"version": 2},
        {"version": 1, "orientation": "round"},
        {"version": 1, "orientation": "portrait", "script": "x"},
        {"version": 1, "orientation": "portrait", "heading": "x" * 301},
        {"version": 1, "orientation": "portrait", "heading": 3},
    ],
)
def test_layout_is_validated(layout):
    template = TemplateFactory.build(layout=layout)
    with pytest.raises(ValidationError) as refused:
        template.clean_fields(exclude=["issuer"])
    assert "layout" in refused.value.message_dict


def test_completion_signal_issues_at_once(template):
    enrollment = CompletedEnrollmentFactory()
    enrollment_completed.send(type(enrollment), enrollment=enrollment, now=NOW)
    assert Certificate.objects.get().enrollment == enrollment


def test_document_is_stored_once(issue, private_files):
    certificate = issue()
    again = attach_pdf(certificate_id=certificate.pk)
    assert (again.pdf.name, again.pdf_sha256) == (
        certificate.pdf.name,
        certificate.pdf_sha256,
    )
    assert len(list(private_files.rglob("*.pdf"))) == 1
    with certificate.pdf.open("rb") as file:
        assert hashlib.sha256(file.read()).hexdigest() == certificate.pdf_sha256


def test_two_workers_leave_one_document(issue, private_files, monkeypatch):
    certificate = issue(document=False)
    render = issuing.render_pdf

    def overtaken(**kwargs):
        monkeypatch.setattr(issuing, "render_pdf", render)
        attach_pdf(certificate_id=certificate.pk)  # the other worker is faster
        return render(**kwargs)

    monkeypatch.setattr(issuing, "render_pdf", overtaken)
    stored = attach_pdf(certificate_id=certificate.pk)
    files = list(private_files.rglob("*.pdf"))
    assert len(files) == 1
    digest = hashlib.sha256(files[0].read_bytes()).hexdigest()
    assert digest == stored.pdf_sha256


def test_killed_between_row_and_document_the_sweep_renders_once(issue, private_files):
    certificate = issue(document=False)
    assert sweeps.sweep(now=NOW).rendered == 0  # the worker may still be at it
    later = NOW + timedelta(minutes=3)
    assert sweeps.sweep(now=later) == sweeps.Swept(issued=0, rendered=1)
    assert sweeps.sweep(now=later) == sweeps.Swept(issued=0, rendered=0)
    certificate.refresh_from_db()
    assert certificate.pdf_sha256
    assert len(list(private_files.rglob("*.pdf"))) == 1


def test_one_broken_certificate_does_not_stop_the_sweep(issue, monkeypatch):
    broken, fine = issue(document=False), issue(document=False)
    real = sweeps.attach_pdf

    def fails_once(*, certificate_id):
        if certificate_id == broken.pk:
            raise OSError("disk")
        return real(certificate_id=certificate_id)

    monkeypatch.setattr(sweeps, "attach_pdf", fails_once)
    assert sweeps.sweep(now=NOW + timedelta(minutes=3)).rendered == 1
    fine.refresh_from_db()
    assert fine.pdf_sha256


def test_lost_completion_is_found_by_the_sweep(template):
    enrollment = CompletedEnrollmentFactory()
    swept = sweeps.sweep(now=NOW + timedelta(minutes=3))
    assert swept.issued == 1
    assert Certificate.objects.get().enrollment == enrollment


def test_reissue_supersedes_and_keeps_the_old_one(certificate):
    learner = certificate.holder
    learner.display_name = "张玮"
    learner.save()
    staff = UserFactory()
    fresh = Certificate.objects.get(pk=certificate.pk)
    new = reissue_certificate(certificate=fresh, by=staff, now=NOW)
    certificate.refresh_from_db()
    assert certificate.state == CertificateState.SUPERSEDED
    assert (new.replaces, new.facts["holder"]["name"]) == (certificate, "张玮")
    assert certificate.facts["holder"]["name"] == "张伟"
    kinds = RegisterEntry.objects.values_list("kind", flat=True)
    assert list(kinds) == [EntryKind.ISSUE, EntryKind.REISSUE]
    with pytest.raises(IssueRefused):
        reissue_certificate(certificate=certificate, by=staff, now=NOW)


def test_database_refuses_a_second_current_certificate(certificate):
    certificate.pk, certificate.number = None, "AX-2026-000009-00000000"
    certificate.serial, certificate.register_index = 9, 9
    certificate._state.adding = True
    with pytest.raises(IntegrityError):
        certificate.save()


@pytest.mark.django_db(transaction=True)
def test_issuing_in_threads_gives_one_certificate_and_no_gap():
    TemplateFactory()
    syllabus = CertifiedSyllabusFactory()
    enrollments = [CompletedEnrollmentFactory(syllabus=syllabus) for _ in range(3)]
    at_once(
        *(
            partial(issue_certificate, enrollment=enrollment, now=NOW)
            for enrollment in enrollments * 2
        )
    )
    serials = Certificate.objects.order_by("serial").values_list("serial", flat=True)
    assert list(serials) == [1, 2, 3]
    indexes = RegisterEntry.objects.values_list("index", flat=True)
    assert list(indexes) == [0, 1, 2]
    call_command("audit_register")


@pytest.mark.parametrize(("seconds", "hours"), [(269, []), (270, ["0.1"])])
def test_minutes_that_make_no_tenth_of_an_hour_are_not_printed(issue, seconds, hours):
    enrollment = CompletedEnrollmentFactory()
    append_credit(
        enrollment=enrollment,
        unit_key=uuid4(),
        seconds=seconds,
        source=CreditSource.VERIFIED_TIME,
        evidence={},
        now=NOW,
    )
    facts = issue(enrollment=enrollment, document=False).facts
    assert [entry["hours"] for entry in facts["hours"]] == hours
