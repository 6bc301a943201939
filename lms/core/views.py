"""Error answers for people: what happened, what is safe, what to do."""

import logging
import uuid
from http import HTTPStatus

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)


def render_problem(
    request: HttpRequest, *, status: int, message: str = "", code: str = ""
) -> HttpResponse:
    """Render `ui/error.html` with a reference number that the log also holds.

    Programs, which never came as far as the API's own errors, get the same as a
    problem document (RFC 9457) with the stable `code`.
    """
    reference = uuid.uuid4().hex[:8].upper()
    logger.info("Answered %s to %s (ref %s)", status, request.path, reference)
    if request.path_info.startswith("/api/"):
        return _problem_document(status=status, message=message, code=code)
    context = {"status": status, "message": message, "reference": reference}
    # A string reference: the template lives in a layer above (see architecture).
    return render(request, "ui/error.html", context, status=status)


def _problem_document(*, status: int, message: str, code: str) -> HttpResponse:
    phrase = HTTPStatus(status).phrase
    body = {
        "type": "about:blank",
        "status": status,
        "code": code or phrase.lower().replace(" ", "_"),
        "title": phrase,
        "detail": message or phrase,
    }
    return JsonResponse(body, status=status, content_type="application/problem+json")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, DisallowedHost):
        # A page of ours would ask for the host again; who comes here is no reader.
        return HttpResponse(
            "This host name is not served here (ALLOWED_HOSTS).\n",
            status=400,
            content_type="text/plain",
        )
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
