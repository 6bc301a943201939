from celery import shared_task

from lms.core import clock


@shared_task(name="notifications.send_email")
def send_email(delivery_id: int) -> None:
    """Send one e-mail soon; the sweep finds it should this message be lost."""
    from lms.notifications.domain.mail import (  # noqa: PLC0415 -- task body
        send_delivery,
    )

    send_delivery(delivery_id=delivery_id, now=clock.now())


@shared_task(name="notifications.sweep_emails")
def sweep_emails() -> None:
    """Send what is due again, and note what a dead worker left in the air."""
    from lms.notifications.domain.mail import (  # noqa: PLC0415 -- task body
        send_due_emails,
    )

    send_due_emails(now=clock.now())
