"""What the browser reports besides answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from exams.enums import REPORTABLE_KINDS
from exams.errors import InvalidResponse, TooManyEvents
from exams.models import Attempt, AttemptEvent

MAX_BATCH = 50
REPORTABLE = {value for value, _label in REPORTABLE_KINDS}
MAX_PER_ATTEMPT = 1_000


@dataclass(frozen=True, slots=True)
class EvidenceInput:
    """One report; `happened_at` is the browser's word."""

    kind: str
    happened_at: datetime | None = None


def record_evidence(
    *, attempt: Attempt, writer: int, reports: Sequence[EvidenceInput], now: datetime
) -> int:
    """Keep what a browser reports; returns how many were kept. Never a verdict.

    After the attempt is closed nothing more is kept.

    Raises:
        InvalidResponse: an unknown kind, or too many at once.
        TooManyEvents: more than anyone can read.
    """
    if len(reports) > MAX_BATCH:
        raise InvalidResponse("batch_too_large", _("Send fewer reports at once."))
    for report in reports:
        if report.kind not in REPORTABLE:
            raise InvalidResponse("unknown_kind", _("There is no such kind of report."))
    if not attempt.is_open or not reports:
        return 0
    if AttemptEvent.objects.filter(attempt=attempt).count() >= MAX_PER_ATTEMPT:
        raise TooManyEvents("too_many_events", _("These are too many reports."))
    AttemptEvent.objects.bulk_create(
        AttemptEvent(
            attempt=attempt,
            writer=writer,
            kind=report.kind,
            happened_at=report.happened_at,
            received_at=now,
        )
        for report in reports
    )
    return len(reports)
