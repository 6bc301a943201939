"""What each row would do: compared with the enterprise, its people and the file.

Nothing is written here. A chunk of rows is answered with a handful of queries,
whatever its length.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from lms.accounts.models import IdentityDocument, User
from lms.core.text import normalize
from lms.organizations.domain.staff_import.cells import StaffRow
from lms.organizations.domain.staff_import.places import Places
from lms.organizations.enums import MembershipRole, MembershipState, StaffAction
from lms.organizations.models import Membership, Organization

# Remarks that come from comparing; those of single cells stay true.
COMPARED = frozenset(
    {
        "duplicate",
        "number_taken",
        "number_of_former",
        "contacts_differ",
        "leaver_unknown",
        "department_unknown",
        "category_kept",
        "category_without_position",
    }
)
SINGLE = (
    ("number", "employee_number"),
    ("identity", "identity_index"),
    ("mobile", "mobile_index"),
    ("email", "email"),
)


@dataclass(slots=True)
class Planned:
    """One row with what it leads to; `action` is None when it is refused.

    Attributes:
        membership: the row of the enterprise that it speaks of, if there is one.
        user_id: the existing person who is asked.
    """

    row: StaffRow
    action: StaffAction | None = None
    membership: Membership | None = None
    user_id: int | None = None


class Repeats:
    """Finds what may stand in a file only once, keeping hashes and row numbers."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[int, int]] = {column: {} for column, _ in SINGLE}

    def check(self, row: StaffRow) -> None:
        """Refuse a row that repeats a number, document or contact of an earlier one."""
        for column, attribute in SINGLE:
            value = getattr(row, attribute)
            if not value:
                continue
            first = self._seen[column].setdefault(hash(value), row.number)
            if first != row.number:
                row.refuse("duplicate", column, other=first)


class Checker:
    """Plans the rows of one file for one enterprise on one day."""

    def __init__(self, organization: Organization, today: date) -> None:
        self.organization = organization
        self.today = today
        self.places = Places(organization)
        self._repeats = Repeats()
        self._people: dict[int, int] = {}

    def plan(self, rows: list[StaffRow]) -> list[Planned]:
        """Return what each row of a chunk leads to, in the order of the file."""
        for row in rows:
            self._repeats.check(row)
            self.places.check(row)
        lookup = _Lookup(self.organization, rows)
        return [self._plan(row, lookup) for row in rows]

    def forget(self, rows: list[StaffRow]) -> None:
        """Undo what was remembered of rows whose transaction was undone."""
        self.places.load()
        for row in rows:
            row.remarks = [r for r in row.remarks if r.code not in COMPARED]
        numbers = {row.number for row in rows}
        self._people = {k: n for k, n in self._people.items() if n not in numbers}

    def _plan(self, row: StaffRow, lookup: "_Lookup") -> Planned:
        planned = Planned(row)
        if row.is_refused:
            return planned
        person = lookup.person(row)
        member = lookup.member(row, person)
        if row.is_refused:
            return planned
        planned.membership, planned.user_id = member, person
        self._refuse_second_row(row, member.user_id if member else person)
        planned.action = self._action(row, member, person, lookup)
        if row.is_refused:
            planned.action = None
        return planned

    def _refuse_second_row(self, row: StaffRow, user_id: int | None) -> None:
        """Two rows may mean one account: by document here, by mobile number there."""
        if user_id is None:
            return
        first = self._people.setdefault(user_id, row.number)
        if first != row.number:
            row.refuse("duplicate", "name", other=first)

    def _action(
        self,
        row: StaffRow,
        member: Membership | None,
        person: int | None,
        lookup: "_Lookup",
    ) -> StaffAction | None:
        if row.ends_on is not None:
            return self._leave(row, member)
        if member is not None:
            changed = self.places.differs(row, member)
            return StaffAction.MOVED if changed else StaffAction.UNCHANGED
        if person is not None:
            was_here = person in lookup.former
            return StaffAction.REHIRED if was_here else StaffAction.ASKED
        left_on = lookup.left_on(row)
        if left_on is not None:
            row.warn("number_of_former", "number", name=row.name, day=str(left_on))
        return StaffAction.JOINED

    def _leave(self, row: StaffRow, member: Membership | None) -> StaffAction | None:
        if member is None:
            # A list of the past: who is not here can't leave; nothing is opened.
            row.warn("leaver_unknown", "ends_on")
            return StaffAction.UNCHANGED
        if row.ends_on is not None and row.ends_on < member.starts_on:
            row.refuse("period", "ends_on")
            return None
        same = member.ends_on == row.ends_on
        return StaffAction.UNCHANGED if same else StaffAction.LEFT


