"""What completes a lesson, what opens the next, and that no way leads around it."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.urls import reverse
from wagtail.models import Locale

from courses.domain.enrollments import enroll_self
from courses.domain.handouts import describe_file, download_handout
from courses.domain.move_on import finish_exercise, needed_right
from courses.domain.playback import record_intervals
from courses.domain.progress import complete_unit
from courses.domain.publishing import publish_course
from courses.domain.queries import outline_of
from courses.domain.sessions import open_session
from courses.enums import CompletionRule, EnrollmentState, Opening
from courses.errors import HandoutUnknown, PrerequisiteMissing, UnitLocked
from courses.models import Handout, HandoutDownload, ModulePage, UnitProgress
from courses.validators import validate_handout
from tests.courses.test_answering import QUESTION, give, key_of, label, show
from tests.factories.accounts import UserFactory
from tests.factories.courses import (
    NOW,
    lessons_of,
    make_course,
    make_enrollment,
    make_lesson,
    make_published_course,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def make_handout(name="手册.pdf", data=b"%PDF-1.7 test"):
    handout = Handout(title="受限空间手册", file=ContentFile(data, name=name))
    describe_file(handout)
    handout.save()
    return handout


def enrolled(*lessons, **course_fields):
    course = make_course(**course_fields)
    for fields in lessons:
        make_lesson(course, **fields)
    publish_course(course=course, now=NOW)
    return make_enrollment(course=course)


def unit_keys(enrollment):
    return [UUID(unit["key"]) for unit in enrollment.syllabus.units]


def read_through(enrollment, key):
    """Read for the two minutes that the lesson asks for, down to its end."""
    session = open_session(enrollment=enrollment, unit_key=key, now=NOW)
    for minute in (1, 2):
        record_intervals(
            public_id=session.public_id,
            seq=minute,
            intervals=[[(minute - 1) * 60, minute * 60]],
            rate=1,
            scroll=1.0,
            now=NOW + timedelta(minutes=minute),
        )


def check(*, rule, **fields):
    return {
        "kind": "document",
        "completion": rule,
        "check_questions": [{"type": "question", "value": QUESTION}],
    } | fields


def answer_rightly(enrollment):
    give(enrollment, "q1", [label(show(enrollment)[0].view["options"], "先通风")])


def is_done(enrollment):
    rows = UnitProgress.objects.filter(enrollment=enrollment)
    return [row.is_completed for row in rows] == [True]


@pytest.mark.parametrize("order", ["time first", "check first"])
def test_time_and_check_are_both_needed_in_either_order(order):
    enrollment = enrolled(check(rule=CompletionRule.TIME_AND_CHECK))
    steps = [
        lambda: read_through(enrollment, key_of(enrollment)),
        lambda: answer_rightly(enrollment),
    ]
    if order == "check first":
        steps.reverse()
    steps[0]()
    assert not is_done(enrollment)
    steps[1]()
    assert is_done(enrollment)


def test_where_only_the_check_counts_nobody_waits_for_the_clock():
    enrollment = enrolled(check(rule=CompletionRule.CHECK))
    answer_rightly(enrollment)
    assert is_done(enrollment)
    assert UnitProgress.objects.get().credited_seconds == 0


def test_everything_means_the_hand_out_too():
    handout = make_handout()
    enrollment = enrolled(
        check(
            rule=CompletionRule.ALL,
            handouts=[{"type": "handout", "value": handout.pk}],
        )
    )
    key = key_of(enrollment)
    read_through(enrollment, key)
    give(enrollment, "q1", ["A"])
    assert not is_done(enrollment)
    for _ in range(2):
        download_handout(
            enrollment=enrollment, unit_key=key, handout_id=handout.public_id, now=NOW
        )
    assert is_done(enrollment)
    assert HandoutDownload.objects.count() == 2


@pytest.mark.parametrize(
    ("count", "share", "needed"), [(5, 0.8, 4), (3, 0.8, 3), (1, 0.1, 1), (10, 0.7, 7)]
)
def test_how_many_have_to_be_right(count, share, needed):
    activities = [{"is_check": True}] * count
    assert needed_right({"activities": activities, "pass_share": share}) == needed


def test_a_lesson_opens_when_all_before_it_are_done():
    enrollment = enrolled(
        {"kind": "exercise"},
        {"kind": "document", "is_voluntary": True},
        {"kind": "document"},
        {"kind": "practical"},
        opening=Opening.BY_LESSON,
    )
    first, voluntary, third, practical = unit_keys(enrollment)
    outline = outline_of(
        syllabus=enrollment.syllabus, language="zh-hans", enrollment=enrollment
    )
    locks = {unit.key: unit.lock for unit in outline.units}
    assert [locks[key] is None for key in (first, voluntary, third, practical)] == [
        True,
        False,
        False,
        True,
    ]
    assert "第1课" in locks[third].sentence
    assert outline.next_unit.key == first
    for key in (voluntary, third):
        with pytest.raises(UnitLocked):
            open_session(enrollment=enrollment, unit_key=key, now=NOW)
    finish_exercise(enrollment=enrollment, unit_key=first, now=NOW)
    assert open_session(enrollment=enrollment, unit_key=third, now=NOW)


def test_a_module_opens_when_the_one_before_is_done():
    course = make_course(opening=Opening.BY_MODULE)
    make_lesson(course, kind="exercise")
    locale = Locale.objects.get(language_code="zh-hans")
    second = course.add_child(
        instance=ModulePage(slug="second", title="第二章", locale=locale, live=True)
    )
    for lesson in (make_lesson_in(second, "a"), make_lesson_in(second, "b")):
        assert lesson.live
    publish_course(course=course, now=NOW)
    enrollment = make_enrollment(course=course)
    first, a, b = unit_keys(enrollment)
    with pytest.raises(UnitLocked):
        finish_exercise(enrollment=enrollment, unit_key=b, now=NOW)
    finish_exercise(enrollment=enrollment, unit_key=first, now=NOW)
    # Inside the module everybody goes their own way.
    finish_exercise(enrollment=enrollment, unit_key=b, now=NOW)
    finish_exercise(enrollment=enrollment, unit_key=a, now=NOW)
    enrollment.refresh_from_db()
    assert enrollment.state == EnrollmentState.COMPLETED


def make_lesson_in(module, slug):
    from courses.models import LessonPage

    return module.add_child(
        instance=LessonPage(
            kind="exercise",
            slug=slug,
            title=slug,
            minutes=2,
            locale=module.locale,
            live=True,
        )
    )


def test_a_locked_lesson_is_shut_by_page_and_by_call(client):
    enrollment = enrolled(
        {"kind": "exercise"},
        {
            "kind": "document",
            "body": [{"type": "paragraph", "value": "<p>机密内容</p>"}],
            "check_questions": [{"type": "question", "value": QUESTION}],
        },
        opening=Opening.BY_LESSON,
    )
    client.force_login(enrollment.learner)
    first, second = lessons_of(course_of(enrollment))
    page = client.get(second.url).text
    assert "机密内容" not in page
    assert QUESTION["stem"] not in page
    assert f'href="{first.url}"' in page
    key = second.translation_key
    call = client.post(
        f"/api/v1/lessons/{key}/playback/sessions", {}, content_type="application/json"
    )
    assert (call.status_code, call.json()["code"]) == (409, "unit_locked")
    answered = client.post(
        reverse("courses:answer", args=[key, "q1"]),
        {"value": "A"},
        headers={"HX-Request": "true"},
    )
    assert "question__refusal" in answered.text
    assert not UnitProgress.objects.exists()


def course_of(enrollment):
    from courses.models import CoursePage

    return CoursePage.objects.get(translation_key=enrollment.course_key)


@pytest.fixture
def two_courses():
    basics = make_published_course(kinds=("exercise",), slug="basics", title="入门")
    advanced = make_course(
        slug="advanced",
        title="进阶",
        prerequisites=[{"type": "course", "value": basics.pk}],
    )
    make_lesson(advanced, kind="exercise")
    publish_course(course=advanced, now=NOW)
    return basics, advanced


def test_a_course_waits_for_another(client, two_courses):
    basics, advanced = two_courses
    learner = UserFactory()
    with pytest.raises(PrerequisiteMissing) as refusal:
        enroll_self(learner=learner, course=advanced, now=NOW)
    assert refusal.value.params["missing"] == [str(basics.translation_key)]
    client.force_login(learner)
    page = client.get(advanced.url).text
    assert f'href="{basics.url}"' in page
    client.post(reverse("courses:enroll", args=[advanced.course_key]))
    # The enterprise may assign it all the same; its lessons stay shut till then.
    enrollment = make_enrollment(course=advanced, learner=learner)
    with pytest.raises(UnitLocked):
        finish_exercise(enrollment=enrollment, unit_key=key_of(enrollment), now=NOW)
    first = make_enrollment(course=basics, learner=learner)
    complete_unit(enrollment=first, unit_key=key_of(first), now=NOW)
    finish_exercise(enrollment=enrollment, unit_key=key_of(enrollment), now=NOW)


def test_courses_that_wait_for_each_other_are_refused(two_courses):
    basics, advanced = two_courses
    basics.prerequisites = [{"type": "course", "value": advanced.pk}]
    with pytest.raises(ValidationError) as refusal:
        basics.clean()
    assert "进阶" in str(refusal.value.message_dict["prerequisites"])


def test_a_rule_that_asks_for_a_check_needs_one():
    course = make_course()
    lesson = make_lesson(course, kind="document")
    lesson.completion = CompletionRule.CHECK
    with pytest.raises(ValidationError, match="completion"):
        lesson.clean()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.exe", b"MZ"),
        ("a.pdf", b"<script>"),
        ("a.html", b"<html>"),
        ("a.svg", b"<svg>"),
        ("a.txt", b"a\0b"),
        ("a.pdf", b""),
    ],
)
def test_what_is_no_hand_out_is_refused(name, data):
    with pytest.raises(ValidationError):
        validate_handout(ContentFile(data, name=name))


def test_a_hand_out_goes_to_learners_of_its_lesson_only(client):
    handout, other = make_handout(), make_handout("b.txt", b"hello")
    enrollment = enrolled(
        {"kind": "document", "handouts": [{"type": "handout", "value": handout.pk}]}
    )
    key = key_of(enrollment)
    url = reverse("courses:handout", args=[key, handout.public_id])
    client.force_login(UserFactory())
    assert client.get(url).status_code == 404
    client.force_login(enrollment.learner)
    answer = client.get(url)
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 test"
    with pytest.raises(HandoutUnknown):
        download_handout(
            enrollment=enrollment, unit_key=key, handout_id=other.public_id, now=NOW
        )
