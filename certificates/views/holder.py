"""Certificates for those who may see them: holder, administrator, regulator."""

import io
from datetime import date
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
)
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from certificates.domain.awards import issue_what_waited
from certificates.domain.issuing import waits_for_photo
from certificates.domain.looks import looks_at
from certificates.domain.photos import (
    MAX_BYTES,
    choose_photo,
    current_photo,
    photo_bytes,
    remove_photo,
)
from certificates.domain.qr_codes import make_code, qr_text
from certificates.domain.queries import certificate_for, certificates_of
from certificates.domain.rendering import render_png
from certificates.domain.validity import asks_for_review
from certificates.domain.verification import verify_number
from certificates.errors import DocumentPending, PictureRefused
from certificates.forms import PhotoForm
from certificates.models import Certificate
from certificates.views.presentation import present
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.core.clock import now, shanghai_date

PER_PAGE = 20


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """List a person's own certificates."""
    rows = certificates_of(request.user)  # type: ignore[arg-type]
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "today": shanghai_date(now()),
        "waits_for_photo": waits_for_photo(holder=request.user),  # type: ignore[arg-type]
    }
    return render(request, "certificates/index.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def photo(request: HttpRequest) -> HttpResponse:
    """Hand in, look at or take back the photo for one's certificates."""
    person = cast("User", request.user)
    is_sent = request.method == "POST"
    form = PhotoForm(request.POST, request.FILES) if is_sent else PhotoForm()
    if is_sent and "remove" in request.POST:
        remove_photo(holder=person)
        messages.success(request, _("Your photo is removed."))
        return redirect("certificates:photo")
    if is_sent and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            choose_photo(holder=person, data=upload.read(MAX_BYTES + 1))
        except PictureRefused as error:
            form.add_error("file", str(error.message))
        else:
            issue_what_waited(holder=person, now=now())
            messages.success(request, _("Your photo is kept for your certificates."))
            return redirect("certificates:photo")
    context = {"form": form, "photo": current_photo(holder=person)}
    status = 422 if is_sent else 200
    return render(request, "certificates/photo.html", context, status=status)


@login_required
def photo_file(request: HttpRequest) -> HttpResponseBase:
    """Send a person's own photo."""
    found = current_photo(holder=cast("User", request.user))
    if found is None:
        raise Http404
    return _private(FileResponse(found.file.open("rb"), content_type="image/jpeg"))


@login_required
def shown_photo(request: HttpRequest, number: str) -> HttpResponseBase:
    """Send the photo that a certificate shows, to those who may see it."""
    certificate = certificate_for(user=request.user, number=number)
    if not certificate.photo_sha256:
        raise Http404
    picture = io.BytesIO(photo_bytes(certificate.photo_sha256))
    return _private(FileResponse(picture, content_type="image/jpeg"))


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
        "review_on": _review_on(certificate),
        "completed_on": date.fromisoformat(facts["completed_on"]),
        "qr": qr_svg(qr_text(facts)),
        "is_holder": is_holder,
    }
    response = render(request, "certificates/detail.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _review_on(certificate: Certificate) -> date | None:
    """Return the day of the review, None once the law no longer asks for it."""
    day = certificate.review_on
    if day is None or not asks_for_review(code=certificate.validity_rule, day=day):
        return None
    return day


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