class _Lookup:
    """Who stands behind a chunk of rows, found in five queries.

    Attributes:
        former: people who were here once and are not now.
    """

    def __init__(self, organization: Organization, rows: Iterable[StaffRow]) -> None:
        rows = [row for row in rows if not row.is_refused]
        self._by_document = self._documents(rows)
        self._by_mobile = _pairs("mobile_index", [r.mobile_index for r in rows])
        self._by_email = _pairs("email", [r.email for r in rows])
        people = {person for row in rows if (person := self.person(row, warn=False))}
        here = Membership.objects.filter(
            organization=organization, role=MembershipRole.EMPLOYEE
        )
        present = here.exclude(state=MembershipState.ENDED)
        numbers = [row.employee_number for row in rows if row.employee_number]
        # An active row goes before a pending one of the same number.
        by_number = present.filter(employee_number__in=numbers).order_by("-state", "pk")
        self._by_number = {m.employee_number: m for m in by_number}
        self._by_user = {
            m.user_id: m for m in present.filter(user_id__in=people).order_by("-state")
        }
        ended = here.filter(state=MembershipState.ENDED).filter(
            Q(user_id__in=people) | Q(employee_number__in=numbers)
        )
        self.former: set[int] = set()
        self._left: dict[tuple[str, str], date | None] = {}
        for left in ended.order_by("ends_on"):
            self.former.add(left.user_id)
            key = (left.employee_number, normalize(left.listed_name))
            self._left[key] = left.ends_on

    def left_on(self, row: StaffRow) -> date | None:
        """Return when somebody of this number and name left, None if nobody did."""
        return self._left.get((row.employee_number, row.name))

    @staticmethod
    def _documents(rows: list[StaffRow]) -> dict[tuple[str, str], int]:
        indexes = [row.identity_index for row in rows if row.identity_index]
        found = IdentityDocument.objects.filter(blind_index__in=indexes)
        return {
            (kind, index): user
            for kind, index, user in found.values_list("type", "blind_index", "user_id")
        }

    def person(self, row: StaffRow, *, warn: bool = True) -> int | None:
        """Return the account that the row means: document, then mobile, then e-mail."""
        found = [
            self._by_document.get((row.identity_type, row.identity_index)),
            self._by_mobile.get(row.mobile_index),
            self._by_email.get(row.email),
        ]
        known = [user for user in found if user is not None]
        if warn and len(set(known)) > 1:
            row.warn("contacts_differ", "identity" if found[0] else "mobile")
        return known[0] if known else None

    def member(self, row: StaffRow, person: int | None) -> Membership | None:
        """Return the present membership the row speaks of.

        A number that another person has here is refused; so is a number alone whose
        name is another one: a typing error must not move a stranger.
        """
        holder = self._by_number.get(row.employee_number)
        mine = self._by_user.get(person) if person is not None else None
        if holder is None:
            return mine
        if person is not None and holder.user_id != person:
            row.refuse("number_taken", "number", name=holder.listed_name)
            return None
        if person is None and normalize(holder.listed_name) != row.name:
            row.refuse("number_taken", "number", name=holder.listed_name)
            return None
        return holder


def _pairs(field: str, values: list[str]) -> dict[str, int]:
    found = User.objects.filter(**{f"{field}__in": [v for v in values if v]})
    return dict(found.values_list(field, "pk"))
