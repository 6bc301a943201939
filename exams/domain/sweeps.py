"""What the worker finds again from rows."""

import logging
from datetime import datetime

from exams.domain.submission import close_if_overdue
from exams.models import Attempt

logger = logging.getLogger(__name__)
BATCH = 500


def close_overdue_attempts(*, now: datetime) -> int:
    """Close and score attempts whose deadline and grace are over.

    What was answered in time counts. Each attempt is its own transaction: one that
    fails keeps no other waiting. Returns how many were closed.
    """
    count = 0
    overdue = Attempt.objects.overdue(now).order_by("closes_at")[:BATCH]
    for attempt in overdue:
        closed = close_if_overdue(attempt=attempt, now=now)
        count += not closed.is_open
    if count:
        logger.info("Closed %s overdue attempts", count)
    return count
