"""The regulator's desk: one field, my region."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from certificates.domain.numbers import clean_number
from certificates.domain.pdf_inspection import MAX_PDF_BYTES
from certificates.domain.verification import Report
from certificates.enums import Verdict
from certificates.limits import require_allowed
from certificates.models import Finding
from certificates.views.presentation import TONES, present
from lms.accounts.models import User
from lms.core import clock
from lms.core.scope import scope_for
from lms.organizations.code_names import industry_label, region_label, region_labels
from lms.organizations.models import Organization
from lms.organizations.querysets import OrganizationQuerySet
from lms.portal.domain.look_ups import (
    LookUp,
    find_holder,
    look_up,
    look_up_file,
    read_meaning,
    recent_look_ups,
)
from lms.portal.forms import FindingForm, LookUpForm
from lms.portal.permissions import regulated_or_404, require_regulator, signed_in
from lms.reporting.domain.anomalies import alike_papers, long_days
from lms.reporting.domain.certificates import CertificateLine
from lms.reporting.domain.enterprise import (
    assignment_rows,
    department_bars,
    enterprise_summary,
)
from lms.reporting.domain.kept_counts import counts_of
from lms.reporting.domain.region import (
    enterprises_in_regions,
    sort_enterprises,
    with_figures,
)

PAGE_SIZE = 30
FINDINGS = 30
LONG_DAYS = 200


def line_of(check: LookUp) -> dict[str, Any]:
    """Give a check its word, tone and icon."""
    tone, icon = TONES[check.verdict]
    word = Verdict(check.verdict).label
    return {
        "number": check.number,
        "has_page": clean_number(check.number) is not None,
        "at": check.at,
        "tone": tone,
        "icon": icon,
        "word": word,
    }


@dataclass(frozen=True)
class Answer:
    """What one question of the desk is answered with."""

    status: int = 200
    report: dict[str, Any] | None = None
    evidence_of: str = ""
    holder: str = ""
    found: list[CertificateLine] | None = None


def ask(request: HttpRequest, form: LookUpForm) -> Answer:
    """Answer the question in the form: one certificate, or those of a name."""
    if not form.is_valid():
        return Answer(status=422)
    require_allowed(request)
    by, now = signed_in(request), clock.now()
    upload = form.cleaned_data["file"]
    if upload:
        # One byte more than we take: the domain says that it is too much.
        data = upload.read(MAX_PDF_BYTES + 1)
        return _judged(look_up_file(data=data, by=by, now=now), by=by)
    meaning = read_meaning(form.cleaned_data["number"])
    if meaning.holder:
        day = clock.shanghai_date(now)
        found = find_holder(name=meaning.holder, by=by, today=day)
        return Answer(holder=meaning.holder, found=found)
    return _judged(look_up(meaning=meaning, by=by, now=now), by=by)


def _judged(report: Report, *, by: User) -> Answer:
    """Answer with the verdict, and the way to the evidence within one's regions."""
    certificate = report.certificate
    regions = scope_for(by).regulated_organization_ids
    is_mine = certificate is not None and certificate.organization_id in regions
    number = certificate.number if certificate is not None and is_mine else ""
    return Answer(report=present(report), evidence_of=number)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    """Check one certificate; list my checks and the enterprises of my region."""
    require_regulator(request.user)
    is_question = request.method == "POST"
    form = LookUpForm(request.POST, request.FILES) if is_question else LookUpForm()
    answer = ask(request, form) if is_question else Answer()
    text = request.GET.get("q", "")[:80]
    today = clock.shanghai_date(clock.now())
    rows: Any = listed_enterprises(request, text, today)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = with_figures(organizations=page.object_list, today=today)
    context = {
        "form": form,
        "answer": answer,
        "report": answer.report,
        "recent": [
            line_of(check) for check in recent_look_ups(user=signed_in(request))
        ],
        "regions": region_labels(scope_for(request.user).region_prefixes),
        "q": text,
        "page_obj": page,
        "sorting": [
            {"key": "name", "label": _("Enterprise")},
            {"key": "people", "label": _("People")},
            {"key": "finished", "label": _("Training finished")},
            {"key": "overdue", "label": _("Overdue")},
        ],
        "today": today,
    }
    return render(request, "portal/regulator.html", context, status=answer.status)


def listed_enterprises(
    request: HttpRequest, text: str, today: date
) -> OrganizationQuerySet | list[Organization]:
    """Return the enterprises of my region as the address filters and sorts them."""
    rows = enterprises_in_regions(user=request.user, text=text)
    by = request.GET.get("sort", "")
    return sort_enterprises(organizations=rows, by=by, today=today)


@login_required
@require_GET
def enterprise(request: HttpRequest, code: str) -> HttpResponse:
    """Show how far one enterprise of my region is with its training."""
    require_regulator(request.user)
    organization = regulated_or_404(request.user, code)
    today = clock.shanghai_date(clock.now())
    findings = Finding.objects.visible_to(request.user).filter(
        organization_id=organization.pk
    )
    counts = counts_of(organization=organization, today=today)
    give: dict[str, Any] = {
        "organization": organization,
        "today": today,
        "counts": counts,
    }
    place = region_label(organization.region), industry_label(organization.industry)
    context = {
        "findings": findings.select_related("author", "certificate")[:FINDINGS],
        "finding_form": FindingForm(),
        "long_days": long_days(organization_id=organization.pk),
        "organization": organization,
        "place": " · ".join(filter(None, place)),
        "summary": enterprise_summary(**give),
        "departments": department_bars(**give),
        "today": today,
        "assignments": assignment_rows(**give, language=get_language()),
        "crumbs": [
            {"title": _("Regulator's desk"), "url": reverse("portal:regulator")},
            {"title": organization.name},
        ],
    }
    return render(request, "portal/regulated.html", context)


@login_required
@never_cache
@require_GET
def anomalies(request: HttpRequest, code: str) -> HttpResponse:
    """Show what to ask an enterprise about; papers are compared when it is opened."""
    require_regulator(request.user)
    organization = regulated_or_404(request.user, code)
    context = {
        "organization": organization,
        "long_days": long_days(organization_id=organization.pk, limit=LONG_DAYS),
        "comparison": alike_papers(organization_id=organization.pk, now=clock.now()),
        "crumbs": [
            {"title": _("Regulator's desk"), "url": reverse("portal:regulator")},
            {
                "title": organization.name,
                "url": reverse("portal:regulated", args=[organization.code]),
            },
            {"title": _("Anomalies")},
        ],
    }
    return render(request, "portal/anomalies.html", context)
