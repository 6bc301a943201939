"""Many certificates at once: a list of numbers, or an archive of documents."""

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from certificates.domain.numbers import clean_number
from certificates.domain.pdf_inspection import ENVIRONMENT, Inspector
from certificates.domain.verification import verify_numbers, verify_pdf
from certificates.enums import BulkKind, Verdict
from certificates.errors import BulkRefused
from certificates.models import BulkCheck
from certificates.tasks import run_bulk_check
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.core import clock
from lms.core.jobs import Lease, run_job, wake_jobs

MAX_BYTES = 200 * 1024 * 1024
MAX_ROWS = 20_000
CHUNK = 500
# A list of a program up to this length is judged while the program waits.
AT_ONCE = 500
INTAKE_SECONDS = 60
NUMBER_HEADINGS = ("编号", "证书编号", "证书号", "number", "certificate")
NAME_HEADINGS = ("姓名", "持证人", "name", "holder")


@transaction.atomic
def submit_bulk_check(*, data: bytes, filename: str, by: User) -> BulkCheck:
    """Take in a spreadsheet (XLSX, CSV) or a ZIP of PDFs; the worker does the rest.

    Raises:
        BulkRefused: `too_large` or `unknown_format`.
    """
    if len(data) > MAX_BYTES:
        raise BulkRefused("too_large", _("The file is larger than 200 MB."))
    ending = PurePath(filename).suffix.lower()
    kinds = {".xlsx": BulkKind.SHEET, ".csv": BulkKind.SHEET, ".zip": BulkKind.ZIP}
    if ending not in kinds:
        raise BulkRefused(
            "unknown_format", _("Choose a spreadsheet (XLSX, CSV) or a ZIP of PDFs.")
        )
    check = _keep(data=data, filename=filename, kind=kinds[ending], by=by)
    run_bulk_check.delay_on_commit(check.pk)  # type: ignore[attr-defined]
    return check


@transaction.atomic
def submit_numbers(*, pairs: list[tuple[str, str]], by: User) -> BulkCheck:
    """Take in (number, name) pairs of a program; an empty name is not compared.

    Up to 500 are judged here and now (two queries); the worker does longer lists.

    Raises:
        BulkRefused: `empty` or `too_many`.
    """
    if not pairs:
        raise BulkRefused("empty", _("The list is empty."))
    _require_few(len(pairs))
    data = json.dumps(pairs, ensure_ascii=False).encode()
    check = _keep(data=data, filename="api.json", kind=BulkKind.NUMBERS, by=by)
    if len(pairs) <= AT_ONCE:
        run_check(check_id=check.pk)
        check.refresh_from_db()
    else:
        run_bulk_check.delay_on_commit(check.pk)  # type: ignore[attr-defined]
    return check


def _keep(*, data: bytes, filename: str, kind: BulkKind, by: User) -> BulkCheck:
    ending = PurePath(filename).suffix.lower()
    check = BulkCheck(created_by=by, filename=PurePath(filename).name[-200:], kind=kind)
    check.file.save(f"{check.public_id}{ending}", ContentFile(data), save=False)
    check.save()
    return check


def _require_few(count: int) -> None:
    if count > MAX_ROWS:
        raise BulkRefused("too_many", _("A list holds at most 20,000 rows."))


def run_check(*, check_id: int) -> bool:
    """Do one bulk check if it can be claimed; return whether this call did the work."""
    rows = BulkCheck.objects.select_related("created_by")
    return run_job(rows, job_id=check_id, work=_work)


def _work(lease: Lease[BulkCheck]) -> None:
    check = lease.job
    with check.file.open("rb") as file:
        data = file.read()
    with translation.override(check.created_by.language):
        rows = _WORK[BulkKind(check.kind)](data)
        result = list(_counted(lease, rows))
    _finish(lease, result)


