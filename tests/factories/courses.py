"""Courses and enrollments for tests: the valid minimum.

Pages are made as in production (below the library page, live); a syllabus is written
only by `publish_course`, so a test sees what a learner would get.
"""

from datetime import UTC, datetime

from wagtail.models import Locale

from courses.domain.enrollments import enroll
from courses.domain.publishing import publish_course
from courses.models import CourseIndexPage, CoursePage, LessonPage, ModulePage
from lms.core.enums import Audience
from media_pipeline.enums import AssetKind, AssetState
from media_pipeline.models import Asset
from tests.factories.accounts import UserFactory

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def make_asset(*, seconds=60.0, state=AssetState.READY, **fields):
    number = Asset.objects.count()
    return Asset.objects.create(
        kind=AssetKind.VIDEO,
        title=f"录像{number}",
        state=state,
        sha256=f"{number:064d}" if state == AssetState.READY else "",
        duration_seconds=seconds if state == AssetState.READY else None,
        **fields,
    )


def make_course(*, language="zh-hans", slug="first-aid", **fields):
    """Return a live course with one empty module."""
    index = CourseIndexPage.objects.get(locale__language_code=language)
    locale = Locale.objects.get(language_code=language)
    values = {"title": "急救", "audience": Audience.PUBLIC} | fields
    course = index.add_child(
        instance=CoursePage(slug=slug, locale=locale, live=True, **values)
    )
    course.add_child(
        instance=ModulePage(slug=f"{slug}-1", title="第一章", locale=locale, live=True)
    )
    return course


def module_of(course):
    return ModulePage.objects.child_of(course).get()


def make_lesson(course, *, kind="video", slug=None, **fields):
    """Return a live lesson at the end of the course's module."""
    module = module_of(course)
    number = LessonPage.objects.child_of(module).count() + 1
    values = {"title": f"第{number}课", "minutes": 2} | fields
    if kind == "video" and "asset" not in values:
        values["asset"] = make_asset()
    return module.add_child(
        instance=LessonPage(
            kind=kind,
            slug=slug or f"{course.slug}-lesson-{number}",
            locale=course.locale,
            live=True,
            **values,
        )
    )


def make_published_course(*, kinds=("video",), **fields):
    """Return a course with one lesson of each kind and its syllabus."""
    course = make_course(**fields)
    for kind in kinds:
        make_lesson(course, kind=kind)
    publish_course(course=course, now=NOW)
    return course


def lessons_of(course):
    return list(LessonPage.objects.descendant_of(course).order_by("path"))


def make_enrollment(*, course=None, learner=None, kinds=("video",), **options):
    """Return an enrollment of a new learner in a new course, unless given."""
    course = course or make_published_course(kinds=kinds)
    learner = learner or UserFactory()
    values = {"by": learner, "now": NOW} | options
    return enroll(learner=learner, course=course, **values)
