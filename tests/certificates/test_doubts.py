"""A result under a certificate changed: people are told, nothing is altered."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission

from certificates.domain.doubts import doubt_certificates
from certificates.domain.revoking import revoke_certificate
from certificates.enums import RevocationReason
from exams.domain.attempts import start_attempt
from exams.domain.marks import Standing
from exams.models import Result
from exams.signals import result_changed
from lms.audit.enums import Verb
from lms.audit.models import AuditEvent
from lms.notifications.models import Message
from lms.organizations.enums import MembershipRole
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.certificates import NOW, IssuerFactory
from tests.factories.exams import ExamFactory
from tests.factories.organizations import AdministratorFactory, MembershipFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def attempt(certificate):
    """The attempt whose pass the certificate stands on."""
    enrollment = certificate.enrollment
    return start_attempt(
        exam=ExamFactory(),
        candidate=enrollment.learner,
        enrollment=enrollment,
        now=NOW - timedelta(hours=2),
    )


@pytest.fixture
def registrar():
    user = UserFactory()
    user.user_permissions.add(
        Permission.objects.get(
            content_type__app_label="certificates", codename="revoke_certificate"
        )
    )
    return user


def told(person):
    doubting = Message.objects.filter(recipient=person, dedupe_key__startswith="doubt:")
    return list(doubting.values_list("url", flat=True))


def doubts():
    return AuditEvent.objects.filter(verb=Verb.CERTIFICATE_DOUBTED)


def test_who_may_revoke_is_told_and_the_certificate_stays(
    certificate, attempt, registrar
):
    before = (certificate.state, certificate.payload, certificate.pdf.name)
    assert doubt_certificates(attempt=attempt, reason="答案更正") == 1
    certificate.refresh_from_db()
    assert (certificate.state, certificate.payload, certificate.pdf.name) == before
    (address,) = told(registrar)
    assert certificate.number in address
    message = Message.objects.get(recipient=registrar)
    assert certificate.number in message.subject
    assert "答案更正" in message.body
    event = doubts().get()
    assert event.data == {"attempt": str(attempt.public_id), "reason": "答案更正"}


def test_operators_are_told_and_nobody_without_the_right(
    certificate, attempt, registrar
):
    operator = SuperuserFactory()
    gone = SuperuserFactory(is_active=False)
    doubt_certificates(attempt=attempt, reason="")
    assert len(told(operator)) == len(told(registrar)) == 1
    learner = certificate.enrollment.learner
    for person in (gone, learner, UserFactory(), AdministratorFactory().user):
        assert told(person) == []


def test_administrators_of_the_issuers_owner_are_told(certificate, attempt):
    owner = AdministratorFactory()
    IssuerFactory()
    certificate.issuer.owner_organization_id = owner.organization_id
    certificate.issuer.save()
    member = MembershipFactory(
        organization=owner.organization, role=MembershipRole.EMPLOYEE
    )
    former = AdministratorFactory(
        organization=owner.organization, state="ended", ends_on=NOW.date()
    )
    doubt_certificates(attempt=attempt, reason="申诉")
    assert len(told(owner.user)) == 1
    assert told(member.user) == told(former.user) == []


def test_each_is_told_in_their_language(certificate, attempt, registrar):
    registrar.language = "en"
    registrar.save()
    doubt_certificates(attempt=attempt, reason="")
    assert "no longer passed" in Message.objects.get(recipient=registrar).subject


def test_nobody_is_told_twice(certificate, attempt, registrar):
    for _time in range(2):
        doubt_certificates(attempt=attempt, reason="答案更正")
    assert len(told(registrar)) == 1


def test_a_revoked_certificate_is_in_no_doubt(certificate, attempt, registrar):
    revoke_certificate(
        certificate=certificate,
        by=registrar,
        reason=RevocationReason.EXAM_MISCONDUCT,
        now=NOW,
    )
    assert doubt_certificates(attempt=attempt, reason="") == 0
    assert not doubts().exists()


def test_an_attempt_outside_a_course_has_no_certificate(certificate, registrar):
    alone = start_attempt(exam=ExamFactory(), candidate=UserFactory(), now=NOW)
    assert doubt_certificates(attempt=alone, reason="") == 0
    assert told(registrar) == []


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [(True, False, 1), (True, True, 0), (False, False, 0), (False, True, 0)],
)
def test_only_a_pass_that_is_lost_is_a_doubt(
    certificate, attempt, registrar, before, after, count
):
    result = Result(
        attempt=attempt,
        raw=Decimal(3 if after else 0),
        max=Decimal(3),
        passed=after,
        pass_mark=Decimal("0.6"),
        computed_at=NOW,
    )
    standing = Standing(raw=Decimal(2), max=Decimal(3), passed=before)
    result_changed.send(
        type(attempt), attempt=attempt, result=result, before=standing, reason="更正"
    )
    assert doubts().count() == len(told(registrar)) == count
