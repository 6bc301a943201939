"""What comes first: courses before a course, modules and lessons before a lesson."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses.enums import MoveOn, Opening, UnitKind, UnitState
from courses.errors import PrerequisiteMissing, UnitLocked
from courses.models import Enrollment, Syllabus, UnitProgress
from lms.accounts.models import User

Content = Mapping[str, Any]
SOURCE_LANGUAGE = "zh-hans"


@dataclass(frozen=True, slots=True)
class Lock:
    """What is still missing before a unit opens.

    Attributes:
        code: `prerequisite` (a course), `module` or `lesson`.
        key: of the course or of the first unit that is missing.
        titles: its titles by language.
    """

    code: str
    key: UUID
    titles: Mapping[str, str]

    @property
    def title(self) -> str:
        return (
            self.titles.get(get_language())
            or self.titles.get(SOURCE_LANGUAGE)
            or next(iter(self.titles.values()), "")
        )

    @property
    def sentence(self) -> str:
        """What to do first, in the reader's words."""
        if self.code == "prerequisite":
            return _("First complete the course “%(title)s”.") % {"title": self.title}
        return _("First finish “%(title)s”.") % {"title": self.title}


def missing_courses(*, learner: User, syllabus: Syllabus) -> list[Lock]:
    """Return the courses that the person has to complete before this one.

    Completed once counts, for whichever employer and in whichever year.
    """
    return missing_for_each(learner=learner, syllabuses=[syllabus])[syllabus.pk]


def missing_for_each(
    *, learner: User, syllabuses: Collection[Syllabus]
) -> dict[int, list[Lock]]:
    """Return by syllabus id the courses to complete before it; at most one query."""
    wanted = {s.pk: s.content.get("prerequisites", []) for s in syllabuses}
    keys = {row["key"] for rows in wanted.values() for row in rows}
    completed: set[UUID] = set()
    if keys:
        rows = Enrollment.objects.completed().filter(learner=learner)
        completed.update(
            rows.filter(course_key__in=keys).values_list("course_key", flat=True)
        )
    return {
        pk: [
            Lock("prerequisite", UUID(row["key"]), row["titles"])
            for row in rows
            if UUID(row["key"]) not in completed
        ]
        for pk, rows in wanted.items()
    }


def refuse_missing_courses(*, learner: User, syllabus: Syllabus) -> None:
    """Refuse to begin a course whose prerequisites are not completed.

    Raises:
        PrerequisiteMissing: `prerequisite_missing` with the courses' keys.
    """
    missing = missing_courses(learner=learner, syllabus=syllabus)
    if missing:
        raise PrerequisiteMissing(
            "prerequisite_missing",
            missing[0].sentence,
            missing=[str(lock.key) for lock in missing],
        )


def locks_in(
    *, content: Content, done: set[str], missing: list[Lock]
) -> dict[str, Lock]:
    """Return by unit what has to be done before it opens.

    What is done stays open. On-site training is never shut: what somebody was shown
    by a person can't be undone by a rule of the course.
    """
    opening = content.get("opening", Opening.FREE)
    if opening == Opening.FREE and not missing:
        return {}
    locks: dict[str, Lock] = {}
    for unit, before in _in_order(content, opening):
        if unit["key"] in done or unit["kind"] == UnitKind.PRACTICAL:
            continue
        if missing:
            locks[unit["key"]] = missing[0]
            continue
        waiting = [one for one in before if _holds_up(one) and one["key"] not in done]
        if waiting:
            first = waiting[0]
            code = "lesson" if opening == Opening.BY_LESSON else "module"
            locks[unit["key"]] = Lock(code, UUID(first["key"]), first["titles"])
    return locks


def _in_order(content: Content, opening: str) -> Iterator[tuple[Content, list[Any]]]:
    """Give each unit with those that the rule puts before it."""
    before: list[Any] = []
    for module in content["modules"]:
        earlier = list(before)
        for unit in module["units"]:
            if opening == Opening.BY_LESSON:
                yield unit, list(before)
            else:
                yield unit, earlier if opening == Opening.BY_MODULE else []
            before.append(unit)


def _holds_up(unit: Content) -> bool:
    return bool(unit["move_on"] != MoveOn.NOT_APPLICABLE)


def locks_of(
    *, enrollment: Enrollment, done: set[str] | None = None
) -> dict[str, Lock]:
    """Return by unit what this learner has to do before it opens; two queries at most.

    `done` are the keys of the completed units, where the caller knows them.
    """
    content = enrollment.syllabus.content
    if "opening" not in content and "prerequisites" not in content:
        return {}
    if done is None:
        rows = UnitProgress.objects.filter(
            enrollment=enrollment, state=UnitState.COMPLETED
        )
        done = {str(key) for key in rows.values_list("unit_key", flat=True)}
    missing = missing_courses(learner=enrollment.learner, syllabus=enrollment.syllabus)
    return locks_in(content=content, done=done, missing=missing)


def refuse_locked(*, enrollment: Enrollment, unit_key: UUID) -> None:
    """Refuse a unit whose turn has not come, by whatever way it was reached.

    Raises:
        UnitLocked: `unit_locked` with the key of what comes first.
    """
    lock = locks_of(enrollment=enrollment).get(str(unit_key))
    if lock is not None:
        raise UnitLocked(
            "unit_locked", lock.sentence, needs=lock.code, first=str(lock.key)
        )
