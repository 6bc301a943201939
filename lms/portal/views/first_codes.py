"""Slips with one-time codes for people who have no e-mail address."""

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lms.core import clock
from lms.organizations.domain.first_codes import (
    VALID,
    issue_first_codes,
    people_without_sign_in,
)
from lms.organizations.domain.queries import descendant_ids
from lms.organizations.models import Organization
from lms.portal.first_code_forms import SlipsForm
from lms.portal.permissions import administered_or_404, signed_in
from lms.portal.views.desk import (
    attempt,
    crumbs,
    department_choices,
    departments_of,
    people_crumb,
    today,
)
from lms.reporting.domain.slips import print_slips
from lms.reporting.exporters import attachment


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def first_codes(request: HttpRequest, code: str) -> HttpResponse:
    """Say how many can't sign in yet, and print their slips."""
    organization = administered_or_404(request.user, code)
    form = SlipsForm(
        request.POST or None,
        organization=organization,
        departments=department_choices(departments_of(organization)),
    )
    if request.method == "POST" and form.is_valid():
        data = attempt(form, lambda: _print(request, organization, form))
        if data:
            return attachment(data, name=_("First sign-in"), file_format="pdf")
    people = people_without_sign_in(organization=organization, on=today())
    context = {
        "organization": organization,
        "form": form,
        "waiting": people.count(),
        "days": VALID.days,
        "crumbs": crumbs(
            organization, people_crumb(organization), (_("First sign-in"), None)
        ),
    }
    status = 422 if form.errors else 200
    return render(request, "portal/first_codes.html", context, status=status)


@transaction.atomic
def _print(
    request: HttpRequest, organization: Organization, form: SlipsForm
) -> bytes | None:
    """Both or neither: a code that was not printed would lock the older slip out."""
    department = form.cleaned_data["department"]
    slips = issue_first_codes(
        organization=organization,
        departments=descendant_ids(department=department) if department else None,
        by=signed_in(request),
        now=clock.now(),
        on=today(),
    )
    if not slips:
        form.add_error("department", _("Nobody here needs a slip."))
        return None
    address = request.build_absolute_uri(reverse("organizations:first_sign_in"))
    return print_slips(organization=organization, slips=slips, address=address)
