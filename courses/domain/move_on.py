"""What completes a unit, and completing it when nothing is missing any more."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.domain.opening import refuse_locked
from courses.domain.progress import (
    complete_unit,
    lock_learner,
    lock_progress,
    owed_unit,
)
from courses.domain.reading import page_times
from courses.domain.seats import settle
from courses.enums import CompletionRule, UnitKind
from courses.errors import MoveOnRefused, UnitNotPlayable
from courses.models import (
    ActivityAnswer,
    Enrollment,
    HandoutDownload,
    UnitProgress,
)
from courses.models.playback import READING_MEDIUM

Unit = dict[str, Any]
# A text was read to its end when this share of it was in sight.
SCROLL_SHARE = 0.9
TIMED = frozenset({UnitKind.VIDEO, UnitKind.DOCUMENT})
LESSONS = TIMED | {UnitKind.EXERCISE}


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that a unit still waits for.

    Attributes:
        code: `time`, `pages`, `scroll`, `questions`, `check` or `handouts`.
        sentence: what to do, in the reader's words.
    """

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Done:
    """What a learner has answered and taken in one unit, by published question."""

    answered: frozenset[str]
    right: frozenset[str]
    handouts: frozenset[str]


def done_in(*, enrollment: Enrollment, unit_key: UUID) -> Done:
    """Read the answers and downloads of one unit; two queries."""
    rows = ActivityAnswer.objects.filter(
        enrollment=enrollment, unit_key=unit_key, is_right__isnull=False
    ).values_list("activity__sha256", "is_right")
    answers = list(rows)
    taken = HandoutDownload.objects.filter(enrollment=enrollment, unit_key=unit_key)
    return Done(
        answered=frozenset(sha for sha, _right in answers),
        right=frozenset(sha for sha, is_right in answers if is_right),
        handouts=frozenset(
            str(key) for key in taken.values_list("handout__public_id", flat=True)
        ),
    )


def missing_in(
    *, unit: Unit, progress: UnitProgress | None, done: Done
) -> list[Missing]:
    """Return what a lesson still waits for, in the order in which it is done."""
    rule = CompletionRule(unit.get("completion", CompletionRule.TIME))
    missing: list[Missing] = []
    if rule != CompletionRule.CHECK:
        missing += _missing_time(unit, progress)
        missing += _missing_exercises(unit, done)
    if rule in {CompletionRule.CHECK, CompletionRule.TIME_AND_CHECK}:
        missing += _missing_check(unit, done)
    if rule == CompletionRule.ALL:
        missing += _missing_everything(unit, done)
    return missing


def standing_in(*, enrollment: Enrollment, unit: Unit) -> tuple[bool, list[Missing]]:
    """Return whether a lesson is complete, and what it waits for if it is not."""
    key = UUID(unit["key"])
    progress = UnitProgress.objects.filter(enrollment=enrollment, unit_key=key).first()
    if progress is not None and progress.is_completed:
        return True, []
    done = done_in(enrollment=enrollment, unit_key=key)
    return False, missing_in(unit=unit, progress=progress, done=done)


def _missing_time(unit: Unit, progress: UnitProgress | None) -> list[Missing]:
    if unit["kind"] not in TIMED:
        return []
    if unit.get("pages"):
        if progress is not None and not _unread_pages(unit, progress):
            return []
        return [Missing("pages", _("Read each page of the document for its time."))]
    watched = progress.watched_seconds if progress else 0
    required = progress.required_seconds if progress else None
    if required is None or watched < required:
        words = (
            _("Watch the video for the required time.")
            if unit["kind"] == UnitKind.VIDEO
            else _("Read for the required time.")
        )
        return [Missing("time", words)]
    if unit.get("to_the_end") and progress and progress.scroll_share < SCROLL_SHARE:
        return [Missing("scroll", _("Read down to the end of the text."))]
    return []


def _unread_pages(unit: Unit, progress: UnitProgress) -> bool:
    pages = page_times(
        covered=[(a, b) for a, b in progress.coverage.get(READING_MEDIUM, [])],
        length_ms=int(unit["credit_seconds"]) * 1000,
        count=int(unit["pages"]),
    )
    return not all(page.is_read for page in pages)


def _is_in(activity: Unit, shas: frozenset[str]) -> bool:
    return not shas.isdisjoint(activity["versions"].values())


def _missing_exercises(unit: Unit, done: Done) -> list[Missing]:
    if unit["kind"] != UnitKind.EXERCISE:
        return []
    exercises = [one for one in unit.get("activities", []) if one["ref"][0] == "e"]
    return _open_questions([one for one in exercises if not _is_in(one, done.answered)])


