"""The ceiling of a day, and how far the next check of presence is."""

from datetime import date, datetime
from typing import Protocol

from django.conf import settings

from lms.core.clock import shanghai_date


class Counters(Protocol):
    """What a person has earned on a day, and may earn before the next check."""

    day: date | None
    day_ms: int
    until_check_ms: int | None


def left_today_ms(presence: Counters, now: datetime) -> int:
    """Return what a person may still earn on this day in Shanghai."""
    used = presence.day_ms if presence.day == shanghai_date(now) else 0
    return max(0, int(settings.STUDY_DAY_SECONDS) * 1000 - used)


def count(*, presence: Counters, credited_ms: int, now: datetime) -> None:
    """Note credit on what the caller holds locked; nothing is saved."""
    today = shanghai_date(now)
    if presence.day != today:
        presence.day, presence.day_ms = today, 0
    presence.day_ms += credited_ms
    if presence.until_check_ms is not None:
        presence.until_check_ms = max(0, presence.until_check_ms - credited_ms)
