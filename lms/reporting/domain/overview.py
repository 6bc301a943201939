"""Everything the overview of an enterprise shows, from the same counts."""

from dataclasses import dataclass
from datetime import date, datetime

from lms.organizations.models import Organization
from lms.reporting.domain.counting import Counts
from lms.reporting.domain.duty_figures import DutyBoard, duty_board
from lms.reporting.domain.enterprise import (
    AssignmentRow,
    DepartmentBar,
    Summary,
    assignment_rows,
    department_bars,
    enterprise_summary,
)
from lms.reporting.domain.kept_counts import counts_of
from lms.reporting.domain.week import Changes, WeekList, week_changes, week_list


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


def overview_of(*, organization: Organization, language: str, today: date) -> Overview:
    """Return the overview: counted now, or a few minutes old for a large one.

    Names and titles are always those of today; only the numbers are kept.
    """
    counts = counts_of(organization=organization, today=today)
    return overview_from(
        counts=counts, organization=organization, language=language, today=today
    )


def overview_from(
    *, counts: Counts, organization: Organization, language: str, today: date
) -> Overview:
    """Put the overview together; the queries do not grow with the people."""
    assignments = assignment_rows(
        organization=organization, language=language, today=today, counts=counts
    )
    changes = week_changes(organization=organization, today=today, counts=counts)
    return Overview(
        counted_at=counts.counted_at,
        summary=enterprise_summary(
            organization=organization, today=today, counts=counts
        ),
        duties=duty_board(organization=organization, today=today, counts=counts),
        changes=changes,
        week=week_list(
            organization=organization,
            assignments=assignments,
            changes=changes,
            today=today,
            counts=counts,
        ),
        departments=department_bars(
            organization=organization, today=today, counts=counts
        ),
        assignments=assignments,
    )
