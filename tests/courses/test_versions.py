"""A course changes while people are in the middle of it."""

from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import translation

from courses.domain.differences import compare
from courses.domain.progress import complete_unit
from courses.domain.publishing import publish_course
from courses.domain.versions import (
    continue_required_moves,
    enrolled_behind,
    move_enrollment,
    newer_syllabus,
    require_move,
)
from courses.enums import EnrollmentState
from courses.errors import MoveRefused, RequirementRefused
from courses.models import RequiredMove, Syllabus, SyllabusMove, UnitProgress
from lms.core.errors import AppendOnlyError
from lms.notifications.models import Message
from tests.concurrency import at_once
from tests.courses.test_answering import QUESTION
from tests.factories.accounts import UserFactory
from tests.factories.courses import (
    NOW,
    lessons_of,
    make_asset,
    make_enrollment,
    make_lesson,
    make_published_course,
)

pytestmark = [pytest.mark.unit]
LANGUAGE = "zh-hans"


def keys(enrollment):
    return [UUID(unit["key"]) for unit in enrollment.syllabus.units]


def changed_course():
    """Return a course of three, someone who has done two, and its second version."""
    course = make_published_course(kinds=("exercise", "video", "document"))
    enrollment = make_enrollment(course=course)
    for key in keys(enrollment)[:2]:
        complete_unit(enrollment=enrollment, unit_key=key, now=NOW)
    _first, video, text = lessons_of(course)
    video.asset = make_asset(seconds=90.0)
    video.save_revision().publish()
    text.unpublish()
    make_lesson(course, kind="exercise", title="新课")
    return course, enrollment, publish_course(course=course, now=NOW)


@pytest.mark.django_db
def test_the_difference_is_told_by_lessons_in_words():
    _course, enrollment, newer = changed_course()
    difference = compare(old=enrollment.syllabus, new=newer, language=LANGUAGE)
    assert difference.added == ["新课"]
    assert difference.removed == ["第3课"]
    assert [unit.title for unit in difference.changed] == ["第2课"]
    assert difference.changed[0].is_substantial
    assert difference.unchanged == 1


@pytest.mark.django_db
def test_who_is_in_the_middle_stays_and_may_move():
    _course, enrollment, newer = changed_course()
    first, video, _text = keys(enrollment)
    assert newer_syllabus(enrollment=enrollment) == newer
    enrollment.refresh_from_db()
    assert enrollment.syllabus.version == 1
    moved = move_enrollment(
        enrollment=enrollment, syllabus=newer, by=enrollment.learner, now=NOW
    )
    assert moved.syllabus == newer
    states = {
        row.unit_key: row.is_completed
        for row in UnitProgress.objects.filter(enrollment=enrollment)
    }
    # What did not change is carried; the other video has to be watched.
    assert states == {first: True, video: False}
    move = SyllabusMove.objects.get()
    assert [row["unit"] for row in move.reopened] == [str(video)]
    again = move_enrollment(
        enrollment=enrollment, syllabus=newer, by=enrollment.learner, now=NOW
    )
    assert again.syllabus == newer
    assert SyllabusMove.objects.count() == 1


@pytest.mark.django_db
def test_a_new_title_reopens_nothing():
    course = make_published_course(kinds=("exercise", "document"))
    enrollment = make_enrollment(course=course)
    complete_unit(enrollment=enrollment, unit_key=keys(enrollment)[0], now=NOW)
    lesson = lessons_of(course)[0]
    lesson.title = "新名字"
    lesson.save_revision().publish()
    newer = publish_course(course=course, now=NOW)
    move_enrollment(
        enrollment=enrollment, syllabus=newer, by=enrollment.learner, now=NOW
    )
    assert UnitProgress.objects.get().is_completed


@pytest.mark.django_db
def test_the_difference_names_the_new_terms_of_the_course():
    course = make_published_course()
    first = Syllabus.objects.get()
    other = make_published_course(title="入门课", slug="start")
    course.prerequisites = [("course", other)]
    course.is_in_order, course.opening, course.presence_minutes = True, "by_lesson", 7
    course.save_revision().publish()
    newer = publish_course(course=course, now=NOW)
    with translation.override("en"):
        there = compare(old=first, new=newer, language=LANGUAGE).course
        back = compare(old=newer, new=first, language=LANGUAGE).course
    assert there == [
        "To be completed first: 入门课.",
        "How the lessons open now: A lesson opens when all before it are done.",
        "Videos are watched from the start the first time, without skipping.",
        "Checks of presence come about every 7 minutes now.",
    ]
    assert back[0] == "No other course has to be completed first any more."
    assert back[2] == "You may skip ahead in videos now."


@pytest.mark.django_db
def test_a_course_that_waits_for_another_leads_there_and_not_to_its_on_site_part(
    client,
):
    other = make_published_course(title="入门课", slug="start")
    course = make_published_course(
        kinds=("exercise", "practical"),
        prerequisites=[{"type": "course", "value": other.pk}],
    )
    client.force_login(make_enrollment(course=course).learner)
    page = client.get(course.url).text
    assert f'btn--block" href="{other.url}"' in page
    assert "线上部分已学完" not in page


