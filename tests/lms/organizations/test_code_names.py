"""Codes of regions and industries are shown with what they are called."""

import pytest
from django.utils import translation

from lms.organizations.code_names import (
    INDUSTRIES,
    industry_label,
    industry_name,
    region_label,
    region_name,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("code", "chinese", "english"),
    [
        ("C34", "通用设备制造业", "General machinery"),
        ("C3411", "通用设备制造业", "General machinery"),
        ("C", "制造业", "Manufacturing"),
        ("", "", ""),
        ("X99", "", ""),
    ],
)
def test_an_industry_is_called_in_the_readers_language(code, chinese, english):
    with translation.override("zh-hans"):
        assert industry_name(code) == chinese
    with translation.override("en"):
        assert industry_name(code) == english


def test_every_section_and_division_of_the_standard_is_there():
    assert [code for code in INDUSTRIES if code.isalpha()] == list(
        "ABCDEFGHIJKLMNOPQRST"
    )
    assert [code for code in INDUSTRIES if code.isdigit()] == [
        f"{number:02}" for number in range(1, 98)
    ]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("32", "江苏省"),
        ("3205", "江苏省苏州市"),
        ("320583", "江苏省苏州市昆山市"),
        ("320583100", "江苏省苏州市昆山市"),
        ("110101", "北京市东城区"),
        ("429004", "湖北省仙桃市"),
        ("3299", "江苏省"),
        ("99", ""),
    ],
)
def test_a_region_is_called_by_its_whole_name(code, name):
    assert region_name(code) == name


def test_the_code_stands_beside_the_name():
    with translation.override("zh-hans"):
        assert industry_label("C34") == "通用设备制造业 (C34)"
    assert region_label("3205") == "江苏省苏州市 (3205)"
    assert region_label("99") == "99"
    assert industry_label("") == ""
