"""Pictures of items in the public storage, named by their bytes."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import ImproperlyConfigured, SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from exams.domain.exchange.moodle import picture_name

FOLDER = "item-pictures"
MAX_BYTES = 10 * 1024 * 1024
# First bytes of what browsers show as a picture and nothing else.
SIGNATURES = {
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".gif": (b"GIF87a", b"GIF89a"),
    ".webp": (b"RIFF",),
}


def is_picture(name: str, data: bytes) -> bool:
    """Tell whether the bytes are the picture that the name says."""
    starts = SIGNATURES.get(PurePosixPath(name).suffix.lower(), ())
    return len(data) <= MAX_BYTES and data.startswith(starts) if starts else False


def picture_address(name: str) -> str:
    """Return the address under which a picture will be served."""
    return default_storage.url(f"{FOLDER}/{name}")


def store_pictures(pictures: Mapping[str, bytes]) -> None:
    """Store what is not there yet; the same bytes are one file."""
    for name, data in pictures.items():
        path = f"{FOLDER}/{name}"
        if not default_storage.exists(path):
            default_storage.save(path, ContentFile(data))


def load_picture(source: str) -> tuple[str, bytes] | None:
    """Return name and bytes of a picture of ours; None for an address elsewhere."""
    base = picture_address("")
    path = source.partition("?")[0]
    data: bytes | None = None
    if path.startswith(base.partition("?")[0]):
        name = f"{FOLDER}/{PurePosixPath(path).name}"
        if default_storage.exists(name):
            with default_storage.open(name, "rb") as file:
                data = file.read()
    elif path.startswith(settings.STATIC_URL):
        data = _static_file(path.removeprefix(settings.STATIC_URL))
    return None if data is None else (picture_name(data, path), data)


def _static_file(name: str) -> bytes | None:
    """Return a static file under its own name or its hashed one."""
    found = finders.find(name)
    if isinstance(found, str):
        return Path(found).read_bytes()
    try:
        with staticfiles_storage.open(name) as file:
            return bytes(file.read())
    except (OSError, ImproperlyConfigured, SuspiciousFileOperation):
        return None
