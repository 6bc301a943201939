"""The product's mark (an open book under a helmet) as lines for Pillow."""

import math

Point = tuple[float, float]
STEPS = 24


def _arc(center: Point, radius: float, start: float, end: float) -> list[Point]:
    angles = [math.radians(start + (end - start) * n / STEPS) for n in range(STEPS + 1)]
    return [
        (center[0] + radius * math.cos(a), center[1] + radius * math.sin(a))
        for a in angles
    ]


def _bezier(a: Point, b: Point, c: Point, d: Point) -> list[Point]:
    points = []
    for n in range(STEPS + 1):
        t = n / STEPS
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        points.append(
            (
                sum(w * p[0] for w, p in zip(weights, (a, b, c, d), strict=True)),
                sum(w * p[1] for w, p in zip(weights, (a, b, c, d), strict=True)),
            )
        )
    return points


def _half_book(side: int) -> list[Point]:
    def at(x: float, y: float) -> Point:
        return (16 + side * x, y)

    return [
        *_bezier(at(0, 21.5), at(3.6, 18.7), at(8.2, 18), at(13, 18.9)),
        *_bezier(at(13, 24.9), at(8.2, 24), at(3.6, 24.7), at(0, 27.5)),
    ]


# In the 32-unit square of mark.svg; each is one stroke with round ends.
STROKES: tuple[list[Point], ...] = (
    [(7, 17.5), *_arc((16, 16), 9, 180, 360), (25, 17.5)],
    [
        (13, 12),
        *_arc((15, 6.5), 2, 180, 270),
        *_arc((17, 6.5), 2, 270, 360),
        (19, 12),
    ],
    _half_book(-1),
    _half_book(1),
    [(16, 21.5), (16, 27.5)],
)
