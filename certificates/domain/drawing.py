"""Drawing of the document, from the payload alone. Units are points, origin below left.

Quiet on purpose: one hairline, wide margins, one accent. The seal is the platform's
mark in blue; it must not look like an official red stamp, nor the document like the
national 特种作业操作证.
"""

from typing import Any

from certificates.domain.fonts import REGULAR, STRONG, split_runs, text_width
from certificates.domain.lettering import fit_lines, wrap_text
from certificates.domain.qr_codes import dark_runs, qr_text
from certificates.domain.tagging import code_words
from certificates.domain.wording import hours_text, label, long_date
from certificates.validators import page_millimeters

A4 = (595.28, 841.89)
INK, MUTED = (0.106, 0.122, 0.141), (0.36, 0.39, 0.43)
ACCENT, LINE = (0.043, 0.29, 0.56), (0.78, 0.76, 0.72)
FRAME, MARGIN, QR_SIZE, SEAL = 28.0, 64.0, 112.0, 92.0
FOOT = 64.0
# More lines of hours go on pages of their own, the study record.
ON_FIRST_PAGE = 6


def page_size(payload: dict[str, Any]) -> tuple[float, float]:
    """Return (width, height) in points."""
    layout = payload["layout"]
    if layout.get("version") == 2:
        width, height = page_millimeters(layout)
        return width * 72 / 25.4, height * 72 / 25.4
    return A4 if layout["orientation"] == "portrait" else (A4[1], A4[0])


def issuer_name(payload: dict[str, Any]) -> str:
    """Return the issuer's name in the language of the document, if it has one there."""
    issuer = payload["issuer"]
    is_english = payload["language"] == "en"
    return (is_english and issuer["name_en"]) or issuer["name"]


class Blank:
    """A canvas that takes every call and draws nothing: for measuring."""

    def __getattr__(self, name: str) -> "Blank":
        return self

    def __call__(self, *args: object, **kwargs: object) -> "Blank":
        return self

    def __enter__(self) -> "Blank":
        return self

    def __exit__(self, *exception: object) -> None:
        return None


def draw_page(canvas: Any, payload: dict[str, Any]) -> None:
    """Draw the page with as much air as its text leaves.

    A first pass on a blank canvas finds the widest spacing at which the facts stay
    clear of the QR code; text is never cut.
    """
    width, height = page_size(payload)
    spacings = (
        (1.0, 0.92, 0.86, 0.8, 0.76, 0.72)
        if width > height
        else (1.75, 1.6, 1.4, 1.2, 1.0)
    )
    for spacing in spacings:
        sheet = Sheet(Blank(), payload, spacing=spacing)
        sheet.draw_body()
        if sheet.y >= FOOT + 14 + QR_SIZE + 14:
            break
    sheet = Sheet(canvas, payload, spacing=spacing)
    sheet.draw_body()
    sheet.draw_foot()


