"""Changes that wait for a second person, and who administers the enterprise."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from lms.core import clock
from lms.core.errors import DomainError
from lms.organizations.domain.administrators import (
    administrators as administrators_of,
)
from lms.organizations.domain.administrators import ask_to_grant, ask_to_revoke
from lms.organizations.domain.approvals import (
    approve_change,
    can_decide,
    deciders,
    expire_changes,
    refuse_change,
    withdraw_change,
)
from lms.organizations.enums import ChangeKind, ChangeState, MembershipRole
from lms.organizations.models import ChangeRequest, Organization, StaffImport
from lms.portal.approval_forms import DecisionForm, GrantForm, RevokeForm
from lms.portal.permissions import administered_or_404, signed_in
from lms.portal.views.desk import (
    PAGE_SIZE,
    attempt,
    crumbs,
    department_choices,
    departments_of,
    list_tools,
    options,
    today,
)
from lms.reporting.domain.console_lists import administrators_list, changes_list


def change_or_404(organization: Organization, public_id: str) -> ChangeRequest:
    rows = ChangeRequest.objects.filter(organization=organization).select_related(
        "organization", "requested_by", "decided_by"
    )
    return get_object_or_404(rows, public_id=public_id)


def list_behind(change: ChangeRequest) -> StaffImport | None:
    """Return the checked staff list that a change is about: it names who leaves."""
    if change.kind != ChangeKind.COMPLETE_LIST:
        return None
    rows = StaffImport.objects.filter(organization=change.organization)
    return rows.filter(pk=change.payload.get("checked")).first()


def _to_changes(organization: Organization) -> tuple[str, str | None]:
    url = reverse("portal:changes", args=[organization.code])
    return (_("Approvals"), url)


@login_required
@never_cache
@require_GET
def changes(request: HttpRequest, code: str) -> HttpResponse:
    """List what waits for a decision, then what was decided."""
    organization = administered_or_404(request.user, code)
    expire_changes(now=clock.now(), organization=organization)
    rows = changes_list(organization, {})
    decided = changes_list(organization, request.GET).exclude(state="waiting")
    context = {
        "organization": organization,
        "waiting": list(rows.filter(state="waiting")),
        "kinds": options(ChangeKind.choices),
        "states": options(
            choice for choice in ChangeState.choices if choice[0] != "waiting"
        ),
        "sorting": [
            {"key": "change", "label": _("Change")},
            {"key": "day", "label": _("Day")},
        ],
        **list_tools(request, "state", "kind"),
        "page_obj": Paginator(decided, PAGE_SIZE).get_page(request.GET.get("page")),
        "crumbs": crumbs(organization, (_("Approvals"), None)),
    }
    return render(request, "portal/changes.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, code: str, public_id: str) -> HttpResponse:
    """Show one change with who, what and why; a second person decides here."""
    organization = administered_or_404(request.user, code)
    expire_changes(now=clock.now(), organization=organization)
    row = change_or_404(organization, public_id)
    user = signed_in(request)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        decision = form.cleaned_data["decision"]
        done = attempt(form, lambda: _decide(row, decision, form, request))
        if done is not None:
            messages.success(request, str(done.get_state_display()))
            return redirect("portal:changes", code)
        row.refresh_from_db()
    context = {
        "organization": organization,
        "change": row,
        "form": form,
        "list_checked": list_behind(row),
        "may_decide": row.is_waiting and can_decide(user, row),
        "is_own": row.requested_by_id == user.pk,
        "deciders": deciders(row) if row.is_waiting else [],
        "crumbs": crumbs(organization, _to_changes(organization), (row.title, None)),
    }
    status = 422 if form.errors else 200
    return render(request, "portal/change.html", context, status=status)


def _decide(
    row: ChangeRequest, decision: str, form: DecisionForm, request: HttpRequest
) -> ChangeRequest:
    by, now, note = signed_in(request), clock.now(), form.cleaned_data["note"]
    if decision == "approve":
        return approve_change(change=row, by=by, note=note, now=now)
    if decision == "refuse":
        return refuse_change(change=row, by=by, note=note, now=now)
    return withdraw_change(change=row, by=by, now=now)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def administrators(request: HttpRequest, code: str) -> HttpResponse:
    """List who administers what; ask to give somebody the right."""
    organization = administered_or_404(request.user, code)
    form = GrantForm(
        request.POST or None,
        organization=organization,
        departments=department_choices(departments_of(organization)),
    )
    if request.method == "POST" and form.is_valid():
        asked = attempt(
            form,
            lambda: ask_to_grant(
                **form.cleaned_data, by=signed_in(request), now=clock.now()
            ),
        )
        if asked is not None:
            return asked_for(request, asked)
    context = {
        "organization": organization,
        "administrators": list(administrators_list(organization, request.GET, today())),
        "roles": options(
            (role.value, role.label)
            for role in (MembershipRole.ADMIN, MembershipRole.UNIT_ADMIN)
        ),
        "sorting": [
            {"key": "name", "label": _("Full name")},
            {"key": "department", "label": _("Department")},
        ],
        **list_tools(request, "role"),
        "form": form,
        "crumbs": crumbs(organization, (_("Administrators"), None)),
    }
    status = 422 if form.errors else 200
    return render(request, "portal/administrators.html", context, status=status)


@login_required
@require_POST
def administrator_revoke(
    request: HttpRequest, code: str, public_id: str
) -> HttpResponse:
    """Ask to take an administrator's rights."""
    organization = administered_or_404(request.user, code)
    rows = administrators_of(organization=organization, on=today())
    administrator = get_object_or_404(rows, public_id=public_id)
    form = RevokeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give a reason."))
        return redirect("portal:administrators", code)
    try:
        asked = ask_to_revoke(
            administrator=administrator,
            reason=form.cleaned_data["reason"],
            by=signed_in(request),
            now=clock.now(),
        )
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("portal:administrators", code)
    return asked_for(request, asked)


def asked_for(request: HttpRequest, change: ChangeRequest) -> HttpResponse:
    """Say that the change waits now, and show it."""
    messages.success(request, _("Asked for. A second person has to agree."))
    return redirect("portal:change", change.organization.code, change.public_id)
