"""E-mails as rows: queued with the change they tell of, sent by a worker.

A worker claims a row by compare-and-set and notes `handed_over_at` just before the
mail server gets the text. Killed before that, another worker sends it; killed after,
nobody can know, so it is *not* sent twice: the inbox holds the message anyway, and the
row says what happened.
"""

import os
import smtplib
import socket
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import translation

from lms.core import clock
from lms.notifications.enums import DeliveryState
from lms.notifications.models import EmailDelivery, Message

LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 8
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
# What a mail server, or the way to it, may answer with.
DELIVERY_ERRORS = (smtplib.SMTPException, OSError)


def queue_email(
    *,
    to: str,
    template: str,
    language: str,
    context: dict[str, Any],
    is_secret: bool = False,
    message: Message | None = None,
) -> EmailDelivery:
    """Render `notifications/email/<template>` in the language and queue the e-mail."""
    full = context | {"site_url": settings.SITE_URL}
    with translation.override(language):
        subject = render_to_string(f"notifications/email/{template}_subject.txt", full)
        text = render_to_string(f"notifications/email/{template}.txt", full)
        html = render_to_string(f"notifications/email/{template}.html", full)
    return queue_rendered_email(
        to=to,
        subject=subject,
        text=text,
        html=html,
        is_secret=is_secret,
        message=message,
    )


def queue_rendered_email(
    *,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    is_secret: bool = False,
    message: Message | None = None,
) -> EmailDelivery:
    """Queue an e-mail that is rendered already.

    `is_secret` texts (a link that opens an account) are erased once they are sent or
    given up.
    """
    from lms.notifications.tasks import send_email  # noqa: PLC0415 -- tasks call us

    delivery = EmailDelivery.objects.create(
        to=to,
        subject=" ".join(subject.split())[:250],
        text=text.strip() + "\n",
        html=html,
        is_secret=is_secret,
        message=message,
        run_after=clock.now(),
    )
    # celery-types does not know Celery's Django task yet.
    send_email.delay_on_commit(delivery.pk)  # type: ignore[attr-defined]
    return delivery


def _claim(*, delivery_id: int, worker: str, now: datetime) -> EmailDelivery | None:
    claimed = (
        EmailDelivery.objects.due(now)
        .filter(pk=delivery_id)
        .update(
            state=DeliveryState.SENDING,
            claimed_by=worker,
            attempts=F("attempts") + 1,
            lease_expires_at=now + LEASE,
            updated_at=now,
        )
    )
    return EmailDelivery.objects.get(pk=delivery_id) if claimed else None


def _hand_over(*, delivery: EmailDelivery, worker: str, now: datetime) -> bool:
    """Note that the mail server is about to get it; False if the lease is lost."""
    return bool(
        EmailDelivery.objects.filter(
            pk=delivery.pk,
            state=DeliveryState.SENDING,
            claimed_by=worker,
            handed_over_at__isnull=True,
        ).update(handed_over_at=now, lease_expires_at=now + LEASE, updated_at=now)
    )


def send_delivery(*, delivery_id: int, now: datetime) -> bool:
    """Send one queued e-mail. Returns whether this call sent it.

    Safe to call twice and from two workers: one claim wins. A refusal by the mail
    server is retried with growing waits and given up after eight attempts.
    """
    worker = f"{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}"
    delivery = _claim(delivery_id=delivery_id, worker=worker, now=now)
    if delivery is None or not _hand_over(delivery=delivery, worker=worker, now=now):
        return False
    try:
        _build(delivery).send()
    except DELIVERY_ERRORS as error:
        _put_back(delivery=delivery, error=error, now=now)
        return False
    _close(delivery=delivery, state=DeliveryState.SENT, sent_at=clock.now())
    return True


def _build(delivery: EmailDelivery) -> EmailMultiAlternatives:
    domain = settings.SITE_URL.split("//")[-1].split("/")[0].split(":")[0]
    mail = EmailMultiAlternatives(
        delivery.subject,
        delivery.text,
        settings.DEFAULT_FROM_EMAIL,
        [delivery.to],
        # The same on every attempt: a mail server that saw it once may drop it.
        headers={"Message-ID": f"<{delivery.public_id}@{domain}>"},
    )
    if delivery.html:
        mail.attach_alternative(delivery.html, "text/html")
    return mail


def _put_back(*, delivery: EmailDelivery, error: Exception, now: datetime) -> None:
    reason = f"{type(error).__name__}: {error}"[:300]
    if delivery.attempts >= MAX_ATTEMPTS:
        _close(delivery=delivery, state=DeliveryState.FAILED, error=reason)
        return
    wait = min(FIRST_WAIT * 2 ** (delivery.attempts - 1), LONGEST_WAIT)
    EmailDelivery.objects.filter(pk=delivery.pk).update(
        state=DeliveryState.QUEUED,
        run_after=now + wait,
        handed_over_at=None,
        lease_expires_at=None,
        error=reason,
        updated_at=now,
    )


def _close(*, delivery: EmailDelivery, state: str, **fields: Any) -> None:
    if delivery.is_secret:
        fields |= {"text": "", "html": ""}
    EmailDelivery.objects.filter(pk=delivery.pk, state=DeliveryState.SENDING).update(
        state=state, lease_expires_at=None, updated_at=clock.now(), **fields
    )


def send_due_emails(*, now: datetime, limit: int = 200) -> int:
    """Send what is due and was forgotten: lost messages, dead workers, retries.

    Returns how many were sent. What a dead worker had handed over stays unsent and is
    marked as failed with `outcome_unknown`.
    """
    for delivery in EmailDelivery.objects.left_in_the_air(now)[:limit]:
        _close(delivery=delivery, state=DeliveryState.FAILED, error="outcome_unknown")
    ids = EmailDelivery.objects.due(now).order_by("pk").values_list("pk", flat=True)
    return sum(send_delivery(delivery_id=pk, now=now) for pk in list(ids[:limit]))
