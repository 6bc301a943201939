"""Staff lists: upload, check, take, and what came of it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from lms.core import clock
from lms.core.enums import JobState
from lms.core.errors import DomainError
from lms.core.sheets.refusals import remark_from_json
from lms.core.uploads import refuse_large_body
from lms.organizations.domain.administrators import ask_to_take_list
from lms.organizations.domain.staff_import.importing import (
    import_of_check,
    is_complete,
    leavers_of,
    submit_import,
    take_checked,
)
from lms.organizations.domain.staff_import.messages import message_of, place_of
from lms.organizations.domain.staff_import.reading import MAX_FILE_BYTES
from lms.organizations.domain.staff_import.workbooks import returned_workbook, template
from lms.organizations.enums import ImportPolicy, StaffAction
from lms.organizations.models import Organization, StaffImport
from lms.portal.permissions import administered_or_404, signed_in
from lms.portal.staff_forms import StaffImportForm
from lms.portal.views.approvals import asked_for
from lms.portal.views.desk import crumbs, people_crumb
from lms.reporting.exporters import attachment

LEAVERS_SHOWN = 200
SHOWN = 100
RECENT = 10
LANGUAGES = ("zh", "en")


@refuse_large_body(MAX_FILE_BYTES)
@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, code: str) -> HttpResponse:
    """Take a list in: checked only, or checked and taken."""
    organization = administered_or_404(request.user, code)
    form = StaffImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data.pop("file")
        # Ending people's employment waits for a second person, who sees the check.
        is_dry_run = "take" not in request.POST or form.cleaned_data["is_complete_list"]
        staff_import = submit_import(
            organization=organization,
            file=file,
            size=file.size,
            filename=file.name,
            is_dry_run=is_dry_run,
            by=signed_in(request),
            **form.cleaned_data,
        )
        return redirect(
            "portal:staff_import_result", organization.code, staff_import.public_id
        )
    rows = StaffImport.objects.visible_to(request.user)
    context = {
        "organization": organization,
        "form": form,
        "recent": rows.filter(organization=organization)[:RECENT],
        "crumbs": crumbs(
            organization, people_crumb(organization), (_("Import a staff list"), None)
        ),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "portal/staff_import.html", context, status=status)


def import_or_404(
    request: HttpRequest, organization: Organization, public_id: Any
) -> StaffImport:
    rows = StaffImport.objects.visible_to(request.user).filter(
        organization=organization
    )
    return get_object_or_404(rows, public_id=public_id)


@login_required
@never_cache
@require_GET
def show(request: HttpRequest, code: str, public_id: str) -> HttpResponse:
    """Show how far one import is, and what it did."""
    organization = administered_or_404(request.user, code)
    staff_import = import_or_404(request, organization, public_id)
    remarks = [remark_from_json(one) for one in staff_import.remarks]
    remarks.sort(key=lambda remark: not remark.is_error)
    has_ended = staff_import.state in (JobState.DONE, JobState.FAILED)
    counts = staff_import.counts
    earlier = import_of_check(checked=staff_import) if has_ended else None
    done = sum(n for a, n in counts.items() if a != StaffAction.UNCHANGED)
    context = {
        "organization": organization,
        "job": staff_import,
        "has_ended": has_ended,
        "is_complete": is_complete(staff_import),
        "earlier": earlier,
        "can_take": has_ended and staff_import.is_dry_run and done > 0 and not earlier,
        "done": done,
        "counts": [
            {"label": label, "value": counts[action]}
            for action, label in StaffAction.choices
            if counts.get(action)
        ],
        "leavers": leavers_of(staff_import)[:LEAVERS_SHOWN],
        "more_leavers": max(
            len(staff_import.report.get("leaving", [])) - LEAVERS_SHOWN, 0
        ),
        "remarks": [
            {"remark": one, "place": place_of(one.place), "text": message_of(one)}
            for one in remarks[:SHOWN]
        ],
        "more": max(len(remarks) - SHOWN, 0) + staff_import.report.get("more", 0),
        "crumbs": crumbs(
            organization, people_crumb(organization), (staff_import.filename, None)
        ),
    }
    is_fragment = request.headers.get("HX-Request") == "true"
    name = "includes/staff_import_state" if is_fragment else "staff_import_result"
    return render(request, f"portal/{name}.html", context)


@login_required
@require_POST
def take(request: HttpRequest, code: str, public_id: str) -> HttpResponse:
    """Import the list that was only checked."""
    organization = administered_or_404(request.user, code)
    checked = import_or_404(request, organization, public_id)
    policy = request.POST.get("policy", "")
    policy = policy if policy in ImportPolicy.values else checked.policy
    earlier = import_of_check(checked=checked)
    if earlier is not None:
        messages.info(
            request, _("This list was taken already. This is what came of it.")
        )
        return redirect("portal:staff_import_result", code, earlier.public_id)
    by = signed_in(request)
    if checked.is_complete_list:
        try:
            asked = ask_to_take_list(
                checked=checked,
                policy=policy,
                reason=request.POST.get("reason", ""),
                by=by,
                now=clock.now(),
            )
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("portal:staff_import_result", code, public_id)
        return asked_for(request, asked)
    staff_import = take_checked(checked=checked, policy=policy, by=by)
    return redirect(
        "portal:staff_import_result", organization.code, staff_import.public_id
    )


@login_required
@require_GET
def download_report(request: HttpRequest, code: str, public_id: str) -> HttpResponse:
    """Give the list back with a comment on each bad cell."""
    organization = administered_or_404(request.user, code)
    staff_import = import_or_404(request, organization, public_id)
    if staff_import.state != JobState.DONE:
        raise Http404
    data = returned_workbook(staff_import=staff_import)
    return attachment(data, name=_("Staff list with remarks"), file_format="xlsx")


@login_required
@require_GET
def download_template(
    request: HttpRequest, code: str, language: str, file_format: str
) -> HttpResponse:
    """Give an empty list to fill in."""
    administered_or_404(request.user, code)
    if language not in LANGUAGES or file_format not in ("xlsx", "csv"):
        raise Http404
    english = language == "en"
    data = template(format_name=file_format, english=english)
    name = "staff" if english else "员工名单"
    return attachment(data, name=name, file_format=file_format)
