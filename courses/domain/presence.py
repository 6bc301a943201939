"""Is somebody there? Checks at random moments.

Checks come after some credited time, unforeseeable to a script and to the learner. They
ask in words and are answered by a button: no face, no picture, no time limit. Until
the answer is there nothing is earned, in no tab and on no device.
"""

import secrets
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from courses.domain.counting import Terms
from courses.domain.progress import lock_learner
from courses.errors import CheckUnknown, OnSiteRefused
from courses.models import Attendance, PlaybackSession, PresenceCheck
from lms.accounts.models import User

_random = secrets.SystemRandom()
OPTIONS = 3


class Asked(Protocol):
    """Who may have a question that waits."""

    open_check_id: int | None


def milliseconds_until_check(mean_ms: int) -> int:
    """Return how much time may be earned before the next check: half to one and a half.

    Drawn by the server and told to nobody.
    """
    return int(mean_ms * _random.uniform(0.5, 1.5))


def ask(
    *, presence: Asked, session: PlaybackSession | Terms, now: datetime
) -> PresenceCheck:
    """Put a question to the person; the caller saves the presence."""
    check = PresenceCheck.objects.create(
        enrollment_id=session.enrollment_id,
        session_id=session.pk,
        unit_key=session.unit_key,
        asked_at=now,
        **_question(),
    )
    presence.open_check_id = check.pk
    return check


def refuse_on_site(learner_id: int) -> None:
    """Refuse to earn elsewhere while the person is signed in on site.

    Raises:
        OnSiteRefused: `on_site`.
    """
    running = Attendance.objects.running().filter(enrollment__learner_id=learner_id)
    if running.exists():
        raise OnSiteRefused(
            "on_site", _("You are signed in at a training on site. Sign out there.")
        )


@transaction.atomic
def answer_check(
    *, learner: User, check_id: UUID, number: int, now: datetime
) -> PresenceCheck:
    """Take an answer. The right one lets time count again, from now on.

    A wrong one is kept and asked anew with other numbers. Answering again what was
    answered changes nothing.

    Raises:
        CheckUnknown: `check_unknown`; no question of this person.
    """
    presence = lock_learner(learner.pk)
    check = PresenceCheck.objects.filter(
        public_id=check_id, enrollment__learner=learner
    ).first()
    if check is None:
        raise CheckUnknown("check_unknown", _("There is no such question for you."))
    if check.answered_at is not None:
        return check
    if number != check.number:
        check.wrong_answers += 1
        for name, value in _question().items():
            setattr(check, name, value)
        check.save()
        return check
    check.answered_at = now
    check.save(update_fields=["answered_at"])
    presence.open_check_id, presence.until_check_ms = None, None
    # The time of waiting belongs to nobody.
    presence.last_receipt_at = now
    presence.carry_ms = presence.coverage_carry_ms = 0
    presence.save()
    return check


def _question() -> dict[str, Any]:
    options = _random.sample(range(10, 100), OPTIONS)
    return {"options": options, "number": _random.choice(options)}
