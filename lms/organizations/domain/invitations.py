"""One person joins: an account of their own to open, or a question to answer."""

from dataclasses import dataclass, replace

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from lms.accounts.domain.password_links import password_link
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.notifications.domain.mail import queue_email
from lms.organizations.domain.members import NewMember, add_member, find_person
from lms.organizations.enums import MembershipState
from lms.organizations.errors import AlreadyMember, InvitationNotPossible
from lms.organizations.models import Membership, Organization

# Without 0 O 1 l I: it is read from paper and typed on a phone.
PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105 -- an alphabet
PASSWORD_LENGTH = 10
SECONDS_PER_DAY = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Invited:
    """How a person was added; the password is known here and nowhere else."""

    membership: Membership
    initial_password: str = ""

    @property
    def is_waiting(self) -> bool:
        return self.membership.is_pending


@transaction.atomic
def invite_member(
    *, organization: Organization, member: NewMember, by: User | None
) -> Invited:
    """Add one person to an organization by hand.

    A new person with an e-mail address gets a link to choose a password; one without
    gets an initial password, returned once, to sign in by employee number. Who has an
    account already keeps it untouched and is asked (decision 14).

    Raises:
        AlreadyMember: the person is on the list, or was asked before.
        Everything `add_member` raises.
    """
    person = find_person(member=member)
    if person is not None:
        _refuse_listed(organization, person, member.role)
    elif not member.email:
        password = get_random_string(PASSWORD_LENGTH, PASSWORD_LETTERS)
        member = replace(member, initial_password=password)
    try:
        with transaction.atomic():
            membership = add_member(organization=organization, member=member, by=by)
    except IntegrityError:
        # The account came into being since we looked: now it is an existing person.
        membership = add_member(organization=organization, member=member, by=by)
    if membership.is_pending:
        return Invited(membership)
    if member.email:
        send_invitation(membership=membership, by=by)
    return Invited(membership, initial_password=member.initial_password)


def _refuse_listed(organization: Organization, person: User, role: str) -> None:
    listed = Membership.objects.filter(
        organization=organization, user=person, role=role
    ).exclude(state=MembershipState.ENDED)
    if listed.exists():
        raise AlreadyMember("already_member", _("This person is on your list already."))


def can_be_invited(membership: Membership) -> bool:
    """Tell whether a link would help: an account that nobody has opened yet."""
    return (
        membership.state == MembershipState.ACTIVE
        and bool(membership.user.email)
        and not membership.user.has_usable_password()
    )


@transaction.atomic
def send_invitation(*, membership: Membership, by: User | None) -> None:
    """Write to a new member how to open the account. May be repeated.

    Raises:
        InvitationNotPossible: no address, or the person has a password already.
    """
    if not can_be_invited(membership):
        raise InvitationNotPossible(
            "invitation_not_possible",
            _("There is no address to write to, or the person can sign in already."),
        )
    user = membership.user
    queue_email(
        to=str(user.email),
        template="invitation",
        language=user.language,
        context={
            "name": user.get_full_name(),
            "organization": membership.organization.name,
            "url": password_link(user=user),
            "days": settings.PASSWORD_RESET_TIMEOUT // SECONDS_PER_DAY,
        },
        is_secret=True,
    )
    record(actor=by, verb=Verb.INVITATION_SENT, obj=membership)
