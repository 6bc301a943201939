"""Members of an association: it asks, the enterprise answers, either side ends it.

Access follows from today's rows (see `packages`): while an enterprise has not accepted
it is told of nothing, and after the end nothing new is assigned.
"""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.core import clock
from lms.notifications.domain.messages import notify
from lms.notifications.enums import MessageKind
from lms.organizations.domain.queries import administering
from lms.organizations.enums import (
    AssociationMemberState,
    OrganizationKind,
)
from lms.organizations.errors import (
    AlreadyMember,
    InvitationAnswered,
    NotAdministrator,
    NotAnAssociation,
)
from lms.organizations.models import AssociationMember, Organization
from lms.organizations.permissions import can_administer


def refuse_others(association: Organization, by: User) -> None:
    """Raise unless the person acts for an association.

    Raises:
        NotAdministrator: somebody of neither the organization nor the operators.
        NotAnAssociation: another kind of organization.
    """
    _refuse_strangers(association, by)
    if association.kind != OrganizationKind.ASSOCIATION:
        raise NotAnAssociation(
            "not_an_association", _("Only an association opens packages to members.")
        )


def _refuse_strangers(organization: Organization, by: User) -> None:
    if not can_administer(by, organization):
        raise NotAdministrator(
            "not_administrator", _("You do not administer this organization.")
        )


@transaction.atomic
def invite_association_member(
    *, association: Organization, enterprise: Organization, starts_on: date, by: User
) -> AssociationMember:
    """Ask an enterprise to join from a day on; its administrators are told.

    Raises:
        NotAdministrator, NotAnAssociation: see `refuse_others`.
        AlreadyMember: it belongs to it, is asked already, or is the association itself.
    """
    refuse_others(association, by)
    if enterprise.pk == association.pk:
        raise AlreadyMember("own_member", _("An association is not its own member."))
    try:
        with transaction.atomic():
            member = AssociationMember.objects.create(
                association=association, enterprise=enterprise, starts_on=starts_on
            )
    except IntegrityError as error:
        raise AlreadyMember(
            "already_member", _("This enterprise is a member already, or is asked.")
        ) from error
    _record(member, Verb.ASSOCIATION_MEMBER_INVITED, by, starts_on)
    for person in _administrators(enterprise):
        with translation.override(person.language):
            notify(
                recipient=person,
                kind=MessageKind.MEMBERSHIP,
                subject=_("%(name)s invites your enterprise as a member")
                % {"name": association.name},
                body=_(
                    "%(association)s wants to open its courses and item banks to "
                    "%(enterprise)s. Accept or decline in the console; until then "
                    "nothing changes."
                )
                % {"association": association.name, "enterprise": enterprise.name},
                url=_address(enterprise),
                dedupe_key=f"association:{member.public_id}:{person.pk}",
            )
    return member


@transaction.atomic
def accept_invitation(
    *, member: AssociationMember, by: User, now: datetime
) -> AssociationMember:
    """Join: from the day agreed, today at the earliest. A repeat changes nothing.

    Raises:
        NotAdministrator: `by` does not administer the enterprise.
        InvitationAnswered: declined before, or taken back.
    """
    _refuse_strangers(member.enterprise, by)
    first = max(member.starts_on, clock.shanghai_date(now))
    if _answer(member, AssociationMemberState.ACCEPTED, by, now, starts_on=first):
        _record(member, Verb.ASSOCIATION_MEMBER_ACCEPTED, by, first)
        _tell_association(
            member, gettext_noop("%(name)s is a member of your association now"), by
        )
    return member


@transaction.atomic
def decline_invitation(
    *, member: AssociationMember, by: User, now: datetime
) -> AssociationMember:
    """Say no; the association may ask again. A repeat changes nothing.

    Raises:
        NotAdministrator: `by` does not administer the enterprise.
        InvitationAnswered: accepted before, or taken back.
    """
    _refuse_strangers(member.enterprise, by)
    if _answer(member, AssociationMemberState.DECLINED, by, now):
        _record(member, Verb.ASSOCIATION_MEMBER_DECLINED, by, clock.shanghai_date(now))
        _tell_association(member, gettext_noop("%(name)s declined your invitation"), by)
    return member


