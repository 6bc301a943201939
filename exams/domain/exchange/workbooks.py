"""Workbooks for authors: the returned file with comments, and empty templates."""

import io
from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _

from exams.domain.exchange.drafts import (
    ItemDraft,
    Parsed,
    Remark,
    options_of,
    remark_from_json,
)
from exams.domain.exchange.messages import message_of, place_of
from exams.domain.exchange.parsing import parse_items
from exams.domain.exchange.sheets import MAX_CELL, write_csv, write_xlsx
from exams.models import ItemImport

SHEET_FORMATS = ("xlsx", "csv")
COMMENT_SIZE = {"x_scale": 2.2, "y_scale": 1.2}


def returned_workbook(*, item_import: ItemImport) -> bytes:
    """Return the author's sheet with a comment on each bad cell, and all remarks.

    For files that are no sheets there is the list of remarks only.
    """
    remarks = [remark_from_json(one) for one in item_import.report.get("remarks", [])]
    parsed = Parsed()
    if item_import.report.get("format") in SHEET_FORMATS:
        with item_import.file.open("rb") as file:
            parsed = parse_items(
                data=file.read(), format_name=item_import.report["format"], table=True
            )
    return _workbook(parsed, remarks)


def _workbook(parsed: Parsed, remarks: list[Remark]) -> bytes:
    from xlsxwriter import Workbook  # noqa: PLC0415 -- slow import

    buffer = io.BytesIO()
    book = Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    formats = {
        "head": book.add_format({"bold": True, "bg_color": "#DCE9E4", "border": 1}),
        "body": book.add_format({"text_wrap": True, "valign": "top"}),
        "error": book.add_format(
            {"text_wrap": True, "valign": "top", "bg_color": "#F8D7D5"}
        ),
        "warning": book.add_format(
            {"text_wrap": True, "valign": "top", "bg_color": "#FBEBC8"}
        ),
    }
    if parsed.table:
        _write_sheet(book.add_worksheet(_("Your items")), parsed, remarks, formats)
    _write_list(book.add_worksheet(_("Remarks")), remarks, formats)
    book.close()
    return buffer.getvalue()


def _write_sheet(
    sheet: Any, parsed: Parsed, remarks: list[Remark], formats: dict[str, Any]
) -> None:
    marked = _by_cell(parsed, remarks)
    sheet.set_column(0, 30, 18)
    for number, row in enumerate(parsed.table):
        for index, text in enumerate(row):
            own = marked.get((number, index))
            style = formats["body"]
            if own:
                is_error = any(remark.is_error for remark in own)
                style = formats["error" if is_error else "warning"]
            if text or own:
                sheet.write_string(number, index, text[:MAX_CELL], style)
    for (number, index), own in marked.items():
        text = "\n".join(message_of(remark) for remark in own)
        sheet.write_comment(number, index, text[:8_000], COMMENT_SIZE)


def _by_cell(
    parsed: Parsed, remarks: list[Remark]
) -> dict[tuple[int, int], list[Remark]]:
    """Return the remarks by cell; a row without the column shows them in its first."""
    cells: dict[tuple[int, int], list[Remark]] = defaultdict(list)
    for remark in remarks:
        if remark.place.row:
            index = parsed.columns.get(remark.place.column, 0)
            cells[remark.place.row - 1, index].append(remark)
    return cells


def _write_list(sheet: Any, remarks: list[Remark], formats: dict[str, Any]) -> None:
    headings = [_("Place in the file"), _("Severity"), _("What was found")]
    for index, (heading, width) in enumerate(zip(headings, (36, 12, 90), strict=True)):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, heading, formats["head"])
    sheet.freeze_panes(1, 0)
    for number, remark in enumerate(remarks, start=1):
        severity = _("Error") if remark.is_error else _("Note")
        style = formats["error" if remark.is_error else "body"]
        sheet.write_string(number, 0, place_of(remark.place), formats["body"])
        sheet.write_string(number, 1, severity, style)
        sheet.write_string(number, 2, message_of(remark)[:MAX_CELL], formats["body"])


