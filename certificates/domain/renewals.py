"""Certificates that end soon: their holders are told in time, each time once."""

from datetime import date, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from certificates.domain.validity import asks_for_review
from certificates.models import Certificate
from lms.notifications.domain import notify
from lms.notifications.enums import MessageKind
from lms.ui.languages import site_path

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


def remind_of_review(*, today: date) -> int:
    """Tell holders whose review is due within 60, 30 or 7 days; return how many.

    Nobody is sent to a review that the law has dropped meanwhile: the row of the rule
    that is in force on the day of the review decides, whatever the certificate prints.
    """
    rows = (
        Certificate.objects.valid_on(today)
        .filter(
            review_on__gte=today,
            review_on__lte=today + timedelta(days=max(DAYS_BEFORE)),
            holder__is_active=True,
        )
        .select_related("holder")
        .order_by("pk")
    )
    asked: dict[tuple[str, date], bool] = {}
    told = 0
    for certificate in rows.iterator(chunk_size=500):
        day = certificate.review_on
        if day is None:  # not among the rows: for the type checker
            continue
        key = (certificate.validity_rule, day)
        if key not in asked:
            asked[key] = asks_for_review(code=key[0], day=day)
        if asked[key]:
            _remind_of_review(certificate, day, today)
            told += 1
    return told


def _stretch(day: date, today: date) -> int:
    left = (day - today).days
    return min(days for days in DAYS_BEFORE if left <= days)


def _remind_of_review(certificate: Certificate, day: date, today: date) -> None:
    person = certificate.holder
    with translation.override(person.language or settings.LANGUAGE_CODE):
        notify(
            recipient=person,
            kind=MessageKind.CERTIFICATE,
            subject=_("Your certificate has to be reviewed by %(day)s")
            % {"day": date_format(day, "DATE_FORMAT")},
            body=_("%(title)s, number %(number)s. Basis: %(basis)s.")
            % {
                "title": certificate.title,
                "number": certificate.number,
                "basis": (certificate.facts.get("validity") or {}).get("basis", ""),
            },
            url=site_path(f"learn/certificates/{certificate.number}/"),
            dedupe_key=f"review:{certificate.number}:{_stretch(day, today)}",
        )


def _remind(certificate: Certificate, today: date) -> None:
    until = certificate.valid_until
    if until is None:  # not among the rows: for the type checker
        return
    stretch = _stretch(until, today)
    person = certificate.holder
    with translation.override(person.language or settings.LANGUAGE_CODE):
        notify(
            recipient=person,
            kind=MessageKind.CERTIFICATE,
            subject=_("Your certificate ends on %(day)s")
            % {"day": date_format(until, "DATE_FORMAT")},
            body=_("%(title)s, number %(number)s. Plan the renewal in time.")
            % {"title": certificate.title, "number": certificate.number},
            url=site_path(f"learn/certificates/{certificate.number}/"),
            dedupe_key=f"expiring:{certificate.number}:{stretch}",
        )
