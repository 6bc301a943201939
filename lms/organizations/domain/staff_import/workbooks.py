"""Workbooks of staff lists: the returned file with comments, and the empty template."""

import csv
import io
import tempfile
from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _

from lms.core.sheets.refusals import Remark, remark_from_json
from lms.core.sheets.texts import guard_cell, xml_safe
from lms.organizations.domain.staff_import.messages import message_of, place_of
from lms.organizations.domain.staff_import.reading import FileRefused, StaffFile
from lms.organizations.domain.staff_import.words import (
    TEMPLATE_COLUMNS,
    heading_of,
    words_of,
)
from lms.organizations.models import StaffImport

COMMENT_SIZE = {"x_scale": 2.2, "y_scale": 1.2}
MAX_COMMENT = 8_000
EXAMPLES = {
    False: [
        ["张小安", "A1001", "13800000001", "", "", "生产部/冲压车间/甲班", "冲压工",
         "从业人员", "本单位职工", "2026-03-01", ""],
        ["李平安", "A1002", "", "li@example.com", "", "安全环保部", "安全员",
         "安全生产管理人员", "非全日制", "2025-07-15", ""],
    ],
    True: [
        ["Zhang Xiaoan", "A1001", "13800000001", "", "", "Production/Press shop/Team A",
         "Press operator", "Worker", "Own employee", "2026-03-01", ""],
        ["Li Ping'an", "A1002", "", "li@example.com", "", "Safety", "Safety officer",
         "Safety manager", "Part-time employee", "2025-07-15", ""],
    ],
}  # fmt: skip


def template(*, format_name: str, english: bool) -> bytes:
    """Return a sheet with the headings and two rows as an example; "xlsx" or "csv"."""
    head = [heading_of(column, english=english) for column in TEMPLATE_COLUMNS]
    table = [head, *EXAMPLES[english]]
    return _csv(table) if format_name == "csv" else _template_xlsx(table, english)


def _csv(table: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in table:
        writer.writerow([guard_cell(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _template_xlsx(table: list[list[str]], english: bool) -> bytes:
    from xlsxwriter import Workbook  # noqa: PLC0415 -- slow import

    buffer = io.BytesIO()
    book = Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    formats = _formats(book)
    sheet = book.add_worksheet("Staff" if english else "员工名单")
    sheet.freeze_panes(1, 0)
    # Text throughout: a spreadsheet program rounds long numbers and drops zeros.
    sheet.set_column(0, len(TEMPLATE_COLUMNS) - 1, 18, formats["text"])
    for number, row in enumerate(table):
        for index, text in enumerate(row):
            style = formats["text"] if number else formats["head"]
            sheet.write_string(number, index, text, style)
    for column in ("category", "kind"):
        index = TEMPLATE_COLUMNS.index(column)
        source = words_of(column, english=english)
        sheet.data_validation(
            1, index, 100_000, index, {"validate": "list", "source": source}
        )
    book.close()
    return buffer.getvalue()


def _formats(book: Any) -> dict[str, Any]:
    mark = {"text_wrap": True, "valign": "top", "num_format": "@"}
    return {
        "head": book.add_format({"bold": True, "bg_color": "#DCE9E4", "border": 1}),
        "text": book.add_format({"num_format": "@"}),
        "error": book.add_format(mark | {"bg_color": "#F8D7D5"}),
        "warning": book.add_format(mark | {"bg_color": "#FBEBC8"}),
    }


def returned_workbook(*, staff_import: StaffImport) -> bytes:
    """Return the sheet as it came with a comment on each bad cell, and all remarks."""
    from xlsxwriter import Workbook  # noqa: PLC0415 -- slow import

    remarks = [remark_from_json(one) for one in staff_import.remarks]
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as target:
        # Rows go to disk as they come: the list may be long.
        book = Workbook(
            target.name, {"constant_memory": True, "strings_to_formulas": False}
        )
        formats = _formats(book)
        _write_sheet(book, staff_import, remarks, formats)
        _write_list(book.add_worksheet(_("Remarks")), remarks, formats)
        book.close()
        return target.read()


def _write_sheet(
    book: Any, staff_import: StaffImport, remarks: list[Remark], formats: Any
) -> None:
    with staff_import.file.open("rb") as stored, tempfile.TemporaryFile() as file:
        file.write(stored.read())
        try:
            reading = StaffFile(file, as_table=True)
        except FileRefused:
            return
        marked = _by_cell(reading.columns, remarks)
        sheet = book.add_worksheet(_("Your list"))
        sheet.set_column(0, 30, 18)
        for number, row in enumerate(reading.rows()):
            _write_row(sheet, number, row, marked, formats)


def _write_row(
    sheet: Any, number: int, row: list[str], marked: Any, formats: Any
) -> None:
    own_cells = marked.get(number, {})
    for index in range(max(len(row), *(i + 1 for i in own_cells), 0)):
        text = xml_safe(row[index]) if index < len(row) else ""
        own = own_cells.get(index)
        if own:
            is_error = any(remark.is_error for remark in own)
            style = formats["error" if is_error else "warning"]
            sheet.write_string(number, index, text, style)
            words = "\n".join(message_of(remark) for remark in own)
            sheet.write_comment(number, index, words[:MAX_COMMENT], COMMENT_SIZE)
        elif text:
            sheet.write_string(number, index, text, formats["text"])


def _by_cell(
    columns: dict[str, int], remarks: list[Remark]
) -> dict[int, dict[int, list[Remark]]]:
    """Return remarks by row and column; without a column they stand in the first."""
    cells: dict[int, dict[int, list[Remark]]] = defaultdict(lambda: defaultdict(list))
    for remark in remarks:
        if remark.place.row:
            index = columns.get(remark.place.column, 0)
            cells[remark.place.row - 1][index].append(remark)
    return cells


def _write_list(sheet: Any, remarks: list[Remark], formats: Any) -> None:
    headings = [_("Place in the file"), _("Severity"), _("What was found")]
    for index, (heading, width) in enumerate(zip(headings, (36, 12, 90), strict=True)):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, heading, formats["head"])
    for number, remark in enumerate(remarks, start=1):
        severity = _("Error") if remark.is_error else _("Note")
        style = formats["error" if remark.is_error else "text"]
        sheet.write_string(number, 0, place_of(remark.place), formats["text"])
        sheet.write_string(number, 1, severity, style)
        sheet.write_string(number, 2, xml_safe(message_of(remark)), formats["text"])
