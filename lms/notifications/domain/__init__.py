"""Messages for everything above."""

from lms.notifications.domain.messages import notify, unread_count

__all__ = ["notify", "unread_count"]
