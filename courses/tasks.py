from celery import shared_task


@shared_task(name="courses.settle_playback")
def settle_playback() -> None:
    from courses.domain import seats  # noqa: PLC0415 -- task body
    from lms.core import clock  # noqa: PLC0415 -- task body

    seats.settle_all(now=clock.now())
