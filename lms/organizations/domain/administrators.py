"""Who administers an enterprise: rights are given and taken by two people."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.core import clock
from lms.organizations.domain.approvals import ask_for_change
from lms.organizations.domain.members import end_membership
from lms.organizations.domain.staff_import.importing import take_checked
from lms.organizations.enums import (
    ChangeKind,
    MembershipRole,
    MembershipState,
    StaffAction,
)
from lms.organizations.errors import AlreadyMember, LastAdministrator, MembershipNotOpen
from lms.organizations.models import (
    ChangeRequest,
    Department,
    Membership,
    Organization,
    StaffImport,
)
from lms.organizations.querysets import MembershipQuerySet

ADMINISTRATORS = (MembershipRole.ADMIN, MembershipRole.UNIT_ADMIN)


def administrators(*, organization: Organization, on: date) -> MembershipQuerySet:
    """Return who administers the enterprise or a part of it, the whole first."""
    return (
        Membership.objects.filter(organization=organization, role__in=ADMINISTRATORS)
        .active(on)
        .with_people()
        .order_by("role", "listed_name", "pk")
    )


def ask_to_grant(
    *,
    employee: Membership,
    department: Department | None,
    reason: str,
    by: User,
    now: datetime,
) -> ChangeRequest:
    """Ask to let an employee administer the enterprise, or a department with all below.

    Raises:
        AlreadyMember: the person has this right.
        Everything `ask_for_change` raises.
    """
    role = MembershipRole.UNIT_ADMIN if department else MembershipRole.ADMIN
    _refuse_held(employee, role)
    if department is None:
        title = _("%(name)s is to administer the whole enterprise") % {
            "name": employee.listed_name
        }
    else:
        title = _("%(name)s is to administer %(department)s") % {
            "name": employee.listed_name,
            "department": department.name,
        }
    return ask_for_change(
        organization=employee.organization,
        kind=ChangeKind.ROLE,
        subject=f"grant:{role}:{employee.pk}",
        title=title,
        payload={
            "grant": employee.pk,
            "role": str(role),
            "department": department.pk if department else None,
        },
        reason=reason,
        by=by,
        now=now,
    )


def ask_to_revoke(
    *, administrator: Membership, reason: str, by: User, now: datetime
) -> ChangeRequest:
    """Ask to take an administrator's rights; who asks may mean themselves.

    Raises:
        LastAdministrator: nobody would be left.
        Everything `ask_for_change` raises.
    """
    _refuse_last(administrator, now)
    return ask_for_change(
        organization=administrator.organization,
        kind=ChangeKind.ROLE,
        subject=f"revoke:{administrator.pk}",
        title=_("%(name)s is to lose the rights of an administrator")
        % {"name": administrator.listed_name},
        payload={"revoke": administrator.pk},
        reason=reason,
        by=by,
        now=now,
    )


def ask_to_take_list(
    *, checked: StaffImport, policy: str, reason: str, by: User, now: datetime
) -> ChangeRequest:
    """Ask to import a complete list: whoever is not in it leaves."""
    leaving = checked.counts.get(StaffAction.LEFT, 0)
    return ask_for_change(
        organization=checked.organization,
        kind=ChangeKind.COMPLETE_LIST,
        subject=f"import:{checked.pk}",
        title=_("Complete staff list %(file)s: %(n)s people leave")
        % {"file": checked.filename[:100], "n": leaving},
        payload={"checked": checked.pk, "policy": str(policy)},
        reason=reason,
        by=by,
        now=now,
    )


@transaction.atomic
def change_role(change: ChangeRequest, by: User, now: datetime) -> None:
    """Do what was approved.

    Raises:
        MembershipNotOpen: the person has left meanwhile.
        AlreadyMember, LastAdministrator: see the questions above.
    """
    if "revoke" in change.payload:
        rows = Membership.objects.filter(organization=change.organization)
        administrator = rows.get(pk=change.payload["revoke"])
        _refuse_last(administrator, now)
        today = clock.shanghai_date(now)
        end_membership(membership=administrator, on=today, by=by, now=now)
        return
    _grant(change, by, now)


def _grant(change: ChangeRequest, by: User, now: datetime) -> None:
    today = clock.shanghai_date(now)
    employee = (
        Membership.objects.filter(organization=change.organization)
        .active(today)
        .filter(pk=change.payload["grant"])
        .first()
    )
    if employee is None:
        raise MembershipNotOpen(
            "membership_not_open", _("This person has left the enterprise.")
        )
    role = MembershipRole(change.payload["role"])
    _refuse_held(employee, role)
    membership = Membership.objects.create(
        user=employee.user,
        organization=change.organization,
        department_id=change.payload["department"],
        role=role,
        listed_name=employee.listed_name,
        state=MembershipState.ACTIVE,
        starts_on=today,
    )
    record(
        actor=by,
        verb=Verb.MEMBERSHIP_CREATED,
        obj=membership,
        data={"role": str(role), "asked_by": str(change.requested_by.subject_id)},
    )


def take_list(change: ChangeRequest, by: User, now: datetime) -> None:
    """Import the list as who asked for it, now that somebody has agreed."""
    rows = StaffImport.objects.filter(organization=change.organization)
    take_checked(
        checked=rows.get(pk=change.payload["checked"]),
        policy=change.payload["policy"],
        by=change.requested_by,
    )


def _refuse_held(employee: Membership, role: MembershipRole) -> None:
    held = Membership.objects.filter(
        organization_id=employee.organization_id, user_id=employee.user_id, role=role
    ).exclude(state=MembershipState.ENDED)
    if held.exists():
        raise AlreadyMember(
            "already_member", _("This person holds this role here already.")
        )


def _refuse_last(administrator: Membership, now: datetime) -> None:
    if administrator.role != MembershipRole.ADMIN:
        return
    # Locked, so that two who leave at the same moment don't both leave.
    others = list(
        Membership.objects.select_for_update()
        .filter(
            organization_id=administrator.organization_id, role=MembershipRole.ADMIN
        )
        .active(clock.shanghai_date(now))
        .values_list("pk", flat=True)
    )
    if not set(others) - {administrator.pk}:
        raise LastAdministrator(
            "last_administrator",
            _("The enterprise would have no administrator left."),
        )
