"""What may be uploaded as a hand-out."""

from pathlib import PurePosixPath
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

HANDOUT_MAX_BYTES = 20 * 1024 * 1024
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
# First bytes by suffix; nothing that a browser would run.
HANDOUT_SIGNATURES: dict[str, tuple[bytes, ...]] = {
    ".pdf": (b"%PDF-",),
    ".docx": (_ZIP,),
    ".xlsx": (_ZIP,),
    ".pptx": (_ZIP,),
    ".doc": (_OLE,),
    ".xls": (_OLE,),
    ".ppt": (_OLE,),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".zip": (_ZIP,),
    ".txt": (),
}


def validate_handout(file: Any) -> None:
    """Check size, name and first bytes of a hand-out.

    Raises:
        ValidationError: `too_large`, `empty` or `unknown_kind`.
    """
    if file.size > HANDOUT_MAX_BYTES:
        raise ValidationError(
            _("The file is larger than %(limit)s MB.")
            % {"limit": HANDOUT_MAX_BYTES // 1024 // 1024},
            code="too_large",
        )
    if not file.size:
        raise ValidationError(_("The file is empty."), code="empty")
    suffix = PurePosixPath(file.name).suffix.lower()
    signatures = HANDOUT_SIGNATURES.get(suffix)
    file.seek(0)
    head = file.read(1024)
    file.seek(0)
    is_known = signatures is not None and (
        head.startswith(signatures) if signatures else b"\0" not in head
    )
    if not is_known:
        raise ValidationError(
            _("This is none of the files we take (%(kinds)s), or its name is wrong.")
            % {"kinds": ", ".join(s.removeprefix(".") for s in HANDOUT_SIGNATURES)},
            code="unknown_kind",
        )