def _open_questions(waiting: list[Unit]) -> list[Missing]:
    if not waiting:
        return []
    count = len(waiting)
    words = ngettext(
        "Answer %(count)d more question.", "Answer %(count)d more questions.", count
    )
    return [Missing("questions", words % {"count": count})]


def _missing_check(unit: Unit, done: Done) -> list[Missing]:
    checks = [one for one in unit.get("activities", []) if one["is_check"]]
    needed = needed_right(unit)
    right = sum(_is_in(one, done.right) for one in checks)
    if right >= needed:
        return []
    words = _("Pass the self-check: %(right)d of %(needed)d right so far.")
    return [Missing("check", words % {"right": right, "needed": needed})]


def needed_right(unit: Unit) -> int:
    """Return how many questions of the self-check have to be right."""
    checks = [one for one in unit.get("activities", []) if one["is_check"]]
    # Rounded up, without the dust of binary fractions: 0.8 of 5 is 4.
    return -int(-round(len(checks) * float(unit.get("pass_share", 1)), 6) // 1)


def _missing_everything(unit: Unit, done: Done) -> list[Missing]:
    rest = [one for one in unit.get("activities", []) if not _is_in(one, done.answered)]
    if unit["kind"] == UnitKind.EXERCISE:
        rest = [one for one in rest if one["ref"][0] != "e"]
    missing = _open_questions(rest)
    left = {row["id"] for row in unit.get("handouts", [])} - done.handouts
    if left:
        words = ngettext(
            "Download %(count)d hand-out.", "Download %(count)d hand-outs.", len(left)
        )
        missing.append(Missing("handouts", words % {"count": len(left)}))
    return missing


def settle_unit(
    *,
    enrollment: Enrollment,
    unit_key: UUID,
    now: datetime,
    evidence: dict[str, Any] | None = None,
) -> UnitProgress:
    """Complete a lesson if its rule is met now; else it stays as it is.

    Called after everything that may have been the last thing missing: time, an
    answer, a download. An exercise whose rule is its own work waits for its button.
    The caller holds the learner's lock.

    Raises:
        UnitUnknown, EnrollmentClosed: see `complete_unit`.
    """
    unit = owed_unit(enrollment=enrollment, unit_key=unit_key)
    # The time of a lesson that runs stands in the learner's seat until it is settled.
    settle(presence=lock_learner(enrollment.learner_id), now=now, at_least=1)
    progress = lock_progress(enrollment=enrollment, unit_key=unit_key)
    rule = unit.get("completion", CompletionRule.TIME)
    if progress.is_completed or unit["kind"] not in LESSONS:
        return progress
    if unit["kind"] == UnitKind.EXERCISE and rule == CompletionRule.TIME:
        return progress
    done = done_in(enrollment=enrollment, unit_key=unit_key)
    if missing_in(unit=unit, progress=progress, done=done):
        return progress
    proof = {"rule": str(rule), **(evidence or {"kind": "worked_through"})}
    return complete_unit(
        enrollment=enrollment, unit_key=unit_key, now=now, evidence=proof
    )


def refuse_unfinished(*, enrollment: Enrollment, unit: Unit) -> None:
    """Refuse to finish a lesson by its button while its rule is not met.

    Raises:
        MoveOnRefused: `not_finished` with the codes of what is missing.
    """
    key = UUID(unit["key"])
    progress = UnitProgress.objects.filter(enrollment=enrollment, unit_key=key).first()
    done = done_in(enrollment=enrollment, unit_key=key)
    missing = missing_in(unit=unit, progress=progress, done=done)
    if missing:
        raise MoveOnRefused(
            "not_finished",
            " ".join(one.sentence for one in missing),
            missing=[one.code for one in missing],
        )


def finish_exercise(
    *, enrollment: Enrollment, unit_key: UUID, now: datetime
) -> UnitProgress:
    """Complete an exercise because the learner has worked it through.

    Raises:
        UnitNotPlayable: `not_an_exercise`; other units are proved otherwise.
        MoveOnRefused: see `refuse_unfinished`.
        UnitLocked: see `courses.domain.opening`.
    """
    unit = owed_unit(enrollment=enrollment, unit_key=unit_key)
    if unit["kind"] != UnitKind.EXERCISE:
        raise UnitNotPlayable(
            "not_an_exercise", _("This lesson is not completed by a button.")
        )
    refuse_locked(enrollment=enrollment, unit_key=unit_key)
    refuse_unfinished(enrollment=enrollment, unit=unit)
    evidence = {"kind": "exercise_finished"}
    return complete_unit(
        enrollment=enrollment, unit_key=unit_key, now=now, evidence=evidence
    )
