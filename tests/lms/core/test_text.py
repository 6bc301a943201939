"""Search tokens and article numbers, as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.text import (
    article_label,
    chinese_number,
    normalize,
    parse_article_number,
    parse_chinese_number,
    segment,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("安全生产", "安全 全生 生产"),
        ("罚", "罚"),
        ("第28条 GB/T 4754-2017", "第 28 条 gb t 4754-2017"),
        ("ＡＢＣ　安全", "abc 安全"),
        ("，。！", ""),
        ("𠮷野家", "𠮷野 野家"),
    ],
)
def test_segment_makes_bigrams_of_han_and_words_of_latin(text, tokens):
    assert segment(text) == tokens


@given(word=st.text("安全生产培训", min_size=2, max_size=2), before=st.text("法规"))
def test_every_two_character_word_is_a_token_wherever_it_stands(word, before):
    assert word in segment(f"{before}{word}应当").split()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("第二十八条", "28"),
        ("28条", "28"),
        ("28", "28"),
        (" 第 28 条 ", "28"),
        ("第２８条", "28"),
        ("二十八条", "28"),
        ("第一百零三条", "103"),
        ("第一百一十九条", "119"),
        ("第十条", "10"),
        ("第一百三十四条之一", "134-1"),
        ("134-1", "134-1"),
        ("第零条", None),
        ("0", None),
        ("条", None),
        ("安全生产法", None),
        ("28条款", None),
        ("", None),
    ],
)
def test_article_numbers_are_read_in_every_usual_form(text, number):
    assert parse_article_number(text) == number


@given(value=st.integers(1, 9999))
def test_chinese_numerals_round_trip(value):
    assert parse_chinese_number(chinese_number(value)) == value
    assert parse_article_number(article_label(str(value))) == str(value)


def test_numbers_outside_the_range_are_refused():
    with pytest.raises(ValueError, match="0"):
        chinese_number(0)
    assert parse_chinese_number("abc") is None


def test_normalize_folds_width_and_white_space():
    assert normalize("　安全　 生产１２３ ") == "安全 生产123"
