"""Bulk checks: lists and archives, also hostile ones, with a result to take home."""

import io
import json
import zipfile

import pytest
from django.core.files.storage import storages

from certificates.domain import bulk_checking
from certificates.domain.bulk_checking import (
    result_of,
    run_check,
    submit_bulk_check,
    wake_bulk_checks,
)
from certificates.domain.revoking import revoke_certificate
from certificates.enums import RevocationReason
from certificates.errors import BulkRefused
from certificates.models import BulkCheck
from exams.domain.exchange.sheets import write_table
from lms.audit.models import AuditEvent
from tests.certificates.forging import document_of
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.certificates import NOW

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def check_storage(private_files):
    field = BulkCheck._meta.get_field("file")
    before, field.storage = field.storage, storages["private"]
    yield storages["private"]
    field.storage = before


def checked(data, filename):
    check = submit_bulk_check(data=data, filename=filename, by=UserFactory())
    run_check(check_id=check.pk)
    check.refresh_from_db()
    return check


def verdicts(check):
    return [(row["row"], row["verdict"]) for row in result_of(check)]


def revoke(certificate):
    revoke_certificate(
        certificate=certificate,
        reason=RevocationReason.OTHER,
        by=SuperuserFactory(),
        now=NOW,
    )


def archive(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in files.items():
            pack.writestr(name, content)
    return out.getvalue()


def test_spreadsheet_with_names_is_checked_row_by_row(issue, certificate):
    revoked = issue()
    revoke(revoked)
    table = [
        ["2026 年度", "", ""],
        ["序号", "姓名", "证书编号"],
        ["1", "张伟", certificate.number],
        ["2", "李四", certificate.number],
        ["3", "", revoked.number.lower()],
        ["", "", ""],
        ["5", "张伟", "AX-2026-000099-00000000"],
    ]
    check = checked(write_table(table, title="x"), "list.xlsx")
    assert check.state == "done", check.error
    assert verdicts(check) == [
        (3, "valid"), (4, "unknown"), (5, "revoked"), (7, "unknown"),
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_any_usual_encoding(certificate, encoding):
    text = f"姓名,编号\n张伟,{certificate.number}\n"
    check = checked(text.encode(encoding), "list.csv")
    assert verdicts(check) == [(2, "valid")]


def test_list_without_headings_has_numbers_first(certificate):
    check = checked(f"{certificate.number};张伟\n".encode(), "list.csv")
    assert verdicts(check) == [(1, "valid")]


def test_archive_is_judged_document_by_document(issue, certificate):
    document = document_of(certificate)
    files = {
        "a.pdf": document,
        "folder/b.pdf": document + b"\n",
        "../../c.pdf": b"%PDF-1.7 rubbish",
        "d.txt": b"hello",
    }
    check = checked(archive(files), "papers.zip")
    assert [(row["given"], row["verdict"]) for row in result_of(check)] == [
        ("a.pdf", "valid"),
        ("b.pdf", "altered"),
        ("c.pdf", "undecided"),
        ("d.txt", "undecided"),
    ]


def test_bomb_in_an_archive_is_cut_off(db):
    check = checked(archive({"bomb.pdf": bytes(300_000_000)}), "bomb.zip")
    assert verdicts(check) == [(1, "undecided")]


@pytest.mark.parametrize(
    ("data", "filename"),
    [
        (b"PK\x03\x04 broken", "list.xlsx"),
        (b"PK\x03\x04 broken", "papers.zip"),
        ("名称,说明\n甲,乙\n".encode(), "list.csv"),
        (b"\xff\xfe\x00\x81" * 50, "list.csv"),
    ],
)
def test_unreadable_file_fails_with_a_reason(db, data, filename):
    check = checked(data, filename)
    assert check.state == "failed"
    assert check.error


def test_wrong_kind_and_too_large_are_refused_at_once(db, monkeypatch):
    with pytest.raises(BulkRefused) as refused:
        submit_bulk_check(data=b"x", filename="a.doc", by=UserFactory())
    assert refused.value.code == "unknown_format"
    monkeypatch.setattr(bulk_checking, "MAX_BYTES", 3)
    with pytest.raises(BulkRefused) as refused:
        submit_bulk_check(data=b"1234", filename="a.csv", by=UserFactory())
    assert refused.value.code == "too_large"
    assert not BulkCheck.objects.exists()


def test_file_is_removed_and_the_result_holds_no_name(
    certificate, check_storage, django_capture_on_commit_callbacks
):
    text = f"number,name\n{certificate.number},张伟\n"
    with django_capture_on_commit_callbacks(execute=True):
        check = submit_bulk_check(
            data=text.encode(), filename="a.csv", by=UserFactory()
        )
    check.refresh_from_db()
    assert check.state == "done"
    assert not check.file
    assert check_storage.listdir("certificate-checks")[1] == []
    assert "张伟" not in json.dumps(result_of(check), ensure_ascii=False)


def test_check_is_audited_with_numbers_only(certificate):
    checked(f"{certificate.number},张伟\n".encode(), "a.csv")
    event = AuditEvent.objects.get(verb="certificates_bulk_checked")
    assert event.data == {"verdicts": {"valid": 1}, "numbers": [certificate.number]}


def test_dead_check_is_found_again(certificate):
    check = submit_bulk_check(
        data=f"{certificate.number}\n".encode(), filename="a.csv", by=UserFactory()
    )
    BulkCheck.objects.update(state="running", attempts=1, lease_expires_at=NOW)
    assert wake_bulk_checks() == 1
    assert run_check(check_id=check.pk)
    assert not run_check(check_id=check.pk)


def test_many_numbers_cost_few_queries(issue, django_assert_max_num_queries):
    numbers = [(n, issue(document=False).number, "张伟") for n in range(6)]
    with django_assert_max_num_queries(2):
        rows = list(bulk_checking.check_numbers(numbers))
    assert {row["verdict"] for row in rows} == {"valid"}
