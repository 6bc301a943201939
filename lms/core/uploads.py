"""Uploads: public ones of the embedded default served, oversized ones refused."""

import mimetypes
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from lms.core.views import render_problem

View = TypeVar("View", bound=Callable[..., Any])

# Everything else could run script on our origin: it is sent as an attachment.
INLINE_TYPES = frozenset(
    {"image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf"}
)


def serve_upload(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve one file of the default storage.

    Raises:
        Http404: no such file, or a name that leaves the folder.
    """
    try:
        file = default_storage.open(path, "rb")
    except (OSError, ValueError, SuspiciousFileOperation) as error:
        raise Http404 from error  # ValueError: a NUL in the name
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    response = FileResponse(
        file, content_type=kind, as_attachment=kind not in INLINE_TYPES
    )
    response["Cache-Control"] = "public, max-age=86400"
    response["X-Content-Type-Options"] = "nosniff"
    return response


MEGABYTE = 1024 * 1024
# What a view takes that says nothing itself. Editors' documents are the largest.
DEFAULT_BODY_BYTES = 64 * MEGABYTE
# What the boundaries and the other fields of a form may add to a file.
FORM_BYTES = 256 * 1024


def body_is_larger(request: HttpRequest, limit: int) -> bool:
    """Tell from the declared length whether a file beyond `limit` bytes is coming."""
    declared = request.META.get("CONTENT_LENGTH") or "0"
    return not declared.isdigit() or int(declared) > limit + FORM_BYTES


def refuse_large_body(limit: int | Callable[[], int]) -> Callable[[View], View]:
    """Let a view take a file of `limit` bytes, and none that is larger.

    A function is asked at each request, for limits that are a setting.
    """

    def decorate(view: View) -> View:
        view.body_bytes = limit  # type: ignore[attr-defined]
        return view

    return decorate


def takes_any_length(view: View) -> View:
    """Let a view look at the declared length itself, to answer in its own way."""
    view.body_bytes = sys.maxsize  # type: ignore[attr-defined]
    return view


class BodyLimitMiddleware:
    """Answer 413 to a body that its view does not take, before a byte of it is read.

    It stands before the check of the CSRF token, which reads the whole form: otherwise
    anybody could fill the disk at any address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        limit = getattr(view, "body_bytes", DEFAULT_BODY_BYTES)
        limit = limit() if callable(limit) else limit
        if not body_is_larger(request, limit):
            return None
        return render_problem(
            request,
            status=413,
            code="file_too_large",
            message=_("The file is larger than %(limit)s MB.")
            % {"limit": limit // MEGABYTE},
        )
