"""People in the middle of a course when it changes: they stay, or move on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from courses.domain import coverage
from courses.domain.differences import Difference, compare
from courses.domain.move_on import settle_unit
from courses.domain.progress import complete_enrollment, lock_learner
from courses.domain.queries import unit_of
from courses.domain.sessions import close_sessions
from courses.enums import UnitState
from courses.errors import MoveRefused, RequirementRefused
from courses.models import (
    CoursePage,
    Enrollment,
    RequiredMove,
    Syllabus,
    SyllabusMove,
    UnitProgress,
)
from lms.accounts.models import User
from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.notifications.domain import notify

BATCH = 200


def newer_syllabus(*, enrollment: Enrollment) -> Syllabus | None:
    """Return the newest version of the course, if the learner is not in it."""
    if not enrollment.is_open:
        return None
    latest = Syllabus.objects.of_course(enrollment.course_key).first()
    if latest is None or latest.version <= enrollment.syllabus.version:
        return None
    return latest


@transaction.atomic
def keep_version(*, enrollment: Enrollment, version: int, now: datetime) -> None:
    """Note that the learner stays for now. They may still move at any time."""
    Enrollment.objects.filter(pk=enrollment.pk).update(
        kept_version=version, updated_at=now
    )


@transaction.atomic
def move_enrollment(
    *,
    enrollment: Enrollment,
    syllabus: Syllabus,
    by: User,
    now: datetime,
    required: RequiredMove | None = None,
) -> Enrollment:
    """Let an open enrollment go on in a newer version; a repeat changes nothing.

    Progress is keyed by unit and stays. A completed lesson of which the new version
    asks something else is opened again unless what was done meets the new rule too;
    what it had been completed by is kept in the move. Credit that was earned stays.

    Raises:
        MoveRefused: `not_newer` (another course or an older version) or `not_open`.
    """
    lock_learner(enrollment.learner_id)
    enrollment = (
        Enrollment.objects.select_for_update(of=("self",))
        .select_related("syllabus", "learner")
        .get(pk=enrollment.pk)
    )
    if enrollment.syllabus_id == syllabus.pk:
        return enrollment
    _refuse_move(enrollment, syllabus)
    before = enrollment.syllabus
    difference = compare(old=before, new=syllabus, language=settings.LANGUAGE_CODE)
    Enrollment.objects.filter(pk=enrollment.pk).update(
        syllabus=syllabus, kept_version=None, updated_at=now
    )
    enrollment.refresh_from_db()
    # A running session was opened under the old terms.
    close_sessions(enrollment=enrollment, now=now)
    reopened = _open_again(enrollment, difference.reopened_keys, now)
    SyllabusMove.objects.create(
        enrollment=enrollment,
        from_syllabus=before,
        to_syllabus=syllabus,
        by=by,
        is_required=required is not None,
        reason=required.reason if required else "",
        reopened=reopened,
        moved_at=now,
    )
    record(
        actor=by,
        verb=Verb.SYLLABUS_MOVED,
        obj=enrollment,
        data={"from": before.version, "to": syllabus.version},
    )
    complete_enrollment(enrollment=enrollment, now=now)
    return enrollment


def _refuse_move(enrollment: Enrollment, syllabus: Syllabus) -> None:
    if not enrollment.is_open:
        raise MoveRefused("not_open", _("This course is completed or closed for you."))
    if (
        syllabus.course_key != enrollment.course_key
        or syllabus.version < enrollment.syllabus.version
    ):
        raise MoveRefused(
            "not_newer", _("You are in a newer version of this course already.")
        )


def _open_again(
    enrollment: Enrollment, keys: set[str], now: datetime
) -> list[dict[str, Any]]:
    """Open completed lessons again whose new rule is not met; return what they had."""
    reopened = []
    rows = UnitProgress.objects.select_for_update().filter(
        enrollment=enrollment, unit_key__in=keys
    )
    for progress in rows:
        unit = unit_of(syllabus=enrollment.syllabus, unit_key=progress.unit_key)
        if unit is None:
            continue
        was = (progress.completed_at, progress.evidence)
        progress.watched_seconds = _watched(unit, progress)
        # Fixed anew when the lesson is opened; known already where time is planned.
        progress.required_seconds = unit["required_seconds"]
        progress.state = UnitState.IN_PROGRESS
        progress.completed_at = None
        progress.evidence = {}
        progress.save()
        if was[0] is None:
            continue
        settled = settle_unit(
            enrollment=enrollment, unit_key=progress.unit_key, now=now
        )
        if not settled.is_completed:
            reopened.append(
                {
                    "unit": str(progress.unit_key),
                    "completed_at": was[0].isoformat(),
                    "evidence": was[1],
                }
            )
    return reopened


def _watched(unit: dict[str, Any], progress: UnitProgress) -> float:
    """Return what of the present video or text was seen: another video starts at 0."""
    media = set(unit["media"].values()) or {"reading"}
    lengths = [
        coverage.length([(a, b) for a, b in spans])
        for medium, spans in progress.coverage.items()
        if medium in media
    ]
    return max(lengths, default=0) / 1000


@transaction.atomic
def require_move(
    *, course: CoursePage, reason: str, by: User, now: datetime
) -> RequiredMove:
    """Take everyone in the middle of a course into its newest version.

    The worker moves them in batches and tells each why (`continue_required_moves`).
    A repeat for the same version returns the first requirement.

    Raises:
        RequirementRefused: `no_reason`, or `no_version`; nothing is published.
    """
    if not reason.strip():
        raise RequirementRefused(
            "no_reason", _("Write why everybody has to move; they will read it.")
        )
    latest = Syllabus.objects.of_course(course.translation_key).first()
    if latest is None:
        raise RequirementRefused("no_version", _("This course is not published yet."))
    try:
        with transaction.atomic():
            required = RequiredMove.objects.create(
                course_key=course.translation_key,
                syllabus=latest,
                reason=reason.strip()[:500],
                required_by=by,
                required_at=now,
            )
    except IntegrityError:
        return RequiredMove.objects.get(syllabus=latest)
    record(
        actor=by,
        verb=Verb.SYLLABUS_MOVE_REQUIRED,
        obj=required,
        data={"course": str(course.translation_key), "version": latest.version},
    )
    from courses.tasks import continue_moves  # noqa: PLC0415 -- tasks call us

    continue_moves.delay_on_commit()  # type: ignore[attr-defined]
    return required


def behind(required: RequiredMove) -> Any:
    """Return the open enrollments that a requirement has not reached yet."""
    return Enrollment.objects.open().filter(
        course_key=required.course_key,
        syllabus__version__lt=required.syllabus.version,
    )


def continue_required_moves(*, now: datetime) -> int:
    """Move a batch of people for each requirement; return how many.

    Killed in the middle it goes on where it stopped: who is moved is no longer behind.
    """
    moved = 0
    for required in RequiredMove.objects.unfinished().select_related(
        "syllabus", "required_by"
    ):
        rows = list(behind(required).select_related("syllabus", "learner")[:BATCH])
        for enrollment in rows:
            moved += _move_and_tell(enrollment, required, now)
        if not behind(required).exists():
            RequiredMove.objects.filter(pk=required.pk).update(finished_at=now)
    return moved


@transaction.atomic
def _move_and_tell(
    enrollment: Enrollment, required: RequiredMove, now: datetime
) -> bool:
    before = enrollment.syllabus
    try:
        moved = move_enrollment(
            enrollment=enrollment,
            syllabus=required.syllabus,
            by=required.required_by,
            now=now,
            required=required,
        )
    except MoveRefused:
        # Completed or moved by themselves in this very moment.
        return False
    learner = moved.learner
    with _in_language_of(learner):
        language = learner.language or settings.LANGUAGE_CODE
        difference = compare(old=before, new=required.syllabus, language=language)
        title = required.syllabus.title(language)
        notify(
            recipient=learner,
            kind="course_changed",
            subject=_("“%(title)s” has changed") % {"title": title},
            body="\n".join(
                [
                    _("You go on in the new version."),
                    required.reason,
                    "",
                    *in_words(difference),
                ]
            ),
            url=reverse("courses:enrolled", args=[moved.course_key]),
            dedupe_key=f"course-moved:{required.public_id}:{moved.pk}",
        )
    return True


@contextmanager
def _in_language_of(person: User) -> Iterator[None]:
    with translation.override(person.language or settings.LANGUAGE_CODE):
        yield


def in_words(difference: Difference) -> list[str]:
    """Return a difference as lines of plain text."""
    lines = [_("New: %(title)s") % {"title": title} for title in difference.added]
    lines += [_("Gone: %(title)s") % {"title": t} for t in difference.removed]
    lines += [f"{unit.title}: {' '.join(unit.what)}" for unit in difference.changed]
    lines += difference.course
    if difference.unchanged:
        lines.append(_("Everything else stays, with what you have done in it."))
    return lines


def enrolled_behind(*, course_key: UUID) -> int:
    """Return how many people are in the middle of a version that asks other things."""
    latest = Syllabus.objects.of_course(course_key).first()
    if latest is None:
        return 0
    rows = Enrollment.objects.open().filter(course_key=course_key)
    counts = rows.values_list("syllabus").annotate(count=Count("pk")).order_by()
    people = dict(counts.filter(syllabus__version__lt=latest.version))
    return sum(
        people[old.pk]
        for old in Syllabus.objects.filter(pk__in=people)
        if not compare(old=old, new=latest, language=settings.LANGUAGE_CODE).is_empty
    )
