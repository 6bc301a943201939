"""Lists and archives as answers: an attachment with its name, never held whole."""

import tempfile
from typing import Any

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from lms.reporting.domain.tables import FORMATS, Table

TYPES = {name: kind for name, (_write, kind) in FORMATS.items()}
TYPES |= {"zip": "application/zip", "json": "application/json"}


def attachment(data: bytes, *, name: str, file_format: str) -> HttpResponse:
    """Answer with a file; `file_format` is a key of TYPES."""
    response = HttpResponse(data, content_type=TYPES[file_format])
    _name(response, name, file_format)
    return response


def stored_attachment(file: Any, *, name: str, file_format: str) -> FileResponse:
    """Answer with a file of a storage, read as it is sent."""
    response = FileResponse(file.open("rb"), content_type=TYPES[file_format])
    _name(response, name, file_format)
    return response


def _name(response: HttpResponseBase, name: str, file_format: str) -> None:
    response.headers["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{name}.{file_format}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"


def download(table: Table, file_format: str) -> HttpResponseBase:
    """Answer with the table as an attachment; `file_format` is a key of FORMATS."""
    write, content_type = FORMATS[file_format]
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- the answer closes it
    write(table, file)
    file.seek(0)
    response = FileResponse(file, content_type=content_type)
    _name(response, table.title, file_format)
    return response
