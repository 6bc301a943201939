"""How one person stands with what they owe, from the ledger as it is at this moment."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, Sum

from lms.accounts.models import User
from lms.compliance.domain.duties import credits_of_careers
from lms.compliance.domain.verdicts import Verdict, judge
from lms.compliance.enums import ObligationState, RuleTopic, TrainingPhase
from lms.compliance.models import CreditEntry, Obligation
from lms.organizations.enums import MembershipRole
from lms.organizations.models import Membership

# The most urgent first.
ORDER = (
    ObligationState.OVERDUE,
    ObligationState.OPEN,
    ObligationState.MET_LATE,
    ObligationState.MET,
    ObligationState.ENDED,
)


@dataclass(frozen=True, slots=True)
class DutyLine:
    """A duty with the verdict of now; hours are those of its rule."""

    obligation: Obligation
    verdict: Verdict

    @property
    def is_about_hours(self) -> bool:
        return self.obligation.topic == RuleTopic.HOURS

    @property
    def is_met(self) -> bool:
        return self.verdict.met_on is not None

    @property
    def is_overdue(self) -> bool:
        return self.verdict.state == ObligationState.OVERDUE

    @property
    def due_on(self) -> date:
        return self.obligation.period_end

    @property
    def shown_seconds(self) -> int:
        """What the bar shows: never more than is owed."""
        return min(self.verdict.credited_seconds, self.obligation.required_seconds)

    @property
    def levels(self) -> list[tuple[str, bool]]:
        done = self.verdict.levels_done
        names = self.obligation.rule.level_names
        pairs = zip(self.obligation.levels, names, strict=False)
        return [(name, level in done) for level, name in pairs]


def duties_of(*, user: User, on: date) -> list[DutyLine]:
    """Return what a person owes today: this year's duties and older ones still open.

    Four queries. Met duties of this year are told too, so that nobody wonders.
    """
    memberships = Membership.objects.filter(user=user, role=MembershipRole.EMPLOYEE)
    rows = list(memberships.values_list("pk", "organization_id", "ends_on"))
    by_membership: dict[int, list[Obligation]] = defaultdict(list)
    obligations = Obligation.objects.filter(membership__in=[row[0] for row in rows])
    for row in obligations.select_related("rule", "membership__organization"):
        by_membership[row.membership_id].append(row)
    ledger = credits_of_careers({pk: (user.pk, org) for pk, org, _ends in rows})
    lines = []
    for pk, organization_id, ends_on in rows:
        if ends_on is not None and ends_on < on:
            continue
        verdicts = judge(
            obligations=by_membership[pk],
            credits=ledger.get((user.pk, organization_id), []),
            on=on,
            ended_on=ends_on,
        )
        lines += [
            DutyLine(duty, verdicts[duty.public_id])
            for duty in by_membership[pk]
            if _is_shown(duty, verdicts[duty.public_id], on)
        ]
    lines.sort(key=lambda line: (ORDER.index(line.verdict.state), line.due_on))
    return lines


def _is_shown(duty: Obligation, verdict: Verdict, on: date) -> bool:
    if duty.period_start > on or verdict.state == ObligationState.ENDED:
        return False
    if verdict.met_on is not None:
        return verdict.met_on.year == on.year or duty.period_end >= on
    is_past_year = duty.phase == TrainingPhase.ANNUAL and duty.period_end < on
    return not is_past_year


@dataclass(frozen=True, slots=True)
class StudyDay:
    """What was credited on one day in one lesson, in one way."""

    on: date
    course_key: str
    unit_key: str
    enrollment_id: int | None
    source: str
    seconds: int


def study_days(*, user: User) -> list[StudyDay]:
    """Return a person's own ledger by day and lesson, the newest first; one query."""
    rows = (
        CreditEntry.objects.filter(Q(subject_id=user.subject_id))
        .order_by("-credited_on", "enrollment_id", "unit_key")
        .values_list("credited_on", "course_key", "unit_key", "enrollment_id", "source")
        .annotate(total=Sum("seconds"))
    )
    return [
        StudyDay(day, str(course), str(unit), enrollment, source, int(total))
        for day, course, unit, enrollment, source, total in rows
    ]
