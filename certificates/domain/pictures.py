"""Seals, signatures and backgrounds: taken in clean, found again by their hash."""

import hashlib
import io
from functools import lru_cache

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from certificates.errors import PictureRefused
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
    if len(data) > MAX_BYTES:
        raise PictureRefused("too_large", _("The picture is larger than 3 MB."))
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
    from PIL import Image  # noqa: PLC0415 -- slow import

    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
            if image.width * image.height > MAX_PIXELS:
                raise PictureRefused(
                    "too_large", _("The picture has more than 12 million pixels.")
                )
            picture = image.convert("RGBA" if _has_alpha(image.mode) else "RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise PictureRefused(
            "not_a_picture", _("This is no PNG or JPEG picture.")
        ) from error
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue(), picture.size


def _has_alpha(mode: str) -> bool:
    return mode in ("RGBA", "LA", "P", "PA")


@lru_cache(maxsize=64)
def picture_bytes(sha256: str) -> bytes:
    """Return the PNG of a hash, looked at again: the payload promised these bytes.

    Raises:
        PictureRefused: `missing` or `changed`.
    """
    picture = TemplatePicture.objects.filter(sha256=sha256).first()
    if picture is None:
        raise PictureRefused("missing", _("A picture of the template is missing."))
    with picture.file.open("rb") as file:
        data = file.read()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise PictureRefused("changed", _("A picture of the template was changed."))
    return data
