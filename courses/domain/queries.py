"""Reads over courses and enrollments; none of them runs a query per row."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from wagtail.models import Page

from courses.domain.opening import Lock, locks_of
from courses.enums import MoveOn, UnitKind, UnitState
from courses.models import (
    CoursePage,
    Enrollment,
    LearnerPresence,
    Syllabus,
    UnitProgress,
)
from lms.accounts.models import User
from media_pipeline.models import Asset

SOURCE_LANGUAGE = "zh-hans"


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit as a list shows it, with what the learner has done in it.

    Attributes:
        required_seconds: None while the length of a video is not known.
        url: where it is learned; empty while its page is not published.
        lock: what has to be done before it opens.
    """

    key: UUID
    kind: str
    title: str
    required_seconds: float | None
    credit_seconds: int
    is_required: bool
    url: str = ""
    state: str = UnitState.NOT_STARTED
    watched_seconds: float = 0
    credited_seconds: float = 0
    position_seconds: float = 0
    completed_at: datetime | None = None
    lock: Lock | None = None

    @property
    def is_done(self) -> bool:
        return self.state == UnitState.COMPLETED

    @property
    def is_practical(self) -> bool:
        return self.kind == UnitKind.PRACTICAL

    @property
    def left_seconds(self) -> int:
        """What is still to be watched or read before the unit is done."""
        if self.is_done or not self.required_seconds:
            return 0
        if self.watched_seconds >= self.required_seconds:
            return 0
        # In whole seconds like the clock beside it; never 0 before it is enough.
        return max(1, int(self.required_seconds) - int(self.watched_seconds))

    @property
    def minutes(self) -> int:
        """Planned minutes, at least one."""
        seconds = self.credit_seconds
        if self.kind == UnitKind.VIDEO and self.required_seconds:
            seconds = int(min(seconds, self.required_seconds))
        return max(1, round(seconds / 60))


@dataclass(frozen=True, slots=True)
class ModuleLines:
    key: UUID
    title: str
    slug: str
    units: list[UnitLine] = field(default_factory=list)

    @property
    def done(self) -> int:
        return sum(unit.is_done for unit in self.units)


@dataclass(frozen=True, slots=True)
class Outline:
    """A course as a person sees it: modules, units, and what is next."""

    title: str
    modules: list[ModuleLines]

    @property
    def units(self) -> list[UnitLine]:
        return [unit for module in self.modules for unit in module.units]

    @property
    def required(self) -> list[UnitLine]:
        return [unit for unit in self.units if unit.is_required]

    @property
    def done(self) -> int:
        return sum(unit.is_done for unit in self.required)

    @property
    def next_unit(self) -> UnitLine | None:
        """The first unit that can be done online now; on-site ones come last."""
        waiting = [
            unit
            for unit in self.required
            if not unit.is_done and unit.url and unit.lock is None
        ]
        online = [unit for unit in waiting if not unit.is_practical]
        return next(iter(online or waiting), None)

    def after(self, key: UUID) -> UnitLine | None:
        """The unit that follows in reading order."""
        keys = [unit.key for unit in self.units]
        following = self.units[keys.index(key) + 1 :] if key in keys else []
        return next(iter(following), None)


def live_course(
    *, course_key: UUID, language: str = SOURCE_LANGUAGE
) -> CoursePage | None:
    """Return the live page of a course, in the language if there is one."""
    pages = {
        page.locale.language_code: page
        for page in CoursePage.objects.live()
        .filter(translation_key=course_key)
        .select_related("locale")
    }
    return (
        pages.get(language)
        or pages.get(SOURCE_LANGUAGE)
        or next(iter(pages.values()), None)
    )


def active_enrollment(*, learner: User, course_key: UUID) -> Enrollment | None:
    """Return the enrollment that a person learns in, or None.

    Open before completed; of several open ones (two employers) the one due first. It
    knows its course's `newest_version`.
    """
    rows = Enrollment.objects.in_force().filter(learner=learner, course_key=course_key)
    rows = rows.with_newest_version()
    return min(rows.select_related("syllabus"), key=_by_urgency, default=None)


