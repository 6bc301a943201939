"""Plans: courses for whoever matches, in cycles that leave past records alone."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.compliance.domain.assignments import reach_members
from lms.compliance.enums import PlanCycle
from lms.compliance.errors import AssignmentInvalid, AssignmentNotPermitted
from lms.compliance.models import Assignment, AssignmentEntry, Exemption, Plan
from lms.compliance.permissions import can_assign, is_closed
from lms.core.clock import shanghai_date
from lms.core.errors import DomainError
from lms.organizations.models import Department, Membership, Organization, Position
from lms.organizations.permissions import can_administer

logger = logging.getLogger(__name__)

CYCLE_MONTHS = {
    PlanCycle.MONTHLY: 1,
    PlanCycle.QUARTERLY: 3,
    PlanCycle.HALF_YEARLY: 6,
    PlanCycle.YEARLY: 12,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTerms:
    """What an administrator asks for; see `Plan`."""

    title: str
    course_keys: Sequence[UUID]
    starts_on: date
    due_days: int
    cycle: str = PlanCycle.ONCE
    audience: dict[str, list[Any]] = field(default_factory=dict)


@transaction.atomic
def create_plan(
    *, organization: Organization, terms: PlanTerms, by: User, now: datetime
) -> Plan:
    """Make a plan and, if it has begun, reach whom it means.

    Raises:
        AssignmentNotPermitted: `not_permitted`; see `can_assign`.
        AssignmentInvalid: `no_course`, `foreign_audience`, or `same_plan`: it runs
            already.
    """
    if not terms.course_keys:
        raise AssignmentInvalid("no_course", _("Choose at least one course."))
    for key in terms.course_keys:
        if not can_assign(by, organization, key):
            raise AssignmentNotPermitted(
                "not_permitted",
                _("You may not assign this course in this organization."),
            )
    _refuse_foreigners(organization, terms.audience)
    facts = {
        "title": terms.title,
        "course_keys": [str(key) for key in terms.course_keys],
        "audience": terms.audience,
        "cycle": terms.cycle,
        "starts_on": terms.starts_on,
        "due_days": terms.due_days,
    }
    _refuse_second(organization, facts)
    plan = Plan.objects.create(organization=organization, created_by=by, **facts)
    record(
        actor=by,
        verb=Verb.PLAN_CREATED,
        obj=plan,
        data={"courses": plan.course_keys, "cycle": str(terms.cycle)},
    )
    run_plan(plan=plan, now=now)
    return plan


def _refuse_second(organization: Organization, facts: dict[str, Any]) -> None:
    """Refuse a plan that another tab or another administrator has just started."""
    # Who asks at the same moment waits here and then finds the first one's plan.
    Organization.objects.select_for_update().get(pk=organization.pk)
    running = Plan.objects.filter(organization=organization, ended_at=None, **facts)
    if running.exists():
        raise AssignmentInvalid(
            "same_plan",
            _("This very plan runs already; see the training plans."),
        )


def _refuse_foreigners(
    organization: Organization, audience: dict[str, list[Any]]
) -> None:
    parts: dict[str, Any] = {
        "departments": Department,
        "positions": Position,
        "members": Membership,
    }
    for name, model in parts.items():
        wanted = set(audience.get(name, []))
        known = model.objects.filter(organization=organization, pk__in=wanted)
        if wanted and known.count() != len(wanted):
            raise AssignmentInvalid(
                "foreign_audience",
                _("The plan names people or parts of another organization."),
            )


def cycle_start_on(*, plan: Plan, on: date) -> date | None:
    """Return the first day of the cycle that holds a day; None before the plan begins.

    Cycles are counted from the plan's first day: the same day of a later month, or the
    last day of a month that is too short.
    """
    if on < plan.starts_on:
        return None
    months = CYCLE_MONTHS.get(PlanCycle(plan.cycle))
    if months is None:
        return plan.starts_on
    passed = (on.year - plan.starts_on.year) * 12 + on.month - plan.starts_on.month
    cycles = passed // months
    start = _months_after(plan.starts_on, cycles * months)
    return (
        start if start <= on else _months_after(plan.starts_on, (cycles - 1) * months)
    )


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


@transaction.atomic
def run_plan(*, plan: Plan, now: datetime) -> int:
    """Assign the courses of the cycle of today; return how many members were reached.

    A new cycle ends the assignments of the one before: their entries, enrollments and
    completions stay as they are. Safe to repeat and to run twice at once.
    """
    start = cycle_start_on(plan=plan, on=shanghai_date(now))
    if plan.ended_at is not None or start is None:
        return 0
    plan.assignments.filter(ended_at__isnull=True).exclude(cycle_start=start).update(
        ended_at=now, updated_at=now
    )
    reached = 0
    for key in plan.course_keys:
        if is_closed(plan.organization_id, UUID(key)):
            continue
        assignment, _is_new = Assignment.objects.get_or_create(
            plan=plan,
            course_key=UUID(key),
            cycle_start=start,
            defaults={
                "organization_id": plan.organization_id,
                "due_on": start + timedelta(days=plan.due_days),
                "assigned_by_id": plan.created_by_id,
                "assigned_at": now,
            },
        )
        reached += reach_members(assignment=assignment, now=now)
    return reached


def run_plans(*, now: datetime) -> int:
    """Sweep: run every plan; one that can't go on does not stop the others."""
    reached = 0
    for plan in Plan.objects.filter(ended_at__isnull=True).order_by("pk"):
        try:
            reached += run_plan(plan=plan, now=now)
        except DomainError:
            logger.warning("Plan %s reaches nobody now", plan.public_id)
    return reached


