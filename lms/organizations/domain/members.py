"""Members: who joins, accepts, changes place, leaves.

Nobody's account is taken over: who is found by mobile number, e-mail or identity
document keeps all of it, gets a pending membership, and decides (decision 14).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from lms.accounts.domain.identity import (
    find_by_identity_document,
    store_identity_document,
)
from lms.accounts.domain.people import create_user, find_by_email, find_by_mobile
from lms.accounts.enums import IdentityDocumentType
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.core import clock
from lms.notifications.domain import notify
from lms.notifications.enums import MessageKind
from lms.organizations.enums import MembershipKind, MembershipRole, MembershipState
from lms.organizations.errors import (
    AlreadyMember,
    EmployeeNumberTaken,
    ForeignDepartment,
    MembershipNotOpen,
    NotYourMembership,
)
from lms.organizations.models import (
    Department,
    Membership,
    Organization,
    Position,
)
from lms.organizations.validators import validate_employee_number
from lms.ui.languages import site_path


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember:
    """What an employer knows of a person who joins.

    Attributes:
        mobile, email, identity_number: find an existing person; otherwise they become
            part of the new account. Never written to an existing one.
        initial_password: for a new account only; empty means that the person asks for
            a link by e-mail first.
    """

    name: str
    employee_number: str = ""
    mobile: str = ""
    email: str = ""
    identity_number: str = ""
    identity_type: str = IdentityDocumentType.RESIDENT_ID
    initial_password: str = ""
    department: Department | None = None
    position: Position | None = None
    role: str = MembershipRole.EMPLOYEE
    kind: str = MembershipKind.EMPLOYEE
    starts_on: date | None = None


def find_person(*, member: NewMember) -> User | None:
    """Return the existing person an employer means, or None.

    The identity document decides over the mobile number, that over the e-mail.
    """
    if member.identity_number:
        found = find_by_identity_document(
            type=member.identity_type, number=member.identity_number
        )
        if found is not None:
            return found
    found = find_by_mobile(mobile=member.mobile) if member.mobile else None
    return found or (find_by_email(email=member.email) if member.email else None)


@transaction.atomic
def add_member(
    *, organization: Organization, member: NewMember, by: User | None
) -> Membership:
    """Add a person to an organization. The same call again returns the same row.

    A new person gets an account and an ACTIVE membership. An existing one is left
    untouched: the membership stays PENDING until the person accepts it.

    Raises:
        ForeignDepartment: department or position of another organization.
        EmployeeNumberTaken: an active employee has this number.
        InvalidIdentityNumber, ValidationError: a number of wrong form.
    """
    _check_parts(organization, member)
    person = find_person(member=member)
    if person is None:
        return _add_new(organization=organization, member=member, by=by)
    same = Membership.objects.filter(
        user=person, organization=organization, role=member.role
    ).exclude(state=MembershipState.ENDED)
    existing = same.order_by("state").first()
    if existing is not None:
        return existing
    membership = _create(
        organization=organization,
        member=member,
        user=person,
        state=MembershipState.PENDING,
        by=by,
    )
    ask_to_join(membership)
    return membership


def _check_parts(organization: Organization, member: NewMember) -> None:
    for part in (member.department, member.position):
        if part is not None and part.organization_id != organization.pk:
            raise ForeignDepartment(
                "foreign_department",
                _("This department or position belongs to another organization."),
            )
    if member.employee_number:
        validate_employee_number(member.employee_number)
    if not member.name.strip():
        raise ValidationError(_("A member needs a name."), code="name")


def _add_new(
    *, organization: Organization, member: NewMember, by: User | None
) -> Membership:
    user = create_user(
        display_name=member.name,
        email=member.email or None,
        mobile=member.mobile,
        password=member.initial_password or None,
        by=by,
    )
    if member.identity_number:
        store_identity_document(
            user=user, type=member.identity_type, number=member.identity_number, by=by
        )
    return _create(
        organization=organization,
        member=member,
        user=user,
        state=MembershipState.ACTIVE,
        by=by,
    )


def _number_taken() -> EmployeeNumberTaken:
    return EmployeeNumberTaken(
        "employee_number_taken", _("Another active employee has this number.")
    )


def _number_is_taken(*, organization_id: int, number: str) -> bool:
    return (
        bool(number)
        and Membership.objects.filter(
            organization_id=organization_id,
            employee_number=number,
            state=MembershipState.ACTIVE,
            role=MembershipRole.EMPLOYEE,
        ).exists()
    )


def _create(
    *,
    organization: Organization,
    member: NewMember,
    user: User,
    state: MembershipState,
    by: User | None,
) -> Membership:
    if (
        member.role == MembershipRole.EMPLOYEE
        and state == MembershipState.ACTIVE
        and _number_is_taken(
            organization_id=organization.pk, number=member.employee_number
        )
    ):
        raise _number_taken()
    membership = Membership(
        user=user,
        organization=organization,
        department=member.department,
        position=member.position,
        role=member.role,
        kind=member.kind,
        listed_name=member.name.strip(),
        employee_number=member.employee_number,
        state=state,
        starts_on=member.starts_on or clock.shanghai_date(clock.now()),
    )
    _save(membership)
    record(
        actor=by,
        verb=Verb.MEMBERSHIP_CREATED,
        obj=membership,
        data={"role": str(member.role), "state": str(state)},
    )
    return membership


def _save(membership: Membership, **options: Any) -> None:
    """Save, and say in words which rule of the table was hit by someone faster."""
    try:
        with transaction.atomic():
            membership.save(**options)
    except IntegrityError as error:
        if "number" in str(error):
            raise _number_taken() from error
        raise AlreadyMember(
            "already_member", _("This person holds this role here already.")
        ) from error


def ask_to_join(membership: Membership) -> None:
    """Tell a person who has an account that an employer waits for the answer."""
    with translation.override(membership.user.language):
        notify(
            recipient=membership.user,
            kind=MessageKind.MEMBERSHIP,
            subject=_("%(name)s wants to add you as a member")
            % {"name": membership.organization.name},
            body=_(
                "Accept if you work there: they then see your training there. "
                "Decline if you do not know them."
            ),
            url=site_path("account/memberships/"),
            dedupe_key=f"membership:{membership.public_id}",
        )


@transaction.atomic
def accept_membership(*, membership: Membership, by: User, now: datetime) -> Membership:
    """The person says yes. A repeated call changes nothing.

    Raises:
        NotYourMembership: someone else answers.
        MembershipNotOpen: it has ended meanwhile.
        EmployeeNumberTaken: the number was given to someone else meanwhile.
    """
    _refuse_others(membership, by)
    if membership.state == MembershipState.ACTIVE:
        return membership
    if membership.state != MembershipState.PENDING:
        raise _not_open()
    if membership.role == MembershipRole.EMPLOYEE and _number_is_taken(
        organization_id=membership.organization_id, number=membership.employee_number
    ):
        raise _number_taken()
    try:
        with transaction.atomic():
            changed = (
                Membership.objects.pending()
                .filter(pk=membership.pk)
                .update(state=MembershipState.ACTIVE, updated_at=now)
            )
    except IntegrityError as error:
        raise AlreadyMember(
            "already_member", _("This person holds this role here already.")
        ) from error
    membership.refresh_from_db()
    if changed:
        record(actor=by, verb=Verb.MEMBERSHIP_ACCEPTED, obj=membership)
    return membership


@transaction.atomic
def decline_membership(
    *, membership: Membership, by: User, now: datetime
) -> Membership:
    """The person says no. A repeated call changes nothing.

    Raises:
        NotYourMembership: someone else answers.
        MembershipNotOpen: it is active: then it is ended by the employer.
    """
    _refuse_others(membership, by)
    if membership.state == MembershipState.ACTIVE:
        raise _not_open()
    day = max(clock.shanghai_date(now), membership.starts_on)
    changed = (
        Membership.objects.pending()
        .filter(pk=membership.pk)
        .update(state=MembershipState.ENDED, ends_on=day, updated_at=now)
    )
    membership.refresh_from_db()
    if changed:
        record(actor=by, verb=Verb.MEMBERSHIP_DECLINED, obj=membership)
    return membership


def _refuse_others(membership: Membership, by: User) -> None:
    if membership.user_id != by.pk:
        raise NotYourMembership(
            "not_your_membership", _("Only the person concerned may answer.")
        )


def _not_open() -> MembershipNotOpen:
    return MembershipNotOpen(
        "membership_not_open", _("This membership is no longer waiting for an answer.")
    )


@transaction.atomic
def end_membership(
    *, membership: Membership, on: date, by: User | None, now: datetime
) -> Membership:
    """End a membership with its last day `on`. A repeated call changes nothing.

    Today or a day past takes effect at once: who was dismissed at noon has no access in
    the afternoon. A later day takes effect by itself. What was learned and earned
    stays with the person.
    """
    if membership.state == MembershipState.ENDED:
        return membership
    day = max(on, membership.starts_on)
    is_over = on <= clock.shanghai_date(now)
    state = MembershipState.ENDED if is_over else membership.state
    changed = (
        Membership.objects.filter(pk=membership.pk)
        .exclude(state=MembershipState.ENDED)
        .update(state=state, ends_on=day, updated_at=now)
    )
    membership.refresh_from_db()
    if changed:
        record(
            actor=by,
            verb=Verb.MEMBERSHIP_ENDED,
            obj=membership,
            data={"on": day.isoformat()},
        )
    return membership


@transaction.atomic
def change_place(
    *,
    membership: Membership,
    department: Department | None,
    position: Position | None,
    by: User | None,
) -> Membership:
    """Move a member to another department or position of the same organization.

    Raises:
        ForeignDepartment: a part of another organization.
    """
    for part in (department, position):
        if part is not None and part.organization_id != membership.organization_id:
            raise ForeignDepartment(
                "foreign_department",
                _("This department or position belongs to another organization."),
            )
    membership.department, membership.position = department, position
    membership.save(update_fields=["department", "position", "updated_at"])
    record(actor=by, verb=Verb.MEMBERSHIP_CHANGED, obj=membership)
    return membership
