"""One import from the file to the bank: claim, read, check, write, report.

A worker may die at any line. Its lease runs out (or a sweep on the same host sees that
the process is gone) and another attempt goes on: all-or-nothing is one transaction, so
nothing of a dead attempt stays; good rows are written in chunks, and a position of the
file that was written is never written again.
"""

import logging
from contextlib import nullcontext
from dataclasses import asdict
from datetime import timedelta
from pathlib import PurePath

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from exams.domain.exchange.checking import Checked, check_parsed
from exams.domain.exchange.drafts import Parsed, Remark
from exams.domain.exchange.parsing import MAX_FILE_BYTES, parse_items
from exams.domain.exchange.pictures import store_pictures
from exams.domain.exchange.writing import ItemWriter
from exams.enums import ImportPolicy
from exams.errors import ImportRefused
from exams.models import ImportedItem, ItemBank, ItemImport
from exams.querysets import ItemImportQuerySet
from exams.tasks import run_item_import, sign_item_revisions
from lms.accounts.models import User
from lms.audit.domain.recording import record
from lms.audit.enums import Verb
from lms.core import clock
from lms.core.enums import JobState
from lms.core.models import claim_job, claimable
from lms.core.workers import is_dead, worker_identity

logger = logging.getLogger(__name__)

LEASE_SECONDS = 300
MAX_ATTEMPTS = 3
CHUNK = 500
MAX_REMARKS = 5_000


class LeaseLost(Exception):
    """Another worker has the import now."""


@transaction.atomic
def submit_import(
    *,
    bank: ItemBank,
    data: bytes,
    filename: str,
    policy: str = ImportPolicy.ALL_OR_NOTHING,
    is_dry_run: bool = False,
    format_name: str = "auto",
    by: User | None,
) -> ItemImport:
    """Take a file in; the worker is told once the row is committed.

    Raises:
        ImportRefused: `file_too_large`, before anything is stored.
    """
    if len(data) > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // 1024 // 1024
        raise ImportRefused(
            "file_too_large",
            _("The file is larger than %(limit)s MB.") % {"limit": limit},
        )
    item_import = ItemImport(
        bank=bank,
        filename=PurePath(filename).name[:200],
        policy=policy,
        is_dry_run=is_dry_run,
        format=format_name,
        created_by=by,
    )
    item_import.file.save(filename[-100:], ContentFile(data), save=False)
    item_import.report = {"language": translation.get_language() or "zh-hans"}
    item_import.save()
    run_item_import.delay_on_commit(item_import.pk)  # type: ignore[attr-defined]
    return item_import


def run_import(*, import_id: int) -> bool:
    """Do one import if it can be claimed; return whether this call did the work."""
    item_import = claim_job(
        ItemImport.objects.select_related("bank", "created_by"),
        job_id=import_id,
        worker=worker_identity(),
        lease_seconds=LEASE_SECONDS,
        now=clock.now(),
    )
    if item_import is None:
        return False
    if item_import.attempts > MAX_ATTEMPTS:
        _fail(item_import, "the worker died in each attempt")
        return False
    language = str(item_import.report.get("language", "zh-hans"))
    try:
        with translation.override(language):
            _run(item_import, language)
    except LeaseLost:
        logger.warning("Import %s was taken over", import_id)
        return False
    except Exception as error:
        # Storage and database raise their own kinds; the reason is kept with the row.
        logger.exception("Import %s failed", import_id)
        _fail(item_import, repr(error))
        return False
    return True


def _held(item_import: ItemImport) -> ItemImportQuerySet:
    return ItemImport.objects.running().filter(
        pk=item_import.pk,
        claimed_by=item_import.claimed_by,
        attempts=item_import.attempts,
    )


def _renew(item_import: ItemImport, **changes: object) -> None:
    now = clock.now()
    until = now + timedelta(seconds=LEASE_SECONDS)
    held = _held(item_import)
    if not held.update(lease_expires_at=until, updated_at=now, **changes):
        raise LeaseLost(item_import.pk)


