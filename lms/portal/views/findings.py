"""What the regulators found, shown to the enterprise that has to put it right."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from lms.portal.permissions import administered_or_404
from lms.portal.views.desk import PAGE_SIZE, crumbs, list_tools, options, today
from lms.reporting.domain.console_lists import TOLD, findings_list


@login_required
@never_cache
@require_GET
def findings(request: HttpRequest, code: str) -> HttpResponse:
    """List the findings, the open ones first, by the day they are due.

    Notes stay among regulators, for operators of the platform as well.
    """
    organization = administered_or_404(request.user, code)
    rows = findings_list(organization, request.GET)
    context = {
        "organization": organization,
        "today": today(),
        "states": options((state.value, state.label) for state in TOLD),
        "sorting": [
            {"key": "found", "label": _("Found on")},
            {"key": "due", "label": _("To be put right by")},
        ],
        **list_tools(request, "state"),
        "page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "crumbs": crumbs(organization, (_("Findings of the regulator"), None)),
    }
    return render(request, "portal/findings.html", context)
