"""What the regulators found, shown to the enterprise that has to put it right."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from certificates.enums import FindingState
from certificates.models import Finding
from lms.portal.permissions import administered_or_404
from lms.portal.views.desk import PAGE_SIZE, crumbs, today

STATES = (FindingState.OPEN, FindingState.CLOSED)


@login_required
@never_cache
@require_GET
def findings(request: HttpRequest, code: str) -> HttpResponse:
    """List the findings, the open ones first, by the day they are due.

    Notes stay among regulators, for operators of the platform as well.
    """
    organization = administered_or_404(request.user, code)
    rows = Finding.objects.filter(
        organization_id=organization.pk, state__in=STATES
    ).select_related("certificate")
    state = request.GET.get("state", "")
    if state in STATES:
        rows = rows.filter(state=state)
    rows = rows.order_by("-state", F("due_on").asc(nulls_last=True), "-pk")
    context = {
        "organization": organization,
        "today": today(),
        "state": state,
        "states": [
            {"value": "", "label": _("All")},
            *({"value": s.value, "label": s.label} for s in STATES),
        ],
        "page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "crumbs": crumbs(organization, (_("Findings of the regulator"), None)),
    }
    return render(request, "portal/findings.html", context)
