from datetime import date, timedelta

import pytest
from django.urls import reverse

from lms.accounts.domain.tokens import create_token
from lms.core import clock
from tests.factories.accounts import UserFactory
from tests.factories.organizations import (
    AdministratorFactory,
    MembershipFactory,
    OrganizationFactory,
    RegulatorFactory,
)
from tests.factories.reporting import assigned_people, make_assignment, make_syllabus

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def organization():
    admin = AdministratorFactory()
    today = clock.shanghai_date(clock.now())
    syllabus = make_syllabus()
    assignment = make_assignment(
        organization=admin.organization,
        syllabus=syllabus,
        by=admin.user,
        due_on=today - timedelta(days=1),
    )
    give = {"assignment": assignment, "syllabus": syllabus}
    assigned_people(**give, count=2, done=3, completed_on=today)
    assigned_people(**give, count=1)
    return admin.organization


def address(organization):
    return reverse("api:organization_training_status", args=[organization.code])


def test_regulator_gets_figures_without_names(client, organization):
    client.force_login(RegulatorFactory().user)

    body = client.get(address(organization)).json()

    links = body.pop("links")
    assert body == {
        "code": organization.code,
        "name": organization.name,
        "on": clock.shanghai_date(clock.now()).isoformat(),
        "members": 3,
        "trained_members": 0,
        "untrained_share": 1.0,
        "overdue_members": 0,
        "overdue_share": 0.0,
        "bracket": "none",
        "article": "work-safety-law:97",
        "obligations": {"total": 0, "met": 0, "open": 0, "overdue": 0},
        "assignments": {"total": 3, "met": 2, "open": 0, "overdue": 1},
        "valid_certificates": 0,
    }
    assert links["page"].endswith(f"/regulator/enterprises/{organization.code}/")
    assert links["register"].endswith("/api/v1/register/checkpoint")


@pytest.mark.parametrize("who", ["stranger", "employee", "foreign regulator", "other"])
def test_everyone_else_learns_nothing(client, organization, who):
    user = {
        "stranger": UserFactory,
        "employee": lambda: MembershipFactory(organization=organization).user,
        "foreign regulator": lambda: RegulatorFactory(region_prefix="1101").user,
        "other": lambda: AdministratorFactory().user,
    }[who]()
    client.force_login(user)

    response = client.get(address(organization))

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


def test_visitor_is_refused(client, organization):
    assert client.get(address(organization)).status_code in {401, 403}


def test_unknown_code_is_not_found(client):
    client.force_login(RegulatorFactory().user)

    assert client.get(address(OrganizationFactory.build())).status_code == 404


@pytest.mark.parametrize(
    ("scopes", "status"), [(["organization_read"], 200), (["learn"], 403)]
)
def test_program_needs_the_scope(client, organization, scopes, status):
    user = RegulatorFactory().user
    _token, raw = create_token(user=user, name="permits", scopes=scopes, by=user)

    response = client.get(
        address(organization), headers={"Authorization": f"Bearer {raw}"}
    )

    assert response.status_code == status


def test_empty_enterprise_has_no_share(client):
    organization = OrganizationFactory()
    client.force_login(RegulatorFactory().user)

    body = client.get(address(organization)).json()

    assert (body["members"], body["untrained_share"]) == (0, 0.0)


def test_queries_do_not_grow_with_people(
    client, organization, django_assert_max_num_queries
):
    client.force_login(RegulatorFactory().user)
    client.get(address(organization))
    with django_assert_max_num_queries(25) as few:
        client.get(address(organization))
    for _ in range(3):
        MembershipFactory(organization=organization, starts_on=date(2025, 1, 1))

    with django_assert_max_num_queries(len(few)):
        client.get(address(organization))
