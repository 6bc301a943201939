"""Lists as files: at once while they are short, as a job with progress when long."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from lms.core.enums import JobState
from lms.portal.permissions import (
    administered_or_404,
    console_or_404,
    require_regulator,
    signed_in,
)
from lms.portal.views.desk import asked_of, today
from lms.portal.views.enterprise import assignment_or_404
from lms.reporting.domain.lists import LISTS, ListRequest, build_list
from lms.reporting.domain.reports import ROWS_AT_ONCE, submit_list
from lms.reporting.domain.tables import FORMATS
from lms.reporting.exporters import download, stored_attachment
from lms.reporting.models import Report


def deliver(asked: ListRequest, name: str, file_format: str) -> HttpResponseBase:
    """Answer with the file, or lead to the job that writes it."""
    if file_format not in FORMATS:
        raise Http404
    table = build_list(name, asked)
    if table.total <= ROWS_AT_ONCE:
        return download(table, file_format)
    job = submit_list(
        name=name,
        asked=asked,
        title=table.title,
        total=table.total,
        file_format=file_format,
    )
    return redirect("portal:report", job.public_id)


@login_required
@require_GET
def export_members(
    request: HttpRequest, code: str, file_format: str
) -> HttpResponseBase:
    """Give the people as a file, with the filters and the order of the page."""
    console = console_or_404(request.user, code)
    return deliver(asked_of(request, console), "members", file_format)


@login_required
@require_GET
def export_assignment(
    request: HttpRequest, code: str, public_id: str, file_format: str
) -> HttpResponseBase:
    """Give the people of an assignment as a file, with the filters of the page."""
    console = console_or_404(request.user, code)
    assignment_or_404(console.organization, public_id, console.inside)
    asked = asked_of(request, console, assignment=str(public_id))
    return deliver(asked, "assignment", file_format)


@login_required
@require_GET
def export(
    request: HttpRequest, code: str, name: str, file_format: str
) -> HttpResponseBase:
    """Give another list of the whole enterprise as a file."""
    administered_or_404(request.user, code)
    if name not in LISTS or name in ("members", "assignment"):
        raise Http404
    console = console_or_404(request.user, code)
    return deliver(asked_of(request, console), name, file_format)


@login_required
@require_GET
def export_region(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """Give the enterprises of a regulator's regions as a file."""
    require_regulator(request.user)
    asked = ListRequest(
        organization=None,
        user=signed_in(request),
        params=request.GET.dict(),
        language=get_language() or settings.LANGUAGE_CODE,
        today=today(),
    )
    return deliver(asked, "region", file_format)


def report_or_404(request: HttpRequest, public_id: str) -> Report:
    rows = Report.objects.visible_to(request.user)
    return get_object_or_404(rows, public_id=public_id)


@login_required
@never_cache
@require_GET
def report(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show how far a long export is."""
    job = report_or_404(request, public_id)
    context = {
        "job": job,
        "has_ended": job.state in (JobState.DONE, JobState.FAILED),
    }
    is_fragment = request.headers.get("HX-Request") == "true"
    name = "includes/report_state" if is_fragment else "report"
    return render(request, f"portal/{name}.html", context)


@login_required
@never_cache
@require_GET
def download_report(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Give the file that a job wrote, to the person who asked for it."""
    job = report_or_404(request, public_id)
    if job.state != JobState.DONE or not job.file:
        raise Http404
    return stored_attachment(job.file, name=job.title, file_format=job.file_format)
