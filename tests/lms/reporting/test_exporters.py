import csv
import io
import subprocess

import pytest
from python_calamine import CalamineWorkbook

from certificates.domain.fonts import load_link
from exams.domain.printing.fonts import font_faces
from lms.core.sheets.texts import guard_cell, unguard_cell
from lms.reporting.domain.tables import Table, to_csv, to_pdf, to_xlsx
from lms.reporting.exporters import download

pytestmark = pytest.mark.unit

HOSTILE = ["=1+1", "+86 138", "-5", "@SUM(A1)", "\t=1", "\r=1"]


@pytest.mark.parametrize("text", HOSTILE)
def test_cell_that_would_run_gets_a_quote(text):
    assert guard_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["王建国", "", "3-5", "a=b"])
def test_harmless_cell_stays(text):
    assert guard_cell(text) == text


def test_csv_opens_in_spreadsheet_programs_and_never_runs():
    data = to_csv(Table("名单", ["姓名", "=备注"], [["王建国", "=HYPERLINK(1)"]]))

    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows == [["姓名", "'=备注"], ["王建国", "'=HYPERLINK(1)"]]


def test_xlsx_holds_text_only():
    data = to_xlsx(Table("名单", ["工号", "备注"], [["00012", "=1+1"]]))

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    assert sheet.to_python() == [["工号", "备注"], ["00012", "=1+1"]]
    assert b"<f>" not in data


@pytest.mark.parametrize("file_format", ["csv", "xlsx", "pdf"])
def test_download_has_a_chinese_name_in_its_header(file_format):
    response = download(Table('名"单\r\n', ["a"], []), file_format)

    header = response["Content-Disposition"]
    assert header.startswith("attachment; ")
    assert "filename*=utf-8''" in header
    assert "\n" not in header


def test_guard_is_taken_away_again():
    assert unguard_cell(guard_cell("'=1")) == "'=1"


def test_pdf_breaks_long_texts_and_repeats_its_headings(tmp_path):
    rows = [[f"王建国{n}", "生产部/冲压车间/" * 12] for n in range(60)]
    path = tmp_path / "list.pdf"
    path.write_bytes(to_pdf(Table("名单", ["姓名", "部门"], rows)))

    text = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True
    ).stdout.decode()

    pages = [page for page in text.split("\f") if page.strip()]
    assert len(pages) > 1
    assert all("姓名" in page for page in pages)
    assert "王建国59" in text


@pytest.mark.parametrize("first", ["certificate", "list"])
def test_lists_and_certificates_are_drawn_in_one_process(monkeypatch, first):
    from reportlab.pdfbase import pdfmetrics

    monkeypatch.setattr(pdfmetrics, "_fonts", {})
    monkeypatch.setattr(pdfmetrics, "_dynFaceNames", {})
    font_faces.cache_clear()
    load_link.cache_clear()
    for kind in (first, "certificate", "list"):
        if kind == "certificate":
            load_link(0)
        else:
            data = to_pdf(Table("名单", ["姓名"], [["王建国"]]))

    assert data.startswith(b"%PDF")
    font_faces.cache_clear()
    load_link.cache_clear()


def test_xlsx_is_written_row_by_row():
    """Nothing of the rows is kept: the generator runs while the file is written."""
    alive = []

    def rows():
        for n in range(3):
            alive.append(n)
            yield [str(n)]

    table = Table("x", ["n"], rows())
    assert alive == []
    to_xlsx(table)
    assert alive == [0, 1, 2]
