"""Certificates that an exam or a statutory duty earns, without a course."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.files.storage import storages
from django.urls import reverse

from certificates.domain.awards import (
    end_award,
    issue_for_attempt,
    issue_for_obligation,
    issue_what_waited,
    set_up_award,
)
from certificates.domain.doubts import doubt_certificates
from certificates.domain.issuing import reissue_certificate
from certificates.domain.photos import choose_photo
from certificates.domain.revoking import revoke_certificate
from certificates.domain.sweeps import sweep
from certificates.domain.templates import placed_layout
from certificates.domain.verification import verify_number
from certificates.enums import AwardKind, RevocationReason, Verdict
from certificates.models import Award, Certificate, HolderPhoto, IssueProblem
from exams.domain.attempts import start_attempt
from exams.domain.responses import ResponseInput, record_events
from exams.domain.submission import submit_attempt
from exams.domain.writers import open_writer
from exams.enums import ExamKind
from lms.audit.enums import Verb
from lms.audit.models import AuditEvent
from lms.compliance.domain.duties import recompute_duties
from lms.compliance.models import Obligation, TrainingRule
from lms.reporting.domain.evidence import look_at_evidence
from tests.certificates.test_photos import jpeg
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.certificates import NOW
from tests.factories.compliance import credit
from tests.factories.exams import ExamFactory, make_fixed_paper, make_items
from tests.factories.organizations import (
    MembershipFactory,
    OrganizationFactory,
    PositionFactory,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def exam():
    return ExamFactory(title="叉车安全考核", paper=make_fixed_paper(make_items(2)))


@pytest.fixture
def award(template, exam):
    return set_up_award(
        award=Award(
            template=template, kind=AwardKind.EXAM, exam=exam, title_en="Forklift test"
        ),
        by=SuperuserFactory(),
        now=NOW,
    )


@pytest.fixture
def sit(exam, django_capture_on_commit_callbacks):
    """Sit the exam: `sit(person, right=True)` gives the finalized attempt."""

    def do(person, *, right=True, at=LATER, **fields):
        attempt = start_attempt(exam=exam, candidate=person, now=at, **fields)
        open_writer(attempt=attempt, client_key="t", now=at)
        events = [
            ResponseInput(int(position), int(position), entry["correct"])
            for position, entry in attempt.key.blob.items()
            if right
        ]
        if events:
            record_events(public_id=attempt.public_id, writer=1, events=events, now=at)
        with django_capture_on_commit_callbacks(execute=True):
            return submit_attempt(
                attempt=attempt, by=None, writer=1, last_seq=len(events), now=at
            )

    return do


def test_a_passed_exam_earns_its_certificate_at_once(award, sit):
    employer = OrganizationFactory(name="江海机械厂")
    member = MembershipFactory(organization=employer, user__display_name="李四")
    attempt = sit(member.user, membership=member)
    certificate = Certificate.objects.get()
    facts = certificate.facts
    assert (certificate.exam, certificate.holder) == (attempt.exam, member.user)
    assert facts["title"] == {"text": "叉车安全考核", "other": "Forklift test"}
    assert facts["score"] == {"score": "2", "max": "2"}
    assert facts["organization"] == "江海机械厂"
    assert facts["completed_on"] == "2026-11-23"
    assert verify_number(number=certificate.number, now=LATER).verdict == Verdict.VALID


def test_who_fails_gets_none(award, sit):
    sit(UserFactory(), right=False)
    assert not Certificate.objects.exists()


def test_an_exam_without_award_earns_none(template, sit):
    sit(UserFactory())
    assert not Certificate.objects.exists()


def test_a_repeated_call_earns_no_second_one(award, sit):
    attempt = sit(UserFactory())
    assert issue_for_attempt(attempt=attempt, now=LATER) == Certificate.objects.get()


def test_completing_once_earns_no_second_one_after_a_revocation(award, sit):
    attempt = sit(UserFactory())
    certificate = Certificate.objects.get()
    revoke_certificate(
        certificate=certificate, reason=RevocationReason.OTHER,
        by=SuperuserFactory(), now=LATER,
    )  # fmt: skip
    sweep(now=LATER + timedelta(hours=3))
    assert Certificate.objects.get() == certificate
    assert issue_for_attempt(attempt=attempt, now=LATER) == certificate


def test_what_was_passed_before_is_left_alone(template, exam, sit):
    sit(UserFactory(), at=NOW - timedelta(days=3))
    set_up_award(
        award=Award(template=template, kind=AwardKind.EXAM, exam=exam),
        by=SuperuserFactory(),
        now=NOW,
    )
    sweep(now=LATER)
    assert not Certificate.objects.exists()


def test_the_sweep_finds_a_pass_whose_message_was_lost(award, sit, monkeypatch):
    monkeypatch.setattr(
        "certificates.receivers.issue_for_attempt", lambda **kwargs: None
    )
    person = UserFactory()
    sit(person)
    assert not Certificate.objects.exists()
    assert sweep(now=LATER).issued == 1
    assert sweep(now=LATER).issued == 0
    assert Certificate.objects.get().holder == person


def test_an_ended_award_issues_no_more(award, sit):
    sit(UserFactory())
    end_award(award=award, by=SuperuserFactory())
    end_award(award=award, by=SuperuserFactory())
    sit(UserFactory())
    sweep(now=LATER)
    assert Certificate.objects.count() == 1
    changes = AuditEvent.objects.filter(verb=Verb.CERTIFICATE_AWARD_CHANGED)
    assert [event.data["active"] for event in changes.order_by("pk")] == [True, False]


def test_a_refusal_is_kept_for_staff_and_tried_again(award, sit, client):
    person = UserFactory(display_name="张\U000e0020伟")
    attempt = sit(person)
    problem = IssueProblem.objects.get()
    assert (problem.attempt, problem.code) == (attempt, "glyph_missing")
    client.force_login(SuperuserFactory())
    page = client.get(reverse("certificates_office:index")).content.decode()
    assert "叉车安全考核" in page
    person.display_name = "张伟"
    person.save()
    assert sweep(now=problem.retry_after - timedelta(minutes=1)).issued == 0
    assert sweep(now=problem.retry_after + timedelta(minutes=1)).issued == 1
    assert not IssueProblem.objects.exists()


def test_who_waited_for_a_photo_gets_it_with_the_photo(award, sit, photo_template):
    person = UserFactory()
    sit(person)
    assert IssueProblem.objects.get().code == "no_photo"
    choose_photo(holder=person, data=jpeg())
    issue_what_waited(holder=person, now=LATER)
    assert Certificate.objects.get().photo_sha256


@pytest.fixture
def photo_template(template, private_files):
    field = HolderPhoto._meta.get_field("file")
    before, field.storage = field.storage, storages["private"]
    layout = placed_layout("zh-hans")
    template.layout = layout | {"photo": {"x": 240, "y": 60, "width": 25}}
    template.save()
    yield template
    field.storage = before


def test_a_reissue_stays_the_certificate_of_its_exam(award, sit):
    person = UserFactory(display_name="张伟")
    attempt = sit(person)
    person.display_name = "章伟"
    person.save()
    new = reissue_certificate(
        certificate=Certificate.objects.get(), by=SuperuserFactory(), now=LATER
    )
    assert (new.exam, new.facts["holder"]["name"]) == (attempt.exam, "章伟")
    assert issue_for_attempt(attempt=attempt, now=LATER) == new


def test_a_pass_that_is_none_any_more_puts_it_in_doubt(award, sit):
    attempt = sit(UserFactory())
    assert doubt_certificates(attempt=attempt, reason="答案更正") == 1


def test_the_evidence_behind_it_is_the_attempt(award, sit):
    person = UserFactory()
    sit(person)
    sit(UserFactory())
    certificate = Certificate.objects.get(holder=person)
    found = look_at_evidence(certificate=certificate, by=SuperuserFactory())
    assert [(s.title, s.score, s.passed) for s in found.sittings] == [
        ("叉车安全考核", "2 / 2", True)
    ]
    assert found.days == []


# --- duties ---


@pytest.fixture
def duty(template):
    """A worker of a shop who owes 8 hours a year or 24 at the start, and an award."""
    organization = OrganizationFactory(industry="F51", name="江海商场")
    member = MembershipFactory(
        organization=organization,
        position=PositionFactory(organization=organization, category="worker"),
        starts_on=date(2026, 10, 1),
    )
    recompute_duties(on=date(2026, 11, 23), membership_ids=[member.pk])
    duty = Obligation.objects.get(membership=member)
    set_up_award(
        award=Award(
            template=template, kind=AwardKind.OBLIGATION, rule_code=duty.rule.code,
            title="新上岗从业人员安全培训", title_en="Induction training",
        ),
        by=SuperuserFactory(),
        now=NOW,
    )  # fmt: skip
    return duty


def meet(duty):
    day = date(2026, 11, 24)
    credit(duty.membership, duty.required_seconds + 100, on=day)
    recompute_duties(on=day, membership_ids=[duty.membership_id])
    duty.refresh_from_db()


def test_a_duty_that_is_met_earns_its_certificate(duty):
    sweep(now=NOW + timedelta(days=1))
    assert not Certificate.objects.exists(), "it is open"
    meet(duty)
    assert sweep(now=NOW + timedelta(days=2)).issued == 1
    assert sweep(now=NOW + timedelta(days=3)).issued == 0
    certificate = Certificate.objects.get()
    facts = certificate.facts
    assert (certificate.obligation, certificate.holder) == (duty, duty.membership.user)
    assert facts["title"]["text"] == "新上岗从业人员安全培训"
    assert facts["organization"] == "江海商场"
    assert facts["completed_on"] == "2026-11-24"
    assert facts["hours"][0]["hours"] == "24.0"
    assert issue_for_obligation(obligation=duty, now=NOW) == certificate


def test_the_evidence_behind_a_duty_is_its_study_days(duty):
    meet(duty)
    credit(MembershipFactory(user=duty.membership.user), 4000, on=date(2026, 11, 24))
    sweep(now=NOW + timedelta(days=2))
    found = look_at_evidence(certificate=Certificate.objects.get(), by=UserFactory())
    assert [(day.on, day.seconds) for day in found.days] == [
        (date(2026, 11, 24), duty.credited_seconds)
    ]


def test_a_duty_met_under_another_rule_earns_none(duty):
    Award.objects.update(rule_code="other")
    meet(duty)
    assert issue_for_obligation(obligation=duty, now=NOW) is None
    assert sweep(now=NOW + timedelta(days=2)).issued == 0


# --- the page ---

PAGE = "/admin/certificates/awards/"


def test_staff_set_up_and_end_an_award(client, template, exam):
    client.force_login(SuperuserFactory())
    data = {"kind": "exam", "exam": exam.pk, "template": template.pk}
    assert client.post(PAGE, data).status_code == 302
    award = Award.objects.get()
    assert (award.exam, award.is_active) == (exam, True)
    assert "叉车安全考核" in client.get(PAGE).content.decode()
    assert client.post(f"{PAGE}{award.pk}/end/").status_code == 302
    award.refresh_from_db()
    assert not award.is_active


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "exam", "exam": ""}, "exam"),
        ({"kind": "obligation"}, "exam"),
        ({"kind": "obligation", "exam": "", "title": "培训"}, "rule_code"),
        ({"kind": "obligation", "exam": "", "rule_code": "x"}, "rule_code"),
        ({"rule_code": "RULE"}, "rule_code"),
        ({"kind": "obligation", "exam": "", "rule_code": "RULE"}, "title"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(client, template, exam, changes, field):
    client.force_login(SuperuserFactory())
    code = TrainingRule.objects.first().code
    data = {"kind": "exam", "exam": exam.pk, "template": template.pk} | changes
    data = {name: code if value == "RULE" else value for name, value in data.items()}
    response = client.post(PAGE, data)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not Award.objects.exists()


def test_one_exam_earns_one_certificate_at_a_time(client, template, award, exam):
    client.force_login(SuperuserFactory())
    data = {"kind": "exam", "exam": exam.pk, "template": template.pk}
    response = client.post(PAGE, data)
    assert "exam" in response.context["form"].errors
    end_award(award=award, by=SuperuserFactory())
    assert client.post(PAGE, data).status_code == 302


def test_mock_exams_are_not_offered(client, template, exam):
    mock = ExamFactory(kind=ExamKind.MOCK)
    client.force_login(SuperuserFactory())
    offered = client.get(PAGE).context["form"].fields["exam"].queryset
    assert exam in offered
    assert mock not in offered


@pytest.mark.parametrize("granted", [None, "revoke_certificate"])
def test_others_do_not_get_in(client, award, granted):
    person = UserFactory(is_staff=True)
    names = ["access_admin", *filter(None, [granted])]
    person.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(person)
    assert client.get(PAGE).status_code in (302, 403)
    assert client.post(f"{PAGE}{award.pk}/end/").status_code in (302, 403)
    award.refresh_from_db()
    assert award.is_active
