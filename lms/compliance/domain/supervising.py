"""Messages to those who answer for others: who lapsed, and how the week stands.

Administrators are told of everybody, department administrators of their own part.
Each message is sent once: its key is unique.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.enums import OPEN_STATES
from lms.accounts.models import User
from lms.compliance.enums import ObligationState, RuleTopic
from lms.compliance.models import AssignmentEntry, Obligation
from lms.notifications.domain import notify
from lms.notifications.enums import MessageKind
from lms.notifications.models import Message
from lms.organizations.domain.approvals import waiting_for
from lms.organizations.domain.queries import descendant_ids
from lms.organizations.enums import MembershipRole, MembershipState
from lms.organizations.models import Membership, Organization
from lms.ui.languages import site_path

NAMED = 20
SOON = timedelta(days=7)
# What lapsed longer ago was told of long ago, or is history.
LAPSED_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Who is told, and of whom; `inside` are departments, None for everybody."""

    user: User
    key: str
    inside: frozenset[int] | None = None

    def answers_for(self, membership: Membership) -> bool:
        return self.inside is None or membership.department_id in self.inside


def supervisors_of(organization_id: int, today: date) -> list[Supervisor]:
    """Return who is told when somebody does not learn, each person once."""
    rows = (
        Membership.objects.filter(
            organization_id=organization_id,
            role__in=[MembershipRole.ADMIN, MembershipRole.UNIT_ADMIN],
            user__is_active=True,
        )
        .active(today)
        .select_related("user", "department")
        .order_by("pk")
    )
    parts: dict[int, set[int]] = defaultdict(set)
    whole: dict[int, User] = {}
    people: dict[int, User] = {}
    for row in rows:
        people[row.user_id] = row.user
        if row.role == MembershipRole.ADMIN:
            whole[row.user_id] = row.user
        elif row.department is not None:
            parts[row.user_id] |= set(descendant_ids(department=row.department))
    return [
        Supervisor(
            user,
            str(pk),
            None if pk in whole else frozenset(parts.get(pk, set())),
        )
        for pk, user in people.items()
    ]


# --- who has let a day pass -----------------------------------------------------------


def escalate(*, entries: Iterable[AssignmentEntry], today: date, now: datetime) -> int:
    """Tell supervisors of courses and duties that lapsed; return how many messages.

    `entries` come with assignment, membership and syllabus.
    """
    lapsed: dict[int, list[AssignmentEntry]] = defaultdict(list)
    for entry in entries:
        due_on = entry.enrollment.due_on
        if entry.escalated_at is None and due_on and due_on < today:
            lapsed[entry.membership.organization_id].append(entry)
    told = 0
    for rows in lapsed.values():
        try:
            told += _tell_of_courses(rows, today, now)
        except _ToldAlreadyError:
            continue
    return told + _tell_of_duties(today)


class _ToldAlreadyError(Exception):
    """Another worker was faster; what this one has begun is undone."""


@transaction.atomic
def _tell_of_courses(entries: list[AssignmentEntry], today: date, now: datetime) -> int:
    ids = [entry.pk for entry in entries]
    fresh = AssignmentEntry.objects.filter(pk__in=ids, escalated_at__isnull=True)
    if fresh.update(escalated_at=now) != len(ids):
        raise _ToldAlreadyError
    organization = entries[0].membership.organization
    told = 0
    for person in supervisors_of(organization.pk, today):
        own = [
            entry
            for entry in each_course_once(entries)
            if person.answers_for(entry.membership)
        ]
        if not own:
            continue
        told += 1
        with translation.override(person.user.language):
            _write(
                person,
                organization,
                members=[entry.membership for entry in own],
                lines=[_entry_line(entry, person.user.language) for entry in own],
                key=f"lapsed:{organization.public_id}:{ids[0]}:{ids[-1]}",
            )
    return told


def _tell_of_duties(today: date) -> int:
    """Tell of statutory duties that lapsed, all of one last day in one message."""
    rows = (
        Obligation.objects.filter(
            state=ObligationState.OVERDUE,
            period_end__range=(today - LAPSED_FOR, today - timedelta(days=1)),
            membership__state=MembershipState.ACTIVE,
        )
        .select_related("membership__organization", "rule")
        .order_by("membership__listed_name", "pk")
    )
    groups: dict[tuple[int, date], list[Obligation]] = defaultdict(list)
    for row in rows:
        groups[row.membership.organization_id, row.period_end].append(row)
    keys = {
        (organization_id, day): "duty-lapsed:"
        f"{duties[0].membership.organization.public_id}:{day}"
        for (organization_id, day), duties in groups.items()
    }
    known = set(
        Message.objects.filter(dedupe_key__in=list(keys.values())).values_list(
            "recipient_id", "dedupe_key"
        )
    )
    told = 0
    for (organization_id, day), duties in groups.items():
        key = keys[organization_id, day]
        for person in supervisors_of(organization_id, today):
            own = [one for one in duties if person.answers_for(one.membership)]
            if not own or (person.user.pk, key) in known:
                continue
            told += 1
            with translation.override(person.user.language):
                _write(
                    person,
                    duties[0].membership.organization,
                    members=[one.membership for one in own],
                    lines=[_line(one.membership, duty_title(one), day) for one in own],
                    key=key,
                )
    return told


def duty_title(duty: Obligation) -> str:
    """Say what is missing of a duty."""
    if duty.topic == RuleTopic.LEVELS:
        return _("Levels of training on site")
    hours = round(duty.missing_seconds / duty.rule.hour_seconds, 1)
    return _("%(hours)s credit hours of training are missing") % {"hours": hours}