@transaction.atomic
def exempt_member(
    *,
    plan: Plan,
    membership: Membership,
    reason: str,
    until: date | None,
    by: User,
    now: datetime,
) -> Exemption:
    """Take a member out of a plan for a reason; what is open is not asked for any more.

    The enrollment stays with the person; no reminder follows. After `until` the next
    run reaches the member again.

    Raises:
        AssignmentNotPermitted: `not_permitted`.
        AssignmentInvalid: `reason_missing`, `foreign_audience`, `due_in_the_past`.
    """
    _refuse_strangers(plan, by)
    today = shanghai_date(now)
    if not reason.strip():
        raise AssignmentInvalid("reason_missing", _("Give a reason."))
    if membership.organization_id != plan.organization_id:
        raise AssignmentInvalid(
            "foreign_audience",
            _("The plan names people or parts of another organization."),
        )
    if until is not None and until < today:
        raise AssignmentInvalid("due_in_the_past", _("This day has passed."))
    exemption = Exemption.objects.create(
        plan=plan,
        membership=membership,
        reason=reason.strip(),
        starts_on=today,
        until=until,
        granted_by=by,
    )
    record(actor=by, verb=Verb.MEMBER_EXEMPTED, obj=plan, data={"reason": reason})
    return exemption


@transaction.atomic
def end_plan(*, plan: Plan, by: User, now: datetime) -> Plan:
    """End a plan: no new cycle, nobody new. What was assigned stays. Safe to repeat.

    Raises:
        AssignmentNotPermitted: `not_permitted`.
    """
    _refuse_strangers(plan, by)
    ended = Plan.objects.filter(pk=plan.pk, ended_at__isnull=True).update(
        ended_at=now, updated_at=now
    )
    plan.refresh_from_db()
    if ended:
        plan.assignments.filter(ended_at__isnull=True).update(
            ended_at=now, updated_at=now
        )
        record(actor=by, verb=Verb.PLAN_ENDED, obj=plan)
    return plan


def _refuse_strangers(plan: Plan, by: User) -> None:
    if not can_administer(by, plan.organization):
        raise AssignmentNotPermitted(
            "not_permitted", _("You do not administer this organization.")
        )


def plan_progress(*, plan: Plan) -> list[tuple[Assignment, int, int]]:
    """Return `(assignment, reached, finished)` of all cycles, the newest first."""
    done: dict[int, list[bool]] = {}
    rows = AssignmentEntry.objects.filter(assignment__plan=plan)
    for pk, completed_at in rows.values_list(
        "assignment_id", "enrollment__completed_at"
    ):
        done.setdefault(pk, []).append(completed_at is not None)
    return [
        (row, len(done.get(row.pk, [])), sum(done.get(row.pk, [])))
        for row in plan.assignments.order_by("-cycle_start", "pk")
    ]
