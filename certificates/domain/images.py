"""What seals and photographs share: taken in as pixels, found by their hash."""

import hashlib
import io
from typing import Any

from django.utils.translation import gettext as _

from certificates.errors import PictureRefused


def open_picture(data: bytes, *, max_bytes: int, max_pixels: int) -> Any:
    """Return the decoded pixels of a PNG or JPEG, turned upright, as Pillow's image.

    Size first, then the declared number of pixels, then the pixels themselves. Nothing
    else of the file is kept.

    Raises:
        PictureRefused: `too_large` or `not_a_picture`.
    """
    from PIL import Image, ImageOps  # noqa: PLC0415 -- slow import

    if len(data) > max_bytes:
        raise PictureRefused(
            "too_large",
            _("The picture is larger than %(count)s MB.")
            % {"count": max_bytes // 1024**2},
        )
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
            if image.width * image.height > max_pixels:
                raise PictureRefused(
                    "too_large",
                    _("The picture has more than %(count)s million pixels.")
                    % {"count": max_pixels // 1_000_000},
                )
            return ImageOps.exif_transpose(image)
    except (OSError, ValueError, SyntaxError) as error:
        raise PictureRefused(
            "not_a_picture", _("This is no PNG or JPEG picture.")
        ) from error


def read_promised(row: Any, sha256: str) -> bytes:
    """Return the file of a row, looked at again: the payload promised these bytes.

    `row` is a picture or a photo, None when there is none of that hash.

    Raises:
        PictureRefused: `missing` or `changed`.
    """
    if row is None:
        raise PictureRefused("missing", _("A picture of the certificate is missing."))
    with row.file.open("rb") as file:
        data: bytes = file.read()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise PictureRefused("changed", _("A picture of the certificate was changed."))
    return data
