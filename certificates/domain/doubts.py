"""A result under a certificate changed: people decide, nothing is altered silently."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from certificates.enums import CertificateState
from certificates.models import Certificate
from exams.models import Attempt
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.notifications.domain import notify
from lms.notifications.enums import MessageKind
from lms.organizations.enums import MembershipRole, MembershipState

PERMISSION = {
    "content_type__app_label": "certificates",
    "codename": "revoke_certificate",
}


def doubt_certificates(*, attempt: Attempt, reason: str) -> int:
    """Put certificates in doubt whose exam is no longer passed; returns how many.

    The certificate stays as it was issued. Whoever may revoke it gets a message and
    decides; the doubt stands in the audit trail. A repeated call tells nobody twice.
    """
    rests_on_it = Q(exam=attempt.exam_id, holder=attempt.candidate_id)
    if attempt.enrollment_id is not None:
        rests_on_it |= Q(enrollment_id=attempt.enrollment_id)
    certificates = Certificate.objects.filter(
        rests_on_it, state=CertificateState.ISSUED
    ).select_related("issuer")
    for certificate in certificates:
        for person in _deciders(certificate):
            _tell(person, certificate=certificate, attempt=attempt, reason=reason)
        record(
            verb=Verb.CERTIFICATE_DOUBTED,
            obj=certificate,
            data={"attempt": str(attempt.public_id), "reason": reason},
        )
    return len(certificates)


def _deciders(certificate: Certificate) -> Iterable[User]:
    """Who may revoke it: staff with the right, administrators of the issuer's owner."""
    granted = {f"permissions__{name}": value for name, value in PERMISSION.items()}
    rights = (
        Q(is_superuser=True)
        | Q(**{f"user_{name}": value for name, value in granted.items()})
        | Q(**{f"groups__{name}": value for name, value in granted.items()})
    )
    owner = certificate.issuer.owner_organization_id
    if owner is not None:
        rights |= Q(
            memberships__organization_id=owner,
            memberships__role=MembershipRole.ADMIN,
            memberships__state=MembershipState.ACTIVE,
        )
    return User.objects.filter(rights, is_active=True).distinct()


def _tell(
    person: User, *, certificate: Certificate, attempt: Attempt, reason: str
) -> None:
    with translation.override(person.language or settings.LANGUAGE_CODE):
        notify(
            recipient=person,
            kind=MessageKind.CERTIFICATE,
            subject=_("Certificate %(number)s: the exam is no longer passed")
            % {"number": certificate.number},
            body=_(
                "The result under this certificate was changed (%(reason)s). The "
                "certificate itself is unchanged: decide whether to revoke it."
            )
            % {"reason": reason or "—"},
            url=reverse("certificates_office:detail", args=[certificate.number]),
            dedupe_key=f"doubt:{certificate.number}:{attempt.public_id}",
        )
