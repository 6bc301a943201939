"""Frames of a lesson in the product's look: paper, ink, one accent, room to breathe."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from lms.demo.slides import mark
from lms.demo.slides.script import Script, Slide
from lms.demo.slides.typography import wrap

WIDTH, HEIGHT = 1280, 720
# Drawn twice as large, then reduced: Pillow's shapes have no smooth edges.
SCALE = 2
MARGIN = 104

PAPER, RAISED, INK, MUTED = "#FBFAF7", "#FFFFFF", "#1B1F24", "#555C65"
PRIMARY, SOFT, LINE, SIGNAL = "#0B4A8F", "#E8F0F9", "#DEDAD1", "#F5A300"
FAINT_ON_PRIMARY = "#A9C4E4"

WEIGHTS = {"regular": "400Regular", "medium": "500Medium", "bold": "700Bold"}


@lru_cache(maxsize=32)
def font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    name = WEIGHTS[weight]
    path = Path(settings.NOTO_SANS_SC_DIR) / name / f"NotoSansSC_{name}.ttf"
    return ImageFont.truetype(str(path), size * SCALE)


@dataclass(frozen=True, slots=True)
class Text:
    """How a run of text is set; sizes and leading in pixels of the final picture."""

    weight: str
    size: int
    leading: int
    color: str


class Canvas:
    """A picture with helpers that take coordinates of the final size."""

    def __init__(self, background: str) -> None:
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), background)
        self.draw = ImageDraw.Draw(self.image)

    def text(self, x: float, y: float, text: str, style: Text, anchor: str = "lm"):
        self.draw.text(
            (x * SCALE, y * SCALE),
            text,
            font=font(style.weight, style.size),
            fill=style.color,
            anchor=anchor,
        )

    def lines(self, text: str, style: Text, width: int) -> list[str]:
        face = font(style.weight, style.size)
        return wrap(text, width=width * SCALE, measure=face.getlength)

    def paragraph(self, x: float, y: float, lines: list[str], style: Text) -> float:
        """Set lines from the top edge `y`; return the bottom edge."""
        for line in lines:
            self.text(x, y + style.leading / 2, line, style)
            y += style.leading
        return y

    def box(
        self, x: float, y: float, w: float, h: float, color: str, radius: float = 0
    ):
        corners = [x * SCALE, y * SCALE, (x + w) * SCALE - 1, (y + h) * SCALE - 1]
        self.draw.rounded_rectangle(corners, radius * SCALE, fill=color)

    def circle(self, x: float, y: float, radius: float, color: str) -> None:
        self.draw.circle((x * SCALE, y * SCALE), radius * SCALE, fill=color)

    def mark(self, x: float, y: float, size: float, color: str, weight: float = 2):
        unit = size / 32 * SCALE
        half = weight * unit / 2
        for stroke in mark.STROKES:
            points = [
                (x * SCALE + px * unit, y * SCALE + py * unit) for px, py in stroke
            ]
            self.draw.line(points, fill=color, width=round(half * 2), joint="curve")
            for px, py in points:
                self.draw.circle((px, py), half, fill=color)

    def check(self, x: float, y: float, color: str) -> None:
        points = [(x - 9, y + 1), (x - 3, y + 7), (x + 9, y - 6)]
        scaled = [(px * SCALE, py * SCALE) for px, py in points]
        self.draw.line(scaled, fill=color, width=4 * SCALE, joint="curve")
        for px, py in scaled:
            self.draw.circle((px, py), 2 * SCALE - 0.5, fill=color)

    def finish(self) -> Image.Image:
        return self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def draw_title(script: Script) -> Image.Image:
    """Draw the opening: what this lesson is, and which law it rests on."""
    canvas = Canvas(PRIMARY)
    canvas.mark(830, 150, 420, "#12539C", weight=1.4)
    canvas.mark(MARGIN - 6, 74, 52, "#FFFFFF")
    brand = "安学" if script.language == "zh-hans" else "Anxue"
    canvas.text(MARGIN + 62, 101, brand, Text("bold", 26, 36, "#FFFFFF"))
    title = Text("bold", 68 if script.language == "zh-hans" else 62, 92, "#FFFFFF")
    lines = canvas.lines(script.title, title, 900)
    top = 376 - len(lines) * title.leading / 2
    canvas.text(
        MARGIN, top - 34, script.course, Text("medium", 28, 40, FAINT_ON_PRIMARY)
    )
    bottom = canvas.paragraph(MARGIN, top, lines, title)
    canvas.box(MARGIN, bottom + 26, 72, 6, SIGNAL, 3)
    if script.basis:
        canvas.text(
            MARGIN, 620, script.basis, Text("regular", 24, 36, FAINT_ON_PRIMARY)
        )
    return canvas.finish()


def draw_slide(script: Script, number: int, shown: int) -> Image.Image:
    """Draw content slide `number` (from 0) with its first `shown` points revealed."""
    slide = script.slides[number]
    canvas = Canvas(PAPER)
    _head(canvas, script, f"{number + 1} / {len(script.slides)}")
    title = Text("bold", 56, 76, INK)
    top = canvas.paragraph(
        MARGIN, 136, canvas.lines(slide.title, title, WIDTH - 2 * MARGIN), title
    )
    _points(canvas, slide, shown, top + 44)
    _progress(canvas, number + 1, len(script.slides) + 1)
    return canvas.finish()


def _head(canvas: Canvas, script: Script, position: str) -> None:
    canvas.mark(MARGIN - 4, 54, 34, PRIMARY)
    canvas.text(MARGIN + 42, 72, script.title, Text("medium", 22, 30, MUTED))
    canvas.text(WIDTH - MARGIN, 72, position, Text("medium", 22, 30, MUTED), "rm")


def _points(canvas: Canvas, slide: Slide, shown: int, top: float) -> None:
    bottom = 640
    row = min(124.0, (bottom - top) / max(3, len(slide.bullets)))
    for n, bullet in enumerate(slide.bullets[:shown]):
        is_current = n == shown - 1
        middle = top + row * (n + 0.5)
        if n:
            canvas.box(MARGIN, middle - row / 2, WIDTH - 2 * MARGIN, 1, LINE)
        fill, ink = (PRIMARY, "#FFFFFF") if is_current else (SOFT, PRIMARY)
        canvas.circle(MARGIN + 29, middle, 29, fill)
        canvas.text(
            MARGIN + 29, middle - 1, str(n + 1), Text("bold", 28, 36, ink), "mm"
        )
        weight = "bold" if is_current else "regular"
        style = Text(weight, 38, 52, INK if is_current else MUTED)
        lines = canvas.lines(bullet, style, WIDTH - 2 * MARGIN - 96)
        canvas.paragraph(
            MARGIN + 92, middle - len(lines) * style.leading / 2 - 2, lines, style
        )


def draw_closing(script: Script, shown: int) -> Image.Image:
    """Draw what to remember, with its first `shown` lines revealed."""
    canvas = Canvas(SOFT)
    canvas.mark(960, 52, 216, "#DBE8F6", weight=1.4)
    heading = "记住这几点" if script.language == "zh-hans" else "Remember"
    canvas.text(MARGIN, 128, script.title, Text("medium", 24, 34, MUTED))
    canvas.text(MARGIN, 196, heading, Text("bold", 56, 76, PRIMARY))
    row = 104
    for n, line in enumerate(script.takeaways[:shown]):
        top = 272 + n * row
        canvas.box(MARGIN, top, WIDTH - 2 * MARGIN, row - 18, RAISED, 12)
        canvas.circle(MARGIN + 48, top + (row - 18) / 2, 22, "#146C43")
        canvas.check(MARGIN + 48, top + (row - 18) / 2, "#FFFFFF")
        style = Text("medium", 32, 42, INK)
        lines = canvas.lines(line, style, WIDTH - 2 * MARGIN - 130)
        if len(lines) > 1:
            style = Text("medium", 26, 36, INK)
            lines = canvas.lines(line, style, WIDTH - 2 * MARGIN - 130)
        start = top + (row - 18 - len(lines) * style.leading) / 2 - 1
        canvas.paragraph(MARGIN + 92, start, lines, style)
    _progress(canvas, len(script.slides) + 1, len(script.slides) + 1)
    return canvas.finish()


def _progress(canvas: Canvas, done: int, count: int) -> None:
    """Draw one segment per slide along the bottom, filled up to the present one."""
    gap = 10
    width = (WIDTH - 2 * MARGIN - gap * (count - 1)) / count
    for n in range(count):
        x = MARGIN + n * (width + gap)
        canvas.box(x, 676, width, 6, PRIMARY if n < done else LINE, 3)
