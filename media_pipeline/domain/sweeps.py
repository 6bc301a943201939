"""What was lost is found again from the rows."""

import shutil
from datetime import datetime, timedelta

from django.core.files.storage import Storage

from lms.core.models import claimable
from lms.core.storage import media_storage, private_storage
from lms.core.workers import is_dead
from media_pipeline.domain import files
from media_pipeline.models import Asset, TranscodeJob
from media_pipeline.tasks import transcode_asset

# More messages than slots would only be dropped; the next sweep sends the rest.
WAKE_AT_ONCE = 4
ORPHAN_AGE = timedelta(days=1)


def wake_transcodes(*, now: datetime) -> int:
    """Send for the conversions that wait or whose worker is gone; return how many.

    Leases held by ended processes of this host are released first, so a restarted
    worker need not wait for them to run out.
    """
    for job in TranscodeJob.objects.running().only("pk", "claimed_by", "attempts"):
        if is_dead(job.claimed_by):
            TranscodeJob.objects.running().filter(
                pk=job.pk, claimed_by=job.claimed_by, attempts=job.attempts
            ).update(lease_expires_at=now - timedelta(seconds=1))
    _remove_scratch()
    return _wake(now=now, count=WAKE_AT_ONCE)


def wake_next(*, now: datetime) -> int:
    """Send for the oldest conversion that waits, after a slot has become free."""
    return _wake(now=now, count=1)


def _wake(*, now: datetime, count: int) -> int:
    waiting = TranscodeJob.objects.filter(claimable(now)).order_by("pk")
    keys = list(waiting.values_list("pk", flat=True)[:count])
    for key in keys:
        transcode_asset.delay_on_commit(key)  # type: ignore[attr-defined]
    return len(keys)


def _remove_scratch() -> None:
    """Remove working folders of attempts that no longer run."""
    # Folders first, rows second: a folder is made after its row was claimed.
    found = list(files.scratch_root().glob("*-*"))
    live = {job.folder for job in TranscodeJob.objects.running()} if found else set()
    for folder in found:
        if folder.name not in live:
            shutil.rmtree(folder, ignore_errors=True)


def remove_orphaned_files(*, now: datetime) -> int:
    """Remove stored files that no row refers to; return how many folders went.

    Files younger than a day stay: their row may be about to be committed.
    """
    removed = 0
    for storage in (media_storage(), private_storage()):
        for root in (files.ROOT, "captions"):
            names = files.list_folders(storage, root)
            known = {
                str(key) for key in Asset.objects.values_list("public_id", flat=True)
            }
            for name in names:
                prefix = f"{root}/{name}"
                if name not in known and _is_old(storage, prefix, now):
                    files.remove_folder(storage=storage, prefix=prefix)
                    removed += 1
    return removed


def _is_old(storage: Storage, prefix: str, now: datetime) -> bool:
    folders, names = storage.listdir(prefix)
    for name in names:
        if now - storage.get_modified_time(f"{prefix}/{name}") < ORPHAN_AGE:
            return False
    return all(_is_old(storage, f"{prefix}/{name}", now) for name in folders)
