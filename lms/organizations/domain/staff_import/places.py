"""Departments and positions of an enterprise, as a staff list names them."""

from uuid import UUID

from lms.accounts.models import User
from lms.organizations.domain.positions import create_position
from lms.organizations.domain.staff_import.cells import StaffRow
from lms.organizations.domain.structure import create_department
from lms.organizations.enums import PositionCategory
from lms.organizations.models import Department, Membership, Organization, Position


class Places:
    """Finds departments by path or id and positions by name; makes the missing ones.

    Loaded once in two queries. Only this enterprise's parts are known here: an id of
    another one's department is as unknown as one that does not exist.
    """

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        self.load()

    def load(self) -> None:
        """Read what is there; again after a transaction was undone."""
        rows = Department.objects.filter(
            organization=self._organization, merged_into=None
        )
        by_id = {d.pk: d for d in rows}
        self._by_key = {str(d.public_id): d.pk for d in by_id.values()}
        self._by_path = {_path(d, by_id): d.pk for d in by_id.values()}
        self._positions = {
            name: (pk, category)
            for pk, name, category in Position.objects.filter(
                organization=self._organization
            ).values_list("pk", "name", "category")
        }

    def check(self, row: StaffRow) -> None:
        """Refuse an unknown department id, warn of a category that is not taken."""
        if _is_key(row.parts) and row.parts[0].lower() not in self._by_key:
            row.refuse("department_unknown", "department")
        known = self._positions.get(row.position)
        if known and row.category and known[1] != row.category:
            row.warn(
                "category_kept",
                "category",
                name=row.position,
                category=str(PositionCategory(known[1]).label),
            )
        if row.category and not row.position:
            row.warn("category_without_position", "category")

    def department_id(self, row: StaffRow) -> int | None:
        """Return the department of the row; None when it says nothing or is new."""
        if _is_key(row.parts):
            return self._by_key.get(row.parts[0].lower())
        return self._by_path.get(row.parts)

    def position_id(self, row: StaffRow) -> int | None:
        known = self._positions.get(row.position)
        return known[0] if known else None

    def differs(self, row: StaffRow, member: Membership) -> bool:
        """Tell whether the row changes something of a member; empty cells never do."""
        return (
            (bool(row.parts) and self.department_id(row) != member.department_id)
            or (bool(row.position) and self.position_id(row) != member.position_id)
            or (bool(row.kind) and row.kind != member.kind)
            or (
                bool(row.employee_number)
                and row.employee_number != member.employee_number
            )
        )

    def ensure(self, row: StaffRow, *, by: User | None) -> None:
        """Create the department and the position of a row where they are missing."""
        if row.parts and not _is_key(row.parts):
            self._ensure_path(row.parts, by)
        if row.position and row.position not in self._positions:
            category = row.category or PositionCategory.WORKER
            created = create_position(
                organization=self._organization,
                name=row.position,
                category=category,
                by=by,
            )
            self._positions[row.position] = (created.pk, str(category))

    def _ensure_path(self, parts: tuple[str, ...], by: User | None) -> None:
        parent: int | None = None
        for depth in range(1, len(parts) + 1):
            path = parts[:depth]
            if path not in self._by_path:
                above = Department.objects.get(pk=parent) if parent else None
                created = create_department(
                    organization=self._organization,
                    name=path[-1],
                    parent=above,
                    by=by,
                )
                self._by_path[path] = created.pk
                self._by_key[str(created.public_id)] = created.pk
            parent = self._by_path[path]


def _path(department: Department, by_id: dict[int, Department]) -> tuple[str, ...]:
    names = [department.name]
    current = by_id.get(department.parent_id or 0)
    while current is not None and len(names) <= len(by_id):
        names.insert(0, current.name)
        current = by_id.get(current.parent_id or 0)
    return tuple(names)


def _is_key(parts: tuple[str, ...]) -> bool:
    if len(parts) != 1 or len(parts[0]) != 36:
        return False
    try:
        UUID(parts[0])
    except ValueError:
        return False
    return True
