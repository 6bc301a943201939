"""Moments, days and numbers as an archive writes them: text that JSON can hold."""

from datetime import date, datetime
from decimal import Decimal

from lms.core.clock import SHANGHAI


def moment(value: datetime | None) -> str | None:
    """Return a moment as China writes it, ISO 8601 with its offset."""
    return value.astimezone(SHANGHAI).isoformat(timespec="seconds") if value else None


def day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def number(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"
