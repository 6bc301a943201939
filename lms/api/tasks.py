from celery import shared_task

from lms.core import clock


@shared_task(name="api.prune_idempotency_records")
def prune_idempotency_records() -> None:
    """Forget kept answers after a day."""
    from lms.api.idempotency import prune_records  # noqa: PLC0415 -- task body

    prune_records(now=clock.now())
