"""Public numbers: `AX-2026-000001-7K3QF2MA`; the last part can't be guessed."""

import re
import secrets
import unicodedata
from datetime import datetime

from django.db.models import F

from certificates.models import Issuer, NumberSeries
from lms.core.clock import shanghai_date

# Crockford's base 32: no I, L, O, U, so a number read aloud has one spelling.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_LENGTH = 8
MAX_INPUT = 60
NUMBER = re.compile(
    rf"[A-Z][A-Z0-9]{{1,9}}-[0-9]{{4}}-[0-9]{{6,9}}-[{ALPHABET}]{{{RANDOM_LENGTH}}}"
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－_", "-"))
_CONFUSED = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_number(*, issuer: Issuer, year: int, serial: int) -> str:
    """Return a number for the serial with 40 fresh random bits."""
    tail = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return f"{issuer.code}-{year}-{serial:06d}-{tail}"


def hold_series(*, issuer: Issuer, now: datetime) -> NumberSeries:
    """Return the issuer's series of the year, held until the transaction ends.

    Whoever else wants a serial of it waits, so what they wrote before is visible
    afterwards. The year is China's.
    """
    year = shanghai_date(now).year
    series, _ = NumberSeries.objects.get_or_create(issuer=issuer, year=year)
    # An UPDATE, because select_for_update locks nothing on SQLite.
    NumberSeries.objects.filter(pk=series.pk).update(last_serial=F("last_serial"))
    series.refresh_from_db()
    return series


def take_serials(*, series: NumberSeries, count: int) -> range:
    """Raise a held series by `count`; return the serials, in order.

    Call it inside the transaction that writes the certificates: serials come without
    gap or repetition, because they are used or rolled back.
    """
    first = series.last_serial + 1
    series.last_serial += count
    series.save(update_fields=["last_serial"])
    return range(first, first + count)


def clean_number(text: str) -> str | None:
    """Return the number a person meant, or None when it can't be one.

    Full-width forms, spaces, long dashes, small letters and O/0, I/1 slips in the
    random part are forgiven.
    """
    if len(text) > MAX_INPUT:
        return None
    folded = unicodedata.normalize("NFKC", text).upper().translate(_DASHES)
    folded = "".join(folded.split())
    head, dash, tail = folded.rpartition("-")
    number = head + dash + tail.translate(_CONFUSED)
    return number if NUMBER.fullmatch(number) else None
