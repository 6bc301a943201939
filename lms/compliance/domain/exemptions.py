"""Exemptions from a plan wait for a second administrator."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from lms.accounts.models import User
from lms.compliance.domain.plans import exempt_member
from lms.compliance.models import Plan
from lms.organizations.domain.approvals import ask_for_change
from lms.organizations.enums import ChangeKind
from lms.organizations.models import ChangeRequest, Membership


def ask_for_exemption(
    *,
    plan: Plan,
    membership: Membership,
    reason: str,
    until: date | None,
    by: User,
    now: datetime,
) -> ChangeRequest:
    """Ask to take a member out of a plan; see `exempt_member` and `ask_for_change`."""
    return ask_for_change(
        organization=plan.organization,
        kind=ChangeKind.EXEMPTION,
        subject=f"plan:{plan.pk}:{membership.pk}",
        title=_("%(name)s is to take no part in “%(plan)s”")
        % {"name": membership.listed_name, "plan": plan.title},
        payload={
            "plan": plan.pk,
            "membership": membership.pk,
            "until": until.isoformat() if until else None,
        },
        reason=reason,
        by=by,
        now=now,
    )


def grant_exemption(change: ChangeRequest, by: User, now: datetime) -> None:
    """Do what was approved; a day that has passed meanwhile is refused."""
    plans = Plan.objects.filter(organization=change.organization)
    members = Membership.objects.filter(organization=change.organization)
    until = change.payload["until"]
    exempt_member(
        plan=plans.get(pk=change.payload["plan"]),
        membership=members.get(pk=change.payload["membership"]),
        reason=change.reason,
        until=date.fromisoformat(until) if until else None,
        by=by,
        now=now,
    )