def _answer(
    member: AssociationMember,
    state: AssociationMemberState,
    by: User,
    now: datetime,
    **more: date,
) -> bool:
    """Compare and set; tell whether this call was the answer."""
    answered = (
        AssociationMember.objects.filter(pk=member.pk)
        .invited()
        .update(state=state, answered_by=by, answered_at=now, updated_at=now, **more)
    )
    still_there = AssociationMember.objects.filter(pk=member.pk).first()
    if still_there is None or still_there.state != state or still_there.ends_on:
        raise InvitationAnswered(
            "invitation_answered", _("This invitation is no longer open.")
        )
    member.refresh_from_db()
    return bool(answered)


@transaction.atomic
def end_association_member(
    *, member: AssociationMember, by: User, now: datetime
) -> None:
    """End a membership yesterday, or take an invitation back, by either side.

    From now on nothing new is assigned from it; what the member's people were assigned
    stays with them. Safe to repeat.

    Raises:
        NotAdministrator: somebody of neither side.
    """
    is_association = can_administer(by, member.association)
    if not (is_association or can_administer(by, member.enterprise)):
        _refuse_strangers(member.association, by)
    yesterday = date.fromordinal(clock.shanghai_date(now).toordinal() - 1)
    rows = AssociationMember.objects.filter(pk=member.pk, ends_on__isnull=True)
    # An invitation, or what began today, never was: no period ends before it begins.
    never_was = rows.invited() | rows.filter(
        starts_on__gt=yesterday, state=AssociationMemberState.ACCEPTED
    )
    was_member = member.state == AssociationMemberState.ACCEPTED
    ended = never_was.delete()[0] or rows.filter(
        state=AssociationMemberState.ACCEPTED
    ).update(ends_on=yesterday, updated_at=now)
    if not ended:
        return
    _record(member, Verb.ASSOCIATION_MEMBER_ENDED, by, yesterday)
    if not is_association:
        _tell_association(member, gettext_noop("%(name)s left your association"), by)
    elif was_member:
        _tell_enterprise_of_end(member)


def _record(member: AssociationMember, verb: Verb, by: User, on: date) -> None:
    """Note it in the chains of both sides, always in the same order: no deadlock."""
    sides = sorted((member.association_id, member.enterprise_id))
    for organization_id in sides:
        record(
            actor=by,
            verb=verb,
            obj=member,
            organization_id=organization_id,
            data={
                "association": member.association.code,
                "enterprise": member.enterprise.code,
                "on": on.isoformat(),
            },
        )


def _administrators(organization: Organization) -> list[User]:
    today = clock.shanghai_date(clock.now())
    return administering(organization=organization, on=today)


def _address(organization: Organization) -> str:
    return f"/enterprise/{organization.code}/packages/"


def _tell_association(member: AssociationMember, sentence: str, by: User) -> None:
    for person in _administrators(member.association):
        if person.pk == by.pk:
            continue
        with translation.override(person.language):
            notify(
                recipient=person,
                kind=MessageKind.MEMBERSHIP,
                subject=_(sentence) % {"name": member.enterprise.name},
                body=_("See the members of your association."),
                url=_address(member.association),
            )


def _tell_enterprise_of_end(member: AssociationMember) -> None:
    for person in _administrators(member.enterprise):
        with translation.override(person.language):
            notify(
                recipient=person,
                kind=MessageKind.MEMBERSHIP,
                subject=_("%(name)s ended your membership")
                % {"name": member.association.name},
                body=_(
                    "Its courses can't be assigned anew. What your people were "
                    "assigned stays with them."
                ),
                url=_address(member.enterprise),
            )
