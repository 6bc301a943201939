"""The tree of organizations and departments, and the names they bear."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.organizations.domain.queries import descendant_ids
from lms.organizations.enums import OrganizationKind, PositionCategory
from lms.organizations.errors import (
    DepartmentNameTaken,
    ForeignDepartment,
    OrganizationTaken,
    TreeCycle,
)
from lms.organizations.models import (
    Department,
    Membership,
    Organization,
    OrganizationName,
    Position,
)
from lms.organizations.validators import normalize_credit_code, validate_credit_code


@transaction.atomic
def create_organization(
    *,
    code: str,
    name: str,
    region: str,
    kind: str = OrganizationKind.ENTERPRISE,
    industry: str = "",
    short_code: str | None = None,
    parent: Organization | None = None,
    starts_on: date,
    by: User | None,
) -> Organization:
    """Register an organization under its unified social credit code.

    Raises:
        ValidationError: a code of wrong form or with a wrong check character.
        OrganizationTaken: the code is registered already.
    """
    organization = Organization(
        code=normalize_credit_code(code),
        name=name.strip(),
        region=region,
        kind=kind,
        industry=industry,
        short_code=short_code or None,
        parent=parent,
    )
    organization.clean_fields()
    if Organization.objects.filter(code=organization.code).exists():
        raise _taken()
    try:
        with transaction.atomic():
            organization.save()
    except IntegrityError as error:  # registered between the look and the write
        raise _taken() from error
    OrganizationName.objects.create(
        organization=organization, name=organization.name, starts_on=starts_on
    )
    record(actor=by, verb=Verb.ORGANIZATION_CREATED, obj=organization)
    return organization


def _taken() -> OrganizationTaken:
    return OrganizationTaken(
        "organization_taken", _("This code is registered already.")
    )


def find_organization(*, code: str) -> Organization | None:
    """Return the organization with this credit code, however it was typed."""
    normalized = normalize_credit_code(code)
    try:
        validate_credit_code(normalized)
    except ValidationError:
        return None
    return Organization.objects.filter(code=normalized).first()


@transaction.atomic
def rename_organization(
    *, organization: Organization, name: str, on: date, by: User | None
) -> Organization:
    """Give an organization a new name from a day on; the old one stays on record.

    The same name again changes nothing. A day that lies before the current name began
    is refused with `ValidationError`.
    """
    name = name.strip()
    if name == organization.name:
        return organization
    current = organization.names.filter(ends_on__isnull=True).first()
    if current is not None and on < current.starts_on:
        raise ValidationError(
            _("The current name began after this day."), code="period"
        )
    if current is not None and on == current.starts_on:
        # A correction on the first day: no name that lived for zero days.
        OrganizationName.objects.filter(pk=current.pk).update(name=name)
    else:
        if current is not None:
            current.ends_on = on - timedelta(days=1)
            current.save(update_fields=["ends_on"])
        OrganizationName.objects.create(
            organization=organization, name=name, starts_on=on
        )
    organization.name = name
    organization.save(update_fields=["name", "updated_at"])
    record(
        actor=by,
        verb=Verb.ORGANIZATION_RENAMED,
        obj=organization,
        data={"on": on.isoformat(), "name": name},
    )
    return organization


@transaction.atomic
def move_organization(
    *, organization: Organization, parent: Organization | None, by: User | None
) -> Organization:
    """Put an organization below another one.

    Raises:
        TreeCycle: the new parent stands below the organization, or is it.
    """
    ancestor, seen = parent, {organization.pk}
    while ancestor is not None:
        if ancestor.pk in seen:
            raise TreeCycle("tree_cycle", _("An organization can't belong to itself."))
        seen.add(ancestor.pk)
        ancestor = ancestor.parent
    organization.parent = parent
    organization.save(update_fields=["parent", "updated_at"])
    record(actor=by, verb=Verb.ORGANIZATION_CHANGED, obj=organization)
    return organization


@transaction.atomic
def set_successor(
    *, organization: Organization, successor: Organization, by: User | None
) -> Organization:
    """Note who took over an organization's rights and duties, and close it.

    Raises:
        TreeCycle: the successor was succeeded by this organization.
    """
    heir: Organization | None = successor
    seen = {organization.pk}
    while heir is not None:
        if heir.pk in seen:
            raise TreeCycle(
                "successor_cycle", _("An organization can't succeed itself.")
            )
        seen.add(heir.pk)
        heir = heir.successor
    organization.successor = successor
    organization.is_active = False
    organization.save(update_fields=["successor", "is_active", "updated_at"])
    record(
        actor=by,
        verb=Verb.ORGANIZATION_SUCCEEDED,
        obj=organization,
        data={"successor": str(successor.public_id)},
    )
    return organization


def _name_taken() -> DepartmentNameTaken:
    return DepartmentNameTaken(
        "department_name_taken", _("There is a department of this name here already.")
    )


def _refuse_foreign(organization: Organization, part: Department | None) -> None:
    if part is not None and part.organization_id != organization.pk:
        raise ForeignDepartment(
            "foreign_department", _("This department belongs to another organization.")
        )


@transaction.atomic
def create_department(
    *,
    organization: Organization,
    name: str,
    parent: Department | None = None,
    by: User | None,
) -> Department:
    """Create a department, at the top or below another one.

    Raises:
        ForeignDepartment: the parent belongs to another organization.
        DepartmentNameTaken: there is one of this name at this place.
    """
    _refuse_foreign(organization, parent)
    try:
        with transaction.atomic():
            department = Department.objects.create(
                organization=organization, parent=parent, name=name.strip()
            )
    except IntegrityError as error:
        raise _name_taken() from error
    record(actor=by, verb=Verb.DEPARTMENT_CREATED, obj=department)
    return department


@transaction.atomic
def ensure_department_path(
    *, organization: Organization, path: str, by: User | None
) -> Department | None:
    """Return the department at 生产部/冲压车间/甲班, creating what is missing."""
    department: Department | None = None
    for name in filter(None, (part.strip() for part in path.split("/"))):
        found = Department.objects.filter(
            organization=organization, parent=department, name=name, merged_into=None
        ).first()
        department = found or create_department(
            organization=organization, name=name, parent=department, by=by
        )
    return department


@transaction.atomic
def rename_department(
    *, department: Department, name: str, by: User | None
) -> Department:
    """Give a department another name. The same name again changes nothing.

    Raises:
        DepartmentNameTaken: there is one of this name at this place.
    """
    before, name = department.name, name.strip()
    if before == name:
        return department
    department.name = name
    try:
        with transaction.atomic():
            department.save(update_fields=["name", "updated_at"])
    except IntegrityError as error:
        department.refresh_from_db()
        raise _name_taken() from error
    record(
        actor=by,
        verb=Verb.DEPARTMENT_RENAMED,
        obj=department,
        data={"before": before, "after": name},
    )
    return department


@transaction.atomic
def move_department(
    *, department: Department, parent: Department | None, by: User | None
) -> Department:
    """Put a department, with all below it, at another place.

    Raises:
        TreeCycle: the new parent is the department or stands below it.
        ForeignDepartment: the new parent belongs to another organization.
        DepartmentNameTaken: there is one of this name at that place.
    """
    # Two moves at once could make a ring of two: the organization's row is the queue.
    Organization.objects.select_for_update().get(pk=department.organization_id)
    _refuse_foreign(department.organization, parent)
    if parent is not None and parent.pk in descendant_ids(department=department):
        raise TreeCycle("tree_cycle", _("A department can't stand below itself."))
    department.parent = parent
    try:
        with transaction.atomic():
            department.save(update_fields=["parent", "updated_at"])
    except IntegrityError as error:
        department.refresh_from_db()
        raise _name_taken() from error
    record(
        actor=by,
        verb=Verb.DEPARTMENT_MOVED,
        obj=department,
        data={"parent": str(parent.public_id) if parent else None},
    )
    return department


@transaction.atomic
def merge_departments(
    *, source: Department, target: Department, by: User | None
) -> Department:
    """Move members and sub-departments of `source` to `target` and close `source`.

    A merged department stays on record: training archives name it. Repeating the same
    merge changes nothing.

    Raises:
        TreeCycle: the target is the source or stands below it.
        ForeignDepartment: they belong to different organizations.
        DepartmentNameTaken: both have a sub-department of the same name.
    """
    Organization.objects.select_for_update().get(pk=source.organization_id)
    source.refresh_from_db()
    if source.merged_into_id == target.pk:
        return target
    _refuse_foreign(source.organization, target)
    if target.pk in descendant_ids(department=source):
        raise TreeCycle("tree_cycle", _("A department can't stand below itself."))
    try:
        with transaction.atomic():
            Department.objects.filter(parent=source).update(parent=target)
    except IntegrityError as error:
        raise _name_taken() from error
    moved = Membership.objects.filter(department=source).update(department=target)
    source.merged_into = target
    source.save(update_fields=["merged_into", "updated_at"])
    record(
        actor=by,
        verb=Verb.DEPARTMENT_MERGED,
        obj=source,
        data={"into": str(target.public_id), "members": moved},
    )
    return target


def ensure_position(
    *,
    organization: Organization,
    name: str,
    category: str = PositionCategory.WORKER,
) -> Position:
    """Return the position of this name; a new one gets the category."""
    position, _is_new = Position.objects.get_or_create(
        organization=organization, name=name.strip(), defaults={"category": category}
    )
    return position
