"""Answers with a stored file: ranges, caching, signed redirects."""

import re
from collections.abc import Iterator
from typing import IO

from django.conf import settings
from django.core.files.storage import Storage
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from lms.core.storage import media_storage
from media_pipeline.domain.delivery import ServedFile, missing

BYTES = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
CHUNK_BYTES = 64 * 1024


def answer_with(request: HttpRequest, file: ServedFile) -> HttpResponseBase:
    """Answer with a file of the media storage; GET and HEAD.

    A local file is streamed with byte ranges (or handed to the web server where
    MEDIA_X_ACCEL_PREFIX is set); from a bucket, small text is passed through and the
    rest is a redirect to a signed address that ends soon.

    Raises:
        RenditionMissing: the row names a file that the storage does not have.
    """
    storage = media_storage()
    if _is_remote(storage) and not file.is_proxied:
        # The signed address is a secret of this grant: never kept by a shared cache.
        response: HttpResponseBase = HttpResponseRedirect(storage.url(file.key))
        response["Cache-Control"] = "private, max-age=300"
    else:
        response = _stream(request, storage, file)
        response.headers.setdefault("Cache-Control", "private, max-age=3600")
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "no-referrer"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _is_remote(storage: Storage) -> bool:
    try:
        storage.path("")
    except NotImplementedError:
        return True
    return False


def _stream(
    request: HttpRequest, storage: Storage, file: ServedFile
) -> HttpResponseBase:
    # Each attempt has a folder of its own, so a name never gets other bytes.
    etag = quote_etag(file.key.replace("/", "-"))
    found = get_conditional_response(request, etag=etag)
    if isinstance(found, HttpResponseNotModified):
        return found
    if settings_prefix() and not _is_remote(storage):
        handed = HttpResponse(content_type=file.content_type)
        handed["X-Accel-Redirect"] = f"{settings_prefix()}/{file.key}"
        return handed
    try:
        opened = storage.open(file.key, "rb")
        size = storage.size(file.key)
    except OSError as error:
        raise missing() from error
    wanted = _requested_range(request, size, etag)
    if wanted == UNSATISFIABLE:
        opened.close()
        refused = HttpResponse(status=416, content_type=file.content_type)
        refused["Content-Range"] = f"bytes */{size}"
        return refused
    response = _body(opened, wanted, size, file.content_type)
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    return response


def settings_prefix() -> str:
    return getattr(settings, "MEDIA_X_ACCEL_PREFIX", "").rstrip("/")


UNSATISFIABLE = (-1, -1)


def _requested_range(
    request: HttpRequest, size: int, etag: str
) -> tuple[int, int] | None:
    """Return first and last byte (RFC 9110, 14.1), None for the whole file.

    Several ranges in one request and unknown units are ignored, as the RFC allows.
    """
    match = BYTES.fullmatch(request.headers.get("Range", "").strip())
    if match is None or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = match.groups()
    if not first and not last:
        return None
    if not first:
        length = min(int(last), size)
        return (size - length, size - 1) if length else UNSATISFIABLE
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    return (start, end) if start < size else UNSATISFIABLE


def _body(
    opened: IO[bytes], wanted: tuple[int, int] | None, size: int, content_type: str
) -> HttpResponseBase:
    if wanted is None:
        response: HttpResponseBase = FileResponse(opened, content_type=content_type)
        response["Content-Length"] = str(size)
        return response
    start, end = wanted
    response = StreamingHttpResponse(
        _chunks(opened, start, end - start + 1), status=206, content_type=content_type
    )
    response["Content-Range"] = f"bytes {start}-{end}/{size}"
    response["Content-Length"] = str(end - start + 1)
    return response


def _chunks(opened: IO[bytes], start: int, length: int) -> Iterator[bytes]:
    with opened:
        opened.seek(start)
        while length > 0:
            chunk = opened.read(min(CHUNK_BYTES, length))
            if not chunk:
                return
            length -= len(chunk)
            yield chunk
