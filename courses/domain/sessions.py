"""Opening a lesson on one device, which ends the person's lesson on another."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from courses.domain.move_on import SCROLL_SHARE
from courses.domain.opening import refuse_locked
from courses.domain.presence import refuse_on_site
from courses.domain.progress import (
    lock_learner,
    lock_progress,
    owed_unit,
    refuse_closed,
)
from courses.domain.seats import leave_seat, settle, take_seat
from courses.enums import SessionEnd, UnitKind
from courses.errors import UnitNotPlayable
from courses.models import Enrollment, LearnerPresence, PlaybackSession
from courses.models.playback import READING_MEDIUM
from media_pipeline.models import Asset

SOURCE_LANGUAGE = "zh-hans"
RATE_LIMIT = 2.0
# How long after its opening a session may still bring in what was watched offline.
OFFLINE_FOR = timedelta(hours=24)
READING_KINDS = frozenset({UnitKind.DOCUMENT, UnitKind.EXERCISE})


@dataclass(frozen=True, slots=True)
class _Medium:
    key: str
    length_ms: int
    required_ms: int
    rate_limit: float


@transaction.atomic
def open_session(
    *,
    enrollment: Enrollment,
    unit_key: UUID,
    now: datetime,
    device: str = "",
    language: str = SOURCE_LANGUAGE,
) -> PlaybackSession:
    """Begin to learn a unit here; the person's session elsewhere ends.

    Raises:
        UnitUnknown, EnrollmentClosed: see `courses.domain.progress`.
        UnitLocked: see `courses.domain.opening`.
        UnitNotPlayable: `not_timed` (a quiz, on-site training) or `video_not_ready`.
        OnSiteRefused: `on_site`; the person is signed in at a training on site.
    """
    unit = owed_unit(enrollment=enrollment, unit_key=unit_key)
    refuse_closed(enrollment)
    refuse_locked(enrollment=enrollment, unit_key=unit_key)
    medium = _medium_of(unit, language)
    presence = lock_learner(enrollment.learner_id)
    refuse_on_site(enrollment.learner_id)
    _end_sessions(presence=presence, reason=SessionEnd.SUPERSEDED, now=now)
    progress = lock_progress(enrollment=enrollment, unit_key=unit_key)
    if progress.required_seconds is None:
        # From here on it is fixed for this learner, whatever becomes of the video.
        progress.required_seconds = medium.required_ms / 1000
        progress.save(update_fields=["required_seconds", "updated_at"])
    content = enrollment.syllabus.content
    values: dict[str, Any] = {
        "learner_id": enrollment.learner_id,
        "enrollment": enrollment,
        "unit_key": unit_key,
        "medium": medium.key,
        "length_ms": medium.length_ms,
        "required_ms": medium.required_ms,
        "rate_limit": medium.rate_limit,
        "is_in_order": bool(content.get("in_order")) and medium.key != READING_MEDIUM,
        **how_it_ends(unit),
        "check_every_ms": int(content.get("presence_minutes", 0)) * 60_000,
        "position_at_opening": progress.position_seconds,
        "device": device[:80],
        "opened_at": now,
        "last_receipt_at": now,
        "offline_until": now + OFFLINE_FOR,
    }
    session = PlaybackSession.objects.create(**values)
    take_seat(presence=presence, session=session, progress=progress)
    return session


def how_it_ends(unit: dict[str, Any]) -> dict[str, Any]:
    """Return what a unit asks for beside the time, as fields of its session."""
    return {
        "owed_scroll": SCROLL_SHARE if unit.get("to_the_end") else 0,
        "is_finished_by_hand": unit["kind"] == UnitKind.EXERCISE,
        "page_count": int(unit.get("pages", 0)),
    }


def _medium_of(unit: dict[str, Any], language: str) -> _Medium:
    if unit["kind"] in READING_KINDS:
        length = int(unit["credit_seconds"]) * 1000
        required = int(float(unit["required_seconds"] or 0) * 1000)
        return _Medium(READING_MEDIUM, length, required, rate_limit=1.0)
    if unit["kind"] != UnitKind.VIDEO:
        raise UnitNotPlayable(
            "not_timed", _("This lesson is not earned by watching or reading.")
        )
    media = unit["media"]
    public_id = media.get(language) or media.get(SOURCE_LANGUAGE)
    asset = Asset.objects.filter(public_id=public_id).first() if public_id else None
    if asset is None or not asset.duration_seconds:
        raise UnitNotPlayable("video_not_ready", _("The video is not ready yet."))
    length = int(asset.duration_seconds * 1000)
    required = int(length * float(unit["required_share"]))
    return _Medium(str(asset.public_id), length, required, RATE_LIMIT)


def close_sessions(*, enrollment: Enrollment, now: datetime) -> None:
    """End what runs in an enrollment that earns no more."""
    _end_sessions(
        presence=lock_learner(enrollment.learner_id),
        reason=SessionEnd.CLOSED,
        now=now,
        enrollment=enrollment,
    )


def close_all_sessions(*, learner_id: int, now: datetime) -> None:
    """End what a person learns online, because they are present elsewhere."""
    _end_sessions(
        presence=lock_learner(learner_id), reason=SessionEnd.SUPERSEDED, now=now
    )


def _end_sessions(
    *,
    presence: LearnerPresence,
    reason: SessionEnd,
    now: datetime,
    enrollment: Enrollment | None = None,
) -> None:
    """End what runs and put what it earned into the ledger."""
    if enrollment is None or presence.enrollment_id == enrollment.pk:
        settle(presence=presence, now=now, at_least=1)
        leave_seat(presence=presence)
    running = PlaybackSession.objects.active().filter(learner_id=presence.pk)
    if enrollment is not None:
        running = running.filter(enrollment=enrollment)
    running.update(
        ended_at=Greatest(Value(now, output_field=DateTimeField()), F("opened_at")),
        end_reason=reason,
    )
