"""Layouts of version 2: every part at its place, in millimeters from the upper left.

Text is set smaller until it fits its width, then broken into two lines; it is never
cut. Study records that do not fit the field follow on pages of their own.
"""

import io
from typing import Any

from certificates.domain.drawing import (
    ACCENT,
    INK,
    LINE,
    MUTED,
    ON_FIRST_PAGE,
    draw_code,
    draw_text,
    issuer_name,
)
from certificates.domain.fonts import REGULAR, STRONG
from certificates.domain.lettering import fit_lines
from certificates.domain.photos import photo_bytes
from certificates.domain.pictures import picture_bytes
from certificates.domain.qr_codes import qr_text
from certificates.domain.tagging import code_words, photo_words
from certificates.domain.wording import hours_text, label, long_date
from certificates.validators import page_millimeters, photo_height

MM = 72 / 25.4
COLORS = {"ink": INK, "muted": MUTED, "accent": ACCENT}
SMALLEST = 6.0
LEADING = 1.3
SAMPLE_PHOTO = "sample"
ROWS_MARGIN, ROW = 60.0, 20.0


def draw_placed(canvas: Any, payload: dict[str, Any]) -> None:
    """Draw the first page of a layout of version 2."""
    layout, language = payload["layout"], payload["language"]
    width, height = (side * MM for side in page_millimeters(layout))
    if layout.get("background"):
        with canvas.artifact():
            _draw_picture(canvas, layout["background"], 0, 0, width, height)
    for part in layout.get("pictures", []):
        x, across, down = (part[key] * MM for key in ("x", "width", "height"))
        y = height - part["y"] * MM - down
        with canvas.tagged("Figure", Alt=label("picture", language=language)):
            _draw_picture(canvas, part["sha256"], x, y, across, down)
    if layout.get("photo") and payload.get("photo"):
        with canvas.tagged("Figure", Alt=photo_words(payload)):
            _draw_photo(canvas, layout["photo"], payload["photo"], height)
    largest = max((part["size"] for part in layout.get("fields", [])), default=0)
    for part in layout.get("fields", []):
        text = field_text(payload, part)
        if not text:
            continue
        # One heading, the largest text; of equals the first.
        tag, largest = ("H1", -1) if part["size"] == largest else ("P", largest)
        with canvas.tagged(tag):
            _draw_field(canvas, part, text, height)
    code = layout["qr"]
    size = code["size"] * MM
    y = height - code["y"] * MM - size
    with canvas.tagged("Figure", Alt=code_words(payload)):
        draw_code(canvas, qr_text(payload), x=code["x"] * MM, y=y, size=size)


def _draw_picture(
    canvas: Any, sha256: str, x: float, y: float, width: float, height: float
) -> None:
    from reportlab.lib.utils import ImageReader

    image = ImageReader(io.BytesIO(picture_bytes(sha256)))
    canvas.drawImage(image, x, y, width, height, mask="auto")


def _draw_photo(
    canvas: Any, place: dict[str, Any], sha256: str, page_height: float
) -> None:
    from reportlab.lib.utils import ImageReader

    across, down = place["width"] * MM, photo_height(place) * MM
    x, y = place["x"] * MM, page_height - place["y"] * MM - down
    if sha256 == SAMPLE_PHOTO:
        _draw_silhouette(canvas, x, y, across, down)
        return
    image = ImageReader(io.BytesIO(photo_bytes(sha256)))
    canvas.drawImage(image, x, y, across, down)


def _draw_silhouette(
    canvas: Any, x: float, y: float, width: float, height: float
) -> None:
    """Draw head and shoulders where the preview has no face to show."""
    canvas.saveState()
    frame = canvas.beginPath()
    frame.rect(x, y, width, height)
    canvas.clipPath(frame, stroke=0, fill=0)
    canvas.setFillColorRGB(*LINE)
    canvas.rect(x, y, width, height, stroke=0, fill=1)
    canvas.setFillColorRGB(*MUTED)
    canvas.circle(x + width / 2, y + 0.6 * height, 0.24 * width, stroke=0, fill=1)
    shoulders = (x + 0.1 * width, y - 0.4 * height, x + 0.9 * width, y + 0.36 * height)
    canvas.ellipse(*shoulders, stroke=0, fill=1)
    canvas.restoreState()


def field_text(payload: dict[str, Any], part: dict[str, Any]) -> str:
    """Return what a field prints; empty when the certificate has no such fact."""
    name, language = part["name"], payload["language"]
    before = part.get("text", "")
    if name == "text":
        return before
    value = _value(payload, name, language)
    return f"{before}{value}" if value else ""