def _write(
    person: Supervisor,
    organization: Organization,
    *,
    members: Sequence[Membership],
    lines: list[str],
    key: str,
) -> None:
    count = len({member.pk for member in members})
    notify(
        recipient=person.user,
        kind=MessageKind.COURSE,
        subject=ngettext(
            "%(count)s employee is overdue at %(name)s",
            "%(count)s employees are overdue at %(name)s",
            count,
        )
        % {"count": count, "name": organization.name},
        body=shortened(lines),
        url=site_path(f"enterprise/{organization.code}/"),
        dedupe_key=key,
    )


def shortened(lines: list[str]) -> str:
    """Join the first lines, and say how many there are besides."""
    more = len(lines) - NAMED
    if more <= 0:
        return "\n".join(lines)
    rest = ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more}
    return "\n".join([*lines[:NAMED], rest])


# --- how the week stands --------------------------------------------------------------


@dataclass(slots=True)
class _Week:
    """What is open in an enterprise on a Monday."""

    duties: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    overdue: list[AssignmentEntry] = field(default_factory=list)
    soon: list[AssignmentEntry] = field(default_factory=list)


def send_digests(*, today: date) -> int:
    """Send each administrator how the enterprise stands, once a week."""
    year, week, _day = today.isocalendar()
    admins = (
        Membership.objects.filter(role=MembershipRole.ADMIN, user__is_active=True)
        .active(today)
        .select_related("user", "organization")
        .order_by("pk")
    )
    keyed = [
        (row, f"digest:{row.organization.public_id}:{year}-W{week:02d}")
        for row in admins
    ]
    told = set(
        Message.objects.filter(dedupe_key__in={key for _row, key in keyed}).values_list(
            "recipient_id", "dedupe_key"
        )
    )
    waiting = [(row, key) for row, key in keyed if (row.user_id, key) not in told]
    if not waiting:
        return 0
    weeks = _weeks(today, {row.organization_id for row, _key in waiting})
    sent = 0
    for row, key in waiting:
        if row.organization_id in weeks:
            _send_digest(row.user, row.organization, weeks[row.organization_id], key)
            sent += 1
    return sent


def _weeks(today: date, organization_ids: set[int]) -> dict[int, _Week]:
    """Count what is open in enterprises; those without anything are left out."""
    weeks: dict[int, _Week] = defaultdict(_Week)
    duties = Obligation.objects.filter(
        membership__state=MembershipState.ACTIVE,
        membership__organization__in=organization_ids,
        period_end__year=today.year,
    ).order_by()
    counted = duties.values_list("membership__organization_id", "state")
    for organization_id, state, total in counted.annotate(total=Count("pk")):
        weeks[organization_id].duties[state] += total
    entries = (
        AssignmentEntry.objects.filter(
            Q(membership__ends_on__isnull=True) | Q(membership__ends_on__gte=today),
            membership__state=MembershipState.ACTIVE,
            membership__organization__in=organization_ids,
            enrollment__state__in=OPEN_STATES,
            enrollment__due_on__lte=today + SOON,
        )
        .select_related("membership", "enrollment__syllabus")
        .order_by("enrollment__due_on", "membership__listed_name", "pk")
    )
    for entry in entries.iterator(2_000):
        mine = weeks[entry.membership.organization_id]
        due_on = entry.enrollment.due_on
        (mine.overdue if due_on and due_on < today else mine.soon).append(entry)
    for mine in weeks.values():
        mine.overdue = each_course_once(mine.overdue)
        mine.soon = each_course_once(mine.soon)
    return weeks


def _send_digest(
    person: User, organization: Organization, week: _Week, key: str
) -> None:
    with translation.override(person.language):
        notify(
            recipient=person,
            kind=MessageKind.COURSE,
            subject=_("Training of the week at %(name)s") % {"name": organization.name},
            body=_digest(person, organization, week),
            url=site_path(f"enterprise/{organization.code}/"),
            dedupe_key=key,
        )


def _digest(person: User, organization: Organization, week: _Week) -> str:
    met = week.duties[ObligationState.MET] + week.duties[ObligationState.MET_LATE]
    parts = [
        _("Duties of this year: %(met)s met, %(open)s still open, %(overdue)s overdue.")
        % {
            "met": met,
            "open": week.duties[ObligationState.OPEN],
            "overdue": week.duties[ObligationState.OVERDUE],
        }
    ]
    for heading, entries in (
        (_("Overdue courses: %(count)s"), week.overdue),
        (_("Due within 7 days: %(count)s"), week.soon),
    ):
        if entries:
            lines = [_entry_line(entry, person.language) for entry in entries]
            parts.append(heading % {"count": len(entries)} + "\n" + shortened(lines))
    if waiting := waiting_for(person, organization):
        parts.append(
            ngettext(
                "%(count)s change waits for your approval.",
                "%(count)s changes wait for your approval.",
                waiting,
            )
            % {"count": waiting}
        )
    return "\n\n".join(parts)


def _entry_line(entry: AssignmentEntry, language: str) -> str:
    title = entry.enrollment.syllabus.title(language)
    return _line(entry.membership, title, entry.enrollment.due_on)


def _line(membership: Membership, what: str, day: date | None) -> str:
    values = {"name": membership.listed_name, "what": what, "day": day}
    return _("%(name)s: %(what)s (%(day)s)") % values


def each_course_once(entries: Iterable[AssignmentEntry]) -> list[AssignmentEntry]:
    """Keep the first of the entries that mean the same course of the same person.

    Two plans may assign it: it is learned once and named once.
    """
    return list({row.enrollment_id: row for row in reversed([*entries])}.values())[::-1]
