"""Batches in the admin: completions of a course, on-site training, progress."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from certificates.batch_forms import CompletionsForm, TrainingForm
from certificates.domain.batches import (
    completed_without_certificate,
    retry_batch,
    submit_completions,
    submit_training,
)
from certificates.domain.training_evidence import evidence_name, open_evidence
from certificates.models import Certificate, CertificateBatch
from certificates.permissions import require_issuer
from certificates.views.downloads import as_download
from lms.core.enums import JobState

PER_PAGE = 30


def index(request: HttpRequest) -> HttpResponse:
    """List the batches, the newest first."""
    require_issuer(request.user)
    rows = CertificateBatch.objects.visible_to(request.user).select_related("template")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("p"))
    return render(request, "certificates/admin/batches.html", {"page_obj": page})


@require_http_methods(["GET", "POST"])
def completions(request: HttpRequest) -> HttpResponse:
    """Issue for everybody who completed a course and has no certificate."""
    require_issuer(request.user)
    form = CompletionsForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        batch = submit_completions(
            template=data["template"],
            name=data["name"],
            enrollment_ids=completed_without_certificate(course_key=data["course"]),
            by=request.user,  # type: ignore[arg-type]
        )
        return redirect("certificates_office:batch", batch.public_id)
    return _form_page(request, form, _("Certificates for completions of a course"))


@require_http_methods(["GET", "POST"])
def training(request: HttpRequest) -> HttpResponse:
    """Issue for an on-site training, with its evidence."""
    require_issuer(request.user)
    form = TrainingForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        evidence = data["evidence"]
        organization = data["organization"]
        batch = submit_training(
            template=data["template"],
            name=data["title"],
            title=data["title"],
            completed_on=data["completed_on"],
            people=data["people"],
            by=request.user,  # type: ignore[arg-type]
            evidence=(evidence.name, evidence.read()),
            organization_id=organization.pk,
            organization_name=organization.name,
        )
        return redirect("certificates_office:batch", batch.public_id)
    return _form_page(request, form, _("Certificates for an on-site training"))


def _form_page(
    request: HttpRequest, form: CompletionsForm | TrainingForm, page_name: str
) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    context = {
        "form": form,
        "is_multipart": form.is_multipart(),
        "page_name": page_name,
        "nothing_waits": isinstance(form, CompletionsForm) and not form.has_courses,
    }
    return render(request, "certificates/admin/batch_form.html", context, status=status)


def detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show how far a batch is, and who was refused."""
    require_issuer(request.user)
    rows = CertificateBatch.objects.visible_to(request.user)
    batch = get_object_or_404(rows.select_related("template"), public_id=public_id)
    refused = batch.rows.exclude(code="").select_related(
        "enrollment__learner", "holder"
    )
    context = {
        "batch": batch,
        "is_running": batch.state in (JobState.QUEUED, JobState.RUNNING),
        "may_retry": batch.state == JobState.FAILED or refused.exists(),
        "page_obj": Paginator(refused, PER_PAGE).get_page(request.GET.get("p")),
    }
    response = render(request, "certificates/admin/batch.html", context)
    if context["is_running"]:
        response["Refresh"] = "5"
    return response


def certificates(request: HttpRequest, public_id: str) -> HttpResponse:
    """List the certificates of a batch, in the order of its rows."""
    require_issuer(request.user)
    rows = CertificateBatch.objects.visible_to(request.user)
    batch = get_object_or_404(rows, public_id=public_id)
    issued = (
        Certificate.objects.visible_to(request.user)
        .filter(batch_row__batch=batch)
        .select_related("issuer", "holder")
        .order_by("batch_row__position")
    )
    context = {
        "batch": batch,
        "page_obj": Paginator(issued, PER_PAGE).get_page(request.GET.get("p")),
    }
    return render(request, "certificates/admin/batch_certificates.html", context)


@require_POST
def retry(request: HttpRequest, public_id: str) -> HttpResponse:
    """Try once more for those whom an ended batch refused."""
    require_issuer(request.user)
    rows = CertificateBatch.objects.visible_to(request.user)
    batch = get_object_or_404(rows, public_id=public_id)
    if retry_batch(batch=batch, by=request.user):  # type: ignore[arg-type]
        messages.success(request, _("The batch waits for the worker once more."))
    return redirect("certificates_office:batch", batch.public_id)


def evidence(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Send the evidence of an on-site training; the look is recorded."""
    require_issuer(request.user)
    rows = CertificateBatch.objects.visible_to(request.user).exclude(evidence="")
    batch = get_object_or_404(rows, public_id=public_id)
    file = open_evidence(batch=batch, by=request.user)  # type: ignore[arg-type]
    return as_download(file, evidence_name(batch))
