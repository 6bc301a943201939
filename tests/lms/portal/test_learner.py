from datetime import timedelta

import pytest

from lms.core import clock
from tests.factories.accounts import UserFactory
from tests.factories.organizations import MembershipFactory
from tests.factories.reporting import make_enrollment, make_syllabus

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def member():
    return MembershipFactory()


def due(days):
    return clock.shanghai_date(clock.now()) + timedelta(days=days)


def enroll(member, **options):
    return make_enrollment(membership=member, syllabus=make_syllabus(), **options)


def test_home_of_someone_new_says_what_to_do(client):
    client.force_login(UserFactory())

    response = client.get("/learn/")

    assert response.status_code == 200
    assert response.context["home"].current is None
    assert 'class="empty"' in response.text


def test_home_needs_a_person(client):
    assert client.get("/learn/").status_code == 302


def test_most_pressing_course_comes_first(client, member):
    enroll(member, due_on=due(20))
    overdue = enroll(member, due_on=due(-1), done=1)
    enroll(member)
    client.force_login(member.user)

    home = client.get("/learn/").context["home"]

    assert home.current.is_overdue
    assert home.current.due_on == overdue.due_on
    assert (home.current.done_units, home.current.total_units) == (1, 3)
    assert home.current.next_unit_title == "第2节"
    assert (home.open_count, home.overdue_count) == (3, 1)


def test_practical_unit_is_not_what_comes_next_online(client, member):
    syllabus = make_syllabus(kinds=("practical", "video"))
    make_enrollment(membership=member, syllabus=syllabus)
    client.force_login(member.user)

    home = client.get("/learn/").context["home"]

    assert home.current.next_unit_title == "第2节"


def test_home_is_in_the_language_of_the_page(client, member):
    enroll(member)
    client.force_login(member.user)

    assert "Safety in ten minutes" in client.get("/en/learn/").text


def test_finished_courses_are_no_longer_due(client, member):
    enroll(member, due_on=due(-3), done=3, completed_on=due(-4))
    client.force_login(member.user)

    home = client.get("/learn/").context["home"]

    assert home.current is None
    assert [course.completed_on for course in home.finished] == [due(-4)]


def test_courses_of_others_are_not_shown(client, member):
    enroll(MembershipFactory(organization=member.organization))
    client.force_login(member.user)

    assert client.get("/learn/").context["home"].current is None


def test_home_asks_the_same_for_one_and_many(
    client, member, django_assert_max_num_queries
):
    enroll(member, done=1)
    enroll(member, done=3, completed_on=due(-1))
    waiting = make_syllabus(first=[make_syllabus()])
    make_enrollment(membership=member, syllabus=waiting)
    client.force_login(member.user)
    client.get("/learn/")
    with django_assert_max_num_queries(25) as few:
        client.get("/learn/")
    for _ in range(3):
        enroll(member, done=2, due_on=due(3))
        waiting = make_syllabus(first=[make_syllabus()])
        make_enrollment(membership=member, syllabus=waiting)
        enroll(member, done=3, completed_on=due(-1))

    with django_assert_max_num_queries(len(few)):
        client.get("/learn/")


def test_a_course_that_waits_for_another_leads_there_and_says_why(client, member):
    basics = make_syllabus()
    advanced = make_syllabus(first=[basics])
    make_enrollment(membership=member, syllabus=advanced, due_on=due(2))
    client.force_login(member.user)

    page = client.get("/learn/")

    course = page.context["home"].current
    assert (course.key, course.first.key) == (advanced.course_key, basics.course_key)
    assert course.next_unit_title == ""
    assert "学完它，“十分钟安全入门”才会开放" in page.text
    assert "第1节" not in page.text


def test_the_course_that_opens_another_comes_before_it(client, member):
    basics = make_syllabus()
    middle = make_syllabus(first=[basics])
    advanced = make_syllabus(first=[middle])
    make_enrollment(membership=member, syllabus=advanced, due_on=due(1))
    make_enrollment(membership=member, syllabus=make_syllabus(), due_on=due(2))
    make_enrollment(membership=member, syllabus=middle, due_on=due(3))
    make_enrollment(membership=member, syllabus=basics)
    client.force_login(member.user)

    page = client.get("/learn/")

    home = page.context["home"]
    keys = [course.key for course in home.open_courses]
    assert keys[:3] == [basics.course_key, middle.course_key, advanced.course_key]
    assert home.current.next_unit_title == "第1节"
    assert "先学完“十分钟安全入门”" in page.text
    assert home.first_due_on == due(1)


def test_courses_that_wait_for_each_other_do_not_hang_the_page(client, member):
    one = make_syllabus()
    two = make_syllabus(first=[one])
    one_again = make_syllabus(course_key=one.course_key, first=[two], version=2)
    make_enrollment(membership=member, syllabus=one_again, due_on=due(1))
    make_enrollment(membership=member, syllabus=two)
    client.force_login(member.user)

    assert client.get("/learn/").context["home"].open_count == 2


def test_what_was_completed_before_opens_the_next_course(client, member):
    basics = make_syllabus()
    make_enrollment(membership=member, syllabus=basics, done=3, completed_on=due(-4))
    make_enrollment(membership=member, syllabus=make_syllabus(first=[basics]))
    client.force_login(member.user)

    assert client.get("/learn/").context["home"].current.first is None


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_fragment_leaves_visitors_the_doors_they_have(client, prefix):
    response = client.get(f"{prefix}/learn/home-fragment/")

    # htmx swaps nothing on 204, so the page does not jump.
    assert (response.status_code, response.content) == (204, b"")
    assert f'href="{prefix}/courses/"' in client.get(f"{prefix}/").text


def test_fragment_knows_the_learner_and_is_never_cached(client, member):
    enroll(member, due_on=due(2))
    client.force_login(member.user)

    response = client.get("/learn/home-fragment/")

    assert "十分钟安全入门" in response.text
    assert "no-store" in response["Cache-Control"]
