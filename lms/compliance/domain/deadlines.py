"""Messages before and after due dates, each of them sent exactly once.

A stage is derived from rows and the day, never from the moment a worker ran: one that
was dead for a day sends what is due now. The key of a message is unique, and the
message, its mail and the mark of an escalation are one transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.enums import OPEN_STATES
from lms.accounts.models import User
from lms.compliance.enums import DueStage, ObligationState, RuleTopic
from lms.compliance.models import AssignmentEntry, Exemption, Obligation
from lms.core.clock import SHANGHAI, shanghai_date
from lms.notifications.domain import notify
from lms.notifications.enums import MessageKind
from lms.notifications.models import Message
from lms.organizations.enums import MembershipRole, MembershipState
from lms.organizations.models import Membership, Organization

STAGES = ((1, DueStage.DAY), (7, DueStage.WEEK), (30, DueStage.MONTH))
# Nobody's telephone rings at night.
FIRST_HOUR, LAST_HOUR = 8, 20
# What lapsed longer ago was told of long ago, or is history.
LAPSED_FOR = timedelta(days=30)
NAMED = 20


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
        escalations=_escalate(today, now),
        digests=_send_digests(today),
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
                url="/learn/",
                dedupe_key=item.key,
            )
    return len(fresh)


def _words(item: _Due) -> tuple[str, str]:
    if isinstance(item.what, Obligation):
        title, organization = _duty_title(item.what), item.what.membership.organization
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


def _duty_title(duty: Obligation) -> str:
    if duty.topic == RuleTopic.LEVELS:
        return _("Levels of training on site")
    hours = round(duty.missing_seconds / duty.rule.hour_seconds, 1)
    return _("%(hours)s credit hours of training are missing") % {"hours": hours}


# --- for those who answer for others ----------------------------------------------


def supervisors_of(organization_id: int, today: date) -> list[User]:
    """Return who is told when somebody does not learn: the administrators."""
    rows = Membership.objects.filter(
        organization_id=organization_id, role=MembershipRole.ADMIN
    ).active(today)
    return [row.user for row in rows.select_related("user").order_by("pk")]


def _escalate(today: date, now: datetime) -> int:
    """Tell supervisors, in one message each, who has let a due date pass."""
    lapsed: dict[int, list[AssignmentEntry]] = defaultdict(list)
    for entry in _open_entries(today):
        if entry.escalated_at is None and entry.enrollment.due_on < today:
            lapsed[entry.membership.organization_id].append(entry)
    told = 0
    for organization_id, rows in lapsed.items():
        try:
            told += _tell_supervisors(organization_id, rows, today, now)
        except _ToldAlready:
            continue
    return told


class _ToldAlready(Exception):
    """Another worker was faster; what this one has begun is undone."""


@transaction.atomic
def _tell_supervisors(
    organization_id: int, entries: list[AssignmentEntry], today: date, now: datetime
) -> int:
    ids = [entry.pk for entry in entries]
    fresh = AssignmentEntry.objects.filter(pk__in=ids, escalated_at__isnull=True)
    if fresh.update(escalated_at=now) != len(ids):
        raise _ToldAlready
    supervisors = supervisors_of(organization_id, today)
    organization = entries[0].membership.organization
    for person in supervisors:
        with translation.override(person.language):
            names = [
                f"{entry.membership.listed_name}: "
                f"{entry.enrollment.syllabus.title(person.language)} "
                f"({entry.enrollment.due_on.isoformat()})"
                for entry in entries[:NAMED]
                if entry.enrollment.due_on
            ]
            count = len({entry.membership_id for entry in entries})
            notify(
                recipient=person,
                kind=MessageKind.COURSE,
                subject=ngettext(
                    "%(count)s employee is overdue at %(name)s",
                    "%(count)s employees are overdue at %(name)s",
                    count,
                )
                % {"count": count, "name": organization.name},
                body="\n".join(names),
                url=f"/enterprise/{organization.code}/",
                dedupe_key=f"lapsed:{organization.public_id}:{ids[0]}:{ids[-1]}",
            )
    return len(supervisors)


def _send_digests(today: date) -> int:
    """Send the administrators how their enterprise stands, once a week."""
    year, week, _day = today.isocalendar()
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    rows = (
        Obligation.objects.filter(
            membership__state=MembershipState.ACTIVE, period_end__year=today.year
        )
        .order_by()
        .values_list("membership__organization_id", "state")
        .annotate(total=Count("pk"))
    )
    for organization_id, state, total in rows:
        counts[organization_id][state] = total
    organizations = Organization.objects.in_bulk(list(counts))
    admins = (
        Membership.objects.filter(
            role=MembershipRole.ADMIN, organization__in=list(counts)
        )
        .active(today)
        .select_related("user")
        .order_by("pk")
    )
    keys = {
        f"digest:{organizations[row.organization_id].public_id}:{year}-W{week:02d}"
        for row in admins
    }
    told = set(
        Message.objects.filter(dedupe_key__in=keys).values_list(
            "recipient_id", "dedupe_key"
        )
    )
    sent = 0
    for row in admins:
        organization = organizations[row.organization_id]
        key = f"digest:{organization.public_id}:{year}-W{week:02d}"
        if (row.user_id, key) in told:
            continue
        _send_digest(row.user, organization, counts[organization.pk], key)
        sent += 1
    return sent


def _send_digest(
    person: User, organization: Organization, states: dict[str, int], key: str
) -> None:
    with translation.override(person.language):
        met = states.get(ObligationState.MET, 0)
        met += states.get(ObligationState.MET_LATE, 0)
        notify(
            recipient=person,
            kind=MessageKind.COURSE,
            subject=_("Training of the week at %(name)s") % {"name": organization.name},
            body=_(
                "Duties of this year: %(met)s met, %(open)s still open, "
                "%(overdue)s overdue."
            )
            % {
                "met": met,
                "open": states.get(ObligationState.OPEN, 0),
                "overdue": states.get(ObligationState.OVERDUE, 0),
            },
            url=f"/enterprise/{organization.code}/",
            dedupe_key=key,
        )
