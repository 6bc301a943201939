"""What the pages of the enterprise console share."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lms.core import clock
from lms.core.errors import DomainError
from lms.organizations.enums import MembershipRole
from lms.organizations.models import Department, Membership, Organization
from lms.portal.permissions import Console, signed_in
from lms.reporting.domain.lists import ListRequest

PAGE_SIZE = 50
# Which field a refusal of the domain speaks of.
FIELD_OF = {
    "employee_number_taken": "employee_number",
    "mobile_taken": "mobile",
    "department_name_taken": "name",
    "position_name_taken": "name",
    "tree_cycle": "parent",
    "foreign_position": "position",
    "before_membership": "starts_on",
    "days_in_wrong_order": "ends_on",
    "post_over": "post",
    "no_post": "starts_on",
    "not_away": "on",
    "package_title_taken": "title",
    "package_empty": "is_open",
    "already_member": "code",
    "own_member": "code",
    "origin_invalid": "origins",
    "too_many_origins": "origins",
}
Result = TypeVar("Result")


def today() -> date:
    return clock.shanghai_date(clock.now())


def attempt(form: forms.Form, step: Callable[[], Result]) -> Result | None:
    """Run one domain step; a refusal becomes an error of the form, beside its field."""
    try:
        return step()
    except DomainError as error:
        field = FIELD_OF.get(error.code)
        form.add_error(field if field in form.fields else None, error.message)
        return None


def departments_of(
    organization: Organization, inside: frozenset[int] | None = None
) -> list[Department]:
    """Return the departments in use; merged ones stay on record only.

    With `inside`, only those that the reader manages.
    """
    rows = Department.objects.filter(
        organization=organization, merged_into__isnull=True
    )
    return list(rows if inside is None else rows.filter(pk__in=inside))


def department_paths(departments: Iterable[Department]) -> dict[int, str]:
    """Return key → path: 生产部 / 冲压车间 / 甲班."""
    by_id = {d.pk: d for d in departments}
    paths = {}
    for department in by_id.values():
        names, current = [department.name], department
        while current.parent_id in by_id and len(names) <= len(by_id):
            current = by_id[current.parent_id]
            names.append(current.name)
        paths[department.pk] = " / ".join(reversed(names))
    return paths


def department_choices(
    departments: Iterable[Department], *, without: Iterable[int] = ()
) -> list[tuple[str, str]]:
    """Return what a form offers: public id and path, sorted by path."""
    rows = list(departments)
    paths = department_paths(rows)
    hidden = set(without)
    pairs = [(str(d.public_id), paths[d.pk]) for d in rows if d.pk not in hidden]
    return sorted(pairs, key=lambda pair: pair[1])


def employee_or_404(
    organization: Organization, public_id: Any, inside: frozenset[int] | None = None
) -> Membership:
    """Return an employee of this enterprise in any state, or 404.

    With `inside`, only one who stands in the departments that the reader manages.
    """
    rows = Membership.objects.filter(
        organization=organization, role=MembershipRole.EMPLOYEE
    )
    if inside is not None:
        rows = rows.filter(department_id__in=inside)
    return get_object_or_404(rows.with_people(), public_id=public_id)


def department_or_404(organization: Organization, public_id: Any) -> Department:
    rows = Department.objects.filter(organization=organization, merged_into=None)
    return get_object_or_404(rows, public_id=public_id)


def asked_of(request: HttpRequest, console: Console, **more: str) -> ListRequest:
    """Return what a list is asked for: the address, the reader, today."""
    return ListRequest(
        organization=console.organization,
        user=signed_in(request),
        params={**request.GET.dict(), **more},
        language=get_language() or settings.LANGUAGE_CODE,
        today=today(),
        inside=console.inside,
    )


def list_tools(request: HttpRequest, *names: str) -> dict[str, Any]:
    """Return what `includes/list_tools.html` needs; `names` are the list's filters."""
    return {
        "q": request.GET.get("q", "")[:80].strip(),
        "is_narrowed": any(request.GET.get(name) for name in (*names, "q")),
    }


def options(choices: Iterable[tuple[Any, Any]]) -> list[dict[str, Any]]:
    """Return the options of a filter, all of it first."""
    named = [{"value": str(value), "label": label} for value, label in choices]
    return [{"value": "", "label": _("All")}, *named]


def crumbs(
    organization: Organization, *parts: tuple[str, str | None]
) -> list[dict[str, str | None]]:
    """Return the breadcrumbs of a page below the enterprise's overview."""
    first = (organization.name, reverse("portal:enterprise", args=[organization.code]))
    return [{"title": title, "url": url} for title, url in (first, *parts)]


def people_crumb(organization: Organization) -> tuple[str, str]:
    return _("People"), reverse("portal:members", args=[organization.code])


def structure_crumb(organization: Organization) -> tuple[str, str]:
    url = reverse("portal:structure", args=[organization.code])
    return _("Departments and positions"), url
