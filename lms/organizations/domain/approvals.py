"""Sensitive changes: one administrator asks, another one decides, then it is done.

Which changes these are and who decides where there is only one administrator is
decided in docs/adr (approval by a second person). Each kind has one handler that does
the change; packages above register theirs when they are loaded.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.core import clock
from lms.core.scope import scope_for
from lms.notifications.domain.messages import notify
from lms.notifications.enums import MessageKind
from lms.organizations.domain.queries import administering
from lms.organizations.enums import ChangeState
from lms.organizations.errors import (
    ChangeAskedAlready,
    ChangeNotOpen,
    NotAdministrator,
    OwnChange,
    ReasonMissing,
)
from lms.organizations.models import ChangeRequest, Organization
from lms.organizations.permissions import can_administer

WAITS = timedelta(days=14)
# Does the change; gets the request and the person who approved.
Handler = Callable[[ChangeRequest, User, datetime], Any]
_HANDLERS: dict[str, Handler] = {}


def register_change(kind: str, handler: Handler) -> None:
    """Say what does the changes of a kind; called once when an app is ready."""
    _HANDLERS[kind] = handler


@transaction.atomic
def ask_for_change(
    *,
    organization: Organization,
    kind: str,
    subject: str,
    title: str,
    payload: dict[str, Any],
    reason: str,
    by: User,
    now: datetime,
) -> ChangeRequest:
    """Note what is wanted and tell those who may decide. Nothing is changed yet.

    Raises:
        NotAdministrator: `by` does not administer the organization.
        ReasonMissing: nobody can judge a change without its reason.
        ChangeAskedAlready: the same change waits for a decision.
    """
    _refuse_strangers(organization, by)
    if not reason.strip():
        raise ReasonMissing("reason_missing", _("Give a reason."))
    # One whose time is over makes room, whether or not the sweep has seen it.
    expire_changes(now=now, organization=organization)
    try:
        with transaction.atomic():
            change = ChangeRequest.objects.create(
                organization=organization,
                kind=kind,
                subject=subject[:80],
                title=title[:200],
                payload=payload,
                reason=reason.strip()[:500],
                requested_by=by,
                requested_at=now,
                expires_at=now + WAITS,
            )
    except IntegrityError as error:
        raise ChangeAskedAlready(
            "change_asked_already", _("This change waits for a decision already.")
        ) from error
    record(
        actor=by,
        verb=Verb.CHANGE_REQUESTED,
        obj=change,
        data={"kind": str(kind), "subject": change.subject, "reason": change.reason},
    )
    _tell_deciders(change)
    return change


def can_decide(user: Any, change: ChangeRequest) -> bool:
    """Administers the organization, or runs the platform, and did not ask."""
    return user.pk != change.requested_by_id and can_administer(
        user, change.organization
    )


def deciders(change: ChangeRequest) -> list[User]:
    """Return the other administrators; the operators where there are none."""
    today = clock.shanghai_date(clock.now())
    people = administering(organization=change.organization, on=today)
    if others := [one for one in people if one.pk != change.requested_by_id]:
        return others
    operators = User.objects.filter(is_superuser=True, is_active=True)
    return list(operators.exclude(pk=change.requested_by_id).order_by("pk"))


@transaction.atomic
def approve_change(
    *, change: ChangeRequest, by: User, note: str = "", now: datetime
) -> ChangeRequest:
    """Agree and do the change, in one transaction: both or neither.

    Raises:
        OwnChange, NotAdministrator: not a second person of this organization.
        ChangeNotOpen: decided, withdrawn or expired meanwhile.
        Whatever the change itself refuses; then it still waits.
    """
    _decide(change, ChangeState.APPROVED, by, note, now)
    _HANDLERS[change.kind](change, by, now)
    record(
        actor=by,
        verb=Verb.CHANGE_APPROVED,
        obj=change,
        data={"kind": change.kind, "subject": change.subject},
    )
    _tell_asker(change)
    return change


@transaction.atomic
def refuse_change(
    *, change: ChangeRequest, by: User, note: str, now: datetime
) -> ChangeRequest:
    """Say no, and why.

    Raises:
        OwnChange, NotAdministrator, ChangeNotOpen: see `approve_change`.
        ReasonMissing: the asker has to know why.
    """
    if not note.strip():
        raise ReasonMissing("reason_missing", _("Give a reason."))
    _decide(change, ChangeState.REFUSED, by, note, now)
    record(
        actor=by,
        verb=Verb.CHANGE_REFUSED,
        obj=change,
        data={"kind": change.kind, "subject": change.subject, "reason": note},
    )
    _tell_asker(change)
    return change


@transaction.atomic
def withdraw_change(*, change: ChangeRequest, by: User, now: datetime) -> ChangeRequest:
    """The asker no longer wants it.

    Raises:
        OwnChange: somebody else asked; they refuse instead.
        ChangeNotOpen: see `approve_change`.
    """
    if change.requested_by_id != by.pk:
        raise OwnChange("not_own_change", _("Only who asked may withdraw."))
    _close(change, ChangeState.WITHDRAWN, by, "", now)
    record(actor=by, verb=Verb.CHANGE_WITHDRAWN, obj=change)
    return change


@transaction.atomic
def expire_changes(*, now: datetime, organization: Organization | None = None) -> int:
    """Close what nobody decided in time; return how many. Safe to repeat."""
    rows = ChangeRequest.objects.filter(
        state=ChangeState.WAITING, expires_at__lte=now
    ).select_related("organization", "requested_by")
    if organization is not None:
        rows = rows.filter(organization=organization)
    expired = 0
    for change in rows:
        closed = ChangeRequest.objects.filter(
            pk=change.pk, state=ChangeState.WAITING
        ).update(state=ChangeState.EXPIRED)
        if closed:
            change.refresh_from_db()
            record(verb=Verb.CHANGE_EXPIRED, obj=change)
            _tell_asker(change)
            expired += 1
    return expired


def _decide(
    change: ChangeRequest, state: ChangeState, by: User, note: str, now: datetime
) -> None:
    if change.requested_by_id == by.pk:
        raise OwnChange(
            "own_change", _("You asked for this change: somebody else decides.")
        )
    _refuse_strangers(change.organization, by)
    _close(change, state, by, note, now)


def _close(
    change: ChangeRequest, state: ChangeState, by: User, note: str, now: datetime
) -> None:
    # Compare and set: of two who decide at the same moment one comes too late.
    closed = ChangeRequest.objects.filter(
        pk=change.pk, state=ChangeState.WAITING, expires_at__gt=now
    ).update(
        state=state, decided_by=by, decided_at=now, decision_note=note.strip()[:500]
    )
    change.refresh_from_db()
    if not closed:
        raise ChangeNotOpen(
            "change_not_open", _("This change no longer waits for a decision.")
        )


def _refuse_strangers(organization: Organization, by: User) -> None:
    if not can_administer(by, organization):
        raise NotAdministrator(
            "not_administrator", _("You do not administer this organization.")
        )


def address_of(change: ChangeRequest) -> str:
    code = change.organization.code
    return f"/enterprise/{code}/changes/{change.public_id}/"


def _tell_deciders(change: ChangeRequest) -> None:
    for user in deciders(change):
        with translation.override(user.language):
            notify(
                recipient=user,
                kind=MessageKind.MEMBERSHIP,
                subject=_("A change waits for your approval: %(title)s")
                % {"title": change.title},
                body=_("%(name)s asks for it. Reason: %(reason)s")
                % {
                    "name": change.requested_by.get_full_name(),
                    "reason": change.reason,
                },
                url=address_of(change),
                dedupe_key=f"change:{change.public_id}:{user.pk}",
            )


def _tell_asker(change: ChangeRequest) -> None:
    user = change.requested_by
    with translation.override(user.language):
        notify(
            recipient=user,
            kind=MessageKind.MEMBERSHIP,
            subject=f"{change.get_state_display()}: {change.title}"[:200],
            body=change.decision_note,
            url=address_of(change),
            dedupe_key=f"change:{change.public_id}:{change.state}",
        )


def waiting_for(user: Any, organization: Organization) -> int:
    """Count the changes of an organization that wait for this person."""
    if not can_administer(user, organization) or scope_for(user).user_id is None:
        return 0
    rows = ChangeRequest.objects.filter(
        organization=organization,
        state=ChangeState.WAITING,
        expires_at__gt=clock.now(),
    )
    return rows.exclude(requested_by_id=user.pk).count()