def _value(payload: dict[str, Any], name: str, language: str) -> str:
    if name in ("completed_on", "issued_on", "review_on", "valid_until"):
        day = payload.get(name)
        return long_date(day, language=language) if day else ""
    if name == "hours":
        hours = payload["hours"]
        return hours_text(hours[0]["hours"], language=language) if hours else ""
    if name == "score":
        score = payload["score"]
        return f"{score['score']} / {score['max']}" if score else ""
    plain = {
        "holder": payload["holder"]["name"],
        "title": payload["title"]["text"],
        "title_other": payload["title"]["other"],
        "organization": payload["organization"] or "",
        "number": payload["number"],
        "issuer": issuer_name(payload),
    }
    return plain[name]


def _draw_field(
    canvas: Any, part: dict[str, Any], text: str, page_height: float
) -> None:
    font = STRONG if part.get("bold") else REGULAR
    width, first = part["width"] * MM, float(part["size"])
    sizes = [first * step / 20 for step in range(20, 6, -1)]
    sizes = [size for size in sizes if size >= SMALLEST] or [first]
    one_line = tuple(size for size in sizes if size >= 0.7 * first)
    size, lines = fit_lines(text, font=font, sizes=one_line, width=width, max_lines=1)
    if len(lines) > 1:
        size, lines = fit_lines(
            text, font=font, sizes=tuple(sizes), width=width, max_lines=2
        )
    align = part.get("align", "center")
    shift = {"left": 0.0, "center": width / 2, "right": width}[align]
    y = page_height - part["y"] * MM - size
    for line in lines:
        draw_text(
            canvas, line, x=part["x"] * MM + shift, y=y, size=size, font=font,
            color=COLORS[part.get("color", "ink")], align=align,
        )  # fmt: skip
        y -= size * LEADING


# --- the study record ---


def record_pages(payload: dict[str, Any], *, height: float) -> list[list[Any]]:
    """Return the rows of each page of the study record; none for one line or two."""
    rows = payload["hours"]
    room = int((height - 2 * ROWS_MARGIN - 3 * ROW) // ROW)
    if len(rows) <= ON_FIRST_PAGE:
        return []
    return [rows[start : start + room] for start in range(0, len(rows), room)]


def draw_record(
    canvas: Any, payload: dict[str, Any], rows: list[Any], *, page: int, pages: int,
    size: tuple[float, float],
) -> None:  # fmt: skip
    """Draw one page of the study record: number and holder above, rows, page below."""
    width, height = size
    language = payload["language"]
    y = height - ROWS_MARGIN
    left, right = ROWS_MARGIN, width - ROWS_MARGIN
    title = label("record", language=language)
    with canvas.tagged("H2"):
        draw_text(canvas, title, x=left, y=y, size=14, font=STRONG, align="left")
    named = f"{payload['holder']['name']}  {payload['number']}"
    with canvas.tagged("P"):
        draw_text(canvas, named, x=right, y=y, size=9, color=MUTED, align="right")
    y -= ROW
    with canvas.artifact():
        canvas.setLineWidth(0.5)
        canvas.setStrokeColorRGB(*LINE)
        for place in range(len(rows) + 1):
            canvas.line(left, y - place * ROW, right, y - place * ROW)
    with canvas.group("Table"):
        for row in rows:
            y -= ROW
            _draw_row(canvas, row, language, y=y, left=left, right=right)
    with canvas.artifact():
        draw_text(
            canvas, f"{page} / {pages}", x=width / 2, y=ROWS_MARGIN / 2, size=8,
            color=MUTED,
        )  # fmt: skip


def _draw_row(
    canvas: Any, row: dict[str, Any], language: str, *, y: float, left: float,
    right: float,
) -> None:  # fmt: skip
    with canvas.group("TR"):
        pair = (row["label_en"], row["label"])
        pair = pair if language == "en" else pair[::-1]
        name = "  ".join(filter(None, pair)) or label("hours", language=language)
        fitted, lines = fit_lines(
            name, font=REGULAR, sizes=(10, 9, 8, 7, 6), width=right - left - 90,
            max_lines=1,
        )  # fmt: skip
        with canvas.tagged("TD"):
            draw_text(canvas, lines[0], x=left, y=y + 6, size=fitted, align="left")
        value = hours_text(row["hours"], language=language)
        with canvas.tagged("TD"):
            draw_text(canvas, value, x=right, y=y + 6, size=10, align="right")
