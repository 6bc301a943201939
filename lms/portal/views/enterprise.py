"""The enterprise administrator's console: the overview and the assignments."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lms.compliance.domain.assignments import assign_course
from lms.compliance.domain.reminders import remind_people
from lms.compliance.models import Assignment
from lms.core import clock
from lms.organizations.domain.approvals import waiting_for
from lms.organizations.domain.queries import (
    department_members,
    descendant_ids,
    organization_members,
)
from lms.organizations.models import AssociationMember, Department, Organization
from lms.portal.forms import AssignCourseForm, RemindForm
from lms.portal.permissions import (
    Console,
    administered_or_404,
    administered_organizations,
    console_or_404,
    managed_organizations,
    require_administrator,
    signed_in,
)
from lms.portal.views.desk import (
    PAGE_SIZE,
    asked_of,
    crumbs,
    department_choices,
    department_or_404,
    departments_of,
    today,
)
from lms.reporting.domain import enterprise, people
from lms.reporting.domain.arranging import arranged_assignments
from lms.reporting.domain.duty_figures import duty_board
from lms.reporting.domain.kept_counts import counts_of
from lms.reporting.domain.lists import (
    assignment_list,
    kept_inside,
    status_labels,
)
from lms.reporting.domain.overview import overview_of
from lms.reporting.domain.titles import assignable_courses


@login_required
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """Lead to the only enterprise, or let the person choose."""
    require_administrator(request.user)
    organizations = [
        *administered_organizations(request.user),
        *managed_organizations(request.user),
    ]
    if len(organizations) == 1:
        return redirect("portal:enterprise", organizations[0].code)
    context = {"organizations": organizations}
    return render(request, "portal/enterprises.html", context)


@login_required
@require_GET
def overview(request: HttpRequest, code: str) -> HttpResponse:
    """Show who is behind, and what to do about it.

    Who manages a part of the enterprise is led to that part.
    """
    console = console_or_404(request.user, code)
    organization = console.organization
    if not console.is_whole:
        return redirect(own_part(console))
    figures = overview_of(
        organization=organization,
        language=get_language() or settings.LANGUAGE_CODE,
        today=today(),
    )
    is_kept = clock.now() - figures.counted_at > timedelta(seconds=30)
    context = {
        "organization": organization,
        "has_several": administered_organizations(request.user).count() > 1,
        "approvals": waiting_for(request.user, organization),
        "invitations": AssociationMember.objects.filter(enterprise=organization)
        .invited()
        .select_related("association"),
        "summary": figures.summary,
        "duties": figures.duties,
        "changes": figures.changes,
        "week": figures.week,
        "departments": figures.departments,
        "assignments": figures.assignments,
        "q": request.GET.get("q", "")[:80],
        "listed": arranged_assignments(
            figures.assignments,
            by=request.GET.get("sort", ""),
            text=request.GET.get("q", ""),
        ),
        "counted_at": figures.counted_at if is_kept else None,
    }
    return render(request, "portal/enterprise.html", context)


def own_part(console: Console) -> str:
    """Return the address of the only department at the top of one's part, or people."""
    parts = departments_of(console.organization, console.inside)
    keys = {department.pk for department in parts}
    tops = [d for d in parts if d.parent_id not in keys]
    code = console.organization.code
    if len(tops) == 1:
        return reverse("portal:department", args=[code, tops[0].public_id])
    return reverse("portal:members", args=[code])


@login_required
@require_GET
def department(request: HttpRequest, code: str, public_id: str) -> HttpResponse:
    """Show one department: its teams side by side, then its people."""
    console = console_or_404(request.user, code)
    organization = console.organization
    found = department_or_404(organization, public_id)
    if console.inside is not None and found.pk not in console.inside:
        raise Http404
    departments = departments_of(organization, console.inside)
    inside = descendant_ids(department=found)
    rows = people.people_with_figures(organization=organization, today=today())
    rows = people.sort_people(rows, by=request.GET.get("sort", ""))
    rows = rows.filter(department_id__in=inside)
    counts = counts_of(organization=organization, today=today())
    give: dict[str, Any] = {
        "organization": organization,
        "today": today(),
        "counts": counts,
    }
    bars = enterprise.department_bars(**give, parent=found)
    by_id = {d.pk: d for d in departments}
    context = {
        "organization": organization,
        "is_whole": console.is_whole,
        "department": found,
        "bars": bars,
        "duties": duty_board(**give, parent=found),
        "assigned": sum(bar.assigned for bar in bars),
        "finished": sum(bar.finished for bar in bars),
        "overdue": sum(bar.overdue for bar in bars),
        "page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "crumbs": crumbs(
            organization,
            *[
                (d.name, reverse("portal:department", args=[code, d.public_id]))
                for d in ancestors(found, by_id)
            ],
            (found.name, None),
        ),
    }
    return render(request, "portal/department.html", context)