def enrollment_for_unit(*, learner: User, unit_key: UUID) -> Enrollment | None:
    """Return the enrollment in which a person learns a unit, or None.

    Looks at what the person is enrolled in, never at the page tree: a unit that was
    unpublished is found as well.
    """
    rows = Enrollment.objects.in_force().filter(learner=learner)
    mine = [
        row
        for row in rows.select_related("syllabus")
        if unit_of(syllabus=row.syllabus, unit_key=unit_key) is not None
    ]
    return min(mine, key=_by_urgency, default=None)


def _by_urgency(row: Enrollment) -> tuple[bool, bool, str, float]:
    """Open before completed, the one due first, then the newest."""
    return (
        not row.is_open,
        row.due_on is None,
        str(row.due_on),
        -row.enrolled_at.timestamp(),
    )


def unit_of(*, syllabus: Syllabus, unit_key: UUID) -> dict[str, Any] | None:
    """Return one unit of a syllabus, or None."""
    wanted = str(unit_key)
    return next((u for u in syllabus.units if u["key"] == wanted), None)


def unit_urls(
    *, keys: Iterable[str], language: str, request: HttpRequest | None = None
) -> dict[str, str]:
    """Return where live units are learned, by key; two queries at most.

    A unit without a page in the language is named in the source language.
    """
    pages = (
        Page.objects.live()
        .filter(translation_key__in=set(keys))
        .filter(locale__language_code__in={language, SOURCE_LANGUAGE})
        .select_related("locale")
    )
    urls: dict[str, str] = {}
    for page in sorted(pages, key=lambda p: p.locale.language_code == language):
        urls[str(page.translation_key)] = page.get_url(request) or ""
    return urls


def media_lengths(*, syllabuses: Iterable[Syllabus]) -> dict[str, float]:
    """Return the known lengths of videos whose length was not known at publication."""
    unknown = {
        asset
        for syllabus in syllabuses
        for unit in syllabus.units
        if unit["required_seconds"] is None
        for asset in unit["media"].values()
    }
    if not unknown:
        return {}
    rows = Asset.objects.filter(public_id__in=unknown, duration_seconds__isnull=False)
    return {
        str(asset): float(seconds or 0)
        for asset, seconds in rows.values_list("public_id", "duration_seconds")
    }


def required_seconds_of(
    unit: dict[str, Any], *, language: str, lengths: dict[str, float]
) -> float | None:
    """Return what a unit asks for, with the video's length if that came later."""
    if unit["required_seconds"] is not None:
        return float(unit["required_seconds"])
    media = unit["media"]
    asset = media.get(language) or media.get(SOURCE_LANGUAGE, "")
    length = lengths.get(asset)
    return None if length is None else round(length * unit["required_share"], 1)


def outline_of(
    *,
    syllabus: Syllabus,
    language: str,
    enrollment: Enrollment | None = None,
    request: HttpRequest | None = None,
) -> Outline:
    """Return a course with the learner's states. Few queries, whatever its length."""
    progress: dict[str, UnitProgress] = {}
    locks: dict[str, Lock] = {}
    if enrollment is not None:
        rows = UnitProgress.objects.filter(enrollment=enrollment)
        progress = {str(row.unit_key): row for row in rows}
        _add_running(progress, enrollment)
        done = {key for key, row in progress.items() if row.is_completed}
        locks = locks_of(enrollment=enrollment, done=done)
    urls = unit_urls(
        keys=[u["key"] for u in syllabus.units], language=language, request=request
    )
    lengths = media_lengths(syllabuses=[syllabus])
    return Outline(
        title=syllabus.title(language),
        modules=[
            ModuleLines(
                key=UUID(module["key"]),
                title=in_language(module["titles"], language),
                slug=module["slug"],
                units=[
                    replace(
                        _line(unit, language, urls, lengths, progress.get(unit["key"])),
                        lock=locks.get(unit["key"]),
                    )
                    for unit in module["units"]
                ],
            )
            for module in syllabus.content["modules"]
        ],
    )


