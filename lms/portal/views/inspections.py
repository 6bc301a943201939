"""The regulator at work: samples, evidence behind a certificate, findings, figures."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from certificates.domain.findings import close_finding, write_finding
from certificates.domain.looks import looks_at
from certificates.domain.sampling import draw_sample, note_outcome
from certificates.domain.training_evidence import (
    evidence_batch,
    evidence_name,
    open_evidence,
)
from certificates.domain.verification import verify_number
from certificates.errors import SamplingRefused
from certificates.models import Certificate, Finding, SamplingPlan
from certificates.views.downloads import as_download
from certificates.views.presentation import present
from lms.core import clock
from lms.core.scope import scope_for
from lms.organizations.code_names import region_labels
from lms.portal.forms import FindingForm, OutcomeForm, SampleForm
from lms.portal.permissions import regulated_or_404, require_regulator, signed_in
from lms.reporting.domain.evidence import look_at_evidence
from lms.reporting.domain.region import enterprises_in_regions
from lms.reporting.domain.regional import Figure, regional_statistics

RECENT = 20


def _crumbs(title: str, *between: tuple[str, str]) -> list[dict[str, str]]:
    steps = [(_("Regulator's desk"), reverse("portal:regulator")), *between]
    return [{"title": t, "url": url} for t, url in steps] + [{"title": title}]


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def samples(request: HttpRequest) -> HttpResponse:
    """Draw a sample; list those of my region."""
    require_regulator(request.user)
    organizations = enterprises_in_regions(user=request.user)
    is_sent = request.method == "POST"
    form = SampleForm(request.POST if is_sent else None, organizations=organizations)
    if is_sent and form.is_valid():
        data = form.cleaned_data
        organization = data.pop("organization")
        try:
            plan = draw_sample(
                **data,
                organization_id=organization.pk if organization else None,
                by=signed_in(request),
            )
        except SamplingRefused as error:
            form.add_error(None, str(error.message))
        else:
            return redirect("portal:sample", plan.public_id)
    plans = SamplingPlan.objects.visible_to(request.user).select_related("created_by")
    context = {
        "form": form,
        "plans": plans[:RECENT],
        "crumbs": _crumbs(_("Samples for inspections")),
    }
    status = 422 if is_sent else 200
    return render(request, "portal/samples.html", context, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def sample(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a sample and write down what was found at each place."""
    require_regulator(request.user)
    plans = SamplingPlan.objects.visible_to(request.user).select_related("created_by")
    plan = get_object_or_404(plans, public_id=public_id)
    if request.method == "POST":
        form = OutcomeForm(request.POST)
        if form.is_valid():
            note_outcome(plan=plan, **form.cleaned_data)
            return redirect("portal:sample", plan.public_id)
        messages.error(request, _("Choose one of the outcomes."))
    rows = plan.samples.select_related("certificate")
    context = {
        "plan": plan,
        "rows": rows,
        "open_count": sum(row.outcome == "open" for row in rows),
        "fault_count": sum(row.outcome == "fault" for row in rows),
        "crumbs": _crumbs(
            plan.name, (_("Samples for inspections"), reverse("portal:samples"))
        ),
    }
    return render(request, "portal/sample.html", context)


def _regulated_certificate(request: HttpRequest, number: str) -> Certificate:
    require_regulator(request.user)
    rows = Certificate.objects.filter(
        organization_id__in=scope_for(request.user).regulated_organization_ids,
        payload__isnull=False,
    )
    return get_object_or_404(rows.select_related("issuer", "holder"), number=number)


@login_required
@never_cache
@require_GET
def evidence(request: HttpRequest, number: str) -> HttpResponse:
    """Show what stands behind a certificate; the holder sees that I looked."""
    certificate = _regulated_certificate(request, number)
    found = look_at_evidence(certificate=certificate, by=signed_in(request))
    context: dict[str, Any] = {
        "certificate": certificate,
        "facts": certificate.facts,
        "evidence": found,
        "report": present(verify_number(number=number, now=clock.now())),
        "looks": looks_at(certificate=certificate),
        "crumbs": _crumbs(certificate.number),
    }
    return render(request, "portal/evidence.html", context)


@login_required
@never_cache
@require_GET
def evidence_file(request: HttpRequest, number: str) -> HttpResponseBase:
    """Send the evidence of an on-site training; the holder sees that I looked."""
    certificate = _regulated_certificate(request, number)
    batch = evidence_batch(certificate=certificate)
    if batch is None:
        raise Http404
    file = open_evidence(batch=batch, by=signed_in(request), certificate=certificate)
    return as_download(file, evidence_name(batch))


@login_required
@require_POST
def add_finding(request: HttpRequest, code: str) -> HttpResponse:
    """Write a note or a finding about an enterprise."""
    organization = regulated_or_404(request.user, code)
    form = FindingForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        write_finding(
            organization_id=organization.pk,
            text=data["text"],
            is_note=not data["is_finding"],
            due_on=data["due_on"],
            by=signed_in(request),
        )
        messages.success(request, _("It is written down."))
    else:
        lines = [str(error) for errors in form.errors.values() for error in errors]
        messages.error(request, " ".join(lines))
    return redirect("portal:regulated", organization.code)


@login_required
@require_POST
def close(request: HttpRequest, public_id: str) -> HttpResponse:
    """Note that a finding was put right."""
    require_regulator(request.user)
    rows = Finding.objects.visible_to(request.user)
    finding = get_object_or_404(rows, public_id=public_id)
    close_finding(finding=finding, by=signed_in(request), now=clock.now())
    organization = enterprises_in_regions(user=request.user).filter(
        pk=finding.organization_id
    )
    code = organization.values_list("code", flat=True).first()
    if code is None:
        raise Http404
    return redirect("portal:regulated", code)


@login_required
@require_GET
def statistics(request: HttpRequest) -> HttpResponse:
    """Show certificates of my regions by month, district and industry."""
    require_regulator(request.user)
    today = clock.shanghai_date(clock.now())
    figures = regional_statistics(user=request.user, today=today)
    context = {
        "figures": figures,
        "month_bars": _bars(figures.months),
        "district_bars": _bars(figures.districts),
        "industry_bars": _bars(figures.industries),
        "regions": region_labels(scope_for(request.user).region_prefixes),
        "today": today,
        "crumbs": _crumbs(_("Statistics")),
    }
    return render(request, "portal/region_statistics.html", context)


def _bars(figures: list[Figure]) -> list[dict[str, Any]]:
    return [{"label": figure.label, "value": figure.issued} for figure in figures]
