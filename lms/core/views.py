"""Error answers for people: what happened, what is safe, what to do."""

import logging
import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)


def render_problem(
    request: HttpRequest, *, status: int, message: str = ""
) -> HttpResponse:
    """Render `ui/error.html` with a reference number that the log also holds."""
    reference = uuid.uuid4().hex[:8].upper()
    logger.info("Answered %s to %s (ref %s)", status, request.path, reference)
    context = {"status": status, "message": message, "reference": reference}
    # A string reference: the template lives in a layer above (see architecture).
    return render(request, "ui/error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render_problem(request, status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render_problem(request, status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render_problem(request, status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render_problem(
        request,
        status=403,
        message=_("This form has expired. Go back, reload the page and send it again."),
    )
