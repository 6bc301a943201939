"""XLSX and CSV as rows of cells. No Django here: it runs in the limited process."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from lms.core.sheets.archives import Archive
from lms.core.sheets.refusals import Unreadable
from lms.core.sheets.texts import decode, unguard_cell

MAX_FIELD = 1024 * 1024


def xlsx_tables(data: bytes) -> Iterator[list[list[Any]]]:
    """Yield the cells of each sheet of a workbook.

    Raises:
        Unreadable: a bomb, a name that leaves the archive, or a damaged workbook.
    """
    Archive(data)
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 -- slow import

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            yield book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise Unreadable("sheet_damaged") from error


def csv_table(data: bytes) -> list[list[str]]:
    """Return the cells of comma, semicolon or tab separated values, unguarded."""
    text = decode(data)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(MAX_FIELD)
    try:
        return [
            [unguard_cell(cell) for cell in row]
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        ]
    except csv.Error as error:
        raise Unreadable("csv_damaged") from error


def cell_text(cell: Any) -> str:
    """Return a cell as a person reads it."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return repr(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    text = "" if cell is None else str(cell)
    return text.replace("\r\n", "\n").replace("_x000D_", "").strip()
