"""Requests that are answered without the framework: the two busiest calls.

REST framework needs longer to read a small body and to write its receipt than the
database needs to keep it. A plain request is one of a program that says exactly what
the contract says; whatever is not plain is left to the framework's view, untouched.
"""

import json
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError

JSON = "application/json"


def credential(request: HttpRequest, *, method: str, scheme: str) -> str | None:
    """Return what follows the scheme in `Authorization`; None if not plain."""
    is_plain = (
        request.method == method
        and request.META.get("CONTENT_TYPE") == JSON
        and request.META.get("HTTP_ACCEPT", "*/*") in {"*/*", JSON}
        and not request.GET
    )
    authorization = request.META.get("HTTP_AUTHORIZATION", "")
    if not is_plain or not authorization.startswith(scheme):
        return None
    return authorization[len(scheme) :].strip()


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


# NaN and Infinity are not JSON.
_decoder = json.JSONDecoder(parse_constant=_refuse)


def body_of(request: HttpRequest) -> Any:
    """Return the decoded body; None if it can't be read as JSON."""
    try:
        return _decoder.decode(request.body.decode())
    except (ValueError, RecursionError, RequestDataTooBig, UnreadablePostError):
        return None


def answer(body: dict[str, Any], *, allow: str) -> HttpResponse:
    """Return a receipt as the framework would send it."""
    content = json.dumps(body, separators=(",", ":"))
    return HttpResponse(content, content_type=JSON, headers={"Allow": allow})
