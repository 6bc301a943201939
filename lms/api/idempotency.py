"""`Idempotency-Key`: a POST that is sent again answers again and does nothing twice.

The row of the key is written in the transaction of the work itself. So a second
request with the same key waits for the first one and then repeats its answer; when
the first fails or its process dies, neither work nor key remain.
"""

import functools
import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from lms.api.models import IdempotencyRecord
from lms.core.clock import now
from lms.core.errors import Conflict, DomainError

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
MAX_LENGTH = 200

Handler = Callable[..., Response]


class BadKey(DomainError):
    status = 400


def idempotent(handler: Handler) -> Handler:
    """Carry out a POST handler once per key of its caller.

    Same key and body within a day: the stored answer. Same key, other body: 409
    `idempotency_conflict`. Errors are not stored, so a refused request may be mended
    and sent again. Without the header nothing changes.

    Raises:
        BadKey: the key is longer than 200 characters, or not plain ASCII.
    """

    @functools.wraps(handler)
    def wrapped(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER, "")
        if not key:
            return handler(view, request, *args, **kwargs)
        if len(key) > MAX_LENGTH or not (key.isascii() and key.isprintable()):
            raise BadKey(
                "idempotency_key_invalid",
                _("Idempotency-Key takes 1 to 200 ASCII characters."),
            )
        work = functools.partial(handler, view, request, *args, **kwargs)
        return _once(work=work, key=key, request=request, moment=now())

    wrapped.is_idempotent = True  # type: ignore[attr-defined]
    return wrapped


def _once(
    *, work: Callable[[], Response], key: str, request: Request, moment: datetime
) -> Response:
    names = {"caller": caller_of(request), "path": request.path, "key": key}
    body = _fingerprint(request)
    with transaction.atomic():
        IdempotencyRecord.objects.filter(**names).outdated(moment).delete()
        try:
            with transaction.atomic():
                # Another request with this key is waited for here, by the constraint.
                row = IdempotencyRecord.objects.create(
                    **names, body_sha256=body, answer="", created_at=moment
                )
        except IntegrityError:
            return _replay(IdempotencyRecord.objects.get(**names), body)
        response = work()
        row.status = response.status_code
        row.answer = json.dumps(response.data, cls=DjangoJSONEncoder)
        row.save(update_fields=["status", "answer"])
        return response


def _replay(row: IdempotencyRecord, body: str) -> Response:
    if row.body_sha256 != body:
        raise Conflict(
            "idempotency_conflict",
            _("This Idempotency-Key was used for another request."),
        )
    return Response(
        json.loads(str(row.answer)), status=row.status, headers={REPLAYED: "true"}
    )


def caller_of(request: Request) -> str:
    """Name who asks: a person, or the holder of an attempt's token."""
    if request.user.pk is not None:
        return f"user:{request.user.pk}"
    token: Any = request.auth
    return f"attempt:{token.attempt_public_id}:{token.writer}"


def _fingerprint(request: Request) -> str:
    data: Any = request.data
    if request.FILES:
        data = {**data.dict(), **{n: _digest(f) for n, f in request.FILES.items()}}
    text = json.dumps(data, sort_keys=True, cls=DjangoJSONEncoder)
    return hashlib.sha256(text.encode()).hexdigest()


def _digest(file: UploadedFile) -> str:
    digest = hashlib.sha256()
    for block in file.chunks():
        digest.update(block)
    file.seek(0)
    return digest.hexdigest()


def prune_records(*, now: datetime) -> int:
    """Remove the answers that nobody may ask for again; return how many."""
    return IdempotencyRecord.objects.outdated(now).delete()[0]
