"""One document on A4: headings, tables whose heads repeat, lines to sign on."""

import io
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _

from exams.domain.printing.breaking import break_text
from exams.domain.printing.fonts import REGULAR, STRONG, font_faces, printable

INK, FAINT, LINE, HEAD = "#16302B", "#5E6E69", "#C9D3CF", "#EEF3F1"
MARGIN = 48
FRAME = 499
PADDING = 5
Flow = list[Any]


class Page:
    """Collects what stands on the pages of one document."""

    def __init__(self) -> None:
        from reportlab.lib.styles import ParagraphStyle

        font_faces()
        base = ParagraphStyle(
            "base", fontName=REGULAR, fontSize=9, leading=13.5, textColor=INK
        )
        self._styles = {
            "base": base,
            "faint": ParagraphStyle(
                "faint", parent=base, fontSize=8, leading=11, textColor=FAINT
            ),
            "title": ParagraphStyle(
                "title", parent=base, fontName=STRONG, fontSize=18, leading=26
            ),
            "part": ParagraphStyle(
                "part", parent=base, fontName=STRONG, fontSize=12, leading=17,
                spaceBefore=14, spaceAfter=5, keepWithNext=1,
            ),
            "sub": ParagraphStyle(
                "sub", parent=base, fontName=STRONG, fontSize=10, leading=15,
                spaceBefore=8, spaceAfter=3, keepWithNext=1,
            ),
            "head": ParagraphStyle(
                "head", parent=base, fontName=STRONG, fontSize=8.5, leading=12
            ),
        }  # fmt: skip
        self.flow: Flow = []

    def text(self, text: str, style: str = "base", *, width: float = FRAME) -> Any:
        """Return a paragraph whose lines break as Chinese printers break them."""
        from reportlab.platypus import Paragraph

        look = self._styles[style]
        lines = break_text(
            printable(text),
            font=look.fontName,
            size=look.fontSize,
            first_width=width,
            width=width,
        )
        return Paragraph(escape(lines).replace("\n", "<br/>"), look)

    def add(self, text: str, style: str = "base") -> None:
        self.flow.append(self.text(text, style))

    def space(self, points: float = 8) -> None:
        from reportlab.platypus import Spacer

        self.flow.append(Spacer(1, points))

    def table(
        self,
        headings: Sequence[str],
        rows: Iterable[Sequence[str]],
        widths: Sequence[float],
    ) -> None:
        """Add a table whose heading repeats on each page; nothing for no rows."""
        from reportlab.platypus import LongTable

        body = [
            [
                self.text(cell, width=w - 2 * PADDING - 2)
                for cell, w in zip(row, widths, strict=True)
            ]
            for row in rows
        ]
        if not body:
            self.add("—", "faint")
            return
        has_head = any(headings)
        if has_head:
            head = [
                self.text(cell, "head", width=w - 2 * PADDING - 2)
                for cell, w in zip(headings, widths, strict=True)
            ]
            body.insert(0, head)
        table = LongTable(body, colWidths=list(widths), repeatRows=int(has_head))
        table.setStyle(
            [
                ("FONTNAME", (0, 0), (-1, -1), REGULAR),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("BACKGROUND", (0, 0), (-1, 0), HEAD if has_head else "#FFFFFF"),
                ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE),
                ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
                ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ]
        )
        self.flow.append(table)

    def signatures(self, labels: Sequence[str]) -> None:
        """Add lines to sign by hand; they stay together on one page."""
        from reportlab.platypus import KeepTogether, Spacer, Table

        width = FRAME / len(labels)
        cells = [
            [self.text(label, "head", width=width - 20) for label in labels],
            ["" for _label in labels],
            [self.text(_("Date:"), "faint", width=width - 20) for _label in labels],
        ]
        table = Table(cells, colWidths=[width] * len(labels), rowHeights=[18, 34, 18])
        lines = [("LINEBELOW", (i, 1), (i, 1), 0.7, INK) for i in range(len(labels))]
        table.setStyle([("FONTNAME", (0, 0), (-1, -1), REGULAR), *lines])
        self.flow.append(KeepTogether([Spacer(1, 16), table]))

    def render(self, *, title: str, footer: str) -> bytes:
        """Return the document; every page bears the footer and its number."""
        from reportlab import rl_config
        from reportlab.platypus import SimpleDocTemplate

        rl_config.useA85 = 0
        buffer = io.BytesIO()
        document = SimpleDocTemplate(
            buffer,
            pagesize=(595.28, 841.89),
            leftMargin=MARGIN,
            rightMargin=MARGIN,
            topMargin=MARGIN,
            bottomMargin=MARGIN + 8,
            title=title,
            invariant=1,
            # Otherwise each page begins with Helvetica, which is not embedded.
            initialFontName=REGULAR,
        )

        def foot(canvas: Any, _document: Any) -> None:
            canvas.setFont(REGULAR, 7.5)
            canvas.setFillColor(FAINT)
            canvas.drawString(MARGIN, 30, printable(footer)[:110])
            canvas.drawRightString(595.28 - MARGIN, 30, str(canvas.getPageNumber()))

        document.build(self.flow, onFirstPage=foot, onLaterPages=foot)
        return buffer.getvalue()


def hours(seconds: int) -> str:
    """Return credit hours of 45 minutes, floored to a tenth."""
    return f"{seconds * 10 // 2700 / 10:g}"


def minutes(seconds: int) -> str:
    """Return minutes and seconds, such as 12:05; short videos would vanish else."""
    return f"{seconds // 60}:{seconds % 60:02}"


def short(value: str | None) -> str:
    """Return 2026-11-23 10:00 of an ISO moment."""
    return value[:16].replace("T", " ") if value else "—"
