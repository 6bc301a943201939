"""Background work: messages are hints, `sweep_certificates` finds what was lost."""

from celery import shared_task

from lms.core.clock import now


@shared_task(name="certificates.render_certificate")
def render_certificate(certificate_id: int) -> None:
    from certificates.domain.issuing import attach_pdf  # noqa: PLC0415 -- task body

    attach_pdf(certificate_id=certificate_id)


@shared_task(name="certificates.run_certificate_batch")
def run_certificate_batch(batch_id: int) -> None:
    from certificates.domain.batches import run_batch  # noqa: PLC0415 -- task body

    run_batch(batch_id=batch_id)


@shared_task(name="certificates.render_chunk")
def render_chunk(certificate_ids: list[int]) -> None:
    from certificates.domain import batches  # noqa: PLC0415 -- task body

    batches.render_certificates(certificate_ids=certificate_ids)


@shared_task(name="certificates.run_bulk_check")
def run_bulk_check(check_id: int) -> None:
    from certificates.domain.bulk_checking import run_check  # noqa: PLC0415 -- task body

    run_check(check_id=check_id)


@shared_task(name="certificates.sweep_batches")
def sweep_batches() -> None:
    from certificates.domain import (  # noqa: PLC0415 -- task body
        batches,
        bulk_checking,
    )

    batches.wake_batches()
    bulk_checking.wake_bulk_checks()


@shared_task(name="certificates.publish_checkpoint")
def publish_checkpoint() -> None:
    from certificates.domain import register  # noqa: PLC0415 -- task body

    register.publish_checkpoint(now=now())


@shared_task(name="certificates.sweep_certificates")
def sweep_certificates() -> None:
    from certificates.domain.sweeps import sweep  # noqa: PLC0415 -- task body

    sweep(now=now())


@shared_task(name="certificates.remind_of_expiry")
def remind_of_expiry() -> None:
    from certificates.domain import renewals  # noqa: PLC0415 -- task body
    from lms.core.clock import shanghai_date  # noqa: PLC0415 -- task body

    today = shanghai_date(now())
    renewals.remind_of_expiry(today=today)
    renewals.remind_of_review(today=today)
