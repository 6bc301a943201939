"""The learner's duties, history and calendar: one's own and nobody else's."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.compliance.domain.duties import recompute_duties
from lms.compliance.domain.standing import duties_of
from lms.core import clock
from lms.reporting.domain.study_history import DueDay, to_calendar
from tests.factories.accounts import UserFactory
from tests.factories.compliance import credit
from tests.factories.organizations import (
    AdministratorFactory,
    MembershipFactory,
    OrganizationFactory,
    PositionFactory,
)
from tests.factories.reporting import make_enrollment, make_syllabus

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
HOUR = 2700


def today():
    return clock.shanghai_date(clock.now())


def worker(*, industry="F51", days_ago=800, **fields):
    organization = OrganizationFactory(industry=industry)
    position = PositionFactory(organization=organization)
    membership = MembershipFactory(
        organization=organization,
        position=position,
        starts_on=today() - timedelta(days=days_ago),
        **fields,
    )
    recompute_duties(on=today(), membership_ids=[membership.pk])
    return membership


def test_the_home_says_how_many_hours_are_owed_and_done_and_by_which_rule(client):
    membership = worker()
    credit(membership, 2 * HOUR, on=today())
    client.force_login(membership.user)

    page = client.get("/en/learn/")

    (line,) = page.context["home"].duties
    assert (line.shown_seconds, line.obligation.required_seconds) == (
        2 * HOUR,
        8 * HOUR,
    )
    assert "2.0 of 8.0" in page.text
    assert line.obligation.rule.basis in page.text


def test_what_was_just_learned_counts_without_waiting_for_the_hourly_run():
    membership = worker()
    credit(membership, 8 * HOUR, on=today())
    (line,) = duties_of(user=membership.user, on=today())
    assert line.is_met
    assert line.obligation.state == "open"


def test_new_workers_see_their_levels_and_the_nearest_date_first(client):
    membership = worker(industry="C34", days_ago=3)
    credit(membership, 60, on=today(), level="factory", onsite=True)
    client.force_login(membership.user)
    page = client.get("/en/learn/")
    by_topic = {d.obligation.topic: d for d in page.context["home"].duties}
    assert [done for _name, done in by_topic["levels"].levels] == [True, False, False]
    assert "Workshop" in page.text


def test_the_administrator_sees_what_a_person_owes_here_and_nowhere_else(client):
    membership = worker(kind="part_time")
    other = worker(user=membership.user)
    credit(membership, 2 * HOUR, on=today())
    admin = AdministratorFactory(organization=membership.organization)
    client.force_login(admin.user)
    code, person = membership.organization.code, membership.public_id
    url = reverse("portal:person", args=[code, person])

    page = client.get(f"/en{url}")

    assert "2.0 of 8.0" in page.text
    assert "Part-time employee" in page.text
    (line,) = page.context["duties"]
    assert line.obligation.membership == membership
    assert other.organization.name not in page.text


def test_two_employers_two_duties_and_a_former_one_none():
    first = worker()
    worker(user=first.user)
    gone = worker(user=first.user)
    gone.state, gone.ends_on = "ended", today() - timedelta(days=1)
    gone.save()
    lines = duties_of(user=first.user, on=today())
    assert len({line.obligation.membership_id for line in lines}) == 2


def test_duties_take_as_many_queries_for_three_employers_as_for_one():
    counts = []
    for employers in (1, 3):
        person = UserFactory()
        for _ in range(employers):
            credit(worker(user=person), 60, on=today())
        with CaptureQueriesContext(connection) as seen:
            assert len(duties_of(user=person, on=today())) == employers
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_history_names_lesson_day_and_way_and_is_ones_own(client):
    mine, other = worker(), worker()
    credit(mine, 3 * HOUR, on=today())
    credit(mine, HOUR, on=today() - timedelta(days=1), onsite=True)
    credit(other, HOUR, on=today())
    client.force_login(mine.user)
    page = client.get("/en/learn/history/")
    lines = page.context["page_obj"].object_list
    assert [(line.seconds, line.on) for line in lines] == [
        (3 * HOUR, today()),
        (HOUR, today() - timedelta(days=1)),
    ]
    assert "4.0 credit hours in all" in page.text
    client.logout()
    assert client.get("/en/learn/history/").status_code == 302


def test_an_empty_history_says_so(client):
    client.force_login(UserFactory())
    assert 'class="empty"' in client.get("/learn/history/").text


def test_a_calendar_program_follows_the_due_dates_by_its_address(client):
    membership = worker()
    due_on = today() + timedelta(days=9)
    make_enrollment(membership=membership, syllabus=make_syllabus(), due_on=due_on)
    client.force_login(membership.user)
    address = client.get("/learn/calendar/").context["address"]
    client.logout()
    answer = client.get(address)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    text = answer.content.decode()
    assert f"DTSTART;VALUE=DATE:{due_on:%Y%m%d}" in text
    assert text.count("BEGIN:VEVENT") == 2
    assert client.get(address).content.decode().count("UID:") == 2


def test_the_address_ends_with_the_password_and_with_the_account(client):
    membership = worker()
    user = membership.user
    client.force_login(user)
    address = client.get("/learn/calendar/").context["address"]
    user.set_password("another-long-secret-1")
    user.save()
    assert client.get(address).status_code == 404
    client.force_login(user)
    address = client.get("/learn/calendar/").context["address"]
    user.is_active = False
    user.save()
    assert client.get(address).status_code == 404
    assert client.get("/learn/calendar/wrong.ics").status_code == 404


def test_long_titles_are_folded_and_marks_escaped():
    title = "安全生产教育；" * 8 + "a,b;c\\d"
    day = DueDay(uid="course-1", on=today(), title=title, url="/learn/")
    text = to_calendar(
        days=[day], name="培训", site_url="https://example.com/", now=clock.now()
    )
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "a\\,b\\;c\\\\d" in text.replace("\r\n ", "")
    assert text.endswith("END:VCALENDAR\r\n")
    assert "URL:https://example.com/learn/" in text
