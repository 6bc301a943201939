"""The inbox, and the e-mail that goes with a message."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from lms.core import clock
from lms.notifications.domain.mail import queue_email
from lms.notifications.models import Message


def notify(
    *,
    recipient: Any,
    kind: str,
    subject: str,
    body: str,
    url: str = "",
    email: bool = True,
    dedupe_key: str | None = None,
) -> Message:
    """Put a message into a person's inbox, and an e-mail on its way if they have one.

    Texts come translated into the recipient's language (`recipient.language`). `url`
    is a path of this site. With a `dedupe_key` the same message is sent once per
    person, however often the caller repeats itself.
    """
    with transaction.atomic():
        message, is_new = _store(
            recipient_id=recipient.pk,
            kind=kind,
            subject=subject[:200],
            body=body,
            url=url,
            dedupe_key=dedupe_key,
        )
        if is_new and email and recipient.email:
            queue_email(
                to=recipient.email,
                template="message",
                language=recipient.language,
                context={
                    "subject": message.subject,
                    "name": recipient.get_full_name(),
                    "body": body,
                    "url": url,
                },
                message=message,
            )
    return message


def _store(*, dedupe_key: str | None, **fields: Any) -> tuple[Message, bool]:
    fields["created_at"] = clock.now()
    if dedupe_key is None:
        return Message.objects.create(**fields), True
    same = {"recipient_id": fields["recipient_id"], "dedupe_key": dedupe_key}
    try:
        with transaction.atomic():
            return Message.objects.create(dedupe_key=dedupe_key, **fields), True
    except IntegrityError:
        return Message.objects.get(**same), False


def unread_count(user: Any) -> int:
    """Return how many messages wait; 0 for visitors."""
    if not getattr(user, "is_authenticated", False):
        return 0
    return Message.objects.filter(recipient_id=user.pk).unread().count()


def mark_read(*, message: Message, now: datetime) -> Message:
    """Mark a message as read; the first reading keeps its time."""
    Message.objects.unread().filter(pk=message.pk).update(read_at=now)
    message.refresh_from_db()
    return message


def mark_all_read(*, user: Any, now: datetime) -> int:
    """Mark the whole inbox as read and return how many messages changed."""
    return Message.objects.visible_to(user).unread().update(read_at=now)
