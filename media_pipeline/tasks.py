"""Messages are hints: each of these may come twice, late or never."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready


@shared_task(name="media_pipeline.transcode_asset")
def transcode_asset(job_id: int) -> None:
    from media_pipeline.domain.transcoding import run_job  # noqa: PLC0415 -- task body

    run_job(job_id=job_id)


@shared_task(name="media_pipeline.sweep_transcodes")
def sweep_transcodes() -> None:
    from lms.core import clock  # noqa: PLC0415 -- task body
    from media_pipeline.domain.sweeps import wake_transcodes  # noqa: PLC0415 -- task body

    wake_transcodes(now=clock.now())


@shared_task(name="media_pipeline.remove_orphans")
def remove_orphans() -> None:
    from lms.core import clock  # noqa: PLC0415 -- task body
    from media_pipeline.domain.sweeps import remove_orphaned_files  # noqa: PLC0415 -- task body

    remove_orphaned_files(now=clock.now())


@worker_ready.connect
def _wake_at_start(**kwargs: Any) -> None:
    """A restarted worker looks at once for what its predecessor left half done."""
    sweep_transcodes.delay()
