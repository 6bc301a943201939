"""From the page tree to the syllabus: what a course asks for, written once."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from wagtail.models import Page

from courses.domain.authored import (
    Authored,
    authored_handouts,
    authored_in,
    keep_versions,
)
from courses.domain.reading import split_pages
from courses.enums import CompletionRule, Opening, UnitKind
from courses.models import CoursePage, LessonPage, ModulePage, Syllabus
from courses.signals import syllabus_published
from courses.units import unit_types
from lms.core import clock

SOURCE_LANGUAGE = "zh-hans"
Content = dict[str, Any]


def publish_course(
    *, course: CoursePage, now: datetime | None = None
) -> Syllabus | None:
    """Write a new syllabus if what the course asks for has changed.

    Safe to call at any time and as often as one likes: the same content gives the
    same row. Returns the syllabus in force, or None while the course has no live unit.
    """
    return rebuild_syllabus(course_key=course.translation_key, now=now)


def rebuild_syllabus(
    *, course_key: UUID, now: datetime | None = None
) -> Syllabus | None:
    """Compare live pages with the newest syllabus; see `publish_course`.

    Nothing is written while the course itself is not live.
    """
    pages = list(
        CoursePage.objects.live()
        .filter(translation_key=course_key)
        .select_related("locale")
    )
    content = build_content(pages) if pages else None
    if content is None:
        return Syllabus.objects.of_course(course_key).first()
    digest = hashlib.sha256(
        json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
    ).hexdigest()
    questions = [one for found in _questions(pages).values() for one in found]
    return _store(course_key, content, digest, questions, now or clock.now())


def _questions(pages: Iterable[CoursePage]) -> dict[tuple[UUID, str], list[Authored]]:
    """Return the questions of live lessons by lesson and language."""
    return {
        (page.translation_key, course.locale.language_code): authored_in(page)
        for course in pages
        for page in _live_tree(course)
        if isinstance(page, LessonPage)
    }


def _store(
    course_key: UUID,
    content: Content,
    digest: str,
    questions: list[Authored],
    now: datetime,
) -> Syllabus:
    while True:
        latest = Syllabus.objects.of_course(course_key).first()
        if latest is not None and latest.sha256 == digest:
            return latest
        try:
            with transaction.atomic():
                keep_versions(questions)
                syllabus = Syllabus.objects.create(
                    course_key=course_key,
                    version=latest.version + 1 if latest else 1,
                    content=content,
                    sha256=digest,
                    published_at=now,
                )
        except IntegrityError:
            # Someone else published this very version; compare again.
            continue
        transaction.on_commit(partial(_announce, syllabus))
        return syllabus


def _announce(syllabus: Syllabus) -> None:
    syllabus_published.send_robust(Syllabus, syllabus=syllabus)


def build_content(pages: Iterable[CoursePage]) -> Content | None:
    """Return the content of a syllabus from the live pages of all languages.

    The source language says which units there are; other languages add titles and
    videos. None without a single unit.
    """
    by_language = {page.locale.language_code: page for page in pages}
    source = by_language.get(SOURCE_LANGUAGE) or next(iter(by_language.values()))
    trees = {code: _live_tree(page) for code, page in by_language.items()}
    titles: dict[UUID, dict[str, str]] = defaultdict(dict)
    media: dict[UUID, dict[str, str]] = defaultdict(dict)
    questions: dict[UUID, dict[str, list[Authored]]] = defaultdict(dict)
    for code, page in by_language.items():
        titles[page.translation_key][code] = page.title
        for below in trees[code]:
            titles[below.translation_key][code] = below.title
            if not isinstance(below, LessonPage):
                continue
            questions[below.translation_key][code] = authored_in(below)
            if below.asset is not None:
                media[below.translation_key][code] = str(below.asset.public_id)
    modules = _modules(source, trees[source.locale.language_code], titles, media)
    for module in modules:
        for unit in module["units"]:
            activities = _activities(questions[UUID(unit["key"])], source)
            if activities:
                unit["activities"] = activities
    if not modules:
        return None
    units = [unit for module in modules for unit in module["units"]]
    content = {
        "titles": titles[source.translation_key],
        "credit_seconds": sum(unit["credit_seconds"] for unit in units),
        "modules": modules,
    }
    terms = {
        "presence_minutes": source.presence_minutes,
        "in_order": source.is_in_order,
        "opening": "" if source.opening == Opening.FREE else str(source.opening),
        "prerequisites": _prerequisites(source),
    }
    return content | {name: value for name, value in terms.items() if value}


def _prerequisites(source: CoursePage) -> list[Content]:
    """Return the courses that come first, with their titles in all languages."""
    rows = []
    for course in source.required_courses:
        pages = CoursePage.objects.filter(translation_key=course.translation_key)
        titles = {
            p.locale.language_code: p.title for p in pages.select_related("locale")
        }
        rows.append({"key": str(course.translation_key), "titles": titles})
    return rows


def _activities(
    by_language: dict[str, list[Authored]], source: CoursePage
) -> list[Content]:
    """Return the questions of a unit; the other languages are paired by their place."""
    asked = by_language.get(source.locale.language_code, [])
    rows = []
    for place, one in enumerate(asked):
        versions = {
            code: found[place].sha256
            for code, found in by_language.items()
            if len(found) == len(asked) and found[place].kind == one.kind
        }
        row = {"ref": one.ref, "kind": str(one.kind), "is_check": one.is_check}
        rows.append(row | {"versions": versions})
    return rows


def _live_tree(course: CoursePage) -> list[Page]:
    """Return modules and units in reading order, of their own types.

    A unit whose module is not live is not reachable and does not count.
    """
    wanted: tuple[type[Page], ...] = (ModulePage, *unit_types())
    below = Page.objects.live().descendant_of(course).order_by("path")
    pages = [p for p in below.specific() if isinstance(p, wanted)]
    open_paths = {course.path} | {p.path for p in pages if isinstance(p, ModulePage)}
    return [p for p in pages if p.path[: -Page.steplen] in open_paths]


def _modules(
    source: CoursePage,
    tree: list[Page],
    titles: dict[UUID, dict[str, str]],
    media: dict[UUID, dict[str, str]],
) -> list[Content]:
    """Group the units by module; units right below the course form one of their own."""
    groups: dict[str, Content] = {}
    for page in tree:
        if isinstance(page, ModulePage):
            groups[page.path] = _group(page, titles)
            continue
        parent = page.path[: -Page.steplen]
        if parent not in groups:
            groups[parent] = _group(source, titles)
        groups[parent]["units"].append(_unit(page, titles, media))
    return [group for group in groups.values() if group["units"]]


def _group(page: Page, titles: dict[UUID, dict[str, str]]) -> Content:
    return {
        "key": str(page.translation_key),
        "slug": page.slug,
        "titles": titles[page.translation_key],
        "units": [],
    }


def _unit(
    page: Any, titles: dict[UUID, dict[str, str]], media: dict[UUID, dict[str, str]]
) -> Content:
    unit = {
        "key": str(page.unit_key),
        "kind": str(page.unit_kind),
        "titles": titles[page.unit_key],
        "required_seconds": page.required_seconds,
        "required_share": getattr(page, "share", 1.0),
        "credit_seconds": int(page.credit_seconds),
        "move_on": str(page.move_on),
        "media": media[page.unit_key],
    }
    # What a course does not use is not written: its syllabus stays the same.
    return unit | {name: value for name, value in _options(page).items() if value}


def _options(page: Any) -> Content:
    is_document = str(page.unit_kind) == UnitKind.DOCUMENT
    is_paged = is_document and getattr(page, "is_paged", False)
    pages = len(split_pages(page.body)) if is_paged else 0
    return {
        "level": str(getattr(page, "level", "")),
        # Reading is proved by time and by having come to the end of the text …
        "to_the_end": is_document and pages < 2,
        # … or by the time of each page.
        "pages": pages if pages > 1 else 0,
        **_lesson_rule(page),
        "handouts": _handouts(page),
    }


def _lesson_rule(page: Any) -> Content:
    rule = getattr(page, "completion", CompletionRule.TIME)
    if rule == CompletionRule.TIME:
        return {}
    return {"completion": str(rule), "pass_share": float(page.pass_share)}


def _handouts(page: Any) -> list[Content]:
    blocks = getattr(page, "handouts", None)
    if not blocks:
        return []
    rows = authored_handouts(blocks, owner_organization_id=page.owner_organization_id)
    return [{"id": str(row.public_id), "title": row.title} for row in rows]
