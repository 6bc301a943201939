"""Slips with one-time codes, ten on a page of A4, a new page for each department."""

from collections.abc import Sequence
from io import BytesIO
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from exams.domain.printing.fonts import REGULAR, STRONG, font_faces, printable
from lms.core.clock import shanghai_date
from lms.organizations.domain.first_codes import Slip
from lms.organizations.models import Organization

WIDTH, HEIGHT, MARGIN = 595.28, 841.89, 28.0
COLUMNS, ROWS = 2, 5
QR = 62
INK, FAINT, LINE = "#16302B", "#5E6E69", "#C9D3CF"


def print_slips(
    *, organization: Organization, slips: Sequence[Slip], address: str
) -> bytes:
    """Return the PDF; `address` is where the code is typed, also as a QR code."""
    from reportlab.graphics import renderPDF
    from reportlab.graphics.barcode.qr import QrCodeWidget
    from reportlab.graphics.shapes import Drawing
    from reportlab.pdfgen.canvas import Canvas

    font_faces()
    out = BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), initialFontName=REGULAR)
    canvas.setTitle(printable(_("First sign-in")))
    widget = QrCodeWidget(address, barLevel="M")
    left, bottom, right, top = widget.getBounds()
    scale = [QR / (right - left), 0, 0, QR / (top - bottom), 0, 0]
    code = Drawing(QR, QR, transform=scale)
    code.add(widget)
    width = (WIDTH - 2 * MARGIN) / COLUMNS
    height = (HEIGHT - 2 * MARGIN) / ROWS
    for _department, members in groupby(slips, key=lambda slip: slip.department):
        for place, slip in enumerate(members):
            spot = place % (COLUMNS * ROWS)
            if place and not spot:
                canvas.showPage()
            x = MARGIN + spot % COLUMNS * width
            y = HEIGHT - MARGIN - (spot // COLUMNS + 1) * height
            canvas.setStrokeColor(LINE)
            canvas.setDash(3, 3)
            canvas.rect(x, y, width, height)
            _texts(canvas, organization, slip, address, x + 12, y + height - 22)
            renderPDF.draw(code, canvas, x + width - QR - 8, y + 34)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _texts(
    canvas: Any,
    organization: Organization,
    slip: Slip,
    address: str,
    x: float,
    y: float,
) -> None:
    code = " ".join((slip.code[:5], slip.code[5:]))
    day = shanghai_date(slip.valid_until).isoformat()
    sign = organization.short_code or organization.code
    hint = _("Once, until %(day)s. Choose your own password at") % {"day": day}
    lines = [
        (STRONG, 12, INK, f"{slip.name}  {slip.employee_number}"),
        (REGULAR, 8, FAINT, f"{organization.name} · {slip.department}"),
        (REGULAR, 9, INK, _("Organization code: %(code)s") % {"code": sign}),
        (REGULAR, 9, INK, _("One-time code:")),
        (STRONG, 15, INK, code),
        (REGULAR, 8, FAINT, hint),
        (REGULAR, 7, FAINT, address),
    ]  # fmt: skip
    for font, size, color, text in lines:
        canvas.setFont(font, size)
        canvas.setFillColor(color)
        canvas.drawString(x, y, _fit(printable(text), font, size))
        y -= size + 7


def _fit(text: str, font: str, size: int) -> str:
    """Cut what would run into the next slip."""
    face = font_faces()[font]
    room = (WIDTH - 2 * MARGIN) / COLUMNS - 24
    while text and face.stringWidth(text, size) > room:
        text = text[:-2] + "…"
    return text
