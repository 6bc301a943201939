"""Reads one hostile staff list. Runs alone, with limits, without Django.

`python -m lms.organizations.domain.staff_import.parser [table]` takes the file on
standard input and answers lines of JSON: the head, then each row that holds something
(`[number, {column: text}]`), or with `table` the cells as they stand.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from lms.core.sheets.limits import limit_resources
from lms.core.sheets.refusals import WARNING, Place, Remark, Unreadable
from lms.core.sheets.tables import cell_text, csv_table, xlsx_tables
from lms.organizations.domain.staff_import.words import column_for

HEADING_ROWS = 15
MAX_ROWS = 200_000
MAX_COLUMNS = 60
MAX_CELL = 500
Row = Sequence[Any]


def tables_of(data: bytes) -> Iterable[list[Row]]:
    """Return the sheets of a workbook, or the one table of a text file.

    Raises:
        Unreadable: empty, an old workbook, or nothing that can be read.
    """
    if not data:
        raise Unreadable("file_empty")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("old_xls")
    if data.startswith(b"PK"):
        return xlsx_tables(data)  # type: ignore[return-value]
    return [csv_table(data)]  # type: ignore[list-item]


def headings(table: list[Row]) -> tuple[int, dict[str, int]] | None:
    """Return the heading row and the place of each column we know; None without any.

    Raises:
        Unreadable: one column stands there twice.
    """
    for number, row in enumerate(table[:HEADING_ROWS]):
        columns: dict[str, int] = {}
        twice = ""
        for index, cell in enumerate(row[:MAX_COLUMNS]):
            name = column_for(cell_text(cell))
            if name is not None and name in columns:
                twice = twice or cell_text(cell)
            elif name is not None:
                columns[name] = index
        if "name" in columns and len(columns) > 1:
            if twice:
                raise Unreadable("heading_twice", line=number + 1, heading=twice[:40])
            return number, columns
    return None


def read(data: bytes) -> tuple[list[Row], int, dict[str, int]]:
    """Return the first table that has our headings, with their place.

    Raises:
        Unreadable: none has them, or it is too long.
    """
    for table in tables_of(data):
        found = headings(table)
        if found is not None:
            if len(table) > MAX_ROWS:
                raise Unreadable("too_many_rows", limit=MAX_ROWS)
            return table, *found
    raise Unreadable("headings_unknown", found=_first_line(tables_of(data)))


def _first_line(tables: Iterable[list[Row]]) -> str:
    """Return what stands where headings were looked for, to be shown to a person."""
    for row in (row for table in tables for row in table[:HEADING_ROWS]):
        cells = [text for cell in row[:MAX_COLUMNS] if (text := cell_text(cell))]
        if cells:
            return " | ".join(cells)[:120]
    return "–"


def rows_of(
    table: list[Row], start: int, columns: dict[str, int]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield row number (as the spreadsheet counts) and its cells by column."""
    for number, row in enumerate(table[start + 1 :], start=start + 2):
        cells = {
            name: text[:MAX_CELL]
            for name, index in columns.items()
            if index < len(row) and (text := cell_text(row[index]))
        }
        if cells:
            yield number, cells


def strangers(row: Row, start: int, columns: dict[str, int]) -> list[Remark]:
    """Name the columns that we don't know: they are left alone."""
    known = set(columns.values())
    return [
        Remark("column_unknown", Place(start + 1), WARNING, {"heading": text[:40]})
        for index, cell in enumerate(row[:MAX_COLUMNS])
        if index not in known and (text := cell_text(cell))
    ]


def emit(value: Any) -> None:
    """Write one line; plain ASCII, so that no terminal setting matters."""
    sys.stdout.write(json.dumps(value) + "\n")


def answer(data: bytes, *, as_table: bool) -> None:
    table, start, columns = read(data)
    remarks = [asdict(r) for r in strangers(table[start], start, columns)]
    emit({"columns": columns, "rows": len(table) - start - 1, "remarks": remarks})
    if as_table:
        for row in table:
            emit([cell_text(cell)[:MAX_CELL] for cell in row[:MAX_COLUMNS]])
    else:
        for number, cells in rows_of(table, start, columns):
            emit([number, cells])
    emit({"end": True})


def main() -> None:
    limit_resources()
    try:
        answer(sys.stdin.buffer.read(), as_table="table" in sys.argv[1:])
    except Unreadable as error:
        emit({"refused": asdict(error.remark)})
    except MemoryError:
        emit({"refused": asdict(Remark("file_too_hard"))})
    except (RecursionError, ValueError, KeyError, IndexError, TypeError) as error:
        params = {"detail": type(error).__name__}
        emit({"refused": asdict(Remark("file_not_understood", params=params))})


if __name__ == "__main__":
    main()
