from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q

from lms.core.scope import ScopedQuerySet, scope_for
from lms.notifications.enums import DeliveryState


class MessageQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """An inbox belongs to its person; nobody else reads it, operators included."""
        user_id = scope_for(user).user_id
        return self.filter(recipient_id=user_id) if user_id else self.none()

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)


class EmailDeliveryQuerySet(models.QuerySet):
    def due(self, now: datetime) -> Self:
        """Waiting and due, or claimed by a worker that died before handing it over."""
        return self.filter(
            Q(state=DeliveryState.QUEUED, run_after__lte=now)
            | Q(
                state=DeliveryState.SENDING,
                handed_over_at__isnull=True,
                lease_expires_at__lt=now,
            )
        )

    def left_in_the_air(self, now: datetime) -> Self:
        """Handed to the mail server by a worker that died before it wrote it down."""
        return self.filter(
            state=DeliveryState.SENDING,
            handed_over_at__isnull=False,
            lease_expires_at__lt=now,
        )
