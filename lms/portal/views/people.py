"""The people of an enterprise: the list, its export, and one person's record."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from courses.domain.progress import sign_off_unit
from courses.models import Enrollment
from lms.core import clock
from lms.organizations.domain.invitations import can_be_invited
from lms.portal.forms import SignOffForm
from lms.portal.permissions import console_or_404, signed_in
from lms.portal.staff_forms import EndMembershipForm, PlaceForm
from lms.portal.views.desk import (
    PAGE_SIZE,
    asked_of,
    crumbs,
    department_choices,
    departments_of,
    employee_or_404,
    people_crumb,
    today,
)
from lms.reporting.domain import people
from lms.reporting.domain.lists import members_list


def state_labels() -> dict[str, str]:
    return {
        "active": _("Working here"),
        "waiting": _("Not here yet"),
        "ended": _("Have left"),
    }


@login_required
@require_GET
def members(request: HttpRequest, code: str) -> HttpResponse:
    """List the employees of a state, who is behind first."""
    console = console_or_404(request.user, code)
    organization = console.organization
    departments = departments_of(organization, console.inside)
    rows, chosen = members_list(asked_of(request, console))
    labels = state_labels()
    counts = people.state_counts(
        organization=organization, today=today(), inside=console.inside
    )
    context: dict[str, Any] = chosen | {
        "organization": organization,
        "is_whole": console.is_whole,
        "departments": department_choices(departments),
        "states": [
            {"value": value, "label": labels[value], "count": counts[value]}
            for value in people.PEOPLE_STATES
        ],
        "page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "bulk_actions": [{"label": _("Move"), "value": "move", "kind": "primary"}],
    }
    return render(request, "portal/members.html", context)


@login_required
@require_GET
def person(request: HttpRequest, code: str, public_id: str) -> HttpResponse:
    """Show one employee's training here; other employers' records stay hidden."""
    console = console_or_404(request.user, code)
    organization = console.organization
    membership = employee_or_404(organization, public_id, console.inside)
    day = today()
    choices = department_choices(departments_of(organization, console.inside))
    context = {
        "organization": organization,
        "is_whole": console.is_whole,
        "person": membership,
        "is_over": membership.has_ended_by(day),
        "can_be_invited": can_be_invited(membership),
        "record": people.person_record(
            membership=membership, language=get_language(), today=day
        ),
        "duties": people.duties_here(membership=membership, today=day),
        "place_form": PlaceForm(
            organization=organization,
            departments=choices,
            initial={
                "department": getattr(membership.department, "public_id", None),
                "position": getattr(membership.position, "public_id", None),
            },
            prefix="place",
        ),
        "end_form": EndMembershipForm(initial={"ends_on": day}, prefix="end"),
        "crumbs": crumbs(
            organization, people_crumb(organization), (membership.listed_name, None)
        ),
    }
    return render(request, "portal/person.html", context)


@login_required
@require_POST
def sign_off(request: HttpRequest, code: str, public_id: str) -> HttpResponse:
    """Confirm a practical unit that was done in front of the administrator."""
    console = console_or_404(request.user, code)
    organization = console.organization
    membership = employee_or_404(organization, public_id, console.inside)
    form = SignOffForm(request.POST)
    back = redirect("portal:person", organization.code, membership.public_id)
    if membership.has_ended_by(today()):
        messages.error(
            request, _("Not saved: this person has left your enterprise meanwhile.")
        )
        return back
    if not form.is_valid():
        messages.error(request, _("Write down what was seen, then sign off."))
        return back
    enrollment = get_object_or_404(
        Enrollment, membership=membership, public_id=form.cleaned_data["enrollment"]
    )
    sign_off_unit(
        enrollment=enrollment,
        unit_key=form.cleaned_data["unit"],
        evidence={"note": form.cleaned_data["note"]},
        by=signed_in(request),
        now=clock.now(),
    )
    messages.success(request, _("Signed off."))
    return back
