"""Who joins, changes place and leaves: the steps an administrator takes."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lms.core import clock
from lms.organizations.domain.invitations import (
    Invited,
    invite_member,
    send_invitation,
)
from lms.organizations.domain.members import NewMember, change_place, end_membership
from lms.portal.permissions import (
    administered_or_404,
    console_or_404,
    signed_in,
)
from lms.portal.staff_forms import (
    AddMemberForm,
    EndMembershipForm,
    MovePeopleForm,
    PlaceForm,
)
from lms.portal.views.desk import (
    attempt,
    crumbs,
    department_choices,
    departments_of,
    employee_or_404,
    people_crumb,
    today,
)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, code: str) -> HttpResponse:
    """Add one person; an initial password is shown once and stored nowhere."""
    organization = administered_or_404(request.user, code)
    form = AddMemberForm(
        request.POST or None,
        organization=organization,
        departments=department_choices(departments_of(organization)),
        initial={
            "starts_on": today(),
            "department": request.GET.get("department"),
        },
    )
    if request.method == "POST" and form.is_valid():
        invited = attempt(
            form,
            lambda: invite_member(
                organization=organization,
                member=NewMember(**form.cleaned_data),
                by=signed_in(request),
            ),
        )
        if invited is not None:
            return _welcome(request, organization, invited)
    context = {
        "organization": organization,
        "form": form,
        "crumbs": crumbs(
            organization, people_crumb(organization), (_("Add a person"), None)
        ),
    }
    status = 422 if form.is_bound else 200
    return render(request, "portal/member_add.html", context, status=status)


def _welcome(request: HttpRequest, organization: Any, invited: Invited) -> HttpResponse:
    membership = invited.membership
    name = membership.listed_name
    if invited.initial_password:
        context = {
            "organization": organization,
            "person": membership,
            "password": invited.initial_password,
            "crumbs": crumbs(organization, people_crumb(organization), (name, None)),
        }
        return render(request, "portal/member_added.html", context)
    address = reverse("portal:members", args=[organization.code])
    if invited.is_waiting:
        text = _("%(name)s has an account already and is asked to confirm first.")
        messages.success(request, text % {"name": name})
        return redirect(f"{address}?state=waiting")
    text = _("Added. The invitation is on its way to %(name)s.")
    messages.success(request, text % {"name": name})
    return redirect("portal:person", organization.code, membership.public_id)


@login_required
@require_POST
def invite_again(request: HttpRequest, code: str, public_id: str) -> HttpResponse:
    """Write once more to someone who has not opened the account."""
    console = console_or_404(request.user, code)
    organization = console.organization
    membership = employee_or_404(organization, public_id, console.inside)
    send_invitation(membership=membership, by=signed_in(request))
    messages.success(request, _("The invitation is on its way again."))
    return redirect("portal:person", organization.code, membership.public_id)


@login_required
@require_POST
def place(request: HttpRequest, code: str, public_id: str) -> HttpResponse:
    """Move one person to another department or position."""
    console = console_or_404(request.user, code)
    organization = console.organization
    membership = employee_or_404(organization, public_id, console.inside)
    form = PlaceForm(
        request.POST,
        organization=organization,
        departments=department_choices(departments_of(organization, console.inside)),
        inside=console.inside,
        prefix="place",
    )
    if membership.has_ended_by(today()):
        messages.error(
            request, _("Not saved: this person has left your enterprise meanwhile.")
        )
    elif form.is_valid():
        change_place(membership=membership, by=signed_in(request), **form.cleaned_data)
        messages.success(request, _("Saved. Courses of the new department follow."))
    else:
        text = _("Not saved: choose a department and a position of this enterprise.")
        messages.error(request, text)
    return redirect("portal:person", organization.code, membership.public_id)


@login_required
@require_POST
def end(request: HttpRequest, code: str, public_id: str) -> HttpResponse:
    """End a membership, or take an invitation back."""
    organization = administered_or_404(request.user, code)
    membership = employee_or_404(organization, public_id)
    form = EndMembershipForm(request.POST, prefix="end")
    if not form.is_valid():
        messages.error(request, _("Not saved: enter the last day."))
        return redirect("portal:person", organization.code, membership.public_id)
    day = form.cleaned_data["ends_on"]
    was_pending = membership.is_pending
    end_membership(
        membership=membership,
        on=today() if was_pending else day,
        by=signed_in(request),
        now=clock.now(),
    )
    if was_pending:
        text = _("Taken back. %(name)s is no longer asked.")
    elif day > today():
        text = _("Saved. %(name)s leaves after that day; the records stay.")
    else:
        text = _("%(name)s has left. The training records stay here.")
    messages.success(request, text % {"name": membership.listed_name})
    return redirect("portal:members", organization.code)


@login_required
@require_POST
def move_people(request: HttpRequest, code: str) -> HttpResponse:
    """Move several people to one department; their positions stay."""
    organization = administered_or_404(request.user, code)
    form = MovePeopleForm(request.POST, organization=organization)
    address = reverse("portal:members", args=[organization.code])
    back = redirect(f"{address}?{request.GET.urlencode()}")
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        return back
    department = form.cleaned_data["department"]
    chosen = list(form.cleaned_data["people"])
    for membership in chosen:
        change_place(
            membership=membership,
            department=department,
            position=membership.position,
            by=signed_in(request),
        )
    text = ngettext(
        "%(n)s person moved to %(department)s.",
        "%(n)s people moved to %(department)s.",
        len(chosen),
    )
    messages.success(request, text % {"n": len(chosen), "department": department.name})
    return back
