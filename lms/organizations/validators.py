"""Codes as the standards define them; shared by forms, imports and the API."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum
from stdnum.exceptions import ValidationError as NumberError

from lms.core.text import normalize

REGION = re.compile(r"^[1-9]\d(\d\d){0,2}$|^[1-9]\d{8}$|^[1-9]\d{11}$")
INDUSTRY = re.compile(r"^[A-T](\d{2}(\d(\d)?)?)?$")
EMPLOYEE_NUMBER = re.compile(r"^[\w.\-/]{1,32}$")
SHORT_CODE = re.compile(r"^[a-z0-9][a-z0-9\-]{1,18}[a-z0-9]$")


def normalize_credit_code(value: str) -> str:
    """Return the code in upper case, half width, without spaces and hyphens."""
    return normalize(value).replace(" ", "").replace("-", "").upper()


def validate_credit_code(value: str) -> None:
    """Check a unified social credit code (GB 32100-2015), check character included."""
    try:
        uscc.validate(value)
    except InvalidChecksum as error:
        raise ValidationError(
            _("The last character of the unified social credit code should be %(c)s."),
            code="checksum",
            params={"c": uscc.calc_check_digit(value[:-1])},
        ) from error
    except NumberError as error:
        raise ValidationError(
            _(
                "A unified social credit code has 18 characters: digits and capital "
                "letters without I, O, S, V and Z."
            ),
            code="format",
        ) from error
    if value != uscc.compact(value):
        raise ValidationError(_("Write the code without spaces."), code="format")


def validate_region(value: str) -> None:
    """Check the shape of an administrative division code (GB/T 2260): 2-12 digits."""
    if not REGION.match(value):
        raise ValidationError(
            _("A region code has 2, 4, 6, 9 or 12 digits."), code="region"
        )


def validate_industry(value: str) -> None:
    """Check the shape of an industry code (GB/T 4754): letter, then up to 4 digits."""
    if not INDUSTRY.match(value):
        raise ValidationError(
            _("An industry code is a letter A-T and up to four digits, such as C34."),
            code="industry",
        )


def validate_employee_number(value: str) -> None:
    if not EMPLOYEE_NUMBER.match(value):
        raise ValidationError(
            _("An employee number has letters, digits, dots and hyphens only."),
            code="employee_number",
        )


def validate_short_code(value: str) -> None:
    if not SHORT_CODE.match(value):
        raise ValidationError(
            _("A short code has 3 to 20 small letters, digits or hyphens."),
            code="short_code",
        )
