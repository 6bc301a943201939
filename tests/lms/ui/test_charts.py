"""Geometry of the charts, and that every drawn number is in the table beside it."""

from decimal import Decimal

import pytest
from django.template import Context, Template

from lms.ui import charts

pytestmark = pytest.mark.unit


def render(source, **context):
    return Template("{% load ui %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("value", "top"),
    [(0, 1), (0.3, 0.5), (1, 1), (7, 10), (24, 25), (31, 50), (51, 100), (101, 200)],
)
def test_scale_ends_at_a_round_number(value, top):
    assert charts.nice_maximum(value) == top


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (3, "", "3"),
        (Decimal("2.50"), "%", "2.5%"),
        (12.04, "", "12"),
        (None, "%", "–"),
        (0, "", "0"),
    ],
)
def test_numbers_are_shown_without_needless_decimals(value, unit, text):
    assert charts.shown(value, unit) == text


def test_bars_are_shares_of_the_maximum_and_never_leave_the_chart():
    rows = [{"label": "a", "value": 30}, {"label": "b", "value": 200, "text": "many"}]

    drawn = charts.bars(rows=rows, maximum=120)["rows"]

    assert [row["parts"][0]["width"] for row in drawn] == ["25.00", "100.00"]
    assert [row["text"] for row in drawn] == ["30", "many"]


@pytest.mark.parametrize("rows", [[], [{"label": "a", "value": 0}]])
def test_bars_of_nothing_have_no_width(rows):
    drawn = charts.bars(rows=rows)["rows"]

    assert all(row["parts"][0]["width"] == "0.00" for row in drawn)


SERIES = [{"label": "done", "tone": "success"}, {"label": "open"}]


def test_stacked_parts_follow_each_other_and_fill_the_bar():
    chart = charts.stacked(series=SERIES, rows=[{"label": "a", "values": [3, 1]}])

    parts = chart["rows"][0]["parts"]
    assert [(p["x"], p["width"]) for p in parts] == [
        ("0.00", "75.00"),
        ("75.00", "25.00"),
    ]
    assert [p["fill"] for p in parts] == ["chart__fill--success", "chart__fill--2"]
    assert chart["body"] == [["a", "3", "1"]]


def test_stacked_by_length_measures_by_the_longest_row():
    rows = [{"label": "a", "values": [8, 0]}, {"label": "b", "values": [1, 1]}]

    drawn = charts.stacked(series=SERIES, rows=rows, as_share=False)["rows"]

    assert [len(row["parts"]) for row in drawn] == [1, 2]
    assert drawn[1]["parts"][1]["width"] == "12.50"


def test_stacked_refuses_a_row_of_another_length():
    with pytest.raises(ValueError, match="zip"):
        charts.stacked(series=SERIES, rows=[{"label": "a", "values": [1]}])


def test_line_leaves_a_gap_where_a_value_is_missing():
    chart = charts.line(
        labels=["1", "2", "3", "4"],
        series=[{"label": "a", "values": [0, 5, None, 10]}],
    )

    line = chart["lines"][0]
    assert line["path"] == "M12.50 100.00L37.50 50.00M87.50 0.00"
    assert len(line["dots"]) == 3
    assert [row[1] for row in chart["body"]] == ["0", "5", "–", "10"]
    assert chart["scale"] == ["10", "5", "0"]
    assert chart["legend"] == []


def test_distribution_stands_columns_side_by_side_with_a_mark():
    chart = charts.distribution(
        bins=[{"label": "0–59", "value": 5}, {"label": "60–100", "value": 10}], mark=1
    )

    assert [c["height"] for c in chart["columns"]] == ["50.00", "100.00"]
    assert [c["x"] for c in chart["columns"]] == ["5.00", "55.00"]
    assert chart["mark"] == "50.00"


@pytest.mark.parametrize(
    "tag",
    [
        "{% bar_chart name rows %}",
        "{% stacked_chart name series stacked %}",
        '{% line_chart name labels lines summary="up" %}',
        '{% distribution_chart name rows mark=1 mark_label="pass" %}',
    ],
)
def test_chart_has_a_name_a_table_and_nothing_inline(tag):
    out = render(
        tag,
        name="T&",
        rows=[{"label": "<b>", "value": 1234}],
        series=SERIES,
        stacked=[{"label": "<b>", "values": [1000, 234]}],
        labels=["<b>"],
        lines=[{"label": "n", "values": [1234]}],
    )

    assert "T&amp;" in out
    assert "<b>" not in out
    assert "style=" not in out
    assert "<table" in out
    assert '<th scope="row">&lt;b&gt;</th>' in out
    assert "1234" in out or ("1000" in out and "234" in out)
    assert "<title>" in out


def test_chart_without_figures_says_so():
    out = render('{% bar_chart "T" rows %}', rows=[])

    assert "<svg" not in out
    assert "<table" not in out
    assert 'class="muted"' in out
