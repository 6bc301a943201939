"""What a page costs somebody with desks when no cache knows anything yet.

An administrator's frame asks the most: which consoles there are, what waits at them.
"""

import pytest
from django.core.cache import cache
from django.urls import reverse

from tests.factories.courses import (
    lessons_of,
    make_enrollment,
    make_published_course,
)
from tests.factories.organizations import AdministratorFactory, MembershipFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

MAX_QUERIES = 25


@pytest.fixture
def admin(client):
    admin = AdministratorFactory()
    MembershipFactory(organization=admin.organization)
    client.force_login(admin.user)
    return admin


@pytest.fixture
def cold(client, django_assert_max_num_queries):
    """Ask for a page with empty caches; the process itself is warm."""

    def ask(url):
        client.get(url)
        cache.clear()
        with django_assert_max_num_queries(MAX_QUERIES):
            assert client.get(url).status_code == 200

    return ask


@pytest.mark.parametrize("kind", ["video", "document", "exercise", "practical"])
@pytest.mark.parametrize("is_enrolled", [True, False])
def test_course_pages_of_an_administrator(cold, admin, kind, is_enrolled):
    course = make_published_course(slug="course", kinds=(kind, kind))
    if is_enrolled:
        make_enrollment(course=course, learner=admin.user)

    for url in (course.url, lessons_of(course)[0].url):
        cold(url)


def test_pages_that_everybody_meets(cold, admin):
    make_published_course(slug="course")

    for url in (
        "/",
        "/courses/",
        reverse("courses:mine"),
        reverse("portal:learn"),
        reverse("portal:enterprise", args=[admin.organization.code]),
        reverse("portal:members", args=[admin.organization.code]),
    ):
        cold(url)
