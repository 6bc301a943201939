"""Rows of a staff list become people and places: a chunk is one transaction.

What a chunk did is noted row by row in `StaffImportEntry` with the change itself, so
that another attempt after a killed worker does the rest and nothing twice.
"""

from collections import Counter
from datetime import date, datetime

from lms.accounts.domain.bulk import NewPerson, create_people
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.organizations.domain.members import ask_to_join, end_membership
from lms.organizations.domain.staff_import.cells import StaffRow
from lms.organizations.domain.staff_import.checking import Planned
from lms.organizations.domain.staff_import.places import Places
from lms.organizations.enums import (
    MembershipKind,
    MembershipRole,
    MembershipState,
    StaffAction,
)
from lms.organizations.models import Membership, StaffImport, StaffImportEntry

CHANGED_FIELDS = ["department_id", "position_id", "kind", "employee_number"]


class StaffWriter:
    """Writes planned rows of one import."""

    def __init__(
        self, staff_import: StaffImport, places: Places, now: datetime
    ) -> None:
        self._import = staff_import
        self._places = places
        self._now = now
        self._by = staff_import.created_by

    def write(self, planned: list[Planned], today: date) -> int:
        """Do what the rows ask for; return how many changed something.

        Runs inside the caller's transaction.

        Raises:
            IntegrityError: somebody else was faster with a number or a contact.
        """
        for one in planned:
            self._places.ensure(one.row, by=self._by)
        by_action: dict[StaffAction, list[Planned]] = {}
        for one in planned:
            if one.action is not None and one.action != StaffAction.UNCHANGED:
                by_action.setdefault(one.action, []).append(one)
        self._join(by_action.get(StaffAction.JOINED, []), today)
        for action in (StaffAction.ASKED, StaffAction.REHIRED):
            self._ask(by_action.get(action, []), today)
        self._move(by_action.get(StaffAction.MOVED, []))
        self._leave(by_action.get(StaffAction.LEFT, []))
        done = [one for rows in by_action.values() for one in rows]
        self._note(done)
        return len(done)

    def _new(
        self, row: StaffRow, user: User | int, state: MembershipState, today: date
    ) -> Membership:
        return Membership(
            user_id=user if isinstance(user, int) else user.pk,
            organization=self._import.organization,
            department_id=self._places.department_id(row),
            position_id=self._places.position_id(row),
            role=MembershipRole.EMPLOYEE,
            kind=row.kind or MembershipKind.EMPLOYEE,
            listed_name=row.name,
            employee_number=row.employee_number,
            state=state,
            starts_on=row.starts_on or today,
        )

    def _join(self, planned: list[Planned], today: date) -> None:
        users = create_people([_person(one.row) for one in planned])
        created = Membership.objects.bulk_create(
            self._new(one.row, user, MembershipState.ACTIVE, today)
            for one, user in zip(planned, users, strict=True)
        )
        for one, membership in zip(planned, created, strict=True):
            one.membership = membership

    def _ask(self, planned: list[Planned], today: date) -> None:
        created = Membership.objects.bulk_create(
            self._new(one.row, one.user_id or 0, MembershipState.PENDING, today)
            for one in planned
        )
        keys = [membership.pk for membership in created]
        for membership in Membership.objects.filter(pk__in=keys).with_people():
            ask_to_join(membership)
        for one, membership in zip(planned, created, strict=True):
            one.membership = membership

    def _move(self, planned: list[Planned]) -> None:
        changed = []
        for one in planned:
            row, member = one.row, one.membership
            if member is None:
                continue
            if row.parts:
                member.department_id = self._places.department_id(row)
            if row.position:
                member.position_id = self._places.position_id(row)
            member.kind = row.kind or member.kind
            member.employee_number = row.employee_number or member.employee_number
            member.updated_at = self._now
            changed.append(member)
        Membership.objects.bulk_update(changed, [*CHANGED_FIELDS, "updated_at"])

    def _leave(self, planned: list[Planned]) -> None:
        for one in planned:
            if one.membership is not None and one.row.ends_on is not None:
                end_membership(
                    membership=one.membership,
                    on=one.row.ends_on,
                    by=self._by,
                    now=self._now,
                )

    def _note(self, planned: list[Planned]) -> None:
        StaffImportEntry.objects.bulk_create(
            StaffImportEntry(
                staff_import=self._import,
                row=one.row.number,
                action=one.action or "",
                membership=one.membership,
            )
            for one in planned
        )
        if planned:
            record(
                actor=self._by,
                verb=Verb.STAFF_IMPORTED,
                obj=self._import,
                data={
                    "rows": [planned[0].row.number, planned[-1].row.number],
                    "counts": dict(Counter(str(one.action) for one in planned)),
                },
            )


def _person(row: StaffRow) -> NewPerson:
    return NewPerson(
        name=row.name,
        email=row.email,
        mobile=row.mobile,
        mobile_index=row.mobile_index,
        document_number=row.identity,
        document_type=row.identity_type,
        document_index=row.identity_index,
    )
