"""The page says that it is there, and hears what an invigilator did."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from exams.domain.entry import Surroundings
from exams.enums import EvidenceKind
from exams.errors import AttemptNotFound
from exams.models import Attempt, AttemptEvent, AttemptIntervention, AttemptPresence

AGENT_CHARACTERS = 300
DETAIL_CHARACTERS = 120


@dataclass(frozen=True, slots=True)
class PageState:
    """What a sitting page shows besides the paper.

    Attributes:
        interventions: those the page has not shown yet, the oldest first.
        superseded: a newer tab or device has taken over.
    """

    attempt: Attempt
    server_time: datetime
    interventions: list[AttemptIntervention]
    superseded: bool

    @property
    def seconds_left(self) -> float:
        """What remains for answers; while the clock stands it does not shrink."""
        until = self.attempt.paused_at or self.server_time
        return max(0.0, (self.attempt.deadline - until).total_seconds())


def note_presence(
    *,
    public_id: UUID,
    writer: int,
    shown_count: int,
    surroundings: Surroundings,
    now: datetime,
) -> PageState:
    """Keep when, and from where, the page was heard of; return what it has to show.

    A change of address or browser within an attempt is written down as evidence.

    Args:
        public_id: the attempt, as its token names it.
        writer: number that the token names.
        shown_count: number of the last intervention that the page has shown.
        surroundings: from where it asks.
        now: time of the server.

    Raises:
        AttemptNotFound: no such attempt.
    """
    attempt = (
        Attempt.objects.select_related("presence").filter(public_id=public_id).first()
    )
    if attempt is None:
        raise AttemptNotFound("not_found", _("There is no such attempt."))
    if attempt.is_open:
        _note(attempt, writer, shown_count, surroundings, now)
    fresh: list[AttemptIntervention] = []
    if attempt.intervention_count > shown_count:
        fresh = list(attempt.interventions.filter(number__gt=max(0, shown_count)))
    return PageState(
        attempt=attempt,
        server_time=now,
        interventions=fresh,
        superseded=writer < attempt.newest_writer,
    )


@transaction.atomic
def _note(
    attempt: Attempt, writer: int, shown: int, place: Surroundings, now: datetime
) -> None:
    before: AttemptPresence | None = getattr(attempt, "presence", None)
    shown = max(0, min(shown, attempt.intervention_count))
    values = {
        "writer": writer,
        "address": place.address,
        "user_agent": place.user_agent[:AGENT_CHARACTERS],
        "seen_at": now,
        "shown_count": max(shown, before.shown_count if before else 0),
    }
    if before is None:
        # Two tabs may be the first at once: one row is enough.
        first = AttemptPresence(attempt=attempt, **values)
        AttemptPresence.objects.bulk_create([first], ignore_conflicts=True)
        return
    AttemptPresence.objects.filter(pk=attempt.pk).update(**values)
    changes = []
    if before.address != place.address:
        detail = f"{before.address or '?'} → {place.address or '?'}"
        changes.append((EvidenceKind.ADDRESS_CHANGED, detail))
    if before.user_agent != place.user_agent[:AGENT_CHARACTERS]:
        changes.append((EvidenceKind.DEVICE_CHANGED, place.user_agent))
    if changes:
        AttemptEvent.objects.bulk_create(
            AttemptEvent(
                attempt=attempt,
                writer=writer,
                kind=kind,
                detail=detail[:DETAIL_CHARACTERS],
                received_at=now,
            )
            for kind, detail in changes
        )
