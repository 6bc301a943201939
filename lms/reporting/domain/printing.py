"""A list as pages of A4 across, drawn row by row."""

import zlib
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import IO, Any

from exams.domain.printing.breaking import break_text
from exams.domain.printing.fonts import REGULAR, STRONG, font_faces, printable

WIDTH, HEIGHT, MARGIN = 841.89, 595.28, 36
SIZE, LEADING, PADDING = 8, 11, 4
MAX_LINES = 12
INK, FAINT, LINE, HEAD = "#16302B", "#5E6E69", "#C9D3CF", "#EEF3F1"
SAMPLE = 200
# Departments and positions repeat, names hardly do: so many texts are remembered.
KEPT = 5_000


def print_table(
    title: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    file: IO[bytes],
) -> None:
    """Draw the list; widths follow the headings and the first rows."""
    from reportlab.pdfgen.canvas import Canvas

    iterator = iter(rows)
    first = [row for _n, row in zip(range(SAMPLE), iterator, strict=False)]
    font_faces()
    canvas = Canvas(
        file, pagesize=(WIDTH, HEIGHT), invariant=1, initialFontName=REGULAR
    )
    sheet = _Sheet(
        canvas,
        title,
        headings,
        widths_of(headings, first),
    )
    for row in first:
        sheet.draw(row)
    for row in iterator:
        sheet.draw(row)
    sheet.save()


def widths_of(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """Share the width by what the columns hold, none too thin and none too wide."""
    wanted = []
    for index, heading in enumerate(headings):
        cells = [heading, *(row[index] for row in rows if index < len(row))]
        longest = max((_units(cell) for cell in cells), default=1)
        wanted.append(min(max(longest, 5), 40))
    total = sum(wanted)
    return [(WIDTH - 2 * MARGIN) * units / total for units in wanted]


def _units(text: str) -> float:
    """Return the width in Latin letters: a Chinese character takes two."""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)


class _Sheet:
    """The page that is being drawn, and where on it."""

    def __init__(
        self, canvas: Any, title: str, headings: Sequence[str], widths: list[float]
    ) -> None:
        self._faces = font_faces()
        self._canvas = canvas
        self._title = printable(title)
        self._widths = widths
        self._page = 0
        self._broken: dict[tuple[str, int], list[str]] = {}
        self._shown: dict[tuple[str, str], str] = {}
        lefts = accumulate(widths, initial=float(MARGIN))
        self._lefts = [f"{left + PADDING:.2f}" for left in lefts]
        self._headings = [self._break(h, i) for i, h in enumerate(headings)]
        canvas.setTitle(self._title)
        self._begin()

    def _begin(self) -> None:
        self._page += 1
        canvas, top = self._canvas, HEIGHT - MARGIN
        canvas.setFillColor(INK)
        canvas.setFont(STRONG, 11)
        canvas.drawString(MARGIN, top - 4, self._title)
        canvas.setFillColor(FAINT)
        canvas.setFont(REGULAR, SIZE)
        canvas.drawRightString(WIDTH - MARGIN, MARGIN - 14, str(self._page))
        self._y = top - 18
        height = self._height(self._headings)
        canvas.setFillColor(HEAD)
        canvas.rect(
            MARGIN, self._y - height, WIDTH - 2 * MARGIN, height, stroke=0, fill=1
        )
        canvas.setFillColor(INK)
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(0.4)
        self._cells(self._headings, STRONG)

    def _height(self, cells: list[list[str]]) -> float:
        return max((len(lines) for lines in cells), default=1) * LEADING + PADDING

    def _break(self, text: str, index: int) -> list[str]:
        key = (text, index)
        lines = self._broken.get(key)
        if lines is None:
            width = self._widths[index] - 2 * PADDING
            plain = printable(text)
            if self._faces[REGULAR].stringWidth(plain, SIZE) <= width:
                lines = plain.split("\n")
            else:
                broken = break_text(
                    plain, font=REGULAR, size=SIZE, first_width=width, width=width
                )
                lines = broken.split("\n")[:MAX_LINES]
            if len(self._broken) < KEPT:
                self._broken[key] = lines
        return lines

    def draw(self, row: Sequence[str]) -> None:
        cells = [self._break(text, i) for i, text in enumerate(row)]
        if self._y - self._height(cells) < MARGIN:
            self._end()
            self._begin()
        self._cells(cells, REGULAR)

    def _cells(self, cells: list[list[str]], font: str) -> None:
        """Write a row in the operators of PDF, and the line below it.

        The library's own calls format each number and look up the color for each cell,
        which takes most of the time of a long list.
        """
        parts = [
            f"BT 1 0 0 1 {left} {self._y - SIZE - 1 - number * LEADING:.2f} Tm "
            f"{self._show(line, font)} ET"
            for lines, left in zip(cells, self._lefts, strict=False)
            for number, line in enumerate(lines)
            if line
        ]
        self._y -= self._height(cells)
        parts.append(f"{MARGIN} {self._y:.2f} m {WIDTH - MARGIN:.2f} {self._y:.2f} l S")
        self._canvas.addLiteral("\n".join(parts))

    def _show(self, line: str, font: str) -> str:
        """Return the operators that show a line: a font holds a part of the letters."""
        key = (line, font)
        shown = self._shown.get(key)
        if shown is None:
            face, document = self._faces[font], self._canvas._doc  # noqa: SLF001 -- as below
            escape = self._canvas._escape  # noqa: SLF001 -- as below
            shown = " ".join(
                f"{face.getSubsetInternalName(subset, document)} {SIZE} Tf "
                f"({escape(text)}) Tj"
                for subset, text in face.splitString(line, document)
            )
            if len(self._shown) < KEPT:
                self._shown[key] = shown
        return shown

    def _end(self) -> None:
        """Finish the page and pack it at once.

        The library keeps each page as plain text and packs all of them at the end: for
        a hundred thousand rows that is ten times what the file takes.
        """
        from reportlab.pdfbase import pdfdoc

        self._canvas.showPage()
        page = self._canvas._doc.Pages.pages[-1]  # noqa: SLF001 -- no other way to it
        packed = zlib.compress(page.stream.encode())
        head = pdfdoc.PDFDictionary({"Filter": pdfdoc.PDFName("FlateDecode")})
        page.Contents = pdfdoc.PDFStream(dictionary=head, content=packed)
        page.stream = None

    def save(self) -> None:
        self._end()
        self._canvas.save()
