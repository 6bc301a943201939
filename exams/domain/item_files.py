"""Pictures and sounds of items: checked by their bytes, kept once under their hash."""

from pathlib import PurePosixPath

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from exams.domain.exchange.moodle import picture_name
from exams.domain.exchange.pictures import (
    MAX_BYTES,
    SIGNATURES,
    is_picture,
    picture_address,
    store_pictures,
)
from exams.errors import FileRefused

# First bytes of what every browser plays.
SOUNDS: dict[str, tuple[bytes, ...]] = {
    ".mp3": (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"),
    ".wav": (b"RIFF",),
    ".ogg": (b"OggS",),
}
M4A = ".m4a"
M4A_MARK = b"ftyp"
IMAGE, AUDIO, VIDEO = "image", "audio", "video"
ACCEPTED = [*SIGNATURES, *SOUNDS, M4A]


def kind_of(source: str) -> str:
    """Return `image` or `audio` for an address."""
    suffix = PurePosixPath(source.partition("?")[0]).suffix.lower()
    return AUDIO if suffix in SOUNDS or suffix == M4A else IMAGE


def store_file(file: UploadedFile, *, pictures_only: bool = False) -> str:
    """Keep an uploaded picture or sound; return its address. The same bytes: one file.

    Raises:
        FileRefused: `too_large`, `unknown_kind`; the name and the bytes must agree.
    """
    if (file.size or 0) > MAX_BYTES:
        raise FileRefused(
            "too_large",
            _("The file is larger than %(limit)s MB.")
            % {"limit": MAX_BYTES // 1024 // 1024},
        )
    data = file.read()
    name = picture_name(data, file.name or "")
    if not is_picture(name, data) and (pictures_only or not _is_sound(name, data)):
        known = SIGNATURES if pictures_only else ACCEPTED
        raise FileRefused(
            "unknown_kind",
            _("This is none of the files we can show: %(kinds)s.")
            % {"kinds": ", ".join(one.removeprefix(".") for one in known)},
        )
    store_pictures({name: data})
    return picture_address(name)


def _is_sound(name: str, data: bytes) -> bool:
    suffix = PurePosixPath(name).suffix
    if suffix == M4A:
        return data[4:8] == M4A_MARK
    return data.startswith(SOUNDS[suffix]) if suffix in SOUNDS else False


def is_ours(source: str) -> bool:
    """Tell whether an address may be shown: ours, or one an import could name."""
    return source.startswith(("/", "https://")) and not source.startswith("//")
