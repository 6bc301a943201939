"""The bubbles of an answer sheet."""

from typing import Any

from exams.domain.printing.fonts import REGULAR

WIDTH = 486
HEIGHT = 24
RADIUS = 6.5
STEP = 18
# More options than these need a row of their own.
NARROW = 6
MARKS = {"true": "√", "false": "×"}


def answer_rows(items: list[dict[str, Any]]) -> list[Any]:
    """Return drawings, three items side by side, a bubble for each option."""
    across = 3 if all(len(item["options"]) <= NARROW for item in items) else 1
    return [
        _row(items[start : start + across], WIDTH / across)
        for start in range(0, len(items), across)
    ]


def _row(items: list[dict[str, Any]], column: float) -> Any:
    from reportlab.graphics.shapes import Circle, Drawing, String

    drawing = Drawing(WIDTH, HEIGHT)
    for place, item in enumerate(items):
        left = place * column
        number = f"{item['position']}."
        drawing.add(
            String(
                left + 24, 8, number, fontName=REGULAR, fontSize=10, textAnchor="end"
            )
        )
        for index, option in enumerate(item["options"]):
            x = left + 38 + index * STEP
            mark = MARKS.get(option["key"], option["key"])
            drawing.add(Circle(x, 11, RADIUS, fillColor=None, strokeWidth=0.7))
            drawing.add(
                String(x, 8.5, mark, fontName=REGULAR, fontSize=7, textAnchor="middle")
            )
    return drawing
