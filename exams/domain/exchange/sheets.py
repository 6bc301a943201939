"""XLSX and CSV: tables of cells to drafts and back. No Django here."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from exams.domain.exchange import words
from exams.domain.exchange.drafts import (
    WARNING,
    ItemDraft,
    Parsed,
    Place,
    Remark,
    Unreadable,
)
from exams.domain.exchange.row_writer import rows_of
from exams.domain.exchange.rows import draft_from_cells
from lms.core.sheets.archives import Archive
from lms.core.sheets.tables import cell_text, csv_table, xlsx_tables
from lms.core.sheets.texts import guard_cell

HEADING_ROWS = 15
MAX_ROWS = 100_000
MAX_COLUMNS = 200
MAX_CELL = 32_767
Row = Sequence[Any]
COLUMNS = (
    ["code", "type", "stem"]
    + [f"option_{letter}" for letter in "ABCDEFGH"]
    + ["answer", "explanation", "difficulty", "topic", "score", "citations", "roles"]
)
EXTRA_COLUMNS = (
    "case", "unit", "rubric", "scoring", "fixed_order", "image", "image_alt",
    "language", "effective_to", "note",
)  # fmt: skip


def read_xlsx(data: bytes) -> Parsed:
    """Read the first sheet that has our headings."""
    parsed = _first_with_headings(xlsx_tables(data))
    if any(name.startswith("xl/media/") for name in Archive(data).names):
        parsed.remarks.append(Remark("sheet_pictures", Place(), WARNING))
    return parsed


def _first_with_headings(tables: Iterable[list[list[Any]]]) -> Parsed:
    refusal: Unreadable | None = None
    for table in tables:
        try:
            return read_table(table)
        except Unreadable as error:
            refusal = refusal or error
    raise refusal or Unreadable("sheet_empty")


def read_csv(data: bytes) -> Parsed:
    """Read comma, semicolon or tab separated values; the guard is taken away."""
    return read_table(csv_table(data))


def has_headings(text: str) -> bool:
    """Tell whether the text begins as a table of items."""
    for line in text.split("\n")[:HEADING_ROWS]:
        cells = csv.reader([line], delimiter=max(",;\t", key=line.count))
        names = {words.column_for(cell) for row in cells for cell in row}
        if "stem" in names and names & {"answer", "type"}:
            return True
    return False


def read_table(table: Sequence[Row]) -> Parsed:
    """Find the heading row, then read each row below it.

    Raises:
        Unreadable: no heading row, one heading twice, or too many rows.
    """
    if len(table) > MAX_ROWS:
        raise Unreadable("too_many_rows", limit=MAX_ROWS)
    start, columns = _headings(table)
    parsed = Parsed(columns=columns)
    parsed.table = [[cell_text(cell) for cell in row[:MAX_COLUMNS]] for row in table]
    strangers: set[int] = set()
    parents: dict[str, ItemDraft] = {}
    for number, texts in enumerate(parsed.table[start + 1 :], start=start + 2):
        if not any(texts):
            continue
        cells = {n: texts[i] for n, i in columns.items() if i < len(texts)}
        strangers |= {i for i, text in enumerate(texts) if text} - set(columns.values())
        draft = draft_from_cells(cells, place=Place(row=number))
        _place_draft(draft, cells.get("case", "").strip(), parents, parsed)
    _name_strangers(table[start], sorted(strangers), parsed, start + 1)
    return parsed


def _place_draft(
    draft: ItemDraft, case: str, parents: dict[str, ItemDraft], parsed: Parsed
) -> None:
    if case and case in parents:
        parents[case].children.append(draft)
        return
    if case:
        draft.refuse("case_unknown", column="case", word=case[:40])
    if draft.type == "case" and draft.code:
        parents[draft.code] = draft
    parsed.drafts.append(draft)


def _headings(table: Sequence[Row]) -> tuple[int, dict[str, int]]:
    for number, row in enumerate(table[:HEADING_ROWS]):
        columns: dict[str, int] = {}
        twice = ""
        for index, cell in enumerate(row[:MAX_COLUMNS]):
            name = words.column_for(cell_text(cell))
            if name is None:
                continue
            twice = twice or (cell_text(cell) if name in columns else "")
            columns.setdefault(name, index)
        if "stem" in columns and ("answer" in columns or "type" in columns):
            if twice:
                raise Unreadable("heading_twice", line=number + 1, heading=twice[:40])
            return number, columns
    raise Unreadable("headings_missing")


def _name_strangers(
    headings: Row, strangers: list[int], parsed: Parsed, row: int
) -> None:
    for index in strangers:
        heading = cell_text(headings[index]) if index < len(headings) else ""
        heading = heading or f"#{index + 1}"
        parsed.remarks.append(
            Remark("column_unknown", Place(row=row), WARNING, {"heading": heading[:40]})
        )


def headings_for(columns: Iterable[str], *, english: bool) -> list[str]:
    """Return the headings we write."""
    return [_heading(column, english=english) for column in columns]


def _heading(column: str, *, english: bool) -> str:
    if column.startswith("option_"):
        return f"{'Option ' if english else '选项'}{column[-1]}"
    return words.HEADINGS[column][1 if english else 0]


def table_of(drafts: list[ItemDraft], *, english: bool) -> Iterator[list[str]]:
    """Return the headings and a row for each item; columns nobody uses stay away."""
    rows = list(rows_of(drafts, english=english))
    used = {name for row in rows for name in row}
    more = sorted(n for n in used if n.startswith("option_") and n not in COLUMNS)
    place = COLUMNS.index("answer")
    columns = [*COLUMNS[:place], *more, *COLUMNS[place:]]
    columns += [name for name in EXTRA_COLUMNS if name in used]
    yield headings_for(columns, english=english)
    for row in rows:
        yield [row.get(name, "") for name in columns]


def write_csv(drafts: list[ItemDraft], *, english: bool = False) -> bytes:
    """Return UTF-8 with BOM, so that spreadsheet programs open it as it is."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in table_of(drafts, english=english):
        writer.writerow([guard_cell(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(drafts: list[ItemDraft], *, english: bool = False) -> bytes:
    """Return a workbook of text cells: nothing of it is ever a formula."""
    return write_table(
        table_of(drafts, english=english), title="Items" if english else "试题"
    )


def write_table(table: Iterable[Sequence[str]], *, title: str) -> bytes:
    """Write rows of text; the first is the heading."""
    from xlsxwriter import Workbook  # noqa: PLC0415 -- slow import

    buffer = io.BytesIO()
    book = Workbook(buffer, {"constant_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(title)
    head = book.add_format({"bold": True, "bg_color": "#DCE9E4", "border": 1})
    body = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(table):
        if number == 0:
            _set_widths(sheet, row)
        for index, text in enumerate(row):
            if text:
                sheet.write_string(
                    number, index, text[:MAX_CELL], body if number else head
                )
    book.close()
    return buffer.getvalue()


def _set_widths(sheet: Any, headings: Sequence[str]) -> None:
    wide = {*words.HEADINGS["stem"], *words.HEADINGS["explanation"]}
    for index, heading in enumerate(headings):
        sheet.set_column(index, index, 44 if heading in wide else 16)
