"""Credentials for other systems, and the offline verifier."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from certificates.domain.badges import (
    LIST_BITS,
    build_badge,
    build_status_list,
    did_document,
)
from certificates.domain.queries import certificate_for
from certificates.domain.register import register_size
from lms.core.clock import now

VC_JWT = "application/vc+jwt"
LIST_SECONDS = 300


@require_GET
def did(request: HttpRequest) -> HttpResponse:
    """Publish the issuer's DID document."""
    response = JsonResponse(did_document())
    response["Cache-Control"] = "public, max-age=3600"
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_GET
def status_list(request: HttpRequest, number: int) -> HttpResponse:
    """Publish a Bitstring Status List; the first one is always there."""
    if number and number * LIST_BITS >= register_size():
        raise Http404
    response = HttpResponse(
        build_status_list(number=number, now=now()), content_type=VC_JWT
    )
    response["Cache-Control"] = f"public, max-age={LIST_SECONDS}"
    response["Access-Control-Allow-Origin"] = "*"
    return response


@login_required
@require_GET
def badge(request: HttpRequest, number: str) -> HttpResponse:
    """Give holders their certificate as an Open Badge."""
    certificate = certificate_for(user=request.user, number=number)
    if certificate.holder_id != request.user.pk:
        raise Http404
    response = HttpResponse(build_badge(certificate), content_type=VC_JWT)
    response["Content-Disposition"] = f'attachment; filename="{number}.jwt"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """Show the verifier that works without a network after its first visit."""
    return render(request, "certificates/offline.html")


@require_GET
def offline_worker(request: HttpRequest) -> HttpResponse:
    """Serve the service worker from the folder it may look after."""
    return render(
        request, "certificates/offline_worker.js", content_type="text/javascript"
    )


@require_GET
def offline_manifest(request: HttpRequest) -> HttpResponse:
    """Serve what a phone needs to install the verifier."""
    return render(
        request,
        "certificates/offline.webmanifest",
        content_type="application/manifest+json",
    )