def _add_running(progress: dict[str, UnitProgress], enrollment: Enrollment) -> None:
    """Show the lesson that runs as far as it is; its row is settled each minute."""
    running = LearnerPresence.objects.filter(
        pk=enrollment.learner_id, enrollment_id=enrollment.pk
    ).first()
    row = progress.get(str(running.unit_key)) if running else None
    if running is None or row is None:
        return
    row.watched_seconds = max(row.watched_seconds, running.watched_ms / 1000)
    row.credited_seconds = max(row.credited_seconds, running.credited_ms / 1000)
    row.position_seconds = running.position_ms / 1000


def in_language(titles: dict[str, str], language: str) -> str:
    return (
        titles.get(language)
        or titles.get(SOURCE_LANGUAGE)
        or next(iter(titles.values()), "")
    )


def _line(
    unit: dict[str, Any],
    language: str,
    urls: dict[str, str],
    lengths: dict[str, float],
    row: UnitProgress | None,
) -> UnitLine:
    required = required_seconds_of(unit, language=language, lengths=lengths)
    if row is not None and row.required_seconds is not None:
        required = row.required_seconds
    return UnitLine(
        key=UUID(unit["key"]),
        kind=unit["kind"],
        title=in_language(unit["titles"], language),
        required_seconds=required,
        credit_seconds=unit["credit_seconds"],
        is_required=unit["move_on"] != MoveOn.NOT_APPLICABLE,
        url=urls.get(unit["key"], ""),
        state=row.state if row else UnitState.NOT_STARTED,
        watched_seconds=row.watched_seconds if row else 0,
        credited_seconds=row.credited_seconds if row else 0,
        position_seconds=row.position_seconds if row else 0,
        completed_at=row.completed_at if row else None,
    )


@dataclass(frozen=True, slots=True)
class EnrollmentLine:
    """An enrollment in a list: how much of it is done."""

    enrollment: Enrollment
    title: str
    url: str
    done: int
    required: int
    credited_seconds: int

    @property
    def is_done(self) -> bool:
        return self.enrollment.completed_at is not None


def enrollment_lines(
    *,
    enrollments: Iterable[Enrollment],
    language: str,
    request: HttpRequest | None = None,
) -> list[EnrollmentLine]:
    """Return lines for enrollments (loaded with their syllabus); two queries."""
    rows = list(enrollments)
    done: dict[int, set[str]] = {row.pk: set() for row in rows}
    credited: dict[int, float] = dict.fromkeys(done, 0.0)
    for progress in UnitProgress.objects.filter(enrollment__in=done).only(
        "enrollment_id", "unit_key", "state", "credited_seconds"
    ):
        credited[progress.enrollment_id] += progress.credited_seconds
        if progress.is_completed:
            done[progress.enrollment_id].add(str(progress.unit_key))
    urls = unit_urls(
        keys=[str(row.course_key) for row in rows], language=language, request=request
    )
    lines = []
    for row in rows:
        required = [u["key"] for u in row.syllabus.units if _is_required(u)]
        lines.append(
            EnrollmentLine(
                enrollment=row,
                title=row.syllabus.title(language),
                url=urls.get(str(row.course_key), ""),
                done=len(done[row.pk].intersection(required)),
                required=len(required),
                credited_seconds=int(credited[row.pk]),
            )
        )
    return lines


def _is_required(unit: dict[str, Any]) -> bool:
    return bool(unit["move_on"] != MoveOn.NOT_APPLICABLE)


def is_finished(*, enrollment: Enrollment) -> bool:
    """Tell whether every required unit of the enrollment's syllabus is completed."""
    required = {u["key"] for u in enrollment.syllabus.units if _is_required(u)}
    completed = UnitProgress.objects.filter(
        enrollment=enrollment, state=UnitState.COMPLETED
    ).values_list("unit_key", flat=True)
    return required <= {str(key) for key in completed}
