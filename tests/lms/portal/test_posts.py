"""The posts of a person in the console: a second one, days away, the return."""

from datetime import date

import pytest
from django.urls import reverse

from lms.audit.enums import Verb
from lms.audit.models import AuditEvent
from lms.compliance.domain.duties import recompute_duties
from lms.compliance.models import Obligation, Posting
from lms.core import clock
from tests.factories.organizations import (
    AdministratorFactory,
    MembershipFactory,
    PositionFactory,
)

pytestmark = [
    pytest.mark.integration,
    pytest.mark.django_db,
]


@pytest.fixture
def person():
    admin = AdministratorFactory()
    position = PositionFactory(
        organization=admin.organization, category="principal", name="厂长"
    )
    return MembershipFactory(
        organization=admin.organization,
        position=position,
        starts_on=date(2024, 1, 1),
    )


@pytest.fixture
def desk(client, person):
    """Return a call that sends one form of the page and gives its answer."""
    admin = AdministratorFactory(organization=person.organization)
    client.force_login(admin.user)
    url = reverse("portal:posts", args=[person.organization.code, person.public_id])

    def send(action="", **values):
        if not action:
            return client.get(url)
        body = {f"{action}-{name}": value for name, value in values.items()}
        return client.post(url, {"action": action} | body)

    return send


def days(membership):
    rows = Posting.objects.filter(membership=membership).order_by("starts_on", "pk")
    return [
        (row.is_additional, row.starts_on.isoformat(), row.ends_on and str(row.ends_on))
        for row in rows
    ]


def noted():
    events = AuditEvent.objects.filter(verb=Verb.MEMBERSHIP_CHANGED).order_by("pk")
    return [event.data for event in events if event.data]


def test_a_second_post_brings_its_duty_and_ends(
    desk, person, django_capture_on_commit_callbacks
):
    manager = PositionFactory(
        organization=person.organization, category="safety_manager", name="安全科长"
    )
    today = clock.shanghai_date(clock.now())
    with django_capture_on_commit_callbacks(execute=True):
        answer = desk("add", position=manager.public_id, starts_on="2025-02-01")
    assert answer.status_code == 302
    owed = Obligation.objects.filter(membership=person, period_end__gte=today)
    assert set(owed.values_list("category", flat=True)) == {
        "principal",
        "safety_manager",
    }
    html = desk().content.decode()
    assert "安全科长" in html
    assert "兼任岗位" in html
    post = Posting.objects.get(is_additional=True)
    assert desk("end", post=post.pk, ends_on="2026-06-30").status_code == 302
    post.refresh_from_db()
    assert post.ends_on == date(2026, 6, 30)
    assert noted() == [
        {"post": manager.pk, "from": "2025-02-01"},
        {"post": manager.pk, "until": "2026-06-30"},
    ]
    # What has ended is offered no more.
    again = desk("end", post=post.pk, ends_on="2026-07-01")
    assert again.status_code == 422


def test_an_absence_of_a_year_and_the_return_bring_the_levels_again(desk, person):
    worker = PositionFactory(organization=person.organization, category="worker")
    person.position = worker
    person.save()
    assert desk("away", starts_on="2025-03-01").status_code == 302
    assert days(person) == [(False, "2024-01-01", "2025-02-28")]
    html = desk().content.decode()
    assert 'value="back"' in html
    assert 'value="away"' not in html
    assert desk("back", on="2026-03-01").status_code == 302
    assert days(person) == [
        (False, "2024-01-01", "2025-02-28"),
        (False, "2026-03-01", None),
    ]
    recompute_duties(on=date(2026, 3, 2))
    phases = Obligation.objects.filter(membership=person).values_list(
        "phase", flat=True
    )
    assert sorted(set(phases)) == ["annual", "return"]
    assert noted() == [{"away_from": "2025-03-01"}, {"back_on": "2026-03-01"}]


def test_days_that_are_known_are_noted_in_one_step(desk, person):
    answer = desk("away", starts_on="2025-03-01", ends_on="2025-05-31")
    assert answer.status_code == 302
    assert days(person) == [
        (False, "2024-01-01", "2025-02-28"),
        (False, "2025-06-01", None),
    ]


@pytest.mark.parametrize(
    ("action", "values", "said"),
    [
        (
            "away",
            {"starts_on": "2025-03-02", "ends_on": "2025-03-01"},
            "最后一天早于第一天",
        ),
        ("away", {"starts_on": "2023-03-02"}, "这些日子此人不在岗"),
        ("away", {"starts_on": "gestern"}, "日期不对"),
        ("back", {"on": "2026-03-02"}, "不在离岗期间"),
        ("add", {"position": "", "starts_on": "2026-03-02"}, "id_add-position_error"),
        ("end", {"post": "17", "ends_on": "2026-03-02"}, "id_end-post_error"),
    ],
)
def test_what_can_not_be_is_said_beside_its_field(desk, person, action, values, said):
    answer = desk(action, **values)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Posting.objects.filter(is_additional=True).exists()
    assert len(days(person)) <= 1
    assert noted() == []


def test_a_position_of_another_enterprise_is_not_offered(desk):
    foreign = PositionFactory()
    answer = desk("add", position=foreign.public_id, starts_on="2026-03-02")
    assert answer.status_code == 422
    assert not Posting.objects.exists()


def test_an_unknown_step_and_a_person_who_has_left_take_nothing(desk, person):
    assert desk("jump", on="2026-03-02").status_code == 404
    person.ends_on = date(2025, 12, 31)
    person.save()
    assert "这里不能再更改" in desk().content.decode()
    assert desk("away", starts_on="2025-03-01").status_code == 404


def test_as_many_queries_for_ten_posts_as_for_one(
    desk, person, django_assert_max_num_queries
):
    def posts(count):
        Posting.objects.bulk_create(
            Posting(
                membership=person,
                position=person.position,
                category="worker",
                is_additional=True,
                starts_on=date(2025, 1, 1),
                ends_on=date(2025, 1, 2),
            )
            for _n in range(count)
        )

    posts(1)
    desk()
    with django_assert_max_num_queries(40) as few:
        desk()
    posts(9)
    with django_assert_max_num_queries(40) as many:
        desk()
    assert len(few) == len(many)
