"""Look at an upload before it is kept: size, name, content in a limited process."""

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.core.files.base import File
from django.utils.translation import gettext as _

from media_pipeline.encoders.errors import EncodingError
from media_pipeline.encoders.probe import probe_video
from media_pipeline.enums import AssetKind
from media_pipeline.errors import UploadRefused
from media_pipeline.validators import (
    too_large,
    validate_name,
    validate_signature,
    validate_size,
)


@dataclass(frozen=True, slots=True)
class CheckedUpload:
    """Facts of a file that may be kept; `suffix` with its dot, sizes in bytes."""

    suffix: str
    sha256: str
    size: int


def check_upload(*, file: File, kind: AssetKind) -> CheckedUpload:
    """Check an uploaded file and return its facts; nothing is stored.

    Cheap checks come first: declared size, name, then the bytes that really came, and
    only then FFmpeg, which decodes one picture in a process without network and with
    little time and memory.

    Raises:
        UploadRefused: codes upload_empty, upload_too_large, upload_extension,
            upload_content; the message says what to do.
    """
    validate_size(file)
    suffix = validate_name(name=file.name or "", kind=kind)
    if kind != AssetKind.VIDEO:
        validate_signature(file=file, kind=kind, suffix=suffix)
        sha256, size = _digest(file)
        return CheckedUpload(suffix, sha256, size)
    sha256, size = _digest(file)
    with local_path(file) as path:
        try:
            probe_video(path=path)
        except EncodingError as error:
            raise UploadRefused(
                "upload_content",
                _("The file can't be used as a video. %(reason)s")
                % {"reason": error.failure.label},
                reason=error.failure.value,
            ) from error
    return CheckedUpload(suffix, sha256, size)


def _digest(file: File) -> tuple[str, int]:
    """Return SHA-256 and length of the bytes, not of what was declared."""
    digest = hashlib.sha256()
    size = 0
    declared = file.size
    for chunk in file.chunks():
        size += len(chunk)
        if size > declared:
            raise too_large()
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest(), size


@contextlib.contextmanager
def local_path(file: File) -> Iterator[Path]:
    """Give a file a path on this machine; a copy where it has none, removed after."""
    existing = getattr(file, "temporary_file_path", None)
    if existing is not None:
        yield Path(existing())
        return
    with tempfile.NamedTemporaryFile(prefix="anxue-upload-") as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        copy.flush()
        file.seek(0)
        yield Path(copy.name)
