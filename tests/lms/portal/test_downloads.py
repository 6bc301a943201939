"""What a learner may take home: all of it in one place, and nobody else's."""

import pytest
from django.urls import reverse

from courses.domain.handouts import download_handout
from courses.domain.publishing import publish_course
from lms.core import clock
from lms.reporting.domain.archives.keeping import build_person_archive
from tests.courses.test_answering import key_of
from tests.courses.test_move_on import make_handout
from tests.factories.accounts import UserFactory
from tests.factories.courses import NOW, make_course, make_enrollment, make_lesson
from tests.factories.organizations import AdministratorFactory, MembershipFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def test_who_has_nothing_is_told_where_it_will_come_from(client):
    client.force_login(UserFactory())
    page = client.get(reverse("portal:downloads"))
    assert "empty" in page.text
    assert '<ul class="rows' not in page.text


def test_hand_outs_that_were_taken_are_found_again_by_their_learner_only(client):
    handout = make_handout()
    course = make_course()
    make_lesson(
        course,
        kind="document",
        handouts=[{"type": "handout", "value": handout.pk}],
    )
    publish_course(course=course, now=NOW)
    enrollment = make_enrollment(course=course)
    key = key_of(enrollment)
    download_handout(
        enrollment=enrollment, unit_key=key, handout_id=handout.public_id, now=NOW
    )
    client.force_login(enrollment.learner)
    url = reverse("portal:downloads")
    page = client.get(url).text
    assert handout.title in page
    assert reverse("courses:handout", args=[key, handout.public_id]) in page
    home = client.get(reverse("portal:learn")).text
    assert f'href="{url}"' in home
    client.force_login(UserFactory())
    assert handout.title not in client.get(url).text


def test_an_archive_is_given_to_the_person_it_is_about(client):
    membership = MembershipFactory()
    admin = AdministratorFactory(organization=membership.organization).user
    archive = build_person_archive(
        membership=membership, by=admin, now=clock.now(), language="zh-hans"
    )
    url = reverse("portal:own_archive", args=[archive.public_id])
    client.force_login(UserFactory())
    assert client.get(url).status_code == 404
    client.force_login(membership.user)
    assert archive.title in client.get(reverse("portal:downloads")).text
    answer = client.get(url)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert content.startswith(b"%PDF-")
