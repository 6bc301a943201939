"""Completing units and, with the last one, the course."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from courses.domain.queries import is_finished, unit_of
from courses.enums import EnrollmentState, UnitKind, UnitState
from courses.errors import (
    EnrollmentClosed,
    SignOffNotPermitted,
    UnitNotPlayable,
    UnitUnknown,
)
from courses.models import (
    Enrollment,
    LearnerPresence,
    PlaybackSession,
    UnitProgress,
)
from courses.permissions import can_sign_off
from courses.signals import enrollment_completed, study_time_verified, unit_completed
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb

# Kinds whose study time is proved second by second; completing them earns no more.
TIMED_KINDS = frozenset({UnitKind.VIDEO, UnitKind.DOCUMENT, UnitKind.EXERCISE})
Unit = dict[str, Any]


def owed_unit(*, enrollment: Enrollment, unit_key: UUID) -> Unit:
    """Return what the enrollment's syllabus says of a unit.

    Raises:
        UnitUnknown: `unit_unknown`; the syllabus has no such unit.
    """
    unit = unit_of(syllabus=enrollment.syllabus, unit_key=unit_key)
    if unit is None:
        raise UnitUnknown("unit_unknown", _("This lesson is no part of your course."))
    return unit


def lock_learner(learner_id: int) -> LearnerPresence:
    """Let one request at a time earn for a person; nobody else waits for it.

    Taken before all other locks here, so that no two requests wait for each other.
    Returns what the person may still earn.
    """
    rows = LearnerPresence.objects.select_for_update()
    presence = rows.filter(pk=learner_id).first()
    if presence is None:
        LearnerPresence.objects.get_or_create(learner_id=learner_id)
        presence = rows.get(pk=learner_id)
    return presence


def lock_progress(*, enrollment: Enrollment, unit_key: UUID) -> UnitProgress:
    """Return the progress row of a unit, made if missing, locked until the commit.

    On SQLite the IMMEDIATE transaction is the lock.
    """
    rows = UnitProgress.objects.select_for_update()
    row = rows.filter(enrollment=enrollment, unit_key=unit_key).first()
    if row is None:
        try:
            with transaction.atomic():
                UnitProgress.objects.create(enrollment=enrollment, unit_key=unit_key)
        except IntegrityError:
            pass  # another request made it just now; both go on with that row
        row = rows.get(enrollment=enrollment, unit_key=unit_key)
    return row


def refuse_closed(enrollment: Enrollment) -> None:
    """Refuse to earn in a withdrawn enrollment.

    Raises:
        EnrollmentClosed: `enrollment_closed`.
    """
    if enrollment.state == EnrollmentState.WITHDRAWN:
        raise EnrollmentClosed(
            "enrollment_closed", _("You have been taken out of this course.")
        )


@transaction.atomic
def complete_unit(
    *,
    enrollment: Enrollment,
    unit_key: UUID,
    now: datetime,
    evidence: dict[str, Any] | None = None,
    at_most: int | None = None,
) -> UnitProgress:
    """Mark a unit as completed and, with the last required one, the course.

    A repeat changes nothing and announces nothing. Who calls has checked that the
    unit's condition holds; `evidence` says by what. The time that a unit proves by
    itself is announced by `study_time_verified`; on-site training and quizzes earn
    their `credit_seconds` here, `at_most` those that the person was there for.

    Raises:
        UnitUnknown: see `owed_unit`.
        EnrollmentClosed: see `refuse_closed`.
    """
    unit = owed_unit(enrollment=enrollment, unit_key=unit_key)
    lock_learner(enrollment.learner_id)
    enrollment.refresh_from_db(fields=["state", "completed_at"])
    refuse_closed(enrollment)
    progress = lock_progress(enrollment=enrollment, unit_key=unit_key)
    if progress.is_completed:
        return progress
    earned = 0 if unit["kind"] in TIMED_KINDS else int(unit["credit_seconds"])
    earned = earned if at_most is None else min(earned, at_most)
    progress.state = UnitState.COMPLETED
    progress.completed_at = now
    progress.evidence = evidence or {}
    progress.credited_seconds += earned
    progress.announced_seconds += earned
    progress.save()
    LearnerPresence.objects.filter(
        pk=enrollment.learner_id, enrollment_id=enrollment.pk, unit_key=unit_key
    ).update(is_completed=True)
    record(
        actor=enrollment.learner,
        verb=Verb.UNIT_COMPLETED,
        obj=enrollment,
        data={"unit": str(unit_key), "kind": unit["kind"]},
    )
    unit_completed.send(
        UnitProgress,
        enrollment=enrollment,
        unit_key=unit_key,
        credit_seconds=earned,
        evidence=progress.evidence,
        now=now,
    )
    complete_enrollment(enrollment=enrollment, now=now)
    return progress


def complete_enrollment(*, enrollment: Enrollment, now: datetime) -> None:
    """Complete the course if all its required units are; a repeat changes nothing."""
    if not enrollment.is_open or not is_finished(enrollment=enrollment):
        return
    closed = (
        Enrollment.objects.open()
        .filter(pk=enrollment.pk)
        .update(state=EnrollmentState.COMPLETED, completed_at=now, updated_at=now)
    )
    enrollment.refresh_from_db(fields=["state", "completed_at"])
    if closed:
        record(actor=enrollment.learner, verb=Verb.COURSE_COMPLETED, obj=enrollment)
        transaction.on_commit(
            lambda: enrollment_completed.send_robust(
                Enrollment, enrollment=enrollment, now=now
            )
        )


@transaction.atomic
def sign_off_unit(
    *,
    enrollment: Enrollment,
    unit_key: UUID,
    by: User,
    evidence: dict[str, Any],
    now: datetime,
) -> UnitProgress:
    """Complete an on-site unit on the word of the enterprise. A repeat changes nothing.

    `evidence` says what was shown and who trained; the signer's random `subject_id`
    is added to it.

    Raises:
        SignOffNotPermitted: `not_your_learner`; see `can_sign_off`.
        UnitNotPlayable: `not_practical`; other units are proved online.
    """
    if not can_sign_off(by, enrollment):
        raise SignOffNotPermitted(
            "not_your_learner",
            _("Only an administrator of the learner's enterprise signs off."),
        )
    unit = owed_unit(enrollment=enrollment, unit_key=unit_key)
    if unit["kind"] != UnitKind.PRACTICAL:
        raise UnitNotPlayable(
            "not_practical", _("Only on-site training is signed off.")
        )
    before = UnitProgress.objects.filter(
        enrollment=enrollment, unit_key=unit_key, state=UnitState.COMPLETED
    ).exists()
    signed = {**evidence, "kind": "sign_off", "by": str(by.subject_id)}
    progress = complete_unit(
        enrollment=enrollment, unit_key=unit_key, now=now, evidence=signed
    )
    if not before:
        record(
            actor=by,
            verb=Verb.PRACTICAL_SIGNED_OFF,
            obj=enrollment,
            data={"unit": str(unit_key)},
        )
    return progress


def announce_study_time(
    *,
    progress: UnitProgress,
    session: PlaybackSession,
    now: datetime,
    at_least: int = 1,
) -> int:
    """Send whole seconds that were verified since the last time, if there are enough.

    The caller holds the lock on `progress`. Returns the seconds sent.
    """
    waiting = int(progress.credited_seconds) - progress.announced_seconds
    if waiting < at_least:
        return 0
    progress.announced_seconds += waiting
    progress.save(update_fields=["announced_seconds", "updated_at"])
    study_time_verified.send(
        UnitProgress,
        enrollment=session.enrollment,
        unit_key=progress.unit_key,
        seconds=waiting,
        session=session,
        now=now,
    )
    return waiting
