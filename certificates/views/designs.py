"""Certificate templates in the admin: versions, the designer, its live preview."""

import base64
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from certificates.design_forms import CopyForm, DesignForm, PictureUploadForm
from certificates.domain.pictures import MAX_BYTES, add_picture
from certificates.domain.rendering import render_pdf, render_pngs
from certificates.domain.samples import SAMPLES, sample_payload
from certificates.domain.templates import (
    copy_template,
    placed_layout,
    save_version,
)
from certificates.errors import PictureRefused, TemplateRefused
from certificates.models import CertificateTemplate, TemplatePicture
from certificates.permissions import can_design_certificates
from certificates.validators import page_millimeters
from lms.core.errors import DomainError

PREVIEW_SCALE = 1.3
PREVIEW_PAGES = 6


def _require_designer(request: HttpRequest) -> None:
    if not can_design_certificates(request.user):
        raise PermissionDenied


def _template(request: HttpRequest, pk: int) -> CertificateTemplate:
    rows = CertificateTemplate.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("issuer"), pk=pk)


def _form(request: HttpRequest, template: CertificateTemplate) -> DesignForm:
    layout = template.layout
    if layout.get("version") != 2:
        texts = {key: layout[key] for key in ("note", "statement") if key in layout}
        layout = placed_layout(template.language) | texts
    return DesignForm(
        layout=layout,
        months=template.validity_months,
        rule=template.validity_rule,
        pictures=TemplatePicture.objects.visible_to(request.user),
        data=request.POST if request.method == "POST" else None,
    )


def index(request: HttpRequest) -> HttpResponse:
    """List templates with their versions, the ones in use first."""
    _require_designer(request)
    rows = CertificateTemplate.objects.visible_to(request.user)
    rows = rows.select_related("issuer").order_by("name", "language", "-version")
    return render(request, "certificates/admin/templates.html", {"templates": rows})


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Design a template; saving writes its next version."""
    _require_designer(request)
    template = _template(request, pk)
    form = _form(request, template)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_version(
                template=template, layout=form.layout, validity_months=form.months,
                validity_rule=form.rule,
                by=request.user,  # type: ignore[arg-type]
            )  # fmt: skip
        except DomainError as error:
            form.error = str(error.message)
        else:
            messages.success(
                request,
                _("Version %(version)s is saved and used from now on.")
                % {"version": saved.version},
            )
            return redirect("certificates_office:template", saved.pk)
    context = {
        "template": template,
        "form": form,
        "upload": PictureUploadForm(),
        "copy": CopyForm(prefix="copy"),
        "samples": _samples(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "certificates/admin/design.html", context, status=status)


def _samples() -> list[tuple[str, str]]:
    words = (_("Short texts"), _("Longest texts"), _("Rare characters"))
    return list(zip(SAMPLES, (*words, _("Many lines of hours")), strict=True))


@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Start another template from this one and go on designing there."""
    _require_designer(request)
    template = _template(request, pk)
    form = CopyForm(request.POST, prefix="copy")
    if not form.is_valid():
        messages.error(request, _("Give the new template a name."))
        return redirect("certificates_office:template", template.pk)
    try:
        new = copy_template(
            template=template,
            name=form.cleaned_data["name"],
            by=request.user,  # type: ignore[arg-type]
        )
    except TemplateRefused as error:
        messages.error(request, str(error.message))
        return redirect("certificates_office:template", template.pk)
    messages.success(request, _("%(name)s can be designed now.") % {"name": new.name})
    return redirect("certificates_office:template", new.pk)


@require_POST
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with the pages of the posted design as pictures; nothing is stored."""
    _require_designer(request)
    template = _template(request, pk)
    form = _form(request, template)
    if not form.is_valid():
        return JsonResponse({"error": form.error or _first_error(form)}, status=422)
    sample = request.POST.get("sample")
    issuer = template.issuer
    payload = sample_payload(
        layout=form.layout,
        issuer={"code": issuer.code, "name": issuer.name, "name_en": issuer.name_en},
        language=template.language,
        sample=sample if sample in SAMPLES else SAMPLES[0],
    )
    try:
        document = render_pdf(payload=payload)
    except DomainError as error:
        return JsonResponse({"error": str(error.message)}, status=422)
    width, height = page_millimeters(form.layout)
    if request.POST.get("as") == "pdf":
        return HttpResponse(document, content_type="application/pdf")
    pages = render_pngs(document, scale=PREVIEW_SCALE, most=PREVIEW_PAGES)
    first, *more = [base64.b64encode(page).decode() for page in pages]
    answer: dict[str, Any] = {
        "width": width, "height": height, "picture": first, "more": more,
    }  # fmt: skip
    return JsonResponse(answer)


def _first_error(form: DesignForm) -> str:
    for part in (form.page, form.photo, *form.fields.forms, *form.pictures.forms):
        for name, errors in part.errors.items():
            label = part.fields[name].label if name in part.fields else ""
            return f"{label}: {errors[0]}" if label else str(errors[0])
    return str(_("Check the numbers."))


@require_POST
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Take in a seal, a signature or a background."""
    _require_designer(request)
    template = _template(request, pk)
    form = PictureUploadForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose a picture and give it a name."))
        return redirect("certificates_office:template", template.pk)
    data = form.cleaned_data["file"].read(MAX_BYTES + 1)
    try:
        picture = add_picture(
            data=data,
            name=form.cleaned_data["name"],
            owner_organization_id=template.owner_organization_id,
        )
    except PictureRefused as error:
        messages.error(request, str(error.message))
    else:
        messages.success(
            request, _("%(name)s can be placed now.") % {"name": picture.name}
        )
    return redirect("certificates_office:template", template.pk)
