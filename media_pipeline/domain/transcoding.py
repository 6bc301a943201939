"""The conversion of one asset: claim, encode, store, switch.

A worker may die at any line. Its lease runs out (or a sweep on the same host sees that
the process is gone), another attempt takes the row over, and the dead attempt's files
are cleared away: they were never referred to.
"""

import logging
from datetime import timedelta

from django.db import transaction

from lms.core import clock
from lms.core.enums import JobState
from lms.core.models import claim_job
from lms.core.workers import worker_identity
from media_pipeline.domain import files
from media_pipeline.domain.sweeps import wake_next
from media_pipeline.encoders.errors import EncodingError
from media_pipeline.encoders.renditions import TYPES, EncodedVideo, encode_video
from media_pipeline.encoders.slots import media_slot
from media_pipeline.enums import AssetState, Failure
from media_pipeline.models import Asset, Rendition, TranscodeJob
from media_pipeline.querysets import TranscodeJobQuerySet
from media_pipeline.signals import asset_ready

logger = logging.getLogger(__name__)

LEASE_SECONDS = 60
RENEW_SECONDS = 15
MAX_ATTEMPTS = 3
BACKOFF_SECONDS = 30
ERROR_CHARACTERS = 4000


class LeaseLost(Exception):
    """Someone else has the job now; what this attempt made is thrown away."""


class Lease:
    """This worker's hold on one attempt, renewed while it works."""

    def __init__(self, job: TranscodeJob) -> None:
        self.job = job
        self.renew_at = clock.now()

    def held(self) -> TranscodeJobQuerySet:
        """Return the row as a queryset that is empty once the lease is lost."""
        return TranscodeJob.objects.running().filter(
            pk=self.job.pk, claimed_by=self.job.claimed_by, attempts=self.job.attempts
        )

    def renew(self) -> None:
        """Prolong the lease every few seconds.

        Raises:
            LeaseLost: another worker took the job over.
        """
        now = clock.now()
        if now < self.renew_at:
            return
        until = now + timedelta(seconds=LEASE_SECONDS)
        if not self.held().update(lease_expires_at=until, updated_at=now):
            raise LeaseLost(self.job.pk)
        self.renew_at = now + timedelta(seconds=RENEW_SECONDS)


def run_job(*, job_id: int) -> bool:
    """Convert one asset if the job can be claimed and the host has a free slot.

    Returns whether this call did the work. Safe to call at any time and twice: without
    slot or claim nothing happens, and whoever frees a slot wakes the next job.
    """
    with media_slot() as has_slot:
        job = _claim(job_id) if has_slot else None
        done = _run(job) if job else False
    if has_slot:
        wake_next(now=clock.now())
    if done and job:
        asset_ready.send_robust(Asset, asset=Asset.objects.get(pk=job.asset_id))
    return job is not None


def _claim(job_id: int) -> TranscodeJob | None:
    jobs = TranscodeJob.objects.select_related("asset")
    job = claim_job(
        jobs,
        job_id=job_id,
        worker=worker_identity(),
        lease_seconds=LEASE_SECONDS,
        now=clock.now(),
    )
    if job is None:
        return None
    if job.attempts > MAX_ATTEMPTS:
        _fail(Lease(job), Failure.WORKER_LOST, "the worker died in each attempt")
        return None
    Asset.objects.filter(
        pk=job.asset_id, state__in=[AssetState.UPLOADED, AssetState.FAILED]
    ).update(state=AssetState.PROCESSING)
    return job


def _run(job: TranscodeJob) -> bool:
    lease = Lease(job)
    prefix = files.job_folder(job)
    try:
        _clear_away(job.asset)
        with files.scratch_folder(job) as folder:
            source = files.fetch_source(
                asset=job.asset, folder=folder, on_tick=lease.renew
            )
            output = folder / "out"
            output.mkdir()
            video = encode_video(source=source, folder=output, on_tick=lease.renew)
            files.store_folder(folder=output, prefix=prefix, on_tick=lease.renew)
        _switch(lease, video, prefix)
    except LeaseLost:
        logger.warning("Job %s was taken over; its attempt is discarded", job.pk)
        files.remove_folder(storage=files.media_storage(), prefix=prefix)
        return False
    except EncodingError as error:
        _fail_or_retry(lease, error.failure, error.detail, is_final=error.is_final)
        return False
    except Exception as error:
        # Storage back ends raise their own kinds; the reason is kept with the job.
        logger.exception("Job %s failed", job.pk)
        _fail_or_retry(lease, Failure.STORAGE, repr(error), is_final=False)
        return False
    _clear_away(job.asset)
    return True


@transaction.atomic
def _switch(lease: Lease, video: EncodedVideo, prefix: str) -> None:
    """Make the new renditions those in force: all of them, or none.

    Raises:
        LeaseLost: another attempt is responsible now; nothing has changed.
    """
    now = clock.now()
    done = lease.held().update(
        state=JobState.DONE, finished_at=now, lease_expires_at=None, updated_at=now
    )
    if not done:
        raise LeaseLost(lease.job.pk)
    asset = lease.job.asset
    Rendition.objects.filter(asset=asset).delete()
    Rendition.objects.bulk_create(
        Rendition(
            asset=asset,
            kind=made.kind,
            name=made.name,
            file=f"{prefix}/{made.path}",
            content_type=TYPES[f".{made.path.rpartition('.')[2]}"],
            width=made.width,
            height=made.height,
            bitrate=made.bitrate,
            size_bytes=made.size_bytes,
        )
        for made in video.renditions
    )
    Asset.objects.filter(pk=asset.pk).update(
        state=AssetState.READY,
        rendition_prefix=prefix,
        duration_seconds=video.duration_seconds,
        width=video.width,
        height=video.height,
        updated_at=now,
    )


def _fail_or_retry(
    lease: Lease, failure: Failure, detail: str, *, is_final: bool
) -> None:
    job = lease.job
    if is_final or job.attempts >= MAX_ATTEMPTS:
        _fail(lease, failure, detail)
    else:
        now = clock.now()
        wait = BACKOFF_SECONDS * 2 ** (job.attempts - 1)
        lease.held().update(
            state=JobState.QUEUED,
            run_after=now + timedelta(seconds=wait),
            lease_expires_at=None,
            failure=failure,
            error=detail[-ERROR_CHARACTERS:],
            updated_at=now,
        )
    _clear_away(job.asset)


@transaction.atomic
def _fail(lease: Lease, failure: Failure, detail: str) -> None:
    """Give up, with the reason in words. Renditions of an earlier run stay in force."""
    now = clock.now()
    failed = lease.held().update(
        state=JobState.FAILED,
        finished_at=now,
        lease_expires_at=None,
        failure=failure,
        error=detail[-ERROR_CHARACTERS:],
        updated_at=now,
    )
    if failed:
        Asset.objects.filter(pk=lease.job.asset_id, rendition_prefix="").update(
            state=AssetState.FAILED, updated_at=now
        )


def _clear_away(asset: Asset) -> None:
    """Remove what dead or superseded attempts left, but nothing a live one writes."""
    in_force = Asset.objects.values_list("rendition_prefix", flat=True).get(pk=asset.pk)
    running = TranscodeJob.objects.running().filter(asset_id=asset.pk)
    live = {files.job_folder(job) for job in running.select_related("asset")}
    files.remove_other_folders(asset=asset, keep={in_force} | live)
