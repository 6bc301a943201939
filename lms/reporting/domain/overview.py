"""Everything the overview of an enterprise shows, kept for a while when it is large.

Counting is done by the database and takes moments for a few hundred people, but a
second or two for a hundred thousand. Then the page shows figures of a few minutes ago,
says so, and a task keeps them fresh for those whom somebody has looked at.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.cache import cache

from lms.core import clock
from lms.organizations.domain.queries import organization_members
from lms.organizations.models import Organization
from lms.reporting.domain.duty_figures import DutyBoard, duty_board
from lms.reporting.domain.enterprise import (
    AssignmentRow,
    DepartmentBar,
    Summary,
    assignment_rows,
    department_bars,
    enterprise_summary,
)
from lms.reporting.domain.week import Changes, WeekList, week_changes, week_list

# Up to here counting while the reader waits is quick.
SMALL = 3_000
FRESH = timedelta(minutes=5)
KEPT_SECONDS = 30 * 60
LOOKED_AT = "reporting:overview:looked-at"
LOOKED_AT_SECONDS = 12 * 60 * 60


@dataclass(frozen=True)
class Overview:
    """The figures of one enterprise, as they were at `counted_at`."""

    counted_at: datetime
    summary: Summary
    duties: DutyBoard
    changes: Changes
    week: WeekList
    departments: list[DepartmentBar]
    assignments: list[AssignmentRow]


def count_overview(
    *, organization: Organization, language: str, today: date
) -> Overview:
    """Count everything now; the number of queries does not grow with the people."""
    counted_at = clock.now()
    assignments = assignment_rows(
        organization=organization, language=language, today=today
    )
    changes = week_changes(organization=organization, today=today)
    return Overview(
        counted_at=counted_at,
        summary=enterprise_summary(organization=organization, today=today),
        duties=duty_board(organization=organization, today=today),
        changes=changes,
        week=week_list(
            organization=organization,
            assignments=assignments,
            changes=changes,
            today=today,
        ),
        departments=department_bars(organization=organization, today=today),
        assignments=assignments,
    )


def overview_of(*, organization: Organization, language: str, today: date) -> Overview:
    """Return the overview: counted now, or kept since a while for a large one."""
    key = _key(organization.pk, language, today)
    kept = cache.get(key)
    if kept is not None:
        _note(organization.pk, language)
        return kept  # type: ignore[no-any-return]
    overview = count_overview(organization=organization, language=language, today=today)
    if overview.summary.members > SMALL:
        cache.set(key, overview, KEPT_SECONDS)
        _note(organization.pk, language)
    return overview


def refresh_overviews(*, now: datetime) -> int:
    """Count anew what somebody looked at and what is no longer fresh."""
    today, refreshed = clock.shanghai_date(now), 0
    looked_at: set[tuple[int, str]] = cache.get(LOOKED_AT, set())
    for organization_id, language in sorted(looked_at):
        key = _key(organization_id, language, today)
        kept: Overview | None = cache.get(key)
        if kept is not None and now - kept.counted_at < FRESH:
            continue
        organization = Organization.objects.filter(pk=organization_id).first()
        members = organization_members(organization_id=organization_id, on=today)
        if organization is None or members.count() <= SMALL:
            continue
        overview = count_overview(
            organization=organization, language=language, today=today
        )
        cache.set(key, overview, KEPT_SECONDS)
        refreshed += 1
    return refreshed


def _key(organization_id: int, language: str, today: date) -> str:
    return f"reporting:overview:{organization_id}:{language}:{today.isoformat()}"


def _note(organization_id: int, language: str) -> None:
    looked_at: set[tuple[int, str]] = cache.get(LOOKED_AT, set())
    if (organization_id, language) not in looked_at:
        looked_at = looked_at | {(organization_id, language)}
        cache.set(LOOKED_AT, looked_at, LOOKED_AT_SECONDS)
