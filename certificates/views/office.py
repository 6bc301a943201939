"""The register in the admin: a list, one certificate, and revocation."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from certificates.domain.issuing import reissue_certificate
from certificates.domain.numbers import clean_number
from certificates.domain.revoking import revoke_certificate
from certificates.enums import RevocationReason
from certificates.forms import ReissueForm, RevokeForm
from certificates.models import Certificate, IssueProblem
from certificates.permissions import (
    can_design_certificates,
    can_issue_batches,
    can_manage_certificates,
    can_revoke,
)
from lms.core.clock import now

PER_PAGE = 30


def index(request: HttpRequest) -> HttpResponse:
    """List certificates; a number or a holder's full name in the field finds theirs."""
    if not can_manage_certificates(request.user):
        raise PermissionDenied
    query = request.GET.get("q", "").strip()
    rows = Certificate.objects.visible_to(request.user).select_related(
        "issuer", "holder"
    )
    if query:
        number = clean_number(query)
        rows = rows.filter(
            Q(number=number) if number else Q(holder__display_name=query)
        )
    context = {
        "page_obj": Paginator(rows, PER_PAGE).get_page(request.GET.get("p")),
        "query": query,
        "may_design": can_design_certificates(request.user),
        "may_issue": can_issue_batches(request.user),
        "problems": IssueProblem.objects.with_occasion().order_by("-updated_at")[:20],
    }
    return render(request, "certificates/admin/index.html", context)


def detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show one certificate and, to those who may, the form that revokes it."""
    if not can_manage_certificates(request.user):
        raise PermissionDenied
    rows = Certificate.objects.visible_to(request.user)
    certificate = get_object_or_404(
        rows.select_related(
            "issuer",
            "revocation__revoked_by",
            "replaces",
            "replaced_by",
            "batch_row__batch",
        ),
        number=number,
    )
    may_revoke = can_revoke(request.user, certificate)
    is_reissue = "reissue" in request.POST
    correction = ReissueForm(request.POST if is_reissue else None)
    if is_reissue and may_revoke and correction.is_valid():
        new = reissue_certificate(
            certificate=certificate,
            by=request.user,  # type: ignore[arg-type]
            now=now(),
            reason=correction.cleaned_data["correction"],
        )
        messages.success(request, _("The corrected certificate is issued."))
        return redirect("certificates_office:detail", new.number)
    form = RevokeForm(None if is_reissue else request.POST or None)
    if request.method == "POST" and may_revoke and form.is_valid():
        revoke_certificate(
            certificate=certificate,
            reason=RevocationReason(form.cleaned_data["reason"]),
            note=form.cleaned_data["note"],
            by=request.user,  # type: ignore[arg-type]
            now=now(),
        )
        messages.success(request, _("The certificate is revoked."))
        return redirect("certificates_office:detail", number)
    context = {
        "certificate": certificate,
        "form": form,
        "may_revoke": may_revoke,
        "correction": correction,
    }
    return render(request, "certificates/admin/detail.html", context)
