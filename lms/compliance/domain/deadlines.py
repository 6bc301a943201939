"""Messages before and after due dates, each of them sent exactly once.

A stage is derived from rows and the day, never from the moment a worker ran: one that
was dead for a day sends what is due now. The key of a message is unique, and the
message, its mail and the mark of an escalation are one transaction.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from courses.enums import OPEN_STATES
from lms.accounts.models import User
from lms.compliance.domain.supervising import (
    LAPSED_FOR,
    duty_title,
    escalate,
    send_digests,
)
from lms.compliance.enums import DueStage, ObligationState
from lms.compliance.models import AssignmentEntry, Exemption, Obligation
from lms.core.clock import SHANGHAI, shanghai_date
from lms.notifications.domain import notify
from lms.notifications.enums import MessageKind
from lms.notifications.models import Message
from lms.organizations.enums import MembershipState
from lms.ui.languages import site_path

STAGES = ((1, DueStage.DAY), (7, DueStage.WEEK), (30, DueStage.MONTH))
# Nobody's telephone rings at night.
FIRST_HOUR, LAST_HOUR = 8, 20


@dataclass(frozen=True, slots=True)
class Sent:
    """How many messages a run wrote."""

    reminders: int = 0
    escalations: int = 0
    digests: int = 0


@dataclass(frozen=True, slots=True)
class _Due:
    """Something that a person has to do by a day."""

    recipient: User
    what: Any
    due_on: date
    stage: DueStage
    key: str


def stage_on(*, due_on: date, since: date, on: date) -> DueStage | None:
    """Return the reminder that is due on a day, or None.

    Of several that were missed only the nearest counts. What was assigned after a
    stage had passed needs no such reminder: its message has just come.
    """
    left = (due_on - on).days
    if left < 0:
        return DueStage.LAPSED if on - due_on <= LAPSED_FOR else None
    for days, stage in STAGES:
        if left <= days:
            return stage if due_on - since > timedelta(days=days) else None
    return None


def send_due_messages(*, now: datetime) -> Sent:
    """Send reminders, escalations and, from Monday on, the digest of the week."""
    if not FIRST_HOUR <= now.astimezone(SHANGHAI).hour < LAST_HOUR:
        return Sent()
    today = shanghai_date(now)
    reminders = _send([*_courses_due(today), *_duties_due(today)])
    return Sent(
        reminders=reminders,
        escalations=escalate(entries=_open_entries(today), today=today, now=now),
        digests=send_digests(today=today),
    )


def _open_entries(today: date) -> Any:
    """Return what employees still have to finish and are not exempted from."""
    exempted = Exemption.objects.filter(starts_on__lte=today).filter(
        Q(until__isnull=True) | Q(until__gte=today)
    )
    pairs = set(exempted.values_list("plan_id", "membership_id"))
    rows = (
        AssignmentEntry.objects.filter(
            Q(membership__ends_on__isnull=True) | Q(membership__ends_on__gte=today),
            membership__state=MembershipState.ACTIVE,
            enrollment__state__in=OPEN_STATES,
            enrollment__due_on__range=(
                today - LAPSED_FOR,
                today + timedelta(days=STAGES[-1][0]),
            ),
        )
        .select_related(
            "assignment",
            "membership__user",
            "membership__organization",
            "enrollment__syllabus",
        )
        .order_by("pk")
    )
    return (
        row for row in rows if (row.assignment.plan_id, row.membership_id) not in pairs
    )


def _courses_due(today: date) -> Iterator[_Due]:
    for entry in _open_entries(today):
        due_on = entry.enrollment.due_on
        since = shanghai_date(entry.created_at)
        stage = stage_on(due_on=due_on, since=since, on=today)
        if stage is not None:
            key = f"due:{entry.enrollment.public_id}:{due_on}:{stage}"
            yield _Due(entry.membership.user, entry, due_on, stage, key)


def _duties_due(today: date) -> Iterator[_Due]:
    rows = Obligation.objects.filter(
        state__in=(ObligationState.OPEN, ObligationState.OVERDUE),
        period_end__range=(
            today - LAPSED_FOR,
            today + timedelta(days=STAGES[-1][0]),
        ),
        membership__state=MembershipState.ACTIVE,
    ).select_related("membership__user", "membership__organization", "rule")
    for row in rows.order_by("pk"):
        stage = stage_on(due_on=row.period_end, since=row.period_start, on=today)
        if stage is not None:
            key = f"duty:{row.public_id}:{stage}"
            yield _Due(row.membership.user, row, row.period_end, stage, key)


def _send(items: Iterable[_Due]) -> int:
    """Write what was not written before; one look for all keys."""
    by_key = {item.key: item for item in items}
    told = set(
        Message.objects.filter(dedupe_key__in=list(by_key)).values_list(
            "dedupe_key", flat=True
        )
    )
    fresh = [item for key, item in by_key.items() if key not in told]
    for item in fresh:
        with translation.override(item.recipient.language):
            subject, body = _words(item)
            notify(
                recipient=item.recipient,
                kind=MessageKind.COURSE,
                subject=subject,
                body=body,
                url=site_path("learn/"),
                dedupe_key=item.key,
            )
    return len(fresh)


def _words(item: _Due) -> tuple[str, str]:
    if isinstance(item.what, Obligation):
        title, organization = duty_title(item.what), item.what.membership.organization
    else:
        title = item.what.enrollment.syllabus.title(item.recipient.language)
        organization = item.what.membership.organization
    values = {
        "title": title,
        "organization": organization.name,
        "due_on": item.due_on.isoformat(),
    }
    if item.stage == DueStage.LAPSED:
        return (
            _("Overdue: %(title)s") % values,
            _("It was due on %(due_on)s at %(organization)s. Please finish it now.")
            % values,
        )
    return (
        _("Due on %(due_on)s: %(title)s") % values,
        _("%(organization)s asks you to finish it by %(due_on)s.") % values,
    )
