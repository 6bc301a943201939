"""Codes of organizations against the vectors of GB 32100."""

import pytest
from django.core.exceptions import ValidationError

from lms.organizations.validators import (
    normalize_credit_code,
    validate_credit_code,
    validate_employee_number,
    validate_industry,
    validate_region,
    validate_short_code,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "code",
    [
        "91350100M000100Y43",
        "91110000600037341L",
        "91310000132220595K",
        "91440106MA0TE5T08X",
        "91310115MA1K0A1B0C",
        "12110000400000018T",
        "52330100500000023E",
    ],
)
def test_valid_credit_codes_are_taken(code):
    validate_credit_code(code)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("91350100M000100Y44", "checksum"),
        ("9135010OM000100Y43", "format"),
        ("91350100M000100Y4", "format"),
        ("91350100 M000100Y43", "format"),
        ("", "format"),
    ],
)
def test_invalid_credit_codes_name_the_reason(code, reason):
    with pytest.raises(ValidationError) as refused:
        validate_credit_code(code)

    assert refused.value.code == reason


def test_credit_codes_are_read_however_typed():
    typed = " ９１３５０１００-ｍ000100y43 "

    assert normalize_credit_code(typed) == "91350100M000100Y43"


@pytest.mark.parametrize(
    "region", ["32", "3299", "329901", "329901001", "329901001001"]
)
def test_region_codes(region):
    validate_region(region)


@pytest.mark.parametrize("region", ["", "3", "329", "032990", "32990a", "3299010"])
def test_wrong_region_codes(region):
    with pytest.raises(ValidationError):
        validate_region(region)


def test_industry_codes():
    for code in ("C", "C34", "C341", "C3411"):
        validate_industry(code)
    for code in ("", "c34", "Z", "C3", "34"):
        with pytest.raises(ValidationError):
            validate_industry(code)


def test_employee_numbers_and_short_codes():
    validate_employee_number("JH-001/甲")
    validate_short_code("jing-gong2")
    for number in ("", "a b", "x" * 33, "<b>"):
        with pytest.raises(ValidationError):
            validate_employee_number(number)
    for code in ("ab", "-ab", "AB-C", "江海"):
        with pytest.raises(ValidationError):
            validate_short_code(code)