@pytest.mark.django_db
def test_a_version_that_asks_nothing_else_is_offered_to_nobody(client):
    course = make_published_course(kinds=("exercise",))
    enrollment = make_enrollment(course=course)
    Syllabus.objects.create(
        course_key=course.course_key,
        version=2,
        content=enrollment.syllabus.content | {"credit_seconds": 1},
        sha256="0" * 64,
        published_at=NOW,
    )
    client.force_login(enrollment.learner)
    url = reverse("courses:changes", args=[course.course_key])
    assert url not in client.get(course.url).text
    assert enrolled_behind(course_key=course.course_key) == 0


@pytest.mark.django_db
def test_a_lesson_tells_that_its_course_has_changed(client):
    course, enrollment, newer = changed_course()
    client.force_login(enrollment.learner)
    lesson = lessons_of(course)[0]
    url = reverse("courses:changes", args=[course.course_key])
    assert enrolled_behind(course_key=course.course_key) == 1
    assert url in client.get(lesson.url).text
    client.post(url, {"version": newer.version, "do": "stay"})
    assert url not in client.get(lesson.url).text


@pytest.mark.django_db
def test_new_questions_reopen_a_lesson_that_they_complete():
    course = make_published_course(kinds=("exercise", "exercise"))
    enrollment = make_enrollment(course=course)
    complete_unit(enrollment=enrollment, unit_key=keys(enrollment)[0], now=NOW)
    lesson = lessons_of(course)[0]
    lesson.completion = "check"
    lesson.check_questions = [{"type": "question", "value": QUESTION}]
    lesson.save_revision().publish()
    newer = publish_course(course=course, now=NOW)
    move_enrollment(
        enrollment=enrollment, syllabus=newer, by=enrollment.learner, now=NOW
    )
    assert not UnitProgress.objects.get().is_completed


@pytest.mark.django_db
def test_a_lesson_that_went_may_complete_the_course_at_the_move():
    course = make_published_course(kinds=("exercise", "document"))
    enrollment = make_enrollment(course=course)
    complete_unit(enrollment=enrollment, unit_key=keys(enrollment)[0], now=NOW)
    lessons_of(course)[1].unpublish()
    newer = publish_course(course=course, now=NOW)
    moved = move_enrollment(
        enrollment=enrollment, syllabus=newer, by=enrollment.learner, now=NOW
    )
    assert moved.state == EnrollmentState.COMPLETED
    with pytest.raises(MoveRefused):
        move_enrollment(
            enrollment=enrollment,
            syllabus=Syllabus.objects.get(version=1),
            by=enrollment.learner,
            now=NOW,
        )


@pytest.mark.django_db
def test_a_published_version_never_changes():
    course, _enrollment, newer = changed_course()
    before = newer.content
    newer.content = {}
    with pytest.raises(AppendOnlyError):
        newer.save()
    lessons_of(course)[0].delete()
    publish_course(course=course, now=NOW)
    assert Syllabus.objects.get(pk=newer.pk).content == before


@pytest.mark.django_db
def test_a_required_move_takes_everyone_once_and_says_why(
    django_capture_on_commit_callbacks,
):
    course, enrollment, newer = changed_course()
    author = UserFactory()
    with pytest.raises(RequirementRefused):
        require_move(course=course, reason="  ", by=author, now=NOW)
    for _ in range(2):
        require_move(course=course, reason="法律已修改", by=author, now=NOW)
    assert continue_required_moves(now=NOW) == 1
    assert continue_required_moves(now=NOW) == 0
    enrollment.refresh_from_db()
    assert enrollment.syllabus == newer
    move = SyllabusMove.objects.get()
    assert (move.is_required, move.reason, move.by) == (True, "法律已修改", author)
    message = Message.objects.get(recipient=enrollment.learner)
    assert message.body.startswith("你已改学新版。\n法律已修改\n\n")
    assert "新课" in message.body
    assert RequiredMove.objects.get().finished_at == NOW


@pytest.mark.django_db
@pytest.mark.parametrize("choice", ["move", "stay"])
def test_the_learner_reads_what_changed_and_chooses(client, choice):
    course, enrollment, newer = changed_course()
    client.force_login(enrollment.learner)
    url = reverse("courses:changes", args=[course.course_key])
    assert f'href="{url}"' in client.get(course.url).text
    assert "新课" in client.get(url).text
    client.post(url, {"version": newer.version + 1, "do": choice})
    enrollment.refresh_from_db()
    assert enrollment.syllabus.version == 1
    client.post(url, {"version": newer.version, "do": choice})
    enrollment.refresh_from_db()
    assert enrollment.syllabus.version == (2 if choice == "move" else 1)
    assert enrollment.kept_version == (None if choice == "move" else 2)


@pytest.mark.django_db
def test_a_stranger_learns_nothing_of_the_changes(client):
    course, _enrollment, _newer = changed_course()
    client.force_login(UserFactory())
    url = reverse("courses:changes", args=[course.course_key])
    assert client.get(url).status_code == 404


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_moving_in_four_tabs_while_the_worker_moves_too_moves_once():
    course, enrollment, newer = changed_course()
    require_move(course=course, reason="法律已修改", by=UserFactory(), now=NOW)

    def move():
        move_enrollment(
            enrollment=enrollment, syllabus=newer, by=enrollment.learner, now=NOW
        )

    calls = [move] * 4 + [lambda: continue_required_moves(now=NOW)]
    at_once(*calls)
    assert SyllabusMove.objects.count() == 1
    enrollment.refresh_from_db()
    assert enrollment.syllabus == newer
