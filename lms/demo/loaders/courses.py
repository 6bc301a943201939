"""The content courses and the sample course, as pages in both language trees."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from cms.domain.authoring import citation_values, put_page, stream
from courses.domain.publishing import publish_course
from courses.enums import CompletionRule, LessonKind, Opening
from courses.models import CourseIndexPage, CoursePage, LessonPage, ModulePage
from lms.demo.loaders.handouts import handout_keys
from lms.demo.loaders.media import asset_for_lesson
from lms.demo.markdown import body_blocks

CHINESE, ENGLISH = "zh-hans", "en"
COURSES = (
    "quick_start.json",
    "workers.json",
    "confined_space.json",
    "safety_managers.json",
    "principals.json",
)
Row = Mapping[str, Any]


def load(*, content_dir: Path, log: Callable[[str], None]) -> None:
    """Put the courses into the page trees; a second run changes nothing.

    Only what has an English text gets an English page.
    """
    slides = _sample_slides(content_dir / "slides" / "quick_start.json")
    for name in COURSES:
        path = content_dir / "courses" / name
        row = json.loads(path.read_text(encoding="utf-8"))
        with transaction.atomic():
            course = _put_course(row, slides)
            syllabus = publish_course(course=course)
        units = len(syllabus.units) if syllabus else 0
        log(f"course {course.slug}: {units} units")


def _sample_slides(path: Path) -> dict[tuple[str, str], Row]:
    """Return slides and takeaways of the sample course by lesson and language."""
    lessons = json.loads(path.read_text(encoding="utf-8"))["lessons"]
    return {
        (lesson["slug"], code): lesson[code]
        for lesson in lessons
        for code in (CHINESE, ENGLISH)
    }


def _put_course(row: Row, slides: Mapping[tuple[str, str], Row]) -> CoursePage:
    chinese = _put_tree(row, slides, language=CHINESE, keys={})
    if "en" in row:
        keys = {chinese.slug: chinese.translation_key}
        below = chinese.get_descendants().values_list("slug", "translation_key")
        _put_tree(row, slides, language=ENGLISH, keys=keys | dict(below))
    return chinese


def _put_tree(
    row: Row,
    slides: Mapping[tuple[str, str], Row],
    *,
    language: str,
    keys: Mapping[str, UUID],
) -> CoursePage:
    text = _in(row, language)
    course, _is_new = put_page(
        parent=CourseIndexPage.objects.get(locale__language_code=language),
        page_class=CoursePage,
        slug=row["slug"],
        translation_key=keys.get(row["slug"]),
        values={
            "title": text["title"],
            "summary": text["summary"],
            "objectives": stream("point", text["objectives"]),
            "industry": row["industry"] if language == CHINESE else "",
            "audience_role": row["audience"],
            "credit_hours": Decimal(str(row["credit_hours"])),
            "opening": row.get("opening", Opening.FREE),
            "prerequisites": stream("course", _courses(row.get("prerequisites", []))),
        },
    )
    for module in row["modules"]:
        page, _is_new = put_page(
            parent=course,
            page_class=ModulePage,
            slug=module["slug"],
            translation_key=keys.get(module["slug"]),
            values={"title": _in(module, language)["title"]},
        )
        for lesson in module["lessons"]:
            put_page(
                parent=page,
                page_class=LessonPage,
                slug=lesson["slug"],
                translation_key=keys.get(lesson["slug"]),
                values=_lesson(lesson, slides, language),
            )
    return course


def _courses(slugs: list[str]) -> list[int]:
    """Return the Chinese pages of courses that come first; they are loaded before."""
    pages = CoursePage.objects.filter(locale__language_code=CHINESE, slug__in=slugs)
    return list(pages.order_by("path").values_list("pk", flat=True))


def _in(row: Row, language: str) -> dict[str, Any]:
    """Return a row with its texts in a language."""
    return dict(row) | (row["en"] if language == ENGLISH else {})


def _lesson(
    row: Row, slides: Mapping[tuple[str, str], Row], language: str
) -> dict[str, Any]:
    text = _in(row, language)
    film = slides.get((row["slug"], language), text)
    is_video = row["kind"] == LessonKind.VIDEO
    asset = asset_for_lesson(row["slug"], language=language) if is_video else None
    sign_off = text.get("sign_off") or {}
    return {
        "title": text["title"],
        "kind": row["kind"],
        "minutes": row["minutes"],
        "summary": text["summary"],
        "body": body_blocks(text.get("body") or ""),
        "asset": asset,
        "transcript": stream("slide", [_slide(s) for s in film.get("slides") or []]),
        "takeaways": stream(
            "point", text.get("takeaways") or film.get("takeaways") or []
        ),
        "check_questions": stream("question", [_check(c) for c in text["check"]]),
        "exercise": _exercise(text.get("exercise")) + _story(text.get("story")),
        "completion": row.get("completion", CompletionRule.TIME),
        "handouts": stream("handout", handout_keys(text.get("handouts", []))),
        "sign_off_by": sign_off.get("by", ""),
        "sign_off_place": sign_off.get("place", ""),
        "sign_off_criteria": stream("point", sign_off.get("criteria") or []),
        "sign_off_evidence": stream("point", sign_off.get("evidence") or []),
        "citations": stream("citation", _citations(row, text)),
    }


def _citations(row: Row, text: Row) -> list[dict[str, str]]:
    reasons = text.get("why") or [ref.get("why", "") for ref in row["refs"]]
    return citation_values(
        [{**ref, "why": why} for ref, why in zip(row["refs"], reasons, strict=True)]
    )


def _slide(slide: Row) -> dict[str, Any]:
    return {
        "title": slide["title"],
        "bullets": slide["bullets"],
        "narration": slide["narration"],
    }


def _option(option: Row) -> dict[str, str]:
    return {
        "key": option["key"],
        "text": option["text"],
        "why": option.get("why") or "",
    }


def _check(check: Row) -> dict[str, Any]:
    return {
        "type": check["type"],
        "stem": check["stem"],
        "options": [_option(o) for o in check["options"]],
        "answer": check["answer"],
        "explanation": check["explanation"],
    }


def _story(story: Row | None) -> list[dict[str, Any]]:
    """Return a scenario with ways; the content has the form of the block."""
    return [{"type": "branching", "value": dict(story)}] if story else []


def _exercise(exercise: Row | None) -> list[dict[str, Any]]:
    if not exercise:
        return []
    common = {
        "prompt": exercise["prompt"],
        "right": exercise["feedback"]["correct"],
        "wrong": exercise["feedback"]["incorrect"],
    }
    build = {
        "ordering": _ordering,
        "matching": _matching,
        "scenario_choice": _scenario,
        "hotspot": _hotspot,
    }[exercise["kind"]]
    block, values = build(exercise)
    return [{"type": block, "value": common | values}]


def _ordering(exercise: Row) -> tuple[str, dict[str, Any]]:
    steps = {step["key"]: _option(step) for step in exercise["options"]}
    return "ordering", {"steps": [steps[key] for key in exercise["answer"]]}


def _matching(exercise: Row) -> tuple[str, dict[str, Any]]:
    right = {one["key"]: one["text"] for one in exercise["options"]["right"]}
    pairs = [
        {"left": one["text"], "right": right[exercise["answer"][one["key"]]]}
        for one in exercise["options"]["left"]
    ]
    return "matching", {"pairs": pairs}


def _scenario(exercise: Row) -> tuple[str, dict[str, Any]]:
    return "scenario", {
        "options": [_option(o) for o in exercise["options"]],
        "answer": exercise["answer"],
    }


def _hotspot(exercise: Row) -> tuple[str, dict[str, Any]]:
    spots = [
        {key: spot[key] for key in ("key", "text", "x", "y", "w", "h", "why")}
        | {"is_hazard": spot["key"] in exercise["answer"]}
        for spot in exercise["options"]
    ]
    return "hotspot", {"scene": exercise["scene"], "spots": spots}