def _run(item_import: ItemImport, language: str) -> None:
    with item_import.file.open("rb") as file:
        data = file.read()
    parsed = parse_items(data=data, format_name=item_import.format)
    _renew(item_import, total=len(parsed.drafts))
    checked = check_parsed(
        bank=item_import.bank,
        parsed=parsed,
        item_import=item_import,
        on_tick=lambda count: _renew(item_import, checked=count),
    )
    _renew(item_import, checked=len(parsed.drafts))
    if _may_write(item_import, checked):
        _write(item_import, parsed, checked)
    _finish(item_import, parsed, checked, language)


def _may_write(item_import: ItemImport, checked: Checked) -> bool:
    if item_import.is_dry_run or not checked.good:
        return False
    is_clean = not any(remark.is_error for remark in checked.remarks)
    return is_clean or item_import.policy == ImportPolicy.GOOD_ROWS


def _write(item_import: ItemImport, parsed: Parsed, checked: Checked) -> None:
    done = set(
        ImportedItem.objects.filter(item_import=item_import).values_list(
            "position", flat=True
        )
    )
    rows = [(position, d) for position, d in checked.good if position not in done]
    store_pictures(parsed.pictures)
    is_whole = item_import.policy == ImportPolicy.ALL_OR_NOTHING
    taken = len(done)
    with transaction.atomic() if is_whole else nullcontext():
        writer = ItemWriter(item_import, clock.now())
        for start in range(0, len(rows), CHUNK):
            with transaction.atomic():
                taken += writer.write(rows[start : start + CHUNK])
                _renew(item_import, taken=taken)


def _finish(
    item_import: ItemImport, parsed: Parsed, checked: Checked, language: str
) -> None:
    now = clock.now()
    taken = ImportedItem.objects.filter(item_import=item_import).count()
    has_file_error = any(r.is_error for r in parsed.remarks)
    report = {
        "language": language,
        "format": parsed.format,
        "columns": parsed.columns,
        "would_take": len(checked.good),
        "has_file_error": has_file_error,
        "remarks": [asdict(remark) for remark in _first(checked.remarks)],
        "more": max(len(checked.remarks) - MAX_REMARKS, 0),
    }
    with transaction.atomic():
        done = _held(item_import).update(
            state=JobState.DONE,
            finished_at=now,
            lease_expires_at=None,
            updated_at=now,
            taken=taken,
            unchanged=checked.unchanged,
            refused=checked.refused,
            report=report,
        )
        if not done:
            raise LeaseLost(item_import.pk)
        if taken:
            _record(item_import, taken)
            # So that the next author is told of twins among them.
            sign_item_revisions.delay_on_commit()  # type: ignore[attr-defined]


def _record(item_import: ItemImport, taken: int) -> None:
    record(
        actor=item_import.created_by,
        verb=Verb.ITEMS_IMPORTED,
        obj=item_import.bank,
        data={"import": str(item_import.public_id), "items": taken},
    )


def _first(remarks: list[Remark]) -> list[Remark]:
    """Errors come before warnings when there are too many to keep."""
    if len(remarks) <= MAX_REMARKS:
        return remarks
    return sorted(remarks, key=lambda remark: not remark.is_error)[:MAX_REMARKS]


def _fail(item_import: ItemImport, detail: str) -> None:
    now = clock.now()
    _held(item_import).update(
        state=JobState.FAILED,
        finished_at=now,
        lease_expires_at=None,
        error=detail[-2000:],
        updated_at=now,
    )


def wake_imports() -> int:
    """Send for the imports that wait or whose worker is gone; return how many."""
    now = clock.now()
    for item_import in ItemImport.objects.running().only(
        "pk", "claimed_by", "attempts"
    ):
        if is_dead(item_import.claimed_by):
            _held(item_import).update(lease_expires_at=now - timedelta(seconds=1))
    waiting = ItemImport.objects.filter(claimable(now)).order_by("pk")
    keys = list(waiting.values_list("pk", flat=True)[:4])
    for key in keys:
        run_item_import.delay_on_commit(key)  # type: ignore[attr-defined]
    return len(keys)


def is_complete(item_import: ItemImport) -> bool:
    """Tell whether every row of the file is in the bank now (exit code 0)."""
    if item_import.state != JobState.DONE or item_import.report.get("has_file_error"):
        return False
    taken = (
        item_import.report["would_take"]
        if item_import.is_dry_run
        else item_import.taken
    )
    good = taken + item_import.unchanged
    return item_import.refused == 0 and item_import.total == good > 0
