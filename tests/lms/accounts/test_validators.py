"""Identity numbers against the vectors of GB 11643 and the other documents."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from lms.accounts.validators import (
    mask_document_number,
    normalize_document_number,
    normalize_mobile,
    validate_document_number,
    validate_mobile,
    validate_resident_id,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "number",
    [
        "11010519491231002X",
        "110101190001010014",
        "440106200002290120",
        "310101199912319985",
        "650102198808080070",
    ],
)
def test_valid_resident_ids_are_taken(number):
    validate_resident_id(number)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("110105194912310021", "checksum"),
        ("11010519491331002X", "birth_date"),
        ("440106200102290128", "birth_date"),
        ("1101051949123100X2", "format"),
        ("11010519491231002", "format"),
        ("000105194912310024", "region"),
        ("", "format"),
    ],
)
def test_invalid_resident_ids_name_the_reason(number, code):
    with pytest.raises(ValidationError) as refused:
        validate_resident_id(number)

    assert refused.value.code in {code, "checksum"}


def test_wrong_check_digit_names_the_right_one():
    with pytest.raises(ValidationError) as refused:
        validate_resident_id("110105194912310021")

    assert refused.value.params == {"c": "X"}


def test_birth_in_the_future_is_refused():
    with pytest.raises(ValidationError):
        validate_resident_id("440106200002290120", today=date(1999, 1, 1))


def test_full_width_input_is_read_as_half_width():
    assert (
        normalize_document_number("１１０１０５１９４９１２３１００２ｘ ")
        == "11010519491231002X"
    )


@pytest.mark.parametrize(
    ("type", "number"),
    [
        ("hmt_residence_permit", "810000199408230021"),
        ("hm_travel_permit", "H12345678"),
        ("hm_travel_permit", "M1234567801"),
        ("tw_travel_permit", "12345678"),
        ("foreign_resident_id", "USA110000000001"),
        ("passport", "E12345678"),
        ("other", "军字第0001号"),
    ],
)
def test_other_documents_are_taken(type, number):
    validate_document_number(type=type, number=number)


@pytest.mark.parametrize(
    ("type", "number"),
    [
        ("hmt_residence_permit", "810000199408230022"),
        ("hmt_residence_permit", "11010519491231002X"),
        ("hm_travel_permit", "X12345678"),
        ("tw_travel_permit", "1234567"),
        ("foreign_resident_id", "812345678901234567"),
        ("passport", "E1"),
        ("other", ""),
    ],
)
def test_other_documents_of_wrong_form_are_refused(type, number):
    with pytest.raises(ValidationError):
        validate_document_number(type=type, number=number)


def test_masking_keeps_what_one_recognizes():
    assert mask_document_number("11010519491231002X") == "110105********002X"
    assert mask_document_number("E12345678") == "E1*****78"
    assert mask_document_number("12345") == "1***5"


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000",
        "138 0013 8000",
        "+86 138-0013-8000",
        "0086 13800138000",
        "8613800138000",
        "１３８００１３８０００",
    ],
)
def test_mobile_numbers_are_read_however_typed(typed):
    number = normalize_mobile(typed)
    validate_mobile(number)

    assert number == "13800138000"


@pytest.mark.parametrize("typed", ["12800138000", "1380013800", "86", "abc"])
def test_wrong_mobile_numbers_are_refused(typed):
    with pytest.raises(ValidationError):
        validate_mobile(normalize_mobile(typed))
