"""Numbers, names, canonical JSON and line breaking: what people and programs read."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.domain.canonical import canonical_json
from certificates.domain.fonts import REGULAR, missing_characters, text_width
from certificates.domain.lettering import NOT_AT_START, fit_lines, wrap_text
from certificates.domain.names import is_same_name, mask_name
from certificates.domain.numbers import clean_number
from certificates.domain.payload import credit_hours
from certificates.domain.validity import expiry
from certificates.domain.wording import long_date

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("张小明", "张**"),
        ("欧阳娜娜", "欧阳**"),
        ("欧阳", "欧*"),
        ("司马光", "司马*"),
        ("阿卜杜热合曼·买买提", "阿***·***"),
        ("阿卜杜热合曼•买买提・艾力", "阿***·***·***"),
        ("John Smith", "J*** S***"),
        ("Jean-Luc", "J***"),
        ("张", "*"),
        ("  张   伟 ", "张*"),
        ("", "*"),
    ],
)
def test_names_are_masked(name, masked):
    assert mask_name(name) == masked


@given(st.text(min_size=2, max_size=30))
def test_mask_never_shows_the_whole_name(name):
    masked = mask_name(name)
    assert "*" in masked


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("张伟", "张伟", True),
        ("张 伟", "张伟", True),
        ("阿卜杜·买买提", "阿卜杜•买买提", True),
        ("JOHN smith", "John Smith", True),
        ("张伟", "张*", False),
        ("张伟", "张炜", False),
        ("张伟", "", False),
    ],
)
def test_names_are_compared_as_people_do(left, right, same):
    assert is_same_name(left, right) is same


@pytest.mark.parametrize(
    "text",
    [
        "AX-2026-000001-7K3QF2M0",
        " ax-2026-000001-7k3qf2mo ",
        "ＡＸ－２０２６－０００００１－７Ｋ３ＱＦ２Ｍ０",
        "AX—2026—000001—7K3QF2M0",
        "AX - 2026 - 000001 - 7K3Q F2MO",
    ],
)
def test_number_is_understood_as_people_type_it(text):
    assert clean_number(text) == "AX-2026-000001-7K3QF2M0"


@pytest.mark.parametrize(
    "text",
    ["", "AX-2026-1-7K3QF2M0", "2026-000001", "AX-2026-000001-7K3QF2MU", "A" * 99],
)
def test_what_is_no_number_is_refused(text):
    assert clean_number(text) is None


def test_canonical_json_orders_members_by_utf_16():
    # The example of RFC 8785, section 3.2.3.
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    text = canonical_json(dict.fromkeys(names, 0)).decode()
    order = ["\\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert text == "{" + ",".join(f'"{name}":0' for name in order) + "}"


def test_canonical_json_writes_as_the_rfc_does():
    value = {"b": [True, None, '\u20ac$\u000f\nA\'B"\\\\"/'], "a": -1}
    assert canonical_json(value).decode() == (
        '{"a":-1,"b":[true,null,"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"]}'
    )


@pytest.mark.parametrize("value", [1.5, {1: 2}, {"a": object()}, {"a": b""}])
def test_canonical_json_takes_no_floats_and_no_objects(value):
    with pytest.raises(TypeError):
        canonical_json(value)


@pytest.mark.parametrize(
    ("seconds", "hours"),
    [(0, "0.0"), (269, "0.0"), (270, "0.1"), (2700, "1.0"), (86399, "31.9")],
)
def test_hours_are_floored_to_a_tenth(seconds, hours):
    assert credit_hours(seconds) == hours


@pytest.mark.parametrize(
    ("issued", "months", "last"),
    [
        (date(2026, 11, 23), 36, date(2029, 11, 22)),
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 14)),
        (date(2026, 11, 23), None, None),
    ],
)
def test_validity_ends_the_day_before(issued, months, last):
    assert expiry(issued_on=issued, months=months) == last


def test_dates_are_written_in_the_language_of_the_document():
    assert long_date("2026-01-05", language="zh-hans") == "2026年1月5日"
    assert long_date("2026-01-05", language="en") == "5 January 2026"


def test_font_has_rare_name_characters_and_names_what_it_lacks():
    assert missing_characters(["张伟䶮㛃·—（）Abc 12"]) == []
    assert missing_characters(["𡘙田𡘙", "ئا"]) == ["𡘙", "ئ", "ا"]
    assert missing_characters(["a\u202eb", "\n"]) == ["\u202e", "\n"]


@given(
    st.text(alphabet="安全生产法，。、（）《》abc 12", max_size=80),
    st.integers(40, 300),
)
def test_wrapping_keeps_every_character_inside_the_width(text, width):
    lines = wrap_text(text, font=REGULAR, size=10, width=width)
    squeezed = "".join(text.split())
    assert "".join("".join(lines).split()) == squeezed
    for line in lines:
        # Only punctuation that may not start the next line can hang over.
        assert (
            text_width(line.rstrip(NOT_AT_START), font=REGULAR, size=10) <= width + 10
        )


def test_closing_punctuation_does_not_start_a_line():
    lines = wrap_text("安全生产，人人有责。", font=REGULAR, size=10, width=41)
    assert not any(line[0] in NOT_AT_START for line in lines)


def test_long_text_gets_smaller_before_it_gets_longer():
    size, lines = fit_lines(
        "安全" * 20, font=REGULAR, sizes=(20, 10, 8), width=200, max_lines=2
    )
    assert (size, len(lines)) == (10, 2)