def ancestors(department: Department, by_id: dict[int, Department]) -> list[Department]:
    """Return the departments above one, from the top down."""
    found: list[Department] = []
    current = by_id.get(department.parent_id or 0)
    while current is not None and current not in found:
        found.insert(0, current)
        current = by_id.get(current.parent_id or 0)
    return found


@login_required
@require_http_methods(["GET", "POST"])
def assign(request: HttpRequest, code: str) -> HttpResponse:
    """Assign a course to a department or to all, once the number is confirmed."""
    organization = administered_or_404(request.user, code)
    courses = assignable_courses(organization=organization, language=get_language())
    form = AssignCourseForm(
        request.POST or None,
        organization=organization,
        courses=[(str(course.key), course.title) for course in courses],
        departments=department_choices(departments_of(organization)),
        initial=request.GET.dict(),
    )
    context = {
        "organization": organization,
        "form": form,
        "crumbs": crumbs(organization, (_("Assign a course"), None)),
    }
    if not form.is_bound:
        return render(request, "portal/assign.html", context)
    if not form.is_valid():
        return render(request, "portal/assign.html", context, status=422)
    chosen = form.cleaned_data["department"]
    if not form.cleaned_data["is_confirmed"]:
        # One wrong tap must not write to a whole enterprise.
        context["people_count"] = (
            department_members(department=chosen)
            if chosen
            else organization_members(organization_id=organization.pk)
        ).count()
        return render(request, "portal/assign_confirm.html", context)
    assignment = assign_course(
        organization=organization,
        department=chosen,
        course_key=form.cleaned_data["course"],
        due_on=form.cleaned_data["due_on"],
        by=signed_in(request),
        now=clock.now(),
    )
    messages.success(request, _("Assigned. Everyone it is for has been told."))
    return redirect("portal:assignment", organization.code, assignment.public_id)


@login_required
@require_GET
def assignment(request: HttpRequest, code: str, public_id: str) -> HttpResponse:
    """List everyone an assignment is for: who has finished, who has not."""
    console = console_or_404(request.user, code)
    organization = console.organization
    found = assignment_or_404(organization, public_id, console.inside)
    rows, counts, status, text = assignment_list(asked_of(request, console), found)
    labels = status_labels()
    all_chip = {"value": "", "label": _("All"), "count": sum(counts.values())}
    chips = [all_chip] + [
        {"value": value, "label": labels[value], "count": counts[value]}
        for value in people.STATUSES
        if counts[value] or status == value
    ]
    line = next(
        row
        for row in enterprise.assignment_rows(
            organization=organization, language=get_language(), today=today()
        )
        if row.public_id == found.public_id
    )
    if not console.is_whole:
        # The figures above the list are those of the list.
        line = replace(line, people=sum(counts.values()), finished=counts["finished"])
    context = {
        "organization": organization,
        "is_whole": console.is_whole,
        "row": line,
        "chips": chips,
        "status_value": status,
        "q": text,
        "sort": request.GET.get("sort", ""),
        "page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "bulk_actions": [
            {
                "label": _("Remind the chosen"),
                "value": "remind",
                "kind": "primary",
                "icon_name": "bell-ring",
            }
        ],
        "crumbs": crumbs(organization, (line.title, None)),
    }
    return render(request, "portal/assignment.html", context)


def assignment_or_404(
    organization: Organization, public_id: str, inside: frozenset[int] | None = None
) -> Assignment:
    """Return an assignment; with `inside`, one that concerns somebody there."""
    found = get_object_or_404(
        Assignment, organization_id=organization.pk, public_id=public_id
    )
    if inside is not None:
        rows = people.people_of_assignment(
            assignment=found, organization=organization, today=today()
        )
        if not kept_inside(rows, inside).exists():
            raise Http404
    return found


@login_required
@require_POST
def remind(request: HttpRequest, code: str, public_id: str) -> HttpResponse:
    """Write to those who have not finished: all of them, or the chosen ones."""
    organization = administered_or_404(request.user, code)
    found = assignment_or_404(organization, public_id)
    form = RemindForm(request.POST)
    back = redirect("portal:assignment", organization.code, found.public_id)
    if request.POST.get("back") == "overview":
        back = redirect("portal:enterprise", organization.code)
    if not form.is_valid():
        messages.error(request, _("Choose at least one person."))
        return back
    told = remind_people(
        assignment=found,
        people=form.cleaned_data["people"] if form.cleaned_data["chosen"] else None,
        by=signed_in(request),
        now=clock.now(),
    )
    if told:
        text = ngettext("%(n)s person reminded.", "%(n)s people reminded.", told)
        messages.success(request, text % {"n": told})
    else:
        messages.info(
            request, _("Nobody to remind: all have finished or heard from you today.")
        )
    return back
