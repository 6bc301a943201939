"""The busiest call, without the framework: `PUT /attempts/{uuid}/responses`.

REST framework needs as long to read a body of one answer and to write the receipt as
the database needs to keep it. Here the plain case is answered directly: an attempt
token, a well-formed JSON body, an answer that is taken. Whatever is not plain is left
to `ResponsesView`, untouched, which says what is wrong; so there is one contract, one
documentation, and one place for problem answers.
"""

import json
from typing import Any, NoReturn
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError

from exams.domain.responses import ResponseInput, ResponseReceipt, record_events
from exams.domain.tokens import AttemptToken, read_token
from lms.core.clock import now
from lms.core.errors import DomainError

SCHEME = "Attempt "
JSON = "application/json"
HEADERS = {"Allow": "PUT, OPTIONS"}


def saved_at_once(request: HttpRequest, public_id: UUID) -> HttpResponse | None:
    """Save and acknowledge a plain request; None for one that is not."""
    token = _token(request)
    if token is None or token.attempt_public_id != public_id:
        return None
    events = _events(request)
    if events is None:
        return None
    try:
        receipt = record_events(
            public_id=public_id, writer=token.writer, events=events, now=now()
        )
    except DomainError:
        # Nothing was kept: the view asks again, and tells why.
        return None
    body = json.dumps(receipt_body(receipt), separators=(",", ":"))
    return HttpResponse(body, content_type=JSON, headers=HEADERS)


def receipt_body(receipt: ResponseReceipt) -> dict[str, Any]:
    """Return the acknowledgment; times in ISO 8601."""
    return {
        "acked": receipt.acked,
        "server_time": receipt.server_time.isoformat(),
        "deadline": receipt.deadline.isoformat(),
        "missing": receipt.missing,
        "superseded": receipt.superseded,
        "interventions": receipt.interventions,
    }


def _token(request: HttpRequest) -> AttemptToken | None:
    is_plain = (
        request.method == "PUT"
        and request.META.get("CONTENT_TYPE") == JSON
        and request.META.get("HTTP_ACCEPT", "*/*") in {"*/*", JSON}
        and not request.GET
    )
    authorization = request.META.get("HTTP_AUTHORIZATION", "")
    if not is_plain or not authorization.startswith(SCHEME):
        return None
    return read_token(authorization[len(SCHEME) :].strip())


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


# NaN and Infinity are not JSON.
_decoder = json.JSONDecoder(parse_constant=_refuse)


def _events(request: HttpRequest) -> list[ResponseInput] | None:
    """Return the answers of a body that needs no interpretation."""
    try:
        body = _decoder.decode(request.body.decode())
        listed = body["events"]
        events = [
            ResponseInput(one["seq"], one["position"], one["value"]) for one in listed
        ]
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
    except (RequestDataTooBig, UnreadablePostError):
        return None
    is_plain = type(listed) is list and all(map(_is_plain, events))
    return events if is_plain else None


def _is_plain(event: ResponseInput) -> bool:
    seq, position, value = event
    return (
        type(seq) is type(position) is int
        and min(seq, position) > 0
        and type(value) is list
        and all(type(entry) is str and _is_clean(entry) for entry in value)
    )


def _is_clean(entry: str) -> bool:
    """Tell whether a text can be stored: no NUL, and no half of a surrogate pair."""
    if entry.isalnum() and entry.isascii():
        return True
    return "\x00" not in entry and not any("\ud800" <= c <= "\udfff" for c in entry)
