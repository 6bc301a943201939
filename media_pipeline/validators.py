"""What an upload must be, before anything else is done with it."""

from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _

from media_pipeline.encoders.ffmpeg import EXTENSIONS
from media_pipeline.enums import AssetKind
from media_pipeline.errors import UploadRefused

MEGABYTE = 1024 * 1024
HEAD_BYTES = 16
# Extension -> how such a file begins. Office files are ZIP archives.
SIGNATURES: dict[AssetKind, dict[str, tuple[bytes, ...]]] = {
    AssetKind.DOCUMENT: {
        ".pdf": (b"%PDF-",),
        ".pptx": (b"PK\x03\x04",),
        ".docx": (b"PK\x03\x04",),
        ".xlsx": (b"PK\x03\x04",),
    },
    AssetKind.IMAGE: {
        ".jpg": (b"\xff\xd8\xff",),
        ".jpeg": (b"\xff\xd8\xff",),
        ".png": (b"\x89PNG\r\n\x1a\n",),
        ".gif": (b"GIF87a", b"GIF89a"),
        ".webp": (b"RIFF",),
    },
}


def max_upload_bytes() -> int:
    return settings.MEDIA_MAX_UPLOAD_MB * MEGABYTE


def too_large() -> UploadRefused:
    """Return the error of a file beyond MEDIA_MAX_UPLOAD_MB."""
    return UploadRefused(
        "upload_too_large",
        _("The file is larger than %(limit)s MB. Shorten or compress it.")
        % {"limit": settings.MEDIA_MAX_UPLOAD_MB},
    )


def validate_size(file: File) -> None:
    """Refuse empty and oversized files by their declared size."""
    if not file.size:
        raise UploadRefused(
            "upload_empty", _("The file is empty. Choose it again and upload it.")
        )
    if file.size > max_upload_bytes():
        raise too_large()


def validate_name(*, name: str, kind: AssetKind) -> str:
    """Return the lowercased extension, or refuse it with the list of known ones."""
    known = EXTENSIONS if kind == AssetKind.VIDEO else tuple(SIGNATURES[kind])
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in known:
        raise UploadRefused(
            "upload_extension",
            _("This kind of file is not taken. Use one of: %(known)s.")
            % {"known": " ".join(known)},
        )
    return suffix


def validate_signature(*, file: File, kind: AssetKind, suffix: str) -> None:
    """Refuse a document or picture whose first bytes belong to something else."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    if not head.startswith(SIGNATURES[kind][suffix]):
        raise UploadRefused(
            "upload_content",
            _("The content of the file does not match its name %(suffix)s.")
            % {"suffix": suffix},
        )
