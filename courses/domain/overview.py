"""A course as its authors see it: drafts, minutes, and what is still missing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Page

from courses.domain.authored import authored_in
from courses.domain.queries import ModuleLines, Outline, UnitLine
from courses.enums import CompletionRule, LessonKind, MoveOn, UnitKind
from courses.models import CoursePage, LessonPage, ModulePage
from courses.units import unit_types
from media_pipeline.enums import AssetState


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One lesson or exam: its newest draft, and what an author should look at.

    Attributes:
        problems: in words; they keep learners from finishing, or nobody finds it.
        hints: in words; it works, but something may have been forgotten.
        minutes: of the lesson; None for an exam.
    """

    page: Any
    kind: str
    minutes: int | None
    rule: str
    problems: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    questions: int = 0
    handouts: int = 0


@dataclass(frozen=True, slots=True)
class ModuleRow:
    """A module; None as page: units right below the course."""

    page: Any
    units: list[UnitRow]

    @property
    def minutes(self) -> int:
        return sum(unit.minutes or 0 for unit in self.units)


@dataclass(frozen=True, slots=True)
class CourseOverview:
    course: Any
    modules: list[ModuleRow]

    @property
    def units(self) -> list[UnitRow]:
        return [unit for module in self.modules for unit in module.units]

    @property
    def minutes(self) -> int:
        return sum(module.minutes for module in self.modules)

    @property
    def problems(self) -> int:
        return sum(bool(unit.problems) for unit in self.units)


def draft_of(page: Any) -> Any:
    """Return the newest draft of a page, or the page where there is none."""
    draft = page.get_latest_revision_as_object()
    draft.locale = page.locale
    return draft


def overview_of(*, course: CoursePage) -> CourseOverview:
    """Return the tree of a course, drafts included, in reading order."""
    wanted: tuple[type[Page], ...] = (ModulePage, *unit_types())
    below = Page.objects.descendant_of(course).order_by("path")
    pages = below.select_related("locale").specific()
    groups: dict[str, ModuleRow] = {}
    for page in pages:
        if not isinstance(page, wanted):
            continue
        draft = draft_of(page)
        if isinstance(page, ModulePage):
            groups[page.path] = ModuleRow(draft, [])
            continue
        parent = groups.setdefault(page.path[: -Page.steplen], ModuleRow(None, []))
        parent.units.append(_unit_row(draft, parent.page))
    return CourseOverview(draft_of(course), list(groups.values()))


def _unit_row(page: Any, module: Any) -> UnitRow:
    problems, hints = _publication(page, module), []
    questions, handouts, rule, minutes = 0, 0, "", None
    if isinstance(page, LessonPage):
        questions = len(authored_in(page))
        handouts = len(page.handouts)
        if page.kind != LessonKind.PRACTICAL:
            rule = page.get_completion_display()
        minutes = page.minutes
        problems += _content_problems(page, questions)
        if not questions and page.kind != LessonKind.PRACTICAL:
            hints.append(_("No self-check"))
        if not page.cited_articles():
            hints.append(_("No cited article"))
    return UnitRow(
        page=page,
        kind=str(page.unit_kind),
        minutes=minutes,
        rule=str(rule),
        problems=problems,
        hints=hints,
        questions=questions,
        handouts=handouts,
    )


def _publication(page: Any, module: Any) -> list[str]:
    if not page.live:
        return [_("Not published")]
    if module is not None and not module.live:
        return [_("Its module is not published")]
    return []


def _content_problems(page: LessonPage, questions: int) -> list[str]:
    problems = []
    if page.kind == LessonKind.VIDEO:
        if page.asset is None:
            problems.append(_("No video"))
        elif page.asset.state != AssetState.READY:
            problems.append(_("The video is not ready"))
    if page.kind == LessonKind.DOCUMENT and not page.body:
        problems.append(_("No text"))
    if page.kind == LessonKind.EXERCISE and not page.exercise:
        problems.append(_("No exercise"))
    wants_check = page.completion in {
        CompletionRule.CHECK,
        CompletionRule.TIME_AND_CHECK,
    }
    if wants_check and not questions:
        problems.append(_("No question to be passed"))
    return problems


def draft_outline(*, course: CoursePage) -> Outline:
    """Return the outline of the newest drafts, leading to their previews."""
    overview = overview_of(course=course)
    return Outline(
        title=overview.course.title,
        modules=[
            ModuleLines(
                key=(module.page or overview.course).translation_key,
                title=(module.page or overview.course).title,
                slug=(module.page or overview.course).slug,
                units=list(_lines(module.units)),
            )
            for module in overview.modules
            if module.units
        ],
    )


def _lines(units: Iterable[UnitRow]) -> Iterable[UnitLine]:
    for unit in units:
        page = unit.page
        is_lesson = unit.kind != UnitKind.QUIZ
        yield UnitLine(
            key=page.unit_key,
            kind=unit.kind,
            title=page.title,
            required_seconds=page.required_seconds,
            credit_seconds=int(page.credit_seconds),
            is_required=page.move_on != MoveOn.NOT_APPLICABLE,
            url=reverse("courses:preview", args=[page.pk]) if is_lesson else "",
        )
