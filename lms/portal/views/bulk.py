"""The regulator's bulk checks: a list of numbers or an archive of PDFs."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from certificates.domain.bulk_checking import MAX_BYTES, result_of, submit_bulk_check
from certificates.enums import BulkKind, Verdict
from certificates.errors import BulkRefused
from certificates.models import BulkCheck
from certificates.views.presentation import TONES
from lms.core.enums import JobState
from lms.core.uploads import refuse_large_body
from lms.portal.forms import BulkCheckForm
from lms.portal.permissions import require_regulator, signed_in
from lms.reporting.exporters import FORMATS, Table, download

PAGE_SIZE = 50
RECENT = 20
WORST_FIRST = list(Verdict.values)


@refuse_large_body(MAX_BYTES)
@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def checks(request: HttpRequest) -> HttpResponse:
    """Take in a file; list my earlier checks."""
    require_regulator(request.user)
    is_sent = request.method == "POST"
    form = BulkCheckForm(request.POST, request.FILES) if is_sent else BulkCheckForm()
    if is_sent and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            check = submit_bulk_check(
                data=upload.read(MAX_BYTES + 1),
                filename=upload.name,
                by=signed_in(request),
            )
        except BulkRefused as error:
            form.add_error("file", str(error.message))
        else:
            return redirect("portal:bulk_check", check.public_id)
    context = {
        "form": form,
        "checks": BulkCheck.objects.visible_to(request.user)[:RECENT],
        "crumbs": _crumbs(_("Check many certificates")),
    }
    status = 422 if is_sent else 200
    return render(request, "portal/bulk_checks.html", context, status=status)


def _crumbs(title: str, *between: tuple[str, str]) -> list[dict[str, str]]:
    steps = [(_("Regulator's desk"), reverse("portal:regulator")), *between]
    return [{"title": t, "url": url} for t, url in steps] + [{"title": title}]


def _mine(request: HttpRequest, public_id: str) -> BulkCheck:
    require_regulator(request.user)
    rows = BulkCheck.objects.visible_to(request.user)
    return get_object_or_404(rows, public_id=public_id)


def _presented(row: dict[str, Any]) -> dict[str, Any]:
    tone, icon = TONES[Verdict(row["verdict"])]
    return row | {"tone": tone, "icon": icon, "word": Verdict(row["verdict"]).label}


@login_required
@never_cache
@require_GET
def check(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the progress, then the result: what needs attention first."""
    found = _mine(request, public_id)
    is_running = found.state in (JobState.QUEUED, JobState.RUNNING)
    if request.headers.get("HX-Request") == "true":
        return _progress(request, found, is_running=is_running)
    rows = sorted(result_of(found), key=_rank)
    counts = dict.fromkeys(Verdict.values, 0)
    for row in rows:
        counts[row["verdict"]] += 1
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = [_presented(row) for row in page.object_list]
    context = {
        "check": found,
        "is_running": is_running,
        "counts": [
            (Verdict(verdict).label, count, TONES[Verdict(verdict)][0])
            for verdict, count in counts.items()
            if count
        ],
        "page_obj": page,
        "crumbs": _crumbs(
            found.filename,
            (_("Check many certificates"), reverse("portal:bulk_checks")),
        ),
        "may_be_name": found.kind != BulkKind.ZIP and counts[Verdict.UNKNOWN] > 0,
    }
    return render(request, "portal/bulk_check.html", context)


def _progress(
    request: HttpRequest, found: BulkCheck, *, is_running: bool
) -> HttpResponse:
    """Show how far it is; once it has ended, the page is loaded anew."""
    if not is_running:
        return HttpResponse(headers={"HX-Refresh": "true"})
    name = "portal/includes/bulk_check_state.html"
    return render(request, name, {"check": found})


def _rank(row: dict[str, Any]) -> tuple[bool, int, int]:
    is_fine = row["verdict"] == Verdict.VALID
    return is_fine, WORST_FIRST.index(row["verdict"]), row["row"]


@login_required
@require_GET
def export(request: HttpRequest, public_id: str, file_format: str) -> HttpResponseBase:
    """Give the result as a file, in the order of what was handed in."""
    found = _mine(request, public_id)
    if file_format not in FORMATS or found.state != JobState.DONE:
        raise Http404
    table = Table(
        title=f"{_('Result of the check')}-{found.created_at:%Y%m%d}",
        headings=[
            _("Row"),
            _("Given"),
            _("Number"),
            _("Verdict"),
            pgettext("verdict", "Code"),
        ],
        rows=[
            [
                str(row["row"]),
                row["given"],
                row["number"],
                str(Verdict(row["verdict"]).label),
                row["verdict"],
            ]
            for row in result_of(found)
        ],
    )
    return download(table, file_format)
