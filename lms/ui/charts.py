"""Charts as SVG made here: geometry and the table beside it; templates draw them.

Words stand in HTML, so they wrap and grow with the reader's text; the drawing is
stretched to the room there is (`preserveAspectRatio="none"`). Every number that the
drawing shows is in a table, too, for those who cannot see it or want to copy it.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

Number = int | float | Decimal
STEPS = (1, 2, 2.5, 5, 10)
TONES = {"success", "danger", "signal", "info", "muted"}
WIDTH = 100.0
HEIGHT = 100.0


def shown(value: Number | None, unit: str = "") -> str:
    """A number for people: no needless decimals, a dash where there is none."""
    if value is None:
        return "–"
    rounded = round(float(value), 1)
    whole = rounded == int(rounded)
    return f"{number_format(rounded, 0 if whole else 1)}{unit}"


def fill(tone: str, position: int = 0) -> str:
    """The class of a color: a tone, or the place in the series."""
    return f"chart__fill--{tone if tone in TONES else position % 4 + 1}"


def nice_maximum(value: Number) -> float:
    """The end of a scale: 1, 2, 2.5 or 5 times a power of ten, not below `value`."""
    top = float(value)
    if top <= 0:
        return 1.0
    power = 10 ** math.floor(math.log10(top))
    return next(step * power for step in STEPS if step * power >= top - 1e-9)


def _at(number: float) -> str:
    # Never localized: these are coordinates.
    return f"{number:.2f}"


def bars(
    *, rows: Iterable[Mapping[str, Any]], maximum: Number | None = None, unit: str = ""
) -> dict[str, Any]:
    """One bar a row.

    Args:
        rows: `label`, `value`, and if wanted `text` (instead of the number), `tone`,
            `url`.
        maximum: the value of a full bar; default: the largest value.
        unit: what follows the numbers, as "%".
    """
    listed = list(rows)
    top = float(maximum or max([r["value"] or 0 for r in listed], default=0)) or 1.0
    drawn = [
        {
            "label": row["label"],
            "url": row.get("url", ""),
            "text": row.get("text") or shown(row["value"], unit),
            "parts": [
                {
                    "x": "0",
                    "width": _at(WIDTH * min(1.0, float(row["value"] or 0) / top)),
                    "fill": fill(row.get("tone", "")),
                    "title": f"{row['label']}: {shown(row['value'], unit)}",
                }
            ],
        }
        for row in listed
    ]
    body = [[row["label"], row["text"]] for row in drawn]
    return {"rows": drawn, "head": [_("Name in the chart"), _("Figure")], "body": body}


def stacked(
    *,
    series: Sequence[Mapping[str, Any]],
    rows: Iterable[Mapping[str, Any]],
    unit: str = "",
    as_share: bool = True,
) -> dict[str, Any]:
    """Each row's parts beside each other.

    Args:
        series: `label` and if wanted `tone`, one for each part.
        rows: `label`, `values` in the order of the series, `text` and `url`.
        unit: what follows the numbers.
        as_share: every row fills its bar; else the longest row does.
    """
    listed = list(rows)
    totals = [sum(float(v or 0) for v in row["values"]) for row in listed]
    drawn = []
    for row, total in zip(listed, totals, strict=True):
        whole = (total if as_share else max(totals)) or 1.0
        start, parts = 0.0, []
        for place, (one, value) in enumerate(zip(series, row["values"], strict=True)):
            width = WIDTH * float(value or 0) / whole
            if width:
                parts.append(
                    {
                        "x": _at(start),
                        "width": _at(width),
                        "fill": fill(one.get("tone", ""), place),
                        "title": f"{row['label']}, {one['label']}: "
                        f"{shown(value, unit)}",
                    }
                )
            start += width
        drawn.append(
            {
                "label": row["label"],
                "url": row.get("url", ""),
                "text": row.get("text") or shown(total, unit),
                "parts": parts,
            }
        )
    return {
        "rows": drawn,
        "legend": legend(series),
        "head": [_("Name in the chart"), *(one["label"] for one in series)],
        "body": [
            [row["label"], *(shown(v, unit) for v in row["values"])] for row in listed
        ],
    }


def legend(series: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [
        {"label": one["label"], "fill": fill(one.get("tone", ""), place)}
        for place, one in enumerate(series)
    ]


def _scale(top: float, unit: str) -> list[str]:
    return [shown(top, unit), shown(top / 2, unit), shown(0, unit)]


def line(
    *,
    labels: Sequence[str],
    series: Sequence[Mapping[str, Any]],
    unit: str = "",
    maximum: Number | None = None,
) -> dict[str, Any]:
    """Values over time.

    Args:
        labels: the names along the axis.
        series: `label`, `values` (None leaves a gap) and if wanted `tone`.
        unit: what follows the numbers.
        maximum: the upper end of the scale; default: a round number above all values.
    """
    values = [v for one in series for v in one["values"] if v is not None]
    top = float(maximum or nice_maximum(max(values, default=0)))
    lines = [
        {
            "fill": fill(one.get("tone", ""), place),
            "path": _path(one["values"], top),
            "dots": _dots(labels, one, top, unit),
        }
        for place, one in enumerate(series)
    ]
    return {
        "lines": lines,
        "ticks": list(labels),
        "scale": _scale(top, unit),
        "legend": legend(series) if len(series) > 1 else [],
        "head": [_("Name in the chart"), *(one["label"] for one in series)],
        "body": [
            [label, *(shown(one["values"][n], unit) for one in series)]
            for n, label in enumerate(labels)
        ],
    }


def _point(place: int, count: int, value: Number, top: float) -> tuple[str, str]:
    x = WIDTH * (place + 0.5) / count
    return _at(x), _at(HEIGHT * (1 - min(1.0, float(value) / top)))


def _path(values: Sequence[Number | None], top: float) -> str:
    steps, pen_down = [], False
    for place, value in enumerate(values):
        if value is None:
            pen_down = False
            continue
        x, y = _point(place, len(values), value, top)
        steps.append(f"{'L' if pen_down else 'M'}{x} {y}")
        pen_down = True
    return "".join(steps)


def _dots(
    labels: Sequence[str], one: Mapping[str, Any], top: float, unit: str
) -> list[dict[str, str]]:
    dots = []
    for place, value in enumerate(one["values"]):
        if value is not None:
            x, y = _point(place, len(one["values"]), value, top)
            title = f"{labels[place]}: {shown(value, unit)}"
            dots.append({"path": f"M{x} {y}h0", "title": title})
    return dots


def distribution(
    *,
    bins: Iterable[Mapping[str, Any]],
    unit: str = "",
    mark: Number | None = None,
    mark_label: str = "",
) -> dict[str, Any]:
    """How many fall into each class, as columns side by side.

    Args:
        bins: `label`, `value` and if wanted `tone`.
        unit: what follows the numbers.
        mark: where a dashed line stands, in columns from the start (a pass mark).
        mark_label: what the line means.
    """
    listed = list(bins)
    count = len(listed) or 1
    top = nice_maximum(max([b["value"] or 0 for b in listed], default=0))
    columns = []
    for place, one in enumerate(listed):
        height = HEIGHT * float(one["value"] or 0) / top
        columns.append(
            {
                "x": _at(WIDTH * (place + 0.1) / count),
                "width": _at(WIDTH * 0.8 / count),
                "y": _at(HEIGHT - height),
                "height": _at(height),
                "fill": fill(one.get("tone", "")),
                "title": f"{one['label']}: {shown(one['value'], unit)}",
            }
        )
    return {
        "columns": columns,
        "ticks": [one["label"] for one in listed],
        "scale": _scale(top, unit),
        "mark": None if mark is None else _at(WIDTH * float(mark) / count),
        "mark_label": mark_label,
        "head": [_("Name in the chart"), _("How many")],
        "body": [[one["label"], shown(one["value"], unit)] for one in listed],
    }
