"""Uploads: public ones of the embedded default served, oversized ones refused."""

import functools
import mimetypes
from collections.abc import Callable
from typing import Any

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from lms.core.views import render_problem

View = Callable[..., HttpResponseBase]

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
    except (OSError, SuspiciousFileOperation) as error:
        raise Http404 from error
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    response = FileResponse(
        file, content_type=kind, as_attachment=kind not in INLINE_TYPES
    )
    response["Cache-Control"] = "public, max-age=86400"
    response["X-Content-Type-Options"] = "nosniff"
    return response


# What the boundaries and the other fields of a form may add to a file.
FORM_BYTES = 256 * 1024


def body_is_larger(request: HttpRequest, limit: int) -> bool:
    """Tell from the declared length whether a file beyond `limit` bytes is coming."""
    declared = request.META.get("CONTENT_LENGTH") or "0"
    return not declared.isdigit() or int(declared) > limit + FORM_BYTES


def refuse_large_body(limit: int) -> Callable[[View], View]:
    """Answer 413 to a body beyond `limit` bytes, before a byte of it is read.

    The check of the CSRF token reads the form: it comes after this one, not before.
    """

    def decorate(view: View) -> View:
        protected = csrf_protect(view)

        @functools.wraps(view)
        def wrapped(
            request: HttpRequest, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            if body_is_larger(request, limit):
                return render_problem(
                    request,
                    status=413,
                    message=_("The file is larger than %(limit)s MB.")
                    % {"limit": limit // 1024 // 1024},
                )
            return protected(request, *args, **kwargs)

        return csrf_exempt(wrapped)

    return decorate
