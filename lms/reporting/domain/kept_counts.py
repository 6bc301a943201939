"""The counts of large enterprises, kept in a table and renewed by the worker.

They are plain lists of numbers and keys, without names: nothing in them must be erased.
"""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count

from lms.core import clock
from lms.organizations.domain.queries import organization_members
from lms.organizations.enums import MembershipRole
from lms.organizations.models import Membership, Organization, OrganizationFigures
from lms.reporting.domain.counting import Counts, count_training

# Up to here counting while the reader waits is quick.
SMALL = 3_000
FRESH = timedelta(minutes=5)
# Figures that nobody looked at for so long are renewed once a day only.
WATCHED = timedelta(hours=12)


def counts_of(*, organization: Organization, today: date) -> Counts:
    """Return the counts: made now, or a few minutes old for a large enterprise.

    Kept figures are read in one query by primary key. They are of this very day: what
    is overdue changes at midnight. A look is noted, so that the worker renews them.
    """
    kept = OrganizationFigures.objects.filter(organization=organization).first()
    if kept is not None and kept.counted_on == today:
        _note_look(kept)
        return _from_row(kept)
    counts = count_training(organization=organization, today=today)
    if counts.members > SMALL:
        _keep(organization.pk, counts, today, looked_at=counts.counted_at)
    return counts


def _note_look(kept: OrganizationFigures) -> None:
    now = clock.now()
    if kept.looked_at is None or now - kept.looked_at > FRESH:
        OrganizationFigures.objects.filter(pk=kept.pk).update(looked_at=now)


def _keep(
    organization_id: int, counts: Counts, today: date, *, looked_at: datetime | None
) -> None:
    values: dict[str, Any] = {
        "counted_at": counts.counted_at,
        "counted_on": today,
        "counts": {k: v for k, v in asdict(counts).items() if k != "counted_at"},
    }
    if looked_at is not None:
        values["looked_at"] = looked_at
    OrganizationFigures.objects.update_or_create(
        organization_id=organization_id, defaults=values
    )


def _from_row(kept: OrganizationFigures) -> Counts:
    return Counts(counted_at=kept.counted_at, **kept.counts)


def large_organizations(*, today: date) -> list[int]:
    """Return the organizations with more than SMALL active employees, by key."""
    rows = (
        Membership.objects.filter(role=MembershipRole.EMPLOYEE)
        .active(today)
        .order_by()
        .values("organization_id")
        .annotate(people=Count("pk"))
        .filter(people__gt=SMALL)
        .values_list("organization_id", flat=True)
    )
    return sorted(rows)


def refresh_figures(*, now: datetime) -> int:
    """Count anew for the large enterprises whose figures are no longer fresh.

    Every large one has figures of the day, so that nobody who looks first waits; those
    that somebody looked at lately are renewed each few minutes. Who is no longer large
    is counted on the spot again.
    """
    today, refreshed = clock.shanghai_date(now), 0
    large = large_organizations(today=today)
    OrganizationFigures.objects.exclude(organization__in=large).delete()
    kept = {row.organization_id: row for row in OrganizationFigures.objects.all()}
    for organization in Organization.objects.filter(pk__in=large):
        row = kept.get(organization.pk)
        if row is not None and not _is_stale(row, today, now):
            continue
        counts = count_training(organization=organization, today=today)
        _keep(organization.pk, counts, today, looked_at=None)
        refreshed += 1
    return refreshed


def refresh_organization(*, organization_id: int, now: datetime) -> bool:
    """Count a large enterprise anew, whatever is kept; tell whether it is a large one.

    For what changes many of its people at once, such as a staff list. A repeat counts
    again and changes nothing else.
    """
    today = clock.shanghai_date(now)
    organization = Organization.objects.filter(pk=organization_id).first()
    if organization is None:
        return False
    people = organization_members(organization_id=organization_id, on=today).count()
    if people <= SMALL:
        return False
    counts = count_training(organization=organization, today=today)
    _keep(organization_id, counts, today, looked_at=None)
    return True


def _is_stale(row: OrganizationFigures, today: date, now: datetime) -> bool:
    if row.counted_on != today:
        return True
    is_watched = row.looked_at is not None and now - row.looked_at < WATCHED
    return is_watched and now - row.counted_at >= FRESH
