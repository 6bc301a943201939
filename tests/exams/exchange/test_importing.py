"""From a file to the bank: all or nothing, good rows, twice, killed, undone."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from cms.models import Citation
from exams.domain.exchange import importing, writing
from exams.domain.exchange.exporting import export_bank
from exams.domain.exchange.importing import (
    is_complete,
    run_import,
    submit_import,
    wake_imports,
)
from exams.domain.exchange.parsing import MAX_FILE_BYTES, parse_items
from exams.domain.exchange.sheets import write_table
from exams.domain.exchange.undoing import undo_import
from exams.domain.exchange.workbooks import returned_workbook, template
from exams.domain.items import revise_item
from exams.enums import ImportPolicy, ItemStatus
from exams.errors import ImportRefused
from exams.models import ImportedItem, Item, ItemImport, ItemRevision
from lms.core.enums import JobState
from tests.factories.exams import (
    ItemBankFactory,
    content_for,
    make_fixed_paper,
    make_item,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HEAD = ["编号", "题型", "题干", "选项A", "选项B", "答案", "知识点", "法条", "受众"]


def sheet(*rows):
    return write_table([HEAD, *rows], title="x")


def row(code, stem, answer="A", **more):
    return [
        code,
        "单选题",
        stem,
        "甲方案",
        "乙方案",
        answer,
        "防火",
        "安全生产法:57",
        "从业人员",
    ]


GOOD = row("A1", "安全出口应当怎样？")
ALSO_GOOD = row(
    "A2", "动火作业之前，作业人员和监护人应当做好哪些准备，并且办理什么样的审批手续？"
)
BAD = row("A3", "有限空间作业的第一步是什么？", "F")


@pytest.fixture
def bank():
    return ItemBankFactory(slug="b1")


def run(bank, data, **options):
    item_import = submit_import(
        bank=bank, data=data, filename="题.xlsx", by=None, **options
    )
    run_import(import_id=item_import.pk)
    item_import.refresh_from_db()
    assert item_import.state == JobState.DONE, item_import.error
    return item_import


def remark_codes(item_import):
    return [remark["code"] for remark in item_import.report["remarks"]]


def test_items_come_in_as_drafts_with_topic_roles_and_citation(bank):
    done = run(bank, sheet(GOOD, ALSO_GOOD))
    assert is_complete(done)
    assert (done.total, done.taken, done.refused) == (2, 2, 0)
    item = bank.items.get(code="A1")
    assert (item.status, item.topic.name, item.roles) == ("draft", "防火", ["worker"])
    assert item.current_revision.number == 1
    cited = Citation.objects.get(source_key=str(item.public_id))
    assert (cited.law_slug, cited.eid) == ("work-safety-law", "art_57")


def test_a_dry_run_writes_nothing(bank):
    done = run(bank, sheet(GOOD), is_dry_run=True)
    assert is_complete(done)
    assert (done.report["would_take"], bank.items.count()) == (1, 0)


def test_all_or_nothing_takes_nothing_beside_one_bad_row(bank):
    done = run(bank, sheet(GOOD, BAD))
    assert not is_complete(done)
    assert (done.taken, done.refused, bank.items.count()) == (0, 1, 0)
    assert remark_codes(done) == ["answer_not_an_option"]


def test_good_rows_are_taken_by_choice(bank):
    done = run(bank, sheet(GOOD, BAD), policy=ImportPolicy.GOOD_ROWS)
    assert (done.taken, done.refused) == (1, 1)
    assert not is_complete(done)
    assert [i.code for i in bank.items.all()] == ["A1"]


def test_the_same_file_again_changes_nothing(bank):
    run(bank, sheet(GOOD))
    again = run(bank, sheet(GOOD))
    assert (again.taken, again.unchanged, again.refused) == (0, 1, 0)
    assert is_complete(again)
    assert ItemRevision.objects.count() == 1


def test_a_code_of_another_item_is_refused(bank):
    run(bank, sheet(GOOD))
    other = run(bank, sheet(row("A1", "完全不同的另一道题目")))
    assert remark_codes(other) == ["code_taken"]


def test_duplicates_within_the_file_and_with_the_bank_are_reported(bank):
    run(bank, sheet(GOOD))
    same, near = (
        row("B1", "安全出口，应当怎样?"),
        row(
            "B3",
            "动火作业之前，作业人员和监护人应当做好哪些准备，并且办理什么样的批准手续？",
        ),
    )
    done = run(
        bank, sheet(same, ALSO_GOOD, near, row("A2", "重复的编号")), is_dry_run=True
    )
    assert remark_codes(done) == ["duplicate_in_bank", "similar_in_file", "code_twice"]


def test_files_that_are_too_large_are_not_even_stored(bank):
    with pytest.raises(ImportRefused) as refusal:
        submit_import(
            bank=bank, data=b"0" * (MAX_FILE_BYTES + 1), filename="x", by=None
        )
    assert refusal.value.code == "file_too_large"
    assert not ItemImport.objects.exists()


def test_an_unreadable_file_is_reported_not_raised(bank):
    done = run(bank, b"\xd0\xcf\x11\xe0 old")
    assert remark_codes(done) == ["old_xls"]
    assert not is_complete(done)


def test_the_parser_process_gives_up_instead_of_eating_the_machine(monkeypatch):
    monkeypatch.setattr("lms.core.sheets.process.WALL_SECONDS", 0.001)
    parsed = parse_items(data=sheet(GOOD))
    assert [remark.code for remark in parsed.remarks] == ["file_too_hard"]


def test_a_worker_killed_in_the_middle_leaves_nothing_twice(bank, monkeypatch):
    rows = [row(f"K{n}", f"第{n}条题目的内容是{n * 7919}吗") for n in range(6)]
    monkeypatch.setattr(importing, "CHUNK", 2)
    item_import = submit_import(
        bank=bank, data=sheet(*rows), filename="x.xlsx", by=None,
        policy=ImportPolicy.GOOD_ROWS,
    )  # fmt: skip
    whole = writing.ItemWriter.write

    def die_at_second(self, rows):
        if ImportedItem.objects.exists():
            raise KeyboardInterrupt
        return whole(self, rows)

    monkeypatch.setattr(writing.ItemWriter, "write", die_at_second)
    with pytest.raises(KeyboardInterrupt):
        run_import(import_id=item_import.pk)
    assert bank.items.count() == 2
    monkeypatch.setattr(writing.ItemWriter, "write", whole)
    assert not run_import(import_id=item_import.pk), "the lease of the dead one holds"
    ItemImport.objects.update(lease_expires_at=NOW - timedelta(days=365))
    assert wake_imports() == 1
    assert run_import(import_id=item_import.pk)
    item_import.refresh_from_db()
    assert is_complete(item_import)
    assert sorted(i.code for i in bank.items.all()) == [f"K{n}" for n in range(6)]
    assert not run_import(import_id=item_import.pk), "a late message finds it done"


def test_all_or_nothing_is_one_transaction(bank, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 1)
    item_import = submit_import(
        bank=bank, data=sheet(GOOD, ALSO_GOOD), filename="x", by=None
    )
    whole = writing.ItemWriter.write

    def die_at_second(self, rows):
        if ImportedItem.objects.exists():
            raise KeyboardInterrupt
        return whole(self, rows)

    monkeypatch.setattr(writing.ItemWriter, "write", die_at_second)
    with pytest.raises(KeyboardInterrupt):
        run_import(import_id=item_import.pk)
    assert bank.items.count() == 0


def test_undo_retires_the_items_and_frees_their_codes(bank):
    done = run(bank, sheet(GOOD, ALSO_GOOD))
    assert undo_import(item_import=done, by=None, now=NOW) == 2
    assert set(bank.items.values_list("status", flat=True)) == {ItemStatus.RETIRED}
    assert not Citation.objects.filter(source_kind="item").exists()
    assert undo_import(item_import=done, by=None, now=NOW) == 0
    assert is_complete(run(bank, sheet(GOOD, ALSO_GOOD)))


def test_undo_is_refused_for_items_in_use_or_edited_and_says_which(bank):
    done = run(bank, sheet(GOOD, ALSO_GOOD, row("A4", "第三个完全独立的题目")))
    one, two = bank.items.get(code="A1"), bank.items.get(code="A4")
    make_fixed_paper([one])
    revise_item(item=two, content=content_for("choice"), by=None, now=NOW)
    with pytest.raises(ImportRefused) as refusal:
        undo_import(item_import=done, by=None, now=NOW)
    assert refusal.value.params["codes"] == ["A1", "A4"]
    assert not bank.items.filter(status=ItemStatus.RETIRED).exists()


def test_the_returned_workbook_has_a_comment_on_the_bad_cell(bank):
    import io

    import openpyxl

    done = run(bank, sheet(GOOD, BAD))
    book = openpyxl.load_workbook(io.BytesIO(returned_workbook(item_import=done)))
    mine, remarks = book.worksheets
    assert "F" in mine["F3"].comment.text
    assert mine["F2"].comment is None
    assert mine["C3"].value == BAD[2]
    assert remarks.max_row == 2


@pytest.mark.parametrize("english", [False, True])
@pytest.mark.parametrize("format_name", ["xlsx", "csv"])
def test_the_templates_can_be_imported_as_they_are(bank, english, format_name):
    done = run(bank, template(format_name=format_name, english=english))
    assert remark_codes(done) == []
    assert is_complete(done)


MIXED = {
    "stem": "先____，浓度低于____%，电压____",
    "blanks": [
        ["通风", "换气"],
        {"correct": "3.5", "tolerance": "0.1"},
        # A text that looks like a number with a tolerance stays a text.
        ["220±10"],
    ],
}


def test_the_whole_way_back_changes_nothing(bank):
    make_item(bank, "text_entry", code="R-mixed", content=MIXED)
    for name in ("choice", "true_false", "text_entry", "numeric", "order", "match"):
        make_item(bank, name, code=f"R-{name}", content=content_for(name, stem={
            "text_entry": "填____和____"}.get(name, f"关于{name}的题目")))  # fmt: skip
    case = make_item(bank, "case", code="R-case", content={"stem": "某厂发生事故"})
    make_item(bank, "true_false", code="R-case-1", parent=case,
              content=content_for("true_false", stem="应当停工"))  # fmt: skip
    before = Item.objects.count()
    for name in ("xlsx", "csv", "moodle-xml", "qti-2.1", "qti-3.0"):
        export = export_bank(bank=bank, format_name=name)
        assert [(r.place.element, r.code, r.params) for r in export.losses] == []
        back = run(bank, export.data)
        assert (back.unchanged, back.taken, back.refused) == (8, 0, 0), remark_codes(
            back
        )
    assert Item.objects.count() == before


def test_the_commands_and_their_exit_codes(bank, tmp_path, capsys):
    good, bad, out = tmp_path / "g.xlsx", tmp_path / "b.xlsx", tmp_path / "r.xlsx"
    good.write_bytes(sheet(GOOD))
    bad.write_bytes(sheet(ALSO_GOOD, BAD))
    call_command("import_items", str(good), "--bank", "b1")
    with pytest.raises(CommandError) as refusal:
        call_command("import_items", str(bad), "--bank", "b1", "--report", str(out))
    assert refusal.value.returncode == 1
    assert out.read_bytes()[:2] == b"PK"
    with pytest.raises(CommandError) as unknown:
        call_command("import_items", str(good), "--bank", "nowhere")
    assert unknown.value.returncode == 2
    call_command(
        "export_items", "--bank", "b1", "--format", "csv", str(tmp_path / "o.csv")
    )
    with pytest.raises(CommandError) as lossy:
        call_command(
            "export_items", "--bank", "b1", "--format", "aiken", str(tmp_path / "o.txt")
        )
    assert lossy.value.returncode == 1
