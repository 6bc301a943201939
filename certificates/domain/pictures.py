"""Seals, signatures and backgrounds: taken in clean, found again by their hash."""

import hashlib
import io
from functools import lru_cache

from django.core.files.base import ContentFile

from certificates.domain.images import open_picture, read_promised
from certificates.models import TemplatePicture

MAX_BYTES = 3 * 1024 * 1024
MAX_PIXELS = 12_000_000
LONGEST_SIDE = 2_000


def add_picture(
    *, data: bytes, name: str, owner_organization_id: int | None = None
) -> TemplatePicture:
    """Store a PNG or JPEG anew as PNG, without what else was in the file.

    The same picture is stored once.

    Raises:
        PictureRefused: `too_large` or `not_a_picture`.
    """
    clean, size = _clean(data)
    sha256 = hashlib.sha256(clean).hexdigest()
    found = TemplatePicture.objects.filter(sha256=sha256).first()
    if found is not None:
        return found
    picture = TemplatePicture(
        sha256=sha256, name=name[:120], width=size[0], height=size[1],
        owner_organization_id=owner_organization_id,
    )  # fmt: skip
    picture.file.save(f"{sha256}.png", ContentFile(clean), save=False)
    picture.save()
    return picture


def _clean(data: bytes) -> tuple[bytes, tuple[int, int]]:
    image = open_picture(data, max_bytes=MAX_BYTES, max_pixels=MAX_PIXELS)
    picture = image.convert("RGBA" if _has_alpha(image.mode) else "RGB")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue(), picture.size


def _has_alpha(mode: str) -> bool:
    return mode in ("RGBA", "LA", "P", "PA")


@lru_cache(maxsize=64)
def picture_bytes(sha256: str) -> bytes:
    """Return the PNG of a hash.

    Raises:
        PictureRefused: `missing` or `changed`.
    """
    return read_promised(TemplatePicture.objects.filter(sha256=sha256).first(), sha256)
