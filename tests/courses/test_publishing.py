import pytest
from wagtail.models import Page

from cms.models import Citation
from courses.domain.publishing import publish_course
from courses.domain.queries import outline_of
from courses.models import LessonPage, ModulePage, Syllabus
from courses.receivers import on_asset_ready
from lms.core.enums import Audience
from lms.core.errors import AppendOnlyError
from media_pipeline.enums import AssetState
from media_pipeline.models import Asset
from tests.factories.courses import (
    NOW,
    lessons_of,
    make_asset,
    make_course,
    make_enrollment,
    make_lesson,
    make_published_course,
    module_of,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def test_publishing_twice_writes_one_syllabus():
    course = make_published_course(kinds=("video", "document"))
    assert publish_course(course=course).pk == publish_course(course=course).pk
    syllabus = Syllabus.objects.get()
    assert syllabus.version == 1
    assert syllabus.content["credit_seconds"] == 240
    lesson = lessons_of(course)[0]
    assert syllabus.units[0] == {
        "key": str(lesson.translation_key),
        "kind": "video",
        "titles": {"zh-hans": "第1课"},
        "required_seconds": 57.0,
        "required_share": 0.95,
        "credit_seconds": 120,
        "move_on": "completed",
        "media": {"zh-hans": str(lesson.asset.public_id)},
    }


def test_a_typo_in_the_text_changes_nobodys_syllabus():
    course = make_published_course()
    lesson = lessons_of(course)[0]
    lesson.summary = "改了一个字"
    lesson.save_revision().publish()
    assert publish_course(course=course).version == 1


def test_a_new_lesson_is_owed_by_those_who_come_later():
    course = make_published_course()
    early = make_enrollment(course=course)
    make_lesson(course, kind="document")
    publish_course(course=course)
    late = make_enrollment(course=course)
    early.refresh_from_db()
    assert [early.syllabus.version, late.syllabus.version] == [1, 2]
    assert [len(early.syllabus.units), len(late.syllabus.units)] == [1, 2]


def test_publishing_pages_rebuilds_once_after_the_commit(
    django_capture_on_commit_callbacks, monkeypatch
):
    course = make_published_course()
    calls = []
    monkeypatch.setattr(
        "courses.receivers.rebuild_syllabus", lambda **values: calls.append(values)
    )
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(3):
            lesson = make_lesson(course, kind="document")
            lesson.save_revision().publish()
        course.save_revision().publish()
        assert calls == []
    assert calls == [{"course_key": course.course_key}]


def test_unpublishing_a_lesson_takes_it_from_newcomers_only(
    django_capture_on_commit_callbacks,
):
    course = make_published_course(kinds=("video", "document"))
    early = make_enrollment(course=course)
    with django_capture_on_commit_callbacks(execute=True):
        lessons_of(course)[0].unpublish()
    late = make_enrollment(course=course)
    assert [len(early.syllabus.units), len(late.syllabus.units)] == [2, 1]
    outline = outline_of(syllabus=early.syllabus, language="zh-hans", enrollment=early)
    assert [bool(unit.url) for unit in outline.units] == [False, True]


def test_lessons_of_a_module_that_is_not_live_are_not_owed():
    course = make_published_course()
    hidden = course.add_child(
        instance=ModulePage(
            slug="hidden", title="草稿", locale=course.locale, live=False
        )
    )
    hidden.add_child(
        instance=LessonPage(
            slug="inside", title="课", kind="document", locale=course.locale, live=True
        )
    )
    assert len(publish_course(course=course).units) == 1


def test_a_course_that_is_not_live_writes_nothing():
    course = make_course()
    make_lesson(course)
    Page.objects.filter(pk=course.pk).update(live=False)
    assert publish_course(course=course) is None
    assert not Syllabus.objects.exists()


def test_a_course_without_units_has_no_syllabus():
    assert publish_course(course=make_course()) is None


def test_both_languages_are_one_syllabus():
    chinese = make_course()
    lesson = make_lesson(chinese)
    english = make_course(language="en", title="First aid")
    english.translation_key = chinese.translation_key
    english.save()
    other = make_lesson(
        english, translation_key=lesson.translation_key, title="Lesson one"
    )
    syllabus = publish_course(course=english, now=NOW)
    assert syllabus.content["titles"] == {"zh-hans": "急救", "en": "First aid"}
    unit = syllabus.units[0]
    assert unit["titles"] == {"zh-hans": "第1课", "en": "Lesson one"}
    assert unit["media"] == {
        "zh-hans": str(lesson.asset.public_id),
        "en": str(other.asset.public_id),
    }
    assert syllabus.title("en") == "First aid"
    assert syllabus.title("de") == "急救"


def test_a_video_that_becomes_ready_gives_its_length_to_newcomers(
    django_capture_on_commit_callbacks,
):
    course = make_course()
    asset = make_asset(state=AssetState.PROCESSING)
    make_lesson(course, asset=asset)
    first = publish_course(course=course, now=NOW)
    assert first.units[0]["required_seconds"] is None
    Asset.objects.filter(pk=asset.pk).update(
        state="ready", sha256="e" * 64, duration_seconds=100
    )
    with django_capture_on_commit_callbacks(execute=True):
        on_asset_ready(Asset, asset=Asset.objects.get(pk=asset.pk))
    assert Syllabus.objects.of_course(course.course_key).first().version == 2
    outline = outline_of(syllabus=first, language="zh-hans")
    assert outline.units[0].required_seconds == 95


def test_a_syllabus_is_never_rewritten():
    make_published_course()
    syllabus = Syllabus.objects.get()
    syllabus.version = 9
    with pytest.raises(AppendOnlyError):
        syllabus.save()
    with pytest.raises(AppendOnlyError):
        Syllabus.objects.update(version=9)


def test_modules_keep_their_order_and_voluntary_units_are_not_required():
    course = make_course()
    make_lesson(course, kind="document")
    make_lesson(course, kind="document", is_voluntary=True)
    outline = outline_of(
        syllabus=publish_course(course=course, now=NOW), language="zh-hans"
    )
    assert [module.title for module in outline.modules] == ["第一章"]
    assert [unit.is_required for unit in outline.units] == [True, False]
    assert len(outline.required) == 1


def test_what_a_lesson_cites_is_seen_by_whom_the_course_is_for():
    course = make_course()
    lesson = make_lesson(
        course,
        kind="document",
        citations=[
            {
                "type": "citation",
                "value": {"law": "work-safety-law", "article": "28", "why": ""},
            }
        ],
    )
    lesson.save_revision().publish()
    assert Citation.objects.get().audience == Audience.PUBLIC
    course.audience, course.owner_organization_id = Audience.ORGANIZATION, 7
    course.save_revision().publish()
    row = Citation.objects.get()
    assert (row.audience, row.organization_id) == (Audience.ORGANIZATION, 7)


def test_every_page_type_says_where_it_may_stand():
    from courses.models import CourseIndexPage, CoursePage

    for model in (CourseIndexPage, CoursePage, ModulePage, LessonPage):
        assert "parent_page_types" in vars(model)
    assert module_of(make_course()).specific_class is ModulePage
