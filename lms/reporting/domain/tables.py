"""Lists as files: XLSX with text cells, CSV that no program executes, PDF to print.

Rows are written as they come: a list of a hundred thousand is never held whole.
"""

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from lms.core.sheets.texts import guard_cell, xml_safe

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_CELL = 32_767
CSV_LINES = 1_000


@dataclass(frozen=True)
class Table:
    """A list on its way out: every value is text already.

    Attributes:
        total: how many rows there are, as far as that was counted.
    """

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[str]]
    total: int = 0


def write_csv(table: Table, file: IO[bytes]) -> None:
    """Write UTF-8 with a byte-order mark, so that spreadsheet programs open it."""
    file.write(b"\xef\xbb\xbf")
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([guard_cell(h) for h in table.headings])
    for number, row in enumerate(table.rows, start=1):
        writer.writerow([guard_cell(value) for value in row])
        if number % CSV_LINES == 0:
            file.write(out.getvalue().encode())
            out.seek(0)
            out.truncate()
    file.write(out.getvalue().encode())


def write_xlsx(table: Table, file: IO[bytes]) -> None:
    """Write one sheet whose cells are strings, whatever they look like."""
    import xlsxwriter  # noqa: PLC0415 -- slow import

    # Rows go to a temporary file at once; a shared table of strings would grow.
    options = {"constant_memory": True, "strings_to_formulas": False}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        with xlsxwriter.Workbook(str(path), options) as book:
            bold = book.add_format({"bold": True, "bottom": 1})
            sheet = book.add_worksheet()
            sheet.freeze_panes(1, 0)
            for column, heading in enumerate(table.headings):
                sheet.set_column(column, column, max(12, 2 * len(heading)))
                sheet.write_string(0, column, heading, bold)
            for number, row in enumerate(table.rows, start=1):
                for column, value in enumerate(row):
                    if value:
                        sheet.write_string(number, column, xml_safe(value)[:MAX_CELL])
        with path.open("rb") as written:
            while block := written.read(1 << 20):
                file.write(block)


def write_pdf(table: Table, file: IO[bytes]) -> None:
    """Write pages of A4 across; the headings stand on each, long texts are broken."""
    from lms.reporting.domain.printing import print_table  # noqa: PLC0415 -- slow import

    print_table(table.title, table.headings, table.rows, file)


Writer = Callable[[Table, IO[bytes]], None]
FORMATS: dict[str, tuple[Writer, str]] = {
    "xlsx": (write_xlsx, XLSX_TYPE),
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "pdf": (write_pdf, "application/pdf"),
}


def to_csv(table: Table) -> bytes:
    """Return the table as the bytes of a CSV file."""
    return _bytes(table, write_csv)


def to_xlsx(table: Table) -> bytes:
    """Return the table as the bytes of a workbook."""
    return _bytes(table, write_xlsx)


def to_pdf(table: Table) -> bytes:
    """Return the table as the bytes of a PDF."""
    return _bytes(table, write_pdf)


def _bytes(table: Table, write: Writer) -> bytes:
    out = io.BytesIO()
    write(table, out)
    return out.getvalue()


def counted(
    rows: Iterable[Sequence[str]], *, every: int, tick: Callable[[int], Any]
) -> Iterator[Sequence[str]]:
    """Yield the rows, calling `tick(rows so far)` after each `every` of them."""
    number = 0
    for number, row in enumerate(rows, start=1):
        yield row
        if number % every == 0:
            tick(number)
    tick(number)
