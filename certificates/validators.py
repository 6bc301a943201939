"""What a layout may say. Shared by the model, forms and the loader.

Version 1 lets the text flow down the middle axis. Version 2 places each part by
millimeters from the upper left corner of the page.
"""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

ISSUER_CODE = RegexValidator(
    r"\A[A-Z][A-Z0-9]{1,9}\Z", _("Two to ten capital letters and digits.")
)
ORIENTATIONS = ("landscape", "portrait")
LAYOUT_TEXTS = ("heading", "subheading", "statement", "note")
MAX_TEXT = 300
# Short side, long side in millimeters.
PAGES = {"A4": (210, 297), "A5": (148, 210), "letter": (215.9, 279.4)}
FIELDS = (
    "holder", "title", "title_other", "hours", "score", "organization", "completed_on",
    "issued_on", "review_on", "valid_until", "number", "issuer", "text",
)  # fmt: skip
COLORS = ("ink", "muted", "accent")
ALIGNMENTS = ("left", "center", "right")
NEEDED = ("holder", "title", "number", "issued_on")
MIN_QR_MM = 22
MIN_PHOTO_MM = 15
MAX_PARTS = 40
_SHA256 = re.compile(r"\A[0-9a-f]{64}\Z")


def validate_layout(value: Any) -> None:
    """Accept a layout of either version, with nothing unknown in it.

    Raises:
        ValidationError: names the member that is wrong.
    """
    if not isinstance(value, dict) or value.get("version") not in (1, 2):
        raise ValidationError(_("The layout must be an object with version 1 or 2."))
    known = {"version", "orientation", *LAYOUT_TEXTS}
    if value["version"] == 2:
        known |= {"page", "background", "pictures", "qr", "fields", "photo"}
    unknown = set(value) - known
    if unknown:
        raise ValidationError(
            _("Unknown layout member: %(name)s."), params={"name": min(unknown)}
        )
    if value.get("orientation") not in ORIENTATIONS:
        raise ValidationError(_("The orientation is landscape or portrait."))
    for name in LAYOUT_TEXTS:
        _require_text(name, value.get(name, ""))
    if value["version"] == 2:
        _validate_places(value)


def _require_text(name: str, text: Any) -> None:
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        raise ValidationError(
            _("%(name)s must be a text of at most 300 characters."),
            params={"name": name},
        )


def page_millimeters(layout: dict[str, Any]) -> tuple[float, float]:
    """Return (width, height) of the page of a layout."""
    short, long = PAGES[layout.get("page", "A4")]
    return (short, long) if layout["orientation"] == "portrait" else (long, short)


def _validate_places(value: dict[str, Any]) -> None:
    if value.get("page") not in PAGES:
        raise ValidationError(_("The page is A4, A5 or letter."))
    background = value.get("background")
    if background is not None:
        _require_picture("background", background)
    parts = [*_parts(value, "pictures"), *_parts(value, "fields")]
    if len(parts) > MAX_PARTS:
        raise ValidationError(_("A page holds at most 40 fields and pictures."))
    for part in _parts(value, "pictures"):
        _require_picture("pictures", part.get("sha256"))
        _require_place(value, part, "pictures", ("width", "height"))
    for part in _parts(value, "fields"):
        _validate_field(value, part)
    _validate_photo(value)
    _validate_code(value)
    names = {part["name"] for part in _parts(value, "fields")}
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise ValidationError(
            _("This field has to be on the page: %(name)s."),
            params={"name": missing[0]},
        )


def _validate_photo(value: dict[str, Any]) -> None:
    photo = value.get("photo")
    if photo is None:
        return
    if not isinstance(photo, dict):
        raise ValidationError(_("The photo needs a place."))
    _require_place(value, photo, "photo", ("width",))
    _require_place(value, photo | {"height": photo_height(photo)}, "photo", ())
    if photo["width"] < MIN_PHOTO_MM:
        raise ValidationError(_("The photo must be at least 15 mm wide."))


def _validate_code(value: dict[str, Any]) -> None:
    code = value.get("qr")
    if not isinstance(code, dict):
        raise ValidationError(_("The QR code needs a place."))
    _require_place(value, code, "qr", ("size",))
    if code["size"] < MIN_QR_MM:
        raise ValidationError(
            _("The QR code must be at least 22 mm wide, or phones can't read it.")
        )


def photo_height(photo: dict[str, Any]) -> int:
    """Return the height of the photo's place: 7 to a width of 5, whole millimeters."""
    return round(photo["width"] * 7 / 5)


def _parts(value: dict[str, Any], member: str) -> list[dict[str, Any]]:
    parts = value.get(member, [])
    if not isinstance(parts, list) or not all(isinstance(p, dict) for p in parts):
        raise ValidationError(_("%(name)s must be a list."), params={"name": member})
    return parts


def _require_picture(name: str, sha256: Any) -> None:
    if not isinstance(sha256, str) or not _SHA256.match(sha256):
        raise ValidationError(_("%(name)s names no picture."), params={"name": name})


def _validate_field(layout: dict[str, Any], part: dict[str, Any]) -> None:
    name = part.get("name")
    if name not in FIELDS:
        raise ValidationError(_("Unknown field: %(name)s."), params={"name": name})
    _require_place(layout, part, name, ("width",))
    size = part.get("size", 0)
    if not _is_number(size) or not 6 <= size <= 60:
        raise ValidationError(
            _("%(name)s: the size lies between 6 and 60 points."), params={"name": name}
        )
    if part.get("align", "center") not in ALIGNMENTS or (
        part.get("color", "ink") not in COLORS
    ):
        raise ValidationError(
            _("%(name)s: unknown alignment or color."), params={"name": name}
        )
    _require_text(name, part.get("text", ""))


def _require_place(
    layout: dict[str, Any], part: dict[str, Any], name: str, extents: tuple[str, ...]
) -> None:
    width, height = page_millimeters(layout)
    numbers = [part.get(key, -1) for key in ("x", "y", *extents)]
    if not all(_is_number(n) and n >= 0 for n in numbers):
        raise ValidationError(
            _("%(name)s: place and extent are millimeters."), params={"name": name}
        )
    across = part["x"] + part.get("width", part.get("size", 0) if name == "qr" else 0)
    down = part["y"] + part.get("height", part.get("size", 0) if name == "qr" else 0)
    if across > width or down > height:
        raise ValidationError(
            _("%(name)s lies outside the page."), params={"name": name}
        )


def _is_number(value: Any) -> bool:
    # Integers only: canonical JSON has one spelling for them.
    return isinstance(value, int) and not isinstance(value, bool)
