"""Files that others handed in: kept on disk, never shown in place."""

from typing import Any

from django.http import FileResponse


def as_download(file: Any, name: str) -> FileResponse:
    """Send a private file as a download, whatever it is."""
    response = FileResponse(
        file, as_attachment=True, filename=name,
        content_type="application/octet-stream",
    )  # fmt: skip
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