def _counted(
    lease: Lease[BulkCheck], rows: Iterator[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Pass the rows on; note the progress and lengthen the lease now and then."""
    for count, row in enumerate(rows, start=1):
        yield row
        if count % 50 == 0:
            lease.renew(done=count)


@transaction.atomic
def _finish(lease: Lease[BulkCheck], result: list[dict[str, Any]]) -> None:
    check, count = lease.job, len(result)
    text = json.dumps(result, ensure_ascii=False)
    lease.finish(total=count, done=count, file="", result=text)
    counts: dict[str, int] = {}
    for row in result:
        counts[row["verdict"]] = counts.get(row["verdict"], 0) + 1
    record(
        actor=check.created_by,
        verb=Verb.CERTIFICATES_BULK_CHECKED,
        obj=check,
        data={
            "verdicts": counts,
            "numbers": sorted({row["number"] for row in result if row["number"]})[:500],
        },
    )
    name, storage = str(check.file.name), check.file.storage
    transaction.on_commit(lambda: storage.delete(name))


# --- lists ---


def check_rows(data: bytes) -> Iterator[dict[str, Any]]:
    """Yield the verdict of each row of a spreadsheet."""
    rows = json.loads(_intake("sheet", data))
    first, number_at, name_at = _columns(rows)
    _require_few(len(rows) - first)
    given = []
    for place, row in enumerate(rows[first:], start=first + 1):
        number = row[number_at] if number_at < len(row) else ""
        has_name = name_at is not None and name_at < len(row)
        name = row[name_at] if has_name and name_at is not None else ""
        if number or name:
            given.append((place, number, name))
    yield from check_numbers(given)


def _check_pairs(data: bytes) -> Iterator[dict[str, Any]]:
    """Yield the verdict of each pair that `submit_numbers` has kept, from row 1."""
    pairs = json.loads(data)
    yield from check_numbers(
        [(row, number, name) for row, (number, name) in enumerate(pairs, start=1)]
    )


def check_numbers(given: list[tuple[int, str, str]]) -> Iterator[dict[str, Any]]:
    """Yield the verdict of each (row, number, name); an empty name is not compared."""
    now = clock.now()
    for start in range(0, len(given), CHUNK):
        part = given[start : start + CHUNK]
        reports = verify_numbers(
            pairs=[(number, name or None) for _row, number, name in part], now=now
        )
        for (row, number, _name), report in zip(part, reports, strict=True):
            yield _line(row, number, report.verdict, report.certificate)


def _columns(rows: list[list[str]]) -> tuple[int, int, int | None]:
    """Return (first row of data, column of the number, column of the name)."""
    for place, row in enumerate(rows[:15]):
        words = [cell.casefold() for cell in row]
        number = next((n for n, w in enumerate(words) if w in NUMBER_HEADINGS), None)
        if number is not None:
            name = next((n for n, w in enumerate(words) if w in NAME_HEADINGS), None)
            return place + 1, number, name
    if any(row and clean_number(row[0]) for row in rows[:15]):
        return 0, 0, 1  # no headings: numbers first, names beside them
    raise BulkRefused(
        "no_number_column",
        _("No column “证书编号” (number) was found in the first sheet."),
    )


def _line(row: int, given: str, verdict: Verdict, certificate: Any) -> dict[str, Any]:
    return {
        "row": row,
        "given": given[:200],
        "number": certificate.number if certificate else "",
        "verdict": str(verdict),
    }


# --- archives ---


def _check_archive(data: bytes) -> Iterator[dict[str, Any]]:
    now = clock.now()
    with Inspector() as inspector:
        for row, (name, content) in enumerate(_files(data), start=1):
            report = verify_pdf(data=content, now=now, inspector=inspector)
            yield _line(row, name, report.verdict, report.certificate)


def _files(data: bytes) -> Iterator[tuple[str, bytes]]:
    unpacked = io.BytesIO(_intake("zip", data))
    while head := unpacked.readline():
        header = json.loads(head)
        yield header["name"], unpacked.read(header["size"])


_WORK: dict[BulkKind, Callable[[bytes], Iterator[dict[str, Any]]]] = {
    BulkKind.SHEET: check_rows,
    BulkKind.NUMBERS: _check_pairs,
    BulkKind.ZIP: _check_archive,
}


def _intake(kind: str, data: bytes) -> bytes:
    """Unpack in the limited process.

    Raises:
        BulkRefused: `unreadable`, also when it ran out of memory or time.
    """
    try:
        done = subprocess.run(  # noqa: S603 -- our own module, a fixed word
            [sys.executable, "-m", "certificates.intake", str(kind)],
            input=data, capture_output=True, timeout=INTAKE_SECONDS, check=True,
            cwd=settings.BASE_DIR, env=ENVIRONMENT,
        )  # fmt: skip
    except subprocess.SubprocessError as error:
        raise BulkRefused(
            "unreadable", _("The file is damaged or too large to be read.")
        ) from error
    return done.stdout


def wake_bulk_checks() -> int:
    """Send for checks that wait or whose worker is gone; return how many."""
    return wake_jobs(BulkCheck.objects.all(), send=_send)


def _send(check_id: int) -> None:
    run_bulk_check.delay_on_commit(check_id)  # type: ignore[attr-defined]


def result_of(check: BulkCheck) -> list[dict[str, Any]]:
    """Return the rows of a finished check; empty before."""
    return json.loads(str(check.result or "[]"))
