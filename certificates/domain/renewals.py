"""Certificates that end soon: their holders are told in time, each time once."""

from datetime import date, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from certificates.models import Certificate
from lms.notifications.domain import notify
from lms.notifications.enums import MessageKind

DAYS_BEFORE = (60, 30, 7)


def remind_of_expiry(*, today: date) -> int:
    """Tell holders whose certificate ends within 60, 30 or 7 days; return how many.

    A day on which nothing ran is caught up: the reminder belongs to the stretch, not to
    the day. Who has a longer one for the same course is left in peace.
    """
    longer = Certificate.objects.valid_on(today).filter(
        holder=OuterRef("holder"),
        course_key=OuterRef("course_key"),
        valid_until__gt=OuterRef("valid_until"),
    )
    unlimited = Certificate.objects.valid_on(today).filter(
        holder=OuterRef("holder"),
        course_key=OuterRef("course_key"),
        valid_until__isnull=True,
    )
    rows = (
        Certificate.objects.valid_on(today)
        .filter(
            ~Exists(longer),
            ~Exists(unlimited),
            valid_until__lte=today + timedelta(days=max(DAYS_BEFORE)),
            holder__is_active=True,
        )
        .select_related("holder")
        .order_by("pk")
    )
    for certificate in rows.iterator(chunk_size=500):
        _remind(certificate, today)
    return rows.count()


def _remind(certificate: Certificate, today: date) -> None:
    until = certificate.valid_until
    if until is None:  # not among the rows: for the type checker
        return
    left = (until - today).days
    stretch = min(days for days in DAYS_BEFORE if left <= days)
    person = certificate.holder
    with translation.override(person.language or settings.LANGUAGE_CODE):
        notify(
            recipient=person,
            kind=MessageKind.CERTIFICATE,
            subject=_("Your certificate ends on %(day)s")
            % {"day": date_format(until, "DATE_FORMAT")},
            body=_("%(title)s, number %(number)s. Plan the renewal in time.")
            % {"title": certificate.title, "number": certificate.number},
            url=f"/learn/certificates/{certificate.number}/",
            dedupe_key=f"expiring:{certificate.number}:{stretch}",
        )
