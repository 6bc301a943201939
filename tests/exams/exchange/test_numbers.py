"""A blank as a line of a spreadsheet, and back."""

import pytest

from exams.domain.exchange.numbers import read_blank, split_tolerance, write_blank

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("line", "blank"),
    [
        ("预防", ["预防"]),
        ("治理|整治｜治 理", ["治理", "整治", "治 理"]),
        ("3.5", ["3.5"]),
        ("3.5±0.1", {"correct": "3.5", "tolerance": "0.1"}),
        ("3.5 +/- 0.1", {"correct": "3.5", "tolerance": "0.1"}),
        ("24±0", {"correct": "24", "tolerance": "0"}),
        ("220±10|", ["220±10"]),
        ("220±10V", ["220±10V"]),
        ("±5", ["±5"]),
        ("", []),
    ],
)
def test_a_line_is_read_as_texts_or_as_a_number(line, blank):
    assert read_blank(line) == blank


@pytest.mark.parametrize(
    "blank",
    [
        ["预防"],
        ["治理", "整治"],
        ["3.5"],
        ["220±10"],
        ["220±10", "220"],
        {"correct": "3.5", "tolerance": "0.1"},
        {"correct": "24", "tolerance": "0"},
    ],
)
def test_what_is_written_is_read_again(blank):
    assert read_blank(write_blank(blank)) == blank


def test_a_number_without_a_tolerance_has_none():
    assert split_tolerance(" 3.5 ") == ("3.5", "0")
