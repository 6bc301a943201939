"""What regulators write down about an enterprise or one of its certificates."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from certificates.enums import FindingState
from certificates.errors import NotAllowed
from certificates.models import Certificate, Finding
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.core.scope import scope_for
from lms.notifications.domain import notify
from lms.notifications.enums import MessageKind
from lms.organizations.enums import MembershipRole, MembershipState
from lms.organizations.models import Organization


@transaction.atomic
def write_finding(
    *, organization_id: int, text: str, by: User, is_note: bool,
    certificate: Certificate | None = None, due_on: date | None = None,
) -> Finding:  # fmt: skip
    """Keep a note for colleagues, or a finding that the enterprise is told of.

    Raises:
        NotAllowed: the enterprise, or the certificate's, is not in a region of `by`.
    """
    if organization_id not in scope_for(by).regulated_organization_ids:
        raise NotAllowed("not_allowed", _("This enterprise is not in your region."))
    if certificate is not None and certificate.organization_id != organization_id:
        raise NotAllowed("not_allowed", _("The certificate is not of this enterprise."))
    finding = Finding.objects.create(
        organization_id=organization_id,
        certificate=certificate,
        author=by,
        text=text.strip()[:2000],
        state=FindingState.NOTE if is_note else FindingState.OPEN,
        due_on=None if is_note else due_on,
    )
    record(
        actor=by,
        verb=Verb.FINDING_WRITTEN,
        obj=finding,
        # A note stays among regulators: in their chain, not in the enterprise's.
        organization_id=None if is_note else organization_id,
        data={"state": finding.state},
    )
    if not is_note:
        _tell_administrators(finding)
    return finding


@transaction.atomic
def close_finding(*, finding: Finding, by: User, now: datetime) -> Finding:
    """Note that it was put right; a repeated call changes nothing.

    Raises:
        NotAllowed: the enterprise is not in a region of `by`.
    """
    if finding.organization_id not in scope_for(by).regulated_organization_ids:
        raise NotAllowed("not_allowed", _("This enterprise is not in your region."))
    closed = Finding.objects.filter(pk=finding.pk, state=FindingState.OPEN).update(
        state=FindingState.CLOSED, closed_at=now
    )
    finding.refresh_from_db()
    if closed:
        record(actor=by, verb=Verb.FINDING_CLOSED, obj=finding)
    return finding


def _tell_administrators(finding: Finding) -> None:
    administrators = User.objects.filter(
        memberships__organization_id=finding.organization_id,
        memberships__role=MembershipRole.ADMIN,
        memberships__state=MembershipState.ACTIVE,
        is_active=True,
    ).distinct()
    organization = Organization.objects.get(pk=finding.organization_id)
    for person in administrators:
        with translation.override(person.language or settings.LANGUAGE_CODE):
            notify(
                recipient=person,
                kind=MessageKind.CERTIFICATE,
                subject=_("The regulator has written a finding"),
                body=_told(finding),
                url=f"/enterprise/{organization.code}/findings/",
                dedupe_key=f"finding:{finding.public_id}",
            )


def _told(finding: Finding) -> str:
    if finding.due_on is None:
        return finding.text
    day = _("To be put right by %(day)s.") % {"day": date_format(finding.due_on)}
    return f"{finding.text}\n{day}"
