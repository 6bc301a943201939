"""Pictures for sample items, drawn when the demo is loaded."""

import io

from lms.demo.slides.drawing import INK, LINE, MUTED, SIGNAL, Canvas, Text

FLOOR, WALL, MACHINE, GUARD = "#F4F2EC", "#4A525C", "#9DB4CC", "#2E6B3E"
CRATE, CHAIN, RED, GREEN = "#B98A55", "#30363D", "#C62F2F", "#2E7D46"
LABEL = Text("medium", 22, 30, INK)
SMALL = Text("regular", 19, 26, MUTED)


def draw_workshop() -> bytes:
    """Return a PNG: a workshop with three exits, one blocked, one locked, one clear."""
    canvas = Canvas("#FFFFFF")
    canvas.text(640, 40, "某机加工车间平面图", Text("bold", 28, 36, INK), "mm")
    _walls(canvas)
    _aisle(canvas)
    _machines(canvas)
    _blocked_exit(canvas)
    _locked_exit(canvas)
    _clear_exit(canvas)
    _equipment(canvas)
    file = io.BytesIO()
    canvas.finish().save(file, "PNG", optimize=True)
    return file.getvalue()


def _walls(canvas: Canvas) -> None:
    canvas.box(60, 80, 1160, 580, WALL)
    canvas.box(72, 92, 1136, 556, FLOOR)


def _aisle(canvas: Canvas) -> None:
    canvas.box(72, 330, 1136, 90, "#FFFFFF")
    for y in (326, 420):
        canvas.box(72, y, 1136, 5, SIGNAL)
    canvas.text(640, 375, "疏散通道", SMALL, "mm")


def _machines(canvas: Canvas) -> None:
    for number, x in enumerate((330, 560, 790), start=1):
        canvas.box(x, 150, 150, 110, MACHINE, 8)
        canvas.box(x - 8, 262, 166, 12, GUARD, 4)
        canvas.text(x + 75, 195, f"{number} 号车床", LABEL, "mm")
        canvas.text(x + 75, 232, "防护罩完好", SMALL, "mm")


def _door(canvas: Canvas, x: float, y: float, w: float, h: float) -> None:
    canvas.box(x, y, w, h, "#FFFFFF")
    canvas.box(x, y, w, h, GREEN)
    canvas.box(x + 3, y + 3, w - 6, h - 6, "#FFFFFF")


def _blocked_exit(canvas: Canvas) -> None:
    _door(canvas, 56, 325, 20, 100)
    canvas.text(150, 305, "1 号门", LABEL, "mm")
    for x, y in ((84, 322), (84, 378), (140, 322), (140, 378)):
        canvas.box(x, y, 52, 52, CRATE, 3)
        canvas.box(x + 4, y + 4, 44, 44, "#C99C68", 2)
        canvas.box(x + 23, y + 4, 5, 44, CRATE)
    canvas.text(150, 452, "木箱", SMALL, "mm")


def _locked_exit(canvas: Canvas) -> None:
    _door(canvas, 1204, 325, 20, 100)
    canvas.text(1130, 305, "2 号门", LABEL, "mm")
    for y in range(330, 420, 18):
        canvas.circle(1196, y + 7, 8, CHAIN)
        canvas.circle(1196, y + 7, 4, FLOOR)
    canvas.box(1160, 358, 32, 28, RED, 5)
    canvas.circle(1176, 372, 5, "#FFFFFF")
    canvas.text(1130, 452, "挂锁", SMALL, "mm")


def _clear_exit(canvas: Canvas) -> None:
    _door(canvas, 590, 644, 100, 20)
    canvas.text(640, 612, "3 号门", LABEL, "mm")
    canvas.text(640, 580, "畅通", SMALL, "mm")


def _equipment(canvas: Canvas) -> None:
    canvas.box(230, 520, 36, 80, RED, 10)
    canvas.box(241, 506, 14, 16, CHAIN)
    canvas.text(248, 624, "灭火器", SMALL, "mm")
    canvas.box(960, 530, 100, 70, "#FFFFFF", 6)
    canvas.box(960, 530, 100, 70, LINE, 6)
    canvas.box(965, 535, 90, 60, "#FFFFFF", 4)
    canvas.box(1000, 545, 20, 40, RED)
    canvas.box(990, 555, 40, 20, RED)
    canvas.text(1010, 624, "急救箱", SMALL, "mm")


PICTURES = {"workshop.png": draw_workshop}
