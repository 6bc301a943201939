"""One row of a staff list as values: each cell normalized and checked by itself."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from lms.accounts.domain.identity import document_index
from lms.accounts.domain.people import mobile_index
from lms.accounts.enums import IdentityDocumentType
from lms.accounts.validators import (
    normalize_document_number,
    normalize_mobile,
    validate_document_number,
    validate_mobile,
)
from lms.core.sheets.refusals import ERROR, WARNING, Place, Remark
from lms.core.text import normalize
from lms.organizations.domain.staff_import.words import (
    CATEGORIES,
    IDENTITY_TYPES,
    KINDS,
    word_for,
)
from lms.organizations.validators import validate_employee_number

# A name is letters of any script, with the dots, hyphens and spaces between them.
NAME = re.compile(r"^[^\W\d_](?:[\w .·•'’\-()（）]*[\w.)）])?$")
DAY = re.compile(r"^(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})\s*日?$")
MAX_NAME = 80
MAX_DEPTH = 8
YEARS = range(1950, 2101)


@dataclass(slots=True)
class StaffRow:
    """What one row says; what it does not say is empty.

    Attributes:
        has: the columns whose cell holds something. An empty cell changes nothing.
        parts: the path of the department from the top, or its id alone.
    """

    number: int
    name: str = ""
    employee_number: str = ""
    mobile: str = ""
    mobile_index: str = ""
    email: str = ""
    identity: str = ""
    identity_type: str = IdentityDocumentType.RESIDENT_ID
    identity_index: str = ""
    parts: tuple[str, ...] = ()
    position: str = ""
    category: str = ""
    kind: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    remarks: list[Remark] = field(default_factory=list)

    def refuse(self, code: str, column: str = "", **params: Any) -> None:
        """Say why the row can't be taken."""
        place = Place(row=self.number, column=column)
        self.remarks.append(Remark(code, place, ERROR, params))

    def warn(self, code: str, column: str = "", **params: Any) -> None:
        place = Place(row=self.number, column=column)
        self.remarks.append(Remark(code, place, WARNING, params))

    @property
    def is_refused(self) -> bool:
        return any(remark.is_error for remark in self.remarks)


def row_from_cells(number: int, cells: dict[str, str]) -> StaffRow:
    """Return the values of a row; what is wrong with a cell is among its remarks."""
    row = StaffRow(number)
    _read_name(row, cells.get("name", ""))
    _read_number(row, cells.get("number", ""))
    _read_contacts(row, cells)
    _read_identity(row, cells)
    _read_place(row, cells)
    row.starts_on = _day(row, "starts_on", cells.get("starts_on", ""))
    row.ends_on = _day(row, "ends_on", cells.get("ends_on", ""))
    if row.starts_on and row.ends_on and row.ends_on < row.starts_on:
        row.refuse("period", "ends_on")
    if not (row.employee_number or row.identity or row.mobile or row.email):
        row.refuse("nothing_to_know_by", "name")
    return row


def _read_name(row: StaffRow, text: str) -> None:
    name = normalize(text)
    if not name:
        row.refuse("name_missing", "name")
    elif len(name) > MAX_NAME:
        row.refuse("too_long", "name", limit=MAX_NAME)
    elif not NAME.match(name):
        row.refuse("name_form", "name")
    row.name = name[:MAX_NAME]


def _read_number(row: StaffRow, text: str) -> None:
    number = normalize(text).replace(" ", "")
    if number:
        _checked(row, "number", validate_employee_number, number)
    row.employee_number = number


def _read_contacts(row: StaffRow, cells: dict[str, str]) -> None:
    mobile = normalize_mobile(cells.get("mobile", ""))
    if mobile and _checked(row, "mobile", validate_mobile, mobile):
        row.mobile, row.mobile_index = mobile, mobile_index(mobile)
    email = normalize(cells.get("email", "")).lower()
    if email and _checked(row, "email", validate_email, email):
        row.email = email


def _read_identity(row: StaffRow, cells: dict[str, str]) -> None:
    word = cells.get("identity_type", "")
    kind = word_for(word, IDENTITY_TYPES) if word else IdentityDocumentType.RESIDENT_ID
    if kind is None:
        row.refuse("word_unknown", "identity_type", word=word[:40])
        return
    number = normalize_document_number(cells.get("identity", ""))
    if number and _checked(
        row,
        "identity",
        lambda value: validate_document_number(type=kind, number=value),
        number,
    ):
        row.identity, row.identity_type = number, kind
        row.identity_index = document_index(type=kind, number=number)


def _read_place(row: StaffRow, cells: dict[str, str]) -> None:
    path = cells.get("department", "").replace("／", "/").replace("\\", "/")
    row.parts = tuple(filter(None, (normalize(part) for part in path.split("/"))))
    if len(row.parts) > MAX_DEPTH:
        row.refuse("department_depth", "department", limit=MAX_DEPTH)
    for part in row.parts:
        if len(part) > MAX_NAME:
            row.refuse("too_long", "department", limit=MAX_NAME)
    row.position = normalize(cells.get("position", ""))
    if len(row.position) > MAX_NAME:
        row.refuse("too_long", "position", limit=MAX_NAME)
    for column, words in (("category", CATEGORIES), ("kind", KINDS)):
        text = cells.get(column, "")
        value = word_for(text, words) if text else ""
        if value is None:
            row.refuse("word_unknown", column, word=text[:40])
        else:
            setattr(row, column, value)


def _checked(row: StaffRow, column: str, validate: Any, value: str) -> bool:
    try:
        validate(value)
    except ValidationError as error:
        row.refuse("invalid", column, message=" ".join(map(str, error.messages)))
        return False
    return True


def _day(row: StaffRow, column: str, text: str) -> date | None:
    text = normalize(text)
    if not text:
        return None
    match = DAY.match(text.split(" ")[0] if ":" in text else text)
    parts = [int(part) for part in match.groups()] if match else [0]
    try:
        if parts[0] in YEARS:
            return date(*parts)
    except ValueError:  # the 30th of February
        pass
    row.refuse("day", column, word=text[:40])
    return None
