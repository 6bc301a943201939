import pytest
from django.contrib.auth.models import Permission

from certificates.domain.issuing import issue_certificate
from certificates.domain.revoking import revoke_certificate
from certificates.enums import CertificateState, EntryKind, RevocationReason
from certificates.errors import NotAllowed, RevocationRefused
from certificates.models import Certificate, RegisterEntry, Revocation
from lms.audit.models import AuditEvent
from lms.notifications.models import Message
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.certificates import (
    NOW,
    CompletedEnrollmentFactory,
    IssuerFactory,
    TemplateFactory,
)
from tests.factories.organizations import (
    AdministratorFactory,
    MembershipFactory,
    OrganizationFactory,
    RegulatorFactory,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


@pytest.fixture
def in_organization(template):
    organization = OrganizationFactory()
    enrollment = CompletedEnrollmentFactory(organization_id=organization.pk)
    return issue_certificate(enrollment=enrollment, now=NOW), organization


def revoke(certificate, by, **kwargs):
    reason = kwargs.pop("reason", RevocationReason.TRAINING_NOT_GENUINE)
    return revoke_certificate(
        certificate=certificate, reason=reason, by=by, now=NOW, **kwargs
    )


def test_revocation_is_a_leaf_a_row_and_a_message(in_organization):
    certificate, organization = in_organization
    staff = UserFactory()
    staff.user_permissions.add(Permission.objects.get(codename="revoke_certificate"))
    revocation = revoke(certificate, staff, note="假人听课")
    certificate.refresh_from_db()
    assert certificate.state == CertificateState.REVOKED
    assert (revocation.revoked_by, revocation.note) == (staff, "假人听课")
    entry = RegisterEntry.objects.get(index=revocation.register_index)
    assert entry.kind == EntryKind.REVOKE
    assert "假人" not in entry.leaf
    event = AuditEvent.objects.get(verb="certificate_revoked")
    assert event.organization_id == organization.pk
    message = Message.objects.filter(recipient=certificate.holder).latest("pk")
    assert message.kind == "certificate_revoked"


def test_revoking_twice_changes_nothing(in_organization):
    certificate, _ = in_organization
    staff = SuperuserFactory()
    first = revoke(certificate, staff)
    again = revoke(certificate, staff, reason=RevocationReason.OTHER)
    assert again == first
    assert Revocation.objects.get().reason == RevocationReason.TRAINING_NOT_GENUINE
    assert RegisterEntry.objects.count() == 2


def test_revoked_certificate_is_not_issued_again(in_organization):
    certificate, _ = in_organization
    revoke(certificate, SuperuserFactory())
    again = issue_certificate(enrollment=certificate.enrollment, now=NOW)
    assert (again, again.state) == (certificate, CertificateState.REVOKED)


def test_superseded_certificate_is_not_revoked(in_organization):
    certificate, _ = in_organization
    Certificate.objects.update(state=CertificateState.SUPERSEDED)
    with pytest.raises(RevocationRefused):
        revoke(certificate, SuperuserFactory())


@pytest.mark.parametrize(
    "role", ["holder", "colleague", "administrator", "regulator", "stranger"]
)
def test_only_the_issuers_staff_may_revoke(in_organization, role):
    certificate, organization = in_organization
    people = {
        "holder": lambda: certificate.holder,
        "colleague": lambda: MembershipFactory(organization=organization).user,
        "administrator": lambda: AdministratorFactory(organization=organization).user,
        "regulator": lambda: RegulatorFactory().user,
        "stranger": UserFactory,
    }
    with pytest.raises(NotAllowed):
        revoke(certificate, people[role]())
    certificate.refresh_from_db()
    assert certificate.state == CertificateState.ISSUED
    assert not Revocation.objects.exists()


def test_organization_revokes_what_its_own_issuer_issued(db):
    organization = OrganizationFactory()
    issuer = IssuerFactory(code="JH", owner_organization_id=organization.pk)
    TemplateFactory(issuer=issuer, owner_organization_id=organization.pk)
    enrollment = CompletedEnrollmentFactory(organization_id=organization.pk)
    certificate = issue_certificate(enrollment=enrollment, now=NOW)
    other = AdministratorFactory().user
    with pytest.raises(NotAllowed):
        revoke(certificate, other)
    own = AdministratorFactory(organization=organization).user
    assert revoke(certificate, own).certificate == certificate
