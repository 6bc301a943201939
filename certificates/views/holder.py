"""Certificates for those who may see them: holder, administrator, regulator."""

import io
from datetime import date

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from certificates.domain.drawing import make_code, qr_text
from certificates.domain.looks import looks_at
from certificates.domain.queries import certificate_for, certificates_of
from certificates.domain.rendering import render_png
from certificates.domain.verification import verify_number
from certificates.errors import DocumentPending
from certificates.models import Certificate
from certificates.views.presentation import present
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.core.clock import now, shanghai_date

PER_PAGE = 20


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """List a person's own certificates."""
    rows = certificates_of(request.user)  # type: ignore[arg-type]
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "today": shanghai_date(now())}
    return render(request, "certificates/index.html", context)


@login_required
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show one certificate as a page: chat apps on phones often can't open a PDF."""
    certificate = certificate_for(user=request.user, number=number)
    _note_look(request, certificate)
    facts = certificate.facts
    is_holder = certificate.holder_id == request.user.pk
    context = {
        "looks": looks_at(certificate=certificate) if is_holder else [],
        "certificate": certificate,
        "facts": facts,
        "report": present(verify_number(number=number, now=now())),
        "completed_on": date.fromisoformat(facts["completed_on"]),
        "qr": qr_svg(qr_text(facts)),
        "is_holder": is_holder,
    }
    response = render(request, "certificates/detail.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
def pdf(request: HttpRequest, number: str) -> HttpResponseBase:
    """Send the stored document; `?download` asks the browser to save it."""
    certificate = _with_document(request, number)
    return _private(
        FileResponse(
            certificate.pdf.open("rb"),
            content_type="application/pdf",
            as_attachment="download" in request.GET,
            filename=f"{certificate.number}.pdf",
        )
    )


@login_required
def png(request: HttpRequest, number: str) -> HttpResponseBase:
    """Send the document as a picture."""
    certificate = _with_document(request, number)
    with certificate.pdf.open("rb") as file:
        picture = render_png(file.read())
    return _private(
        FileResponse(
            io.BytesIO(picture),
            content_type="image/png",
            as_attachment="download" in request.GET,
            filename=f"{certificate.number}.png",
        )
    )


def _with_document(request: HttpRequest, number: str) -> Certificate:
    certificate = certificate_for(user=request.user, number=number)
    if not certificate.pdf:
        raise DocumentPending(
            "document_pending",
            _("The document is being prepared. Try again in a minute."),
        )
    _note_look(request, certificate)
    return certificate


def _private(response: FileResponse) -> FileResponse:
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _note_look(request: HttpRequest, certificate: Certificate) -> None:
    """Record that someone else than the holder looked at it."""
    if certificate.holder_id == request.user.pk:
        return
    record(
        actor=request.user,
        verb=Verb.CERTIFICATE_VIEWED,
        object_type="certificates.certificate",
        object_id=certificate.number,
        organization_id=certificate.organization_id,
        data={"path": request.path},
    )


def qr_svg(text: str) -> str:
    """Return the QR code as an SVG element without size: the page gives it one."""
    svg = make_code(text).svg_inline(
        omitsize=True, border=4, svgclass="qr__code", light="#fff"
    )
    return mark_safe(svg)  # segno's own path; the text is not in it
