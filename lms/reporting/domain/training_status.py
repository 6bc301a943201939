"""Whether an enterprise meets its training duty, as a permit system asks."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef

from lms.compliance.models import CreditEntry
from lms.organizations.domain.queries import organization_members
from lms.organizations.models import Organization
from lms.reporting.domain.duty_figures import duty_board
from lms.reporting.domain.enterprise import enterprise_summary
from lms.reporting.domain.kept_counts import counts_of


@dataclass(frozen=True)
class DutyFigures:
    """Obligations of one kind: how many, met, open and overdue."""

    total: int
    met: int
    overdue: int

    @property
    def open(self) -> int:
        return self.total - self.met - self.overdue


@dataclass(frozen=True)
class TrainingStatus:
    """The answer for one enterprise on one day."""

    code: str
    name: str
    on: date
    members: int
    trained_members: int
    obligations: DutyFigures
    assignments: DutyFigures
    valid_certificates: int
    overdue_members: int
    bracket: str

    @property
    def overdue_share(self) -> float:
        """Members with an overdue obligation, as a share of all members."""
        if not self.members:
            return 0.0
        return round(self.overdue_members / self.members, 4)

    @property
    def untrained_share(self) -> float:
        """Members without any credited study time, as a share of all members."""
        if not self.members:
            return 0.0
        return round(1 - self.trained_members / self.members, 4)


def training_status(*, organization: Organization, today: date) -> TrainingStatus:
    """Return what can be proved on a day: duties, assigned courses, certificates.

    The obligations are judged by `lms.compliance`; one that is still open is overdue
    when its period has ended before.
    """
    counts = counts_of(organization=organization, today=today)
    summary = enterprise_summary(organization=organization, today=today, counts=counts)
    members = organization_members(organization_id=organization.pk, on=today)
    credited = CreditEntry.objects.filter(
        organization_id=organization.pk, membership_id=OuterRef("pk")
    )
    duties = duty_board(organization=organization, today=today, counts=counts).whole
    return TrainingStatus(
        code=organization.code,
        name=organization.name,
        on=today,
        members=summary.members,
        trained_members=members.filter(Exists(credited)).count(),
        obligations=DutyFigures(
            total=duties.total, met=duties.met, overdue=duties.overdue
        ),
        overdue_members=duties.untrained,
        bracket=duties.bracket,
        assignments=DutyFigures(
            total=summary.assigned, met=summary.finished, overdue=summary.overdue
        ),
        valid_certificates=summary.valid_certificates,
    )