class Sheet:
    """One page being drawn: a cursor that runs down the middle axis."""

    def __init__(self, canvas: Any, payload: dict[str, Any], *, spacing: float) -> None:
        self.canvas, self.payload, self.spacing = canvas, payload, spacing
        self.language = payload["language"]
        self.width, self.height = page_size(payload)
        self.is_wide = self.width > self.height
        self.y = self.height

    def draw_body(self) -> None:
        """Draw from the top; afterwards `y` is the lowest line of the facts."""
        self._frame()
        self._head()
        self._holder()
        self._course()
        self._facts()

    def draw_foot(self) -> None:
        """Draw what stands at the foot."""
        self._qr()
        self._seal()
        self._note()

    def text(
        self, text: str, *, x: float, y: float, size: float, font: str = REGULAR,
        color: tuple[float, float, float] = INK, align: str = "center",
        tracking: float = 0.0,
    ) -> None:  # fmt: skip
        """Set one line; see `draw_text`."""
        draw_text(
            self.canvas, text, x=x, y=y, size=size, font=font, color=color,
            align=align, tracking=tracking,
        )  # fmt: skip

    def down(self, points: float) -> None:
        self.y -= points * self.spacing

    def lines(
        self, lines: list[str], *, size: float, font: str = REGULAR,
        color: tuple[float, float, float] = INK, leading: float = 1.4,
        tag: str = "P", **members: str,
    ) -> None:  # fmt: skip
        """Set lines as one element of the document's structure."""
        with self.canvas.tagged(tag, **members):
            for number, line in enumerate(lines):
                if number:
                    self.y -= size * leading
                self.text(
                    line, x=self.width / 2, y=self.y, size=size, font=font, color=color
                )

    def _frame(self) -> None:
        with self.canvas.artifact():
            self.canvas.setLineWidth(0.5)
            self.canvas.setStrokeColorRGB(*LINE)
            self.canvas.rect(
                FRAME, FRAME, self.width - 2 * FRAME, self.height - 2 * FRAME
            )

    def _head(self) -> None:
        layout, issuer = self.payload["layout"], self.payload["issuer"]
        first, second = issuer["name"], issuer["name_en"]
        if self.language == "en" and second:
            first, second = second, first
        self.down(70)
        size, lines = fit_lines(
            "  ".join(filter(None, (first, second))), font=REGULAR,
            sizes=(10.5, 9, 8), width=self.width - 2 * MARGIN, max_lines=1,
        )  # fmt: skip
        self.lines(lines, size=size, color=MUTED)
        self.down(54)
        size, lines = fit_lines(
            layout["heading"], font=STRONG, sizes=(30, 26, 22, 18),
            width=self.width - 2 * MARGIN - 60, max_lines=1,
        )  # fmt: skip
        tracking = 5 if self.language != "en" and size == 30 else 0.4
        with self.canvas.tagged("H1"):
            self.text(
                lines[0], x=self.width / 2, y=self.y, size=size, font=STRONG,
                tracking=tracking,
            )  # fmt: skip
        self.down(22)
        if not layout["subheading"]:
            return
        with self.canvas.tagged("P"):
            self.text(
                layout["subheading"], x=self.width / 2, y=self.y, size=11, color=MUTED,
                tracking=0.6,
            )  # fmt: skip

    def _holder(self) -> None:
        self.down(58)
        size, lines = fit_lines(
            self.payload["holder"]["name"], font=STRONG, sizes=(26, 22, 18, 15),
            width=self.width - 2 * MARGIN - 80, max_lines=1,
        )  # fmt: skip
        self.lines(lines, size=size, font=STRONG)
        self.y -= 13
        half = min(150.0, self.width / 4)
        with self.canvas.artifact():
            self.canvas.setStrokeColorRGB(*LINE)
            self.canvas.line(
                self.width / 2 - half, self.y, self.width / 2 + half, self.y
            )

    def _course(self) -> None:
        self.down(26)
        lines = wrap_text(
            self.payload["layout"]["statement"], font=REGULAR, size=11.5,
            width=self.width - 2 * MARGIN - 60,
        )  # fmt: skip
        self.lines(lines, size=11.5, color=MUTED)
        self.down(30)
        title = self.payload["title"]
        text = title["text"] if self.language == "en" else f"《{title['text']}》"
        size, lines = fit_lines(
            text, font=STRONG, sizes=(19, 17, 15, 13, 11),
            width=self.width - 2 * MARGIN - 40, max_lines=2,
        )  # fmt: skip
        self.lines(lines, size=size, font=STRONG, color=ACCENT)
        if title["other"]:
            self.y -= 18
            size, lines = fit_lines(
                title["other"], font=REGULAR, sizes=(10, 9, 8),
                width=self.width - 2 * MARGIN - 40, max_lines=2,
            )  # fmt: skip
            other = "zh-Hans" if self.language == "en" else "en"
            self.lines(lines, size=size, color=MUTED, Lang=other)

    def facts(self) -> list[tuple[str, str]]:
        """Return (label, value) in the order of print."""
        data, language = self.payload, self.language
        rows = []
        hours = data["hours"]
        # Of a study record that follows on pages of its own, the sum alone.
        for entry in hours if len(hours) <= ON_FIRST_PAGE else hours[:1]:
            pair = (entry["label_en"], entry["label"])
            pair = pair if language == "en" else pair[::-1]
            name = "  ".join(filter(None, pair)) or label("hours", language=language)
            rows.append((name, hours_text(entry["hours"], language=language)))
        if data["score"]:
            score = f"{data['score']['score']} / {data['score']['max']}"
            rows.append((label("score", language=language), score))
        if data["organization"]:
            rows.append(
                (label("organization", language=language), data["organization"])
            )
        for name, iso in (
            ("completed", data["completed_on"]),
            ("review_on", data.get("review_on")),
            ("valid_until", data["valid_until"]),
        ):
            if iso:
                value = long_date(iso, language=language)
                rows.append((label(name, language=language), value))
        return rows

    def _facts(self) -> None:
        rows = self.facts()
        self.down(34)
        most = 4 if self.is_wide else 2 if len(rows) <= 4 else 3
        across = max(1, min(most, len(rows)))
        if len(rows) > across:  # balanced rows: 5 facts are 3 and 2, not 4 and 1
            across = -(-len(rows) // -(-len(rows) // across))
        column = (self.width - 2 * MARGIN) / max(across, 3 if self.is_wide else 2)
        for start in range(0, len(rows), across):
            if start:
                self.down(20)
            group = rows[start : start + across]
            left = self.width / 2 - column * len(group) / 2
            with self.canvas.group("L"):
                self.y = min(
                    self._fact(left + column * (place + 0.5), column - 16, *fact)
                    for place, fact in enumerate(group)
                )

    def _fact(self, x: float, width: float, name: str, value: str) -> float:
        size, lines = fit_lines(
            name, font=REGULAR, sizes=(8, 7), width=width, max_lines=1
        )
        y = self.y
        with self.canvas.group("LI"):
            with self.canvas.tagged("Lbl"):
                for line in lines:
                    self.text(line, x=x, y=y, size=size, color=MUTED)
                    y -= size * 1.3
            size, lines = fit_lines(
                value, font=REGULAR, sizes=(12.5, 11, 10, 9, 8), width=width,
                max_lines=2,
            )  # fmt: skip
            y -= size * 0.7
            with self.canvas.tagged("LBody"):
                for number, line in enumerate(lines):
                    y -= size * 1.3 if number else 0
                    self.text(line, x=x, y=y, size=size)
        return y

    def _qr(self) -> None:
        with self.canvas.tagged("Figure", Alt=code_words(self.payload)):
            draw_code(
                self.canvas, qr_text(self.payload), x=MARGIN, y=FOOT + 14, size=QR_SIZE
            )
        with self.canvas.tagged("P"):
            self.text(
                self.payload["number"], x=MARGIN, y=FOOT, size=8.5, align="left",
                tracking=0.2,
            )  # fmt: skip

    def _seal(self) -> None:
        x, y = self.width - MARGIN - SEAL / 2, FOOT + 34 + SEAL / 2
        with self.canvas.artifact():
            draw_seal(self.canvas, x=x, y=y, size=SEAL)
        issued = long_date(self.payload["issued_on"], language=self.language)
        right = self.width - MARGIN
        with self.canvas.tagged("P"):
            self.text(
                f"{label('issued', language=self.language)}  {issued}",
                x=right, y=FOOT, size=8.5, align="right",
            )  # fmt: skip
        size, lines = fit_lines(
            issuer_name(self.payload), font=REGULAR, sizes=(8.5, 7.5),
            width=220, max_lines=1,
        )  # fmt: skip
        with self.canvas.tagged("P"):
            self.text(lines[0], x=right, y=FOOT + 14, size=size, align="right")

    def _note(self) -> None:
        lines = wrap_text(
            self.payload["layout"]["note"], font=REGULAR, size=7.5,
            width=self.width - 2 * (FRAME + 30),
        )  # fmt: skip
        self.y = FRAME + 9 + (len(lines) - 1) * 10
        self.lines(lines, size=7.5, color=MUTED, leading=1.33)


def draw_text(
    canvas: Any, text: str, *, x: float, y: float, size: float, font: str = REGULAR,
    color: tuple[float, float, float] = INK, align: str = "center",
    tracking: float = 0.0,
) -> None:  # fmt: skip
    """Set one line; `tracking` is extra space between characters."""
    width = text_width(text, font=font, size=size) + tracking * (len(text) - 1)
    shift = {"center": width / 2, "right": width, "left": 0.0}[align]
    item = canvas.beginText(x - shift, y)
    item.setFillColorRGB(*color)
    item.setCharSpace(tracking)
    for name, part in split_runs(text, font=font):
        item.setFont(name, size)
        item.textOut(part)
    canvas.drawText(item)


def draw_code(canvas: Any, text: str, *, x: float, y: float, size: float) -> None:
    """Draw the QR code of `text` with its lower left corner at (x, y), without margin.

    Written as operators: whole numbers under a scaled axis, and runs instead of single
    squares, so that no hairline shows between modules.
    """
    if isinstance(canvas, Blank):
        return
    runs, height = dark_runs(text)
    canvas.saveState()
    canvas.setFillColorRGB(*INK)
    canvas.translate(x, y)
    canvas.scale(size / height, size / height)
    operators = [f"{column} {row} {length} 1 re" for column, row, length in runs]
    canvas.addLiteral("\n".join([*operators, "f"]))
    canvas.restoreState()


def draw_seal(canvas: Any, *, x: float, y: float, size: float) -> None:
    """Draw the platform's mark: in a rounded square, a book under a helmet."""
    unit = size / 100
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(unit, unit)
    canvas.setStrokeColorRGB(*ACCENT)
    canvas.setFillColorRGB(*ACCENT)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    canvas.setLineWidth(1.6)
    canvas.roundRect(-48, -48, 96, 96, 20)
    canvas.setLineWidth(0.6)
    canvas.roundRect(-43.5, -43.5, 87, 87, 16)
    canvas.setLineWidth(3)
    path = canvas.beginPath()
    # the helmet: a dome whose brim is the upper edge of the book
    path.moveTo(-20, 8)
    path.curveTo(-20, 34, 20, 34, 20, 8)
    path.moveTo(-32, 6)
    path.curveTo(-18, 10, -8, 8, 0, 2)
    path.curveTo(8, 8, 18, 10, 32, 6)
    path.moveTo(-32, 6)
    path.lineTo(-32, -14)
    path.curveTo(-18, -10, -8, -12, 0, -18)
    path.curveTo(8, -12, 18, -10, 32, -14)
    path.lineTo(32, 6)
    path.moveTo(0, 2)
    path.lineTo(0, -18)
    canvas.drawPath(path, stroke=1, fill=0)
    item = canvas.beginText(-13.5, -34)
    item.setFont(STRONG, 12)
    item.setFillColorRGB(*ACCENT)
    item.setCharSpace(3)
    item.textOut("安学")
    canvas.drawText(item)
    canvas.restoreState()
