"""Departments and positions of an enterprise, kept by its administrator."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from lms.accounts.models import User
from lms.organizations.domain.positions import (
    change_position,
    create_position,
    delete_position,
)
from lms.organizations.domain.queries import descendant_ids
from lms.organizations.domain.structure import (
    create_department,
    merge_departments,
    move_department,
    rename_department,
)
from lms.organizations.models import Department, Organization, Position
from lms.portal.permissions import administered_or_404, signed_in
from lms.portal.staff_forms import DepartmentForm, MergeForm, PositionForm
from lms.portal.views.desk import (
    attempt,
    crumbs,
    department_choices,
    department_or_404,
    departments_of,
    structure_crumb,
    today,
)
from lms.reporting.domain.arranging import PLACE_COLUMNS, arranged_places
from lms.reporting.domain.structure import department_lines, position_lines


@login_required
@require_GET
def structure(request: HttpRequest, code: str) -> HttpResponse:
    """Show the tree of departments and the positions, with how many people."""
    organization = administered_or_404(request.user, code)
    text, by = request.GET.get("q", "")[:80], request.GET.get("sort", "")
    departments = department_lines(organization=organization, today=today())
    positions = position_lines(organization=organization, today=today())
    context = {
        "organization": organization,
        "q": text,
        # Found or sorted lines stand outside of the tree they come from.
        "is_tree": not text.strip() and by.removeprefix("-") not in PLACE_COLUMNS,
        "has_any": bool(departments or positions),
        "departments": arranged_places(departments, by=by, text=text),
        "positions": arranged_places(positions, by=by, text=text),
        "sorting": [
            {"value": "", "label": _("As it stands")},
            {"value": "name", "label": _("Name")},
            {"value": "-people", "label": _("People")},
            {"value": "category", "label": _("Category")},
        ],
    }
    return render(request, "portal/structure.html", context)


def _show_form(
    request: HttpRequest, organization: Organization, title: str, **context: Any
) -> HttpResponse:
    forms = [context[name] for name in ("form", "merge_form") if context.get(name)]
    status = 422 if any(form.is_bound for form in forms) else 200
    context |= {
        "organization": organization,
        "title": title,
        "crumbs": crumbs(organization, structure_crumb(organization), (title, None)),
    }
    return render(request, "portal/structure_form.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def department_new(request: HttpRequest, code: str) -> HttpResponse:
    organization = administered_or_404(request.user, code)
    form = DepartmentForm(
        request.POST or None,
        organization=organization,
        departments=department_choices(departments_of(organization)),
        initial={"parent": request.GET.get("parent")},
    )
    if request.method == "POST" and form.is_valid():
        created = attempt(
            form,
            lambda: create_department(
                organization=organization, by=signed_in(request), **form.cleaned_data
            ),
        )
        if created is not None:
            messages.success(request, _("Created."))
            return redirect("portal:structure", organization.code)
    return _show_form(request, organization, _("New department"), form=form)


@login_required
@require_http_methods(["GET", "POST"])
def department_edit(request: HttpRequest, code: str, public_id: str) -> HttpResponse:
    """Rename a department, put it elsewhere, or merge it into another one."""
    organization = administered_or_404(request.user, code)
    department = department_or_404(organization, public_id)
    is_merge = request.method == "POST" and "merge-target" in request.POST
    below = descendant_ids(department=department)
    choices = department_choices(departments_of(organization), without=below)
    form = DepartmentForm(
        request.POST if request.method == "POST" and not is_merge else None,
        organization=organization,
        departments=choices,
        initial={
            "name": department.name,
            "parent": getattr(department.parent, "public_id", None),
        },
    )
    merge_form = MergeForm(
        request.POST if is_merge else None,
        organization=organization,
        departments=choices,
        prefix="merge",
    )
    by = signed_in(request)
    if form.is_bound and form.is_valid():
        saved = attempt(
            form,
            lambda: save_department(department=department, by=by, **form.cleaned_data),
        )
        if saved is not None:
            messages.success(request, _("Saved."))
            return redirect("portal:structure", organization.code)
    if merge_form.is_bound and merge_form.is_valid():
        target = merge_form.cleaned_data["target"]
        merged = attempt(
            merge_form,
            lambda: merge_departments(source=department, target=target, by=by),
        )
        if merged is not None:
            text = _("Merged. Its people and teams belong to %(name)s now.")
            messages.success(request, text % {"name": target.name})
            return redirect("portal:structure", organization.code)
    # A refused step may have left its attempt on the object.
    department.refresh_from_db()
    return _show_form(
        request,
        organization,
        department.name,
        form=form,
        merge_form=merge_form if choices or is_merge else None,
    )


@transaction.atomic
def save_department(
    *, department: Department, name: str, parent: Department | None, by: User
) -> Department:
    """Take both changes or none."""
    rename_department(department=department, name=name, by=by)
    if department.parent_id != (parent.pk if parent else None):
        move_department(department=department, parent=parent, by=by)
    return department


@login_required
@require_http_methods(["GET", "POST"])
def position_new(request: HttpRequest, code: str) -> HttpResponse:
    organization = administered_or_404(request.user, code)
    form = PositionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        created = attempt(
            form,
            lambda: create_position(
                organization=organization, by=signed_in(request), **form.cleaned_data
            ),
        )
        if created is not None:
            messages.success(request, _("Created."))
            return redirect("portal:structure", organization.code)
    return _show_form(request, organization, _("New position"), form=form)


def position_or_404(organization: Organization, public_id: str) -> Position:
    rows = Position.objects.filter(organization=organization)
    return get_object_or_404(rows, public_id=public_id)


@login_required
@require_http_methods(["GET", "POST"])
def position_edit(request: HttpRequest, code: str, public_id: str) -> HttpResponse:
    organization = administered_or_404(request.user, code)
    position = position_or_404(organization, public_id)
    form = PositionForm(
        request.POST or None,
        initial={"name": position.name, "category": position.category},
    )
    if request.method == "POST" and form.is_valid():
        saved = attempt(
            form,
            lambda: change_position(
                position=position, by=signed_in(request), **form.cleaned_data
            ),
        )
        if saved is not None:
            messages.success(request, _("Saved."))
            return redirect("portal:structure", organization.code)
    context = {"form": form, "position": position}
    return _show_form(request, organization, position.name, **context)


@login_required
@require_POST
def position_delete(request: HttpRequest, code: str, public_id: str) -> HttpResponse:
    organization = administered_or_404(request.user, code)
    position = position_or_404(organization, public_id)
    delete_position(position=position, by=signed_in(request))
    messages.success(request, _("Deleted."))
    return redirect("portal:structure", organization.code)
