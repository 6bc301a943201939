"""一人一档: built by one click, listed with how long each is kept."""

import zipfile

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from lms.core import clock
from lms.organizations.models import Organization
from lms.portal.permissions import Console, administered_or_404, signed_in
from lms.portal.views.approvals import asked_for
from lms.portal.views.desk import (
    PAGE_SIZE,
    asked_of,
    crumbs,
    employee_or_404,
    people_crumb,
    today,
)
from lms.portal.views.enterprise import assignment_or_404
from lms.reporting.domain.archives.deletion import ask_for_deletion
from lms.reporting.domain.archives.keeping import (
    build_class_archive,
    build_person_archive,
)
from lms.reporting.domain.lists import archives_list, members_list
from lms.reporting.domain.reports import submit_archives
from lms.reporting.enums import ArchiveScope
from lms.reporting.exporters import attachment, stored_attachment
from lms.reporting.models import TrainingArchive

# What of a bundle may be fetched alone.
PARTS = {"pdf": "archive.pdf", "json": "archive.json"}
MAX_PEOPLE = 5_000


def language_of_page() -> str:
    return get_language() or settings.LANGUAGE_CODE


def archive_or_404(
    request: HttpRequest, organization: Organization, public_id: str
) -> TrainingArchive:
    rows = TrainingArchive.objects.visible_to(request.user).filter(
        organization_id=organization.pk
    )
    return get_object_or_404(rows, public_id=public_id)


@login_required
@never_cache
@require_GET
def archives(request: HttpRequest, code: str) -> HttpResponse:
    """List the archives that were built, with the last day of each."""
    organization = administered_or_404(request.user, code)
    rows = TrainingArchive.objects.visible_to(request.user).filter(
        organization_id=organization.pk
    )
    rows = archives_list(rows, request.GET).select_related("membership", "built_by")
    context = {
        "organization": organization,
        "q": request.GET.get("q", "")[:80].strip(),
        "scopes": [
            {"value": "", "label": _("All")},
            *({"value": v, "label": label} for v, label in ArchiveScope.choices),
        ],
        "sorting": [
            {"key": "name", "label": _("Name")},
            {"key": "built", "label": _("Built on")},
            {"key": "until", "label": _("Kept until")},
        ],
        "today": today(),
        "page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "crumbs": crumbs(
            organization, people_crumb(organization), (_("Training archives"), None)
        ),
    }
    return render(request, "portal/archives.html", context)


@login_required
@require_POST
def build_person(request: HttpRequest, code: str, public_id: str) -> HttpResponse:
    """Seal one person's archive and lead to it."""
    organization = administered_or_404(request.user, code)
    membership = employee_or_404(organization, public_id)
    build_person_archive(
        membership=membership,
        by=signed_in(request),
        now=clock.now(),
        language=language_of_page(),
    )
    messages.success(request, _("The archive is built and sealed."))
    return redirect("portal:archives", organization.code)


@login_required
@require_POST
def build_class(request: HttpRequest, code: str, public_id: str) -> HttpResponse:
    """Seal the file of one class and lead to it."""
    organization = administered_or_404(request.user, code)
    build_class_archive(
        assignment=assignment_or_404(organization, public_id),
        by=signed_in(request),
        now=clock.now(),
        language=language_of_page(),
    )
    messages.success(request, _("The archive is built and sealed."))
    return redirect("portal:archives", organization.code)


@login_required
@require_POST
def build_many(request: HttpRequest, code: str) -> HttpResponse:
    """Let the worker build the archives of all whom the filters of the page leave."""
    organization = administered_or_404(request.user, code)
    rows, _chosen = members_list(asked_of(request, Console(organization)))
    people = list(rows[: MAX_PEOPLE + 1])
    if not people or len(people) > MAX_PEOPLE:
        text = _("Choose between 1 and %(n)s people by the filters.") % {
            "n": MAX_PEOPLE
        }
        messages.error(request, text)
        return redirect("portal:members", organization.code)
    job = submit_archives(
        organization=organization,
        memberships=people,
        title=f"{organization.name}-{_('Training archives')}-{today():%Y%m%d}",
        by=signed_in(request),
        language=language_of_page(),
    )
    return redirect("portal:report", job.public_id)


@login_required
@never_cache
@require_GET
def download_archive(
    request: HttpRequest, code: str, public_id: str, file_format: str
) -> HttpResponseBase:
    """Give the sealed bundle, or its pages or data alone."""
    organization = administered_or_404(request.user, code)
    archive = archive_or_404(request, organization, public_id)
    name = f"{_('Training archive')}-{archive.title}"
    if file_format == "zip":
        return stored_attachment(archive.file, name=name, file_format="zip")
    if file_format not in PARTS:
        raise Http404
    with archive.file.open("rb") as stored, zipfile.ZipFile(stored) as bundle:
        data = bundle.read(PARTS[file_format])
    return attachment(data, name=name, file_format=file_format)


@login_required
@never_cache
@require_GET
def download_own(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Give somebody the pages of an archive about themselves."""
    archive = get_object_or_404(
        TrainingArchive.objects.filter(membership__user=signed_in(request)),
        public_id=public_id,
    )
    with archive.file.open("rb") as stored, zipfile.ZipFile(stored) as bundle:
        data = bundle.read(PARTS["pdf"])
    name = f"{_('Training archive')}-{archive.title}"
    return attachment(data, name=name, file_format="pdf")


@login_required
@require_POST
def delete(request: HttpRequest, code: str, public_id: str) -> HttpResponse:
    """Ask to destroy an archive whose time is over; before, the rule is named."""
    organization = administered_or_404(request.user, code)
    archive = archive_or_404(request, organization, public_id)
    asked = ask_for_deletion(
        archive=archive,
        organization=organization,
        by=signed_in(request),
        today=today(),
        now=clock.now(),
    )
    return asked_for(request, asked)
