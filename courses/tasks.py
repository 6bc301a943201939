from celery import shared_task

from lms.core import clock


@shared_task(name="courses.continue_moves")
def continue_moves() -> None:
    """Take people into versions that their authors require."""
    from courses.domain.versions import (  # noqa: PLC0415 -- task body
        continue_required_moves,
    )

    continue_required_moves(now=clock.now())


@shared_task(name="courses.send_statements")
def send_statements() -> None:
    """Queue what happened and send it to the learning record store."""
    from courses.domain.statement_delivery import (  # noqa: PLC0415 -- task body
        deliver_statements,
    )

    deliver_statements(now=clock.now())


@shared_task(name="courses.settle_playback")
def settle_playback() -> None:
    from courses.domain import seats  # noqa: PLC0415 -- task body

    seats.settle_all(now=clock.now())
