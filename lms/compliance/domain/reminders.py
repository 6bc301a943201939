"""Reminding those who have not finished what was assigned to them."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from courses.domain.queries import unit_urls
from courses.enums import OPEN_STATES
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.compliance.errors import AssignmentNotPermitted
from lms.compliance.models import Assignment, AssignmentEntry
from lms.core.clock import shanghai_date
from lms.notifications.domain import notify
from lms.notifications.enums import MessageKind
from lms.notifications.models import Message
from lms.organizations.enums import MembershipState
from lms.organizations.permissions import can_administer


@transaction.atomic
def remind_people(
    *,
    assignment: Assignment,
    by: User,
    now: datetime,
    people: Iterable[UUID] | None = None,
) -> int:
    """Write to everyone who still has to finish an assignment; return how many.

    `people` (public ids of memberships) narrows it down. Nobody is reminded twice of
    the same assignment on one day, however often the button is pressed.

    Raises:
        AssignmentNotPermitted: `not_permitted`.
    """
    if not can_administer(by, assignment.organization):
        raise AssignmentNotPermitted(
            "not_permitted", _("You may not assign this course in this organization.")
        )
    day = shanghai_date(now)
    prefix = f"reminder:{assignment.public_id}:{day.isoformat()}"
    entries = {
        f"{prefix}:{entry.membership_id}": entry
        for entry in _waiting(assignment, people, day)
    }
    told = set(
        Message.objects.filter(dedupe_key__in=entries).values_list(
            "dedupe_key", flat=True
        )
    )
    fresh = {key: entry for key, entry in entries.items() if key not in told}
    _write_to(fresh, str(assignment.course_key))
    if fresh:
        record(
            actor=by,
            verb=Verb.PEOPLE_REMINDED,
            obj=assignment,
            data={"members": len(fresh)},
        )
    return len(fresh)


def _waiting(
    assignment: Assignment, people: Iterable[UUID] | None, day: date
) -> QuerySet[AssignmentEntry]:
    rows = AssignmentEntry.objects.filter(
        Q(membership__ends_on__isnull=True) | Q(membership__ends_on__gte=day),
        assignment=assignment,
        membership__state=MembershipState.ACTIVE,
        enrollment__state__in=OPEN_STATES,
    ).select_related(
        "membership__user", "membership__organization", "enrollment__syllabus"
    )
    if people is not None:
        rows = rows.filter(membership__public_id__in=list(people))
    return rows.order_by("pk")


def _write_to(entries: dict[str, AssignmentEntry], course: str) -> None:
    urls: dict[str, str] = {}
    for key, entry in entries.items():
        learner, enrollment = entry.membership.user, entry.enrollment
        language = learner.language
        if language not in urls:
            urls[language] = unit_urls(keys=[course], language=language).get(course, "")
        with translation.override(language):
            title = enrollment.syllabus.title(language)
            notify(
                recipient=learner,
                kind=MessageKind.COURSE,
                subject=_("Reminder: %(title)s") % {"title": title},
                body=_body(entry),
                url=urls[language],
                dedupe_key=key,
            )


def _body(entry: AssignmentEntry) -> str:
    organization, due_on = entry.membership.organization.name, entry.enrollment.due_on
    if due_on is None:
        text = _("%(organization)s asks you to finish it.")
        return text % {"organization": organization}
    return _("%(organization)s asks you to finish it by %(due_on)s.") % {
        "organization": organization,
        "due_on": due_on.isoformat(),
    }
