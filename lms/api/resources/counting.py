"""A report of the player, without the framework: `POST /lessons/{uuid}/playback`.

Every learner sends one each few seconds. Here the plain case is answered directly (see
`lms.api.plain`): a playback token, a well-formed JSON body, a report that is counted.
Whatever is not plain is left to `PlaybackView`, untouched, which says what is wrong; so
there is one contract, one documentation, and one place for problem answers.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from courses.domain.playback import PlaybackReceipt, record_intervals
from courses.domain.tokens import PlaybackToken, read_token
from lms.api import plain
from lms.core.clock import now
from lms.core.errors import DomainError

SCHEME = "Playback "
ALLOW = "POST, OPTIONS"
REQUIRED = {"session", "seq", "intervals"}
KNOWN = REQUIRED | {"rate", "scroll"}


def counted_at_once(request: HttpRequest, lesson: UUID) -> HttpResponse | None:
    """Count and answer a plain request; None for one that is not."""
    token = _token(request)
    report = None if token is None else _report(request)
    if token is None or report is None or report["session"] != token.public_id:
        return None
    try:
        receipt = record_intervals(
            public_id=token.public_id,
            unit_key=lesson,
            terms=token.terms,
            seq=report["seq"],
            intervals=report["intervals"],
            rate=report["rate"],
            scroll=report["scroll"],
            now=now(),
        )
    except DomainError:
        # Nothing was kept: the view asks again, and tells why.
        return None
    body = receipt_body(receipt)
    if receipt.check is not None:
        body["check"] = {
            "id": str(receipt.check.public_id),
            "number": receipt.check.number,
            "options": receipt.check.options,
        }
    return plain.answer(body, allow=ALLOW)


def receipt_body(receipt: PlaybackReceipt) -> dict[str, Any]:
    """Return what the server knows after a report; seconds."""
    return {
        "watched_seconds": receipt.watched_seconds,
        "required_seconds": receipt.required_seconds,
        "position": receipt.position,
        "credited_seconds": receipt.credited_seconds,
        "completed": receipt.is_completed,
        "active": receipt.is_active,
        "ended": receipt.ended,
        "hold": receipt.hold,
        "check": receipt.check,
        "has_to_scroll": receipt.has_to_scroll,
        "pages": [round(page.seconds, 1) for page in receipt.pages],
    }


def _token(request: HttpRequest) -> PlaybackToken | None:
    credential = plain.credential(request, method="POST", scheme=SCHEME)
    return None if credential is None else read_token(credential)


def _report(request: HttpRequest) -> dict[str, Any] | None:
    """Return the report of a body that needs no interpretation."""
    body = plain.body_of(request)
    try:
        session = UUID(body["session"])
    except (ValueError, TypeError, LookupError, AttributeError):
        return None
    report = {"rate": 1.0, "scroll": 0.0, **body, "session": session}
    is_plain = (
        body.keys() >= REQUIRED
        and body.keys() <= KNOWN
        and type(report["seq"]) is int
        and type(report["intervals"]) is list
        and type(report["rate"]) in {int, float}
        and type(report["scroll"]) in {int, float}
        and 0 <= report["scroll"] <= 1
    )
    return report if is_plain else None
