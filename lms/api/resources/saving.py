"""The busiest call, without the framework: `PUT /attempts/{uuid}/responses`.

Here the plain case is answered directly (see `lms.api.plain`): an attempt
token, a well-formed JSON body, an answer that is taken. Whatever is not plain is left
to `ResponsesView`, untouched, which says what is wrong; so there is one contract, one
documentation, and one place for problem answers.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from exams.domain.responses import ResponseInput, ResponseReceipt, record_events
from exams.domain.tokens import AttemptToken, read_token
from lms.api import plain
from lms.core.clock import now
from lms.core.errors import DomainError

SCHEME = "Attempt "
ALLOW = "PUT, OPTIONS"


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
    return plain.answer(receipt_body(receipt), allow=ALLOW)


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
    credential = plain.credential(request, method="PUT", scheme=SCHEME)
    return None if credential is None else read_token(credential)


def _events(request: HttpRequest) -> list[ResponseInput] | None:
    """Return the answers of a body that needs no interpretation."""
    try:
        listed = plain.body_of(request)["events"]
        events = [
            ResponseInput(one["seq"], one["position"], one["value"]) for one in listed
        ]
    except (TypeError, LookupError):
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
