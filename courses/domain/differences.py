"""What changed between two versions of a course, lesson by lesson, in plain words."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.domain.queries import in_language
from courses.enums import MoveOn, Opening
from courses.models import Syllabus

Unit = dict[str, Any]
# What a learner has to do anew when it changes; a title or another language is no
# such thing. The length of a video that became known is none either.
SUBSTANCE = ("kind", "required_share", "completion", "pass_share", "to_the_end")
SOURCE_LANGUAGE = "zh-hans"


@dataclass(frozen=True, slots=True)
class ChangedUnit:
    """A unit that is in both versions; `what` says in words what differs."""

    key: str
    title: str
    what: list[str]
    is_substantial: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """Titles of what came and went, and what became of the rest."""

    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    changed: list[ChangedUnit] = field(default_factory=list)
    course: list[str] = field(default_factory=list)
    unchanged: int = 0

    @property
    def reopened_keys(self) -> set[str]:
        return {unit.key for unit in self.changed if unit.is_substantial}

    @property
    def is_empty(self) -> bool:
        """Nothing that a learner would notice: a file became known, a word changed."""
        return not (self.added or self.removed or self.changed or self.course)


def compare(*, old: Syllabus, new: Syllabus, language: str) -> Difference:
    """Return what a learner of the old version is told about the new one."""
    before = {unit["key"]: unit for unit in old.units}
    after = {unit["key"]: unit for unit in new.units}
    difference = Difference(
        added=[_named(u, language) for k, u in after.items() if k not in before],
        removed=[_named(u, language) for k, u in before.items() if k not in after],
        course=_course_changes(old.content, new.content, language),
    )
    unchanged = 0
    for key, unit in after.items():
        if key not in before:
            continue
        what = _words(before[key], unit, language)
        if what:
            is_substantial = substance_of(before[key]) != substance_of(unit)
            title = in_language(unit["titles"], language)
            difference.changed.append(ChangedUnit(key, title, what, is_substantial))
        else:
            unchanged += 1
    return Difference(
        difference.added,
        difference.removed,
        difference.changed,
        difference.course,
        unchanged,
    )


def _named(unit: Unit, language: str) -> str:
    title = in_language(unit["titles"], language)
    if unit["move_on"] == MoveOn.NOT_APPLICABLE:
        return _("%(title)s (voluntary)") % {"title": title}
    return title


def substance_of(unit: Unit) -> dict[str, Any]:
    """Return what decides whether a unit has to be done anew."""
    facts: dict[str, Any] = {name: unit.get(name) for name in SUBSTANCE}
    facts["media"] = unit["media"].get(SOURCE_LANGUAGE) or unit["media"]
    # A text that has to be read for longer; a video's time follows from its file.
    facts["minutes"] = None if unit["media"] else unit["required_seconds"]
    facts["questions"] = _questions(unit)
    return facts


def _questions(unit: Unit) -> list[Any]:
    rows = unit.get("activities", [])
    return [
        (row["versions"].get(SOURCE_LANGUAGE) or row["versions"], row["is_check"])
        for row in rows
    ]


def _words(old: Unit, new: Unit, language: str) -> list[str]:
    words = []
    before, after = substance_of(old), substance_of(new)
    if in_language(old["titles"], language) != in_language(new["titles"], language):
        words.append(
            _("It was called “%(title)s”.")
            % {"title": in_language(old["titles"], language)}
        )
    if before["media"] != after["media"]:
        words.append(_("It has another video."))
    if before["kind"] != after["kind"]:
        words.append(_("It is learned in another way."))
    if before["minutes"] != after["minutes"] and before["kind"] == after["kind"]:
        words.append(
            _("It asks for %(minutes)d minutes now.")
            % {"minutes": round(float(new["required_seconds"] or 0) / 60)}
        )
    rule = ("required_share", "completion", "pass_share", "to_the_end")
    if any(before[name] != after[name] for name in rule):
        words.append(_("Something else completes it now."))
    was_owed = old["move_on"] != MoveOn.NOT_APPLICABLE
    is_owed = new["move_on"] != MoveOn.NOT_APPLICABLE
    if was_owed != is_owed:
        words.append(
            _("It has to be done now.") if is_owed else _("It is voluntary now.")
        )
    if before["questions"] != after["questions"]:
        words.append(_("Its questions are others."))
    if old.get("handouts") != new.get("handouts"):
        words.append(_("Its hand-outs are others."))
    return words


def _course_changes(
    old: dict[str, Any], new: dict[str, Any], language: str
) -> list[str]:
    words = []
    if old.get("prerequisites", []) != new.get("prerequisites", []):
        words.append(_prerequisite_words(new.get("prerequisites", []), language))
    if old.get("opening") != new.get("opening"):
        how = Opening(new.get("opening") or Opening.FREE).label
        words.append(_("How the lessons open now: %(how)s.") % {"how": how})
    if bool(old.get("in_order")) != bool(new.get("in_order")):
        words.append(
            _("Videos are watched from the start the first time, without skipping.")
            if new.get("in_order")
            else _("You may skip ahead in videos now.")
        )
    if old.get("presence_minutes") != new.get("presence_minutes"):
        words.append(_presence_words(new.get("presence_minutes", 0)))
    before, after = _keys(old), _keys(new)
    if [key for key in before if key in after] != [k for k in after if k in before]:
        words.append(_("The lessons stand in another order."))
    return words


def _prerequisite_words(rows: list[dict[str, Any]], language: str) -> str:
    if not rows:
        return _("No other course has to be completed first any more.")
    titles = "; ".join(in_language(row["titles"], language) for row in rows)
    return _("To be completed first: %(courses)s.") % {"courses": titles}


def _presence_words(minutes: int) -> str:
    if not minutes:
        return _("There are no checks of presence any more.")
    return ngettext(
        "Checks of presence come about every minute now.",
        "Checks of presence come about every %(minutes)d minutes now.",
        minutes,
    ) % {"minutes": minutes}


def _keys(content: dict[str, Any]) -> list[str]:
    return [unit["key"] for module in content["modules"] for unit in module["units"]]
