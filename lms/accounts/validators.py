"""Numbers of people, as the standards write them; shared by forms, imports, API."""

import re
from datetime import date
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.cn import ric
from stdnum.exceptions import ValidationError as NumberError

from lms.accounts.enums import IdentityDocumentType
from lms.core.text import normalize

MOBILE = re.compile(r"^1[3-9]\d{9}$")
_SHAPES = {
    IdentityDocumentType.HM_TRAVEL_PERMIT: re.compile(r"^[HM]\d{8}(\d{2})?$"),
    IdentityDocumentType.TW_TRAVEL_PERMIT: re.compile(r"^\d{8}(\d{2})?$"),
    IdentityDocumentType.PASSPORT: re.compile(r"^[A-Z0-9]{5,17}$"),
    IdentityDocumentType.OTHER: re.compile(r"^[\w\-()（）]{3,40}$"),
}
_OLD_FOREIGN = re.compile(r"^[A-Z]{3}\d{12}$")
_EIGHTEEN = re.compile(r"^[0-9]{17}[0-9X]$")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
HMT_REGIONS = ("810000", "820000", "830000")


def normalize_mobile(value: str) -> str:
    """Return 11 digits: half width, without spaces, hyphens and +86."""
    digits = re.sub(r"[\s\-()]", "", normalize(value))
    return re.sub(r"^(?:\+|00)?86(?=1\d{10}$)", "", digits)


def validate_mobile(value: str) -> None:
    if not MOBILE.match(value):
        raise ValidationError(
            _("A mobile number has 11 digits and starts with 13 to 19."), code="mobile"
        )


def normalize_document_number(value: str) -> str:
    """Return the number in half width and capitals, without spaces.

    Full-width input (１１０…Ｘ) is what Chinese input methods easily produce.
    """
    return re.sub(r"\s", "", normalize(value)).upper()


def check_character(first_17: str) -> str:
    """Return the check character of GB 11643 (ISO/IEC 7064 MOD 11-2)."""
    total = sum(int(d) * w for d, w in zip(first_17, _WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def validate_resident_id(value: str, *, today: date | None = None) -> None:
    """Check a resident identity number (GB 11643-1999): region, birth, check digit.

    Raises:
        ValidationError: codes `format`, `checksum`, `birth_date`, `region`.
    """
    if not _EIGHTEEN.match(value):
        raise ValidationError(
            _(
                "A resident identity number has 18 characters: 17 digits and a digit "
                "or X at the end."
            ),
            code="format",
        )
    if value[-1] != check_character(value[:17]):
        raise ValidationError(
            _("The check digit of the identity number should be %(c)s."),
            code="checksum",
            params={"c": check_character(value[:17])},
        )
    try:
        born = _birth_date(value)
    except ValueError as error:
        raise _component_error(value) from error
    if not _region_existed(value[:6], born.year):
        raise _component_error(value)
    if today is not None and _birth_date(value) > today:
        raise _component_error("")


@lru_cache(maxsize=8192)
def _region_existed(region: str, year: int) -> bool:
    """Tell whether a county code was in use in a year (GB/T 2260 and its history).

    Kept by county and year, which names nobody: a staff list asks for the same few
    thousands of times.
    """
    try:
        ric.get_birth_place(f"{region}{year}01010000")
    except NumberError:
        return False
    return True


def _birth_date(value: str) -> date:
    return date(int(value[6:10]), int(value[10:12]), int(value[12:14]))


def _component_error(value: str) -> ValidationError:
    try:
        _birth_date(value)
    except ValueError:
        return ValidationError(
            _("The birth date in the identity number does not exist."),
            code="birth_date",
        )
    return ValidationError(
        _("The identity number starts with a region that does not exist."),
        code="region",
    )


def _validate_with_check_character(value: str, *, starts: tuple[str, ...]) -> None:
    """18 characters built like GB 11643, whose region is none of the mainland's."""
    if not _EIGHTEEN.match(value) or not value.startswith(starts):
        raise ValidationError(_("This document number has a wrong form."), "format")
    if check_character(value[:17]) != value[-1]:
        raise ValidationError(
            _("The check digit of the identity number should be %(c)s."),
            code="checksum",
            params={"c": check_character(value[:17])},
        )


def validate_document_number(*, type: str, number: str) -> None:
    """Check the normalized `number` of a document of `type`.

    Raises:
        ValidationError: with a sentence that names the way out.
    """
    if type == IdentityDocumentType.RESIDENT_ID:
        validate_resident_id(number)
    elif type == IdentityDocumentType.HMT_RESIDENCE_PERMIT:
        _validate_with_check_character(number, starts=HMT_REGIONS)
    elif type == IdentityDocumentType.FOREIGN_RESIDENT_ID:
        # Cards before 2023: 15 characters; since then 18, beginning with 9.
        if not _OLD_FOREIGN.match(number):
            _validate_with_check_character(number, starts=("9",))
    elif not _SHAPES[IdentityDocumentType(type)].match(number):
        raise ValidationError(_("This document number has a wrong form."), "format")


def mask_document_number(number: str) -> str:
    """Return 110105********002X: enough to recognize one's own, not to reuse it."""
    if len(number) >= 15:
        return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}"
    kept = 2 if len(number) >= 6 else 1
    return f"{number[:kept]}{'*' * (len(number) - 2 * kept)}{number[-kept:]}"
