"""What an enterprise's people learned, as xAPI statements for its own systems."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from courses.forms import StatementSpanForm
from courses.views.statements import statement_file
from lms.portal.permissions import administered_or_404, signed_in
from lms.portal.views.desk import crumbs


@login_required
@never_cache
@require_GET
def statements(request: HttpRequest, code: str) -> HttpResponseBase:
    """Ask for a span of days, and give its statements as a file."""
    organization = administered_or_404(request.user, code)
    form = StatementSpanForm(request.GET if "first" in request.GET else None)
    if form.is_bound and form.is_valid():
        return statement_file(
            form, by=signed_in(request), organization_id=organization.pk
        )
    archives = (_("Training archives"), reverse("portal:archives", args=[code]))
    context = {
        "organization": organization,
        "form": form,
        "crumbs": crumbs(organization, archives, (_("xAPI statements"), None)),
    }
    status = 422 if form.errors else 200
    return render(request, "portal/statements.html", context, status=status)
