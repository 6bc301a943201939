"""What people see: visitors, learners, other tenants; and how many queries it takes."""

import pytest
from django.urls import reverse

from courses.domain.progress import complete_unit
from courses.models import Enrollment
from lms.core.enums import Audience
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.courses import (
    NOW,
    lessons_of,
    make_course,
    make_enrollment,
    make_lesson,
    make_published_course,
    publish_course,
)
from tests.factories.organizations import (
    AdministratorFactory,
    MembershipFactory,
    OrganizationFactory,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def test_a_visitor_sees_the_outline_and_an_invitation(client):
    course = make_published_course()
    page = client.get(course.url)
    lesson = lessons_of(course)[0]
    assert page.status_code == 200
    text = page.content.decode()
    assert lesson.title in text
    assert f"/account/login/?next={course.url}" in text
    inside = client.get(lesson.url).content.decode()
    assert "<anxue-player" not in inside
    assert "data-lesson=" not in inside


def test_a_learner_gets_the_player_and_one_clear_action(client):
    enrollment = make_enrollment(kinds=("video", "document"))
    client.force_login(enrollment.learner)
    course = course_of(enrollment)
    first, second = lessons_of(course)
    page = client.get(course.url).content.decode()
    assert page.count("btn--large") == 1
    assert f'href="{first.url}"' in page
    lesson = client.get(first.url).content.decode()
    assert "<anxue-player" in lesson
    assert f'data-lesson="{first.translation_key}"' in lesson
    assert f'href="{second.url}" rel="next"' in lesson


def test_a_lesson_says_in_words_what_is_left_and_leads_on_when_done(client):
    enrollment = make_enrollment(kinds=("document", "document"))
    client.force_login(enrollment.learner)
    first, second = lessons_of(course_of(enrollment))

    html = client.get(first.url).text
    assert "还要读" in html
    assert f'href="{second.url}" data-watch-next hidden>' in html

    complete_unit(enrollment=enrollment, unit_key=first.unit_key, now=NOW)
    html = client.get(first.url).text
    assert f'href="{second.url}" data-watch-next>' in html
    assert "data-watch-left hidden" in html
    assert "这一节已经学完。" in html


def course_of(enrollment):
    from courses.models import CoursePage

    return CoursePage.objects.get(translation_key=enrollment.course_key)


def test_joining_leads_to_the_first_lesson_and_counts_once(client):
    course, learner = make_published_course(), UserFactory()
    client.force_login(learner)
    url = reverse("courses:enroll", args=[course.course_key])
    for _ in range(2):
        answer = client.post(url)
        assert answer.headers["Location"] == lessons_of(course)[0].url
    assert Enrollment.objects.filter(learner=learner).count() == 1
    assert client.get(url).status_code == 405


def test_joining_needs_a_sign_in(client):
    url = reverse("courses:enroll", args=[make_published_course().course_key])
    answer = client.post(url)
    assert answer.status_code == 302
    assert "/account/login/" in answer.headers["Location"]
    assert not Enrollment.objects.exists()


def test_a_course_of_another_enterprise_does_not_exist(client):
    owner = OrganizationFactory()
    course = make_published_course(
        audience=Audience.ORGANIZATION, owner_organization_id=owner.pk
    )
    pages = [course.url, lessons_of(course)[0].url]
    enroll = reverse("courses:enroll", args=[course.course_key])
    for user in (
        None,
        UserFactory(),
        MembershipFactory().user,
        AdministratorFactory().user,
    ):
        if user:
            client.force_login(user)
        assert [client.get(url).status_code for url in pages] == [404, 404]
        assert course.title not in client.get("/courses/").content.decode()
        if user:
            assert client.post(enroll).status_code == 404
    for user in (
        MembershipFactory(organization=owner).user,
        AdministratorFactory(organization=owner).user,
        SuperuserFactory(),
    ):
        client.force_login(user)
        assert [client.get(url).status_code for url in pages] == [200, 200]


def test_a_course_by_assignment_says_so(client):
    owner = OrganizationFactory()
    course = make_published_course(
        audience=Audience.ASSIGNED, owner_organization_id=owner.pk
    )
    admin = AdministratorFactory(organization=owner).user
    client.force_login(admin)
    assert client.get(course.url).status_code == 200
    answer = client.post(reverse("courses:enroll", args=[course.course_key]))
    assert answer.status_code == 403
    member = MembershipFactory(organization=owner)
    client.force_login(member.user)
    assert client.get(course.url).status_code == 404
    make_enrollment(course=course, learner=member.user, membership=member)
    assert client.get(course.url).status_code == 200


def test_an_unpublished_course_stays_open_to_those_who_owe_it(client):
    enrollment = make_enrollment(kinds=("document",))
    course = course_of(enrollment)
    lesson = lessons_of(course)[0]
    course.unpublish()
    client.force_login(enrollment.learner)
    assert client.get(course.url).status_code == 404
    page = client.get(reverse("courses:enrolled", args=[course.course_key]))
    assert page.status_code == 200
    inside = client.get(reverse("courses:lesson", args=[lesson.translation_key]))
    assert inside.status_code == 200
    assert f'data-lesson="{lesson.translation_key}"' in inside.content.decode()
    client.force_login(UserFactory())
    for name, key in (("enrolled", course.course_key), ("lesson", lesson.unit_key)):
        assert client.get(reverse(f"courses:{name}", args=[key])).status_code == 404


def test_a_lesson_page_that_is_live_is_where_its_address_leads(client):
    enrollment = make_enrollment(kinds=("document",))
    lesson = lessons_of(course_of(enrollment))[0]
    client.force_login(enrollment.learner)
    answer = client.get(reverse("courses:lesson", args=[lesson.translation_key]))
    assert answer.headers["Location"] == lesson.url
    answer = client.get(reverse("courses:enrolled", args=[enrollment.course_key]))
    assert answer.headers["Location"] == course_of(enrollment).url


def test_a_module_leads_to_its_place_in_the_course(client):
    course = make_published_course()
    answer = client.get(f"{course.url}first-aid-1/")
    assert answer.headers["Location"] == f"{course.url}#first-aid-1"


def test_an_exercise_is_finished_by_its_learner_only(client):
    enrollment = make_enrollment(kinds=("exercise", "document"))
    course = course_of(enrollment)
    exercise, document = lessons_of(course)
    url = reverse("courses:finish", args=[exercise.translation_key])
    client.force_login(UserFactory())
    assert client.post(url).status_code == 404
    client.force_login(enrollment.learner)
    assert client.post(url).headers["Location"] == document.url
    assert enrollment.progress.get().is_completed
    wrong = reverse("courses:finish", args=[document.translation_key])
    assert client.post(wrong).status_code == 409


def test_on_site_training_shows_who_signs_it_off(client):
    course = make_course()
    make_lesson(
        course, kind="practical", sign_off_by="车间主任", sign_off_place="冲压线"
    )
    publish_course(course=course, now=NOW)
    enrollment = make_enrollment(course=course)
    client.force_login(enrollment.learner)
    page = client.get(lessons_of(course)[0].url).content.decode()
    assert "车间主任" in page
    assert "冲压线" in page
    assert "data-lesson=" not in page


def test_a_lesson_added_later_says_that_it_is_not_owed(client):
    enrollment = make_enrollment(kinds=("document",))
    course = course_of(enrollment)
    later = make_lesson(course, kind="document", title="新课")
    publish_course(course=course)
    client.force_login(enrollment.learner)
    page = client.get(later.url)
    assert page.status_code == 200
    assert "data-lesson=" not in page.content.decode()


EXERCISES = {
    "ordering": {"steps": [{"key": k, "text": f"步骤{k}", "why": ""} for k in "ABC"]},
    "matching": {"pairs": [{"left": f"左{n}", "right": f"右{n}"} for n in (1, 2, 3)]},
    "scenario": {
        "options": [{"key": k, "text": f"选择{k}", "why": "理由"} for k in "AB"],
        "answer": ["B"],
    },
    "hotspot": {
        "scene": "车间",
        "spots": [
            {
                "key": f"h{n}",
                "text": f"位置{n}",
                "x": n * 20,
                "y": 10,
                "w": 10,
                "h": 10,
                "is_hazard": n == 1,
                "why": "因为",
            }
            for n in (1, 2)
        ],
    },
}


SHOWN_AS = {
    "ordering": "order",
    "scenario": "choice",
    "matching": "match",
    "hotspot": "hotspot",
}


@pytest.mark.parametrize("kind", EXERCISES)
def test_exercises_are_forms_that_work_by_keyboard(client, kind):
    course = make_course()
    value = {"prompt": "做一做", "right": "对", "wrong": "再想想"} | EXERCISES[kind]
    make_lesson(course, kind="exercise", exercise=[{"type": kind, "value": value}])
    publish_course(course=course, now=NOW)
    enrollment = make_enrollment(course=course)
    client.force_login(enrollment.learner)
    page = client.get(lessons_of(course)[0].url).content.decode()
    assert f'data-question="{SHOWN_AS[kind]}"' in page
    controls = {
        "ordering": 'data-move="1"',
        "matching": "<select",
        "scenario": 'type="radio"',
        "hotspot": 'type="checkbox"',
    }
    assert controls[kind] in page
    assert "style=" not in page.split("<main")[1].split("</main>")[0]
    assert " on" + "click" not in page


def test_my_courses_lists_mine_only(client):
    enrollment = make_enrollment(kinds=("exercise",))
    make_enrollment(course=make_published_course(slug="other", title="别人的课"))
    client.force_login(enrollment.learner)
    page = client.get(reverse("courses:mine")).content.decode()
    assert "急救" in page
    assert "别人的课" not in page
    complete_unit(
        enrollment=enrollment, unit_key=enrollment.syllabus.units[0]["key"], now=NOW
    )
    assert "badge--success" in client.get(reverse("courses:mine")).content.decode()


@pytest.mark.parametrize("kind", ["video", "document", "exercise", "practical"])
def test_pages_take_few_queries_whatever_the_number_of_lessons(
    client, kind, django_assert_max_num_queries
):
    counts = []
    for slug, number in (("small", 1), ("large", 4)):
        course = make_published_course(slug=slug, kinds=(kind,) * number)
        enrollment = make_enrollment(course=course)
        client.force_login(enrollment.learner)
        lesson = lessons_of(course)[0]
        for url in (course.url, lesson.url, reverse("courses:mine")):
            client.get(url)
            with django_assert_max_num_queries(25) as queries:
                assert client.get(url).status_code == 200
            counts.append((url.replace(slug, ""), len(queries)))
    half = len(counts) // 2
    assert counts[:half] == counts[half:]


def test_the_library_takes_as_many_queries_for_three_courses_as_for_one(
    client, django_assert_max_num_queries
):
    client.force_login(UserFactory())
    make_published_course(slug="c0")
    client.get("/courses/")
    with django_assert_max_num_queries(25) as one:
        client.get("/courses/")
    for number in (1, 2):
        make_published_course(slug=f"c{number}")
    with django_assert_max_num_queries(25) as three:
        page = client.get("/courses/").content.decode()
    assert page.count("card--link") == 3
    assert len(one) == len(three)


def test_courses_are_filtered_by_whom_they_are_for(client):
    make_published_course(slug="a", title="工人课", audience_role="worker")
    make_published_course(slug="b", title="经理课", audience_role="principal")
    page = client.get("/courses/?role=worker").content.decode()
    assert "工人课" in page
    assert "经理课" not in page
    assert client.get("/courses/?role=nonsense").status_code == 200


def test_english_readers_see_courses_that_are_chinese_only(client):
    make_published_course(title="只有中文")
    page = client.get("/en/courses/").content.decode()
    assert "只有中文" in page


def test_who_owes_a_lesson_keeps_it_when_an_editor_deletes(client):
    enrollment = make_enrollment(kinds=("document",))
    lesson = lessons_of(course_of(enrollment))[0]
    client.force_login(SuperuserFactory())
    url = reverse("wagtailadmin_pages:delete", args=[lesson.pk])
    client.post(url)
    lesson.refresh_from_db()
    other = make_lesson(course_of(enrollment), kind="document")
    client.post(reverse("wagtailadmin_pages:delete", args=[other.pk]))
    assert not type(other).objects.filter(pk=other.pk).exists()
