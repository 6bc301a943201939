"""Time as the law counts it: statutory days and years are those of Asia/Shanghai."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.utils import timezone

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return the aware current time. Domain functions get it passed in."""
    return timezone.now()


def shanghai_date(moment: datetime) -> date:
    """Return the calendar day in China at `moment` (aware)."""
    return moment.astimezone(SHANGHAI).date()


def start_of_day(day: date) -> datetime:
    """Return the moment at which a day begins in China."""
    return datetime.combine(day, time.min, tzinfo=SHANGHAI)