def template(*, format_name: str, english: bool) -> bytes:
    """Return a sheet with the headings and one example of each type."""
    write = write_csv if format_name == "csv" else write_xlsx
    return write(examples(english=english), english=english)


def examples(*, english: bool) -> list[ItemDraft]:
    """Return one small item of each type that a sheet carries well."""
    return [_example(row, english) for row in (_ENGLISH if english else _CHINESE)]


def _example(row: tuple[str, dict[str, Any], str], english: bool) -> ItemDraft:
    type_name, content, topic = row
    return ItemDraft(
        type_name,
        dict(content),
        topic=topic,
        difficulty=2,
        score="1",
        roles=["worker"],
        citations=["work-safety-law:57" if english else "安全生产法:57"],
    )


_CHINESE: list[tuple[str, dict[str, Any], str]] = [
    (
        "choice",
        {
            "stem": "从业人员在作业过程中，应当正确佩戴和使用（ ）。",
            "explanation": "从业人员应当正确佩戴和使用劳动防护用品。",
            "cardinality": "single",
            "options": options_of(["劳动防护用品", "工作证件", "通信设备", "装饰用品"]),
            "correct": ["A"],
        },
        "从业人员权利义务",
    ),
    (
        "choice",
        {
            "stem": "进入受限空间作业前，应当完成的准备有（ ）。",
            "explanation": "先通风、再检测、后作业，并安排监护人。",
            "cardinality": "multiple",
            "options": options_of(["通风", "检测气体", "安排监护人", "关闭照明"]),
            "correct": ["A", "B", "C"],
        },
        "作业安全",
    ),
    (
        "true_false",
        {
            "stem": "发现直接危及人身安全的紧急情况时，从业人员有权停止作业。",
            "explanation": "这是法律赋予从业人员的权利。",
            "correct": True,
        },
        "从业人员权利义务",
    ),
    (
        "text_entry",
        {
            "stem": "安全生产工作坚持安全第一、____为主、综合____的方针。",
            "explanation": "一个空一行，几种写法都对时用 | 分开。",
            "blanks": [["预防"], ["治理", "整治"]],
        },
        "总则与方针",
    ),
    (
        "extended_text",
        {
            "stem": "发现事故隐患后应当怎样做？",
            "explanation": "",
            "model": "立即停止危险作业，报告现场负责人，并提醒周围人员。",
            "rubric": [
                {"text": "停止危险作业", "score": 1},
                {"text": "报告现场负责人", "score": 1},
            ],
        },
        "隐患报告",
    ),
]
_ENGLISH: list[tuple[str, dict[str, Any], str]] = [
    (
        "choice",
        {
            "stem": "While at work, you must wear and use correctly:",
            "explanation": "Protective equipment must be worn and used as instructed.",
            "cardinality": "single",
            "options": options_of(
                ["protective equipment", "your badge", "a phone", "ornaments"]
            ),
            "correct": ["A"],
        },
        "Rights and duties",
    ),
    (
        "choice",
        {
            "stem": "Before work in a confined space you must:",
            "explanation": "Ventilate, test, then work, with someone watching.",
            "cardinality": "multiple",
            "options": options_of(
                ["ventilate it", "test the air", "post a watcher", "put out the light"]
            ),
            "correct": ["A", "B", "C"],
        },
        "Work safety",
    ),
    (
        "true_false",
        {
            "stem": "You may stop work when your life is in immediate danger.",
            "explanation": "The law gives workers this right.",
            "correct": True,
        },
        "Rights and duties",
    ),
    (
        "text_entry",
        {
            "stem": "Safety comes first, ____ is the main thing, and ____ is complete.",
            "explanation": "One line for each blank; variants are separated by |.",
            "blanks": [["prevention"], ["control", "treatment"]],
        },
        "Principles",
    ),
    (
        "extended_text",
        {
            "stem": "What do you do when you find a hazard?",
            "explanation": "",
            "model": "Stop the dangerous work, report it, and warn those around you.",
            "rubric": [
                {"text": "stops the dangerous work", "score": 1},
                {"text": "reports it", "score": 1},
            ],
        },
        "Reporting hazards",
    ),
]
