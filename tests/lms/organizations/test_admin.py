"""The operators' screens: nobody else's, and no way around the rules."""

import pytest
from django.contrib.auth.models import Group, Permission

from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.audit.models import AuditEvent
from lms.organizations.models import Department, Organization
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.organizations import (
    AdministratorFactory,
    DepartmentFactory,
    MembershipFactory,
    OrganizationFactory,
    RegulatorFactory,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

PAGES = [
    "/admin/organizations/",
    "/admin/organizations/new/",
    "/admin/departments/",
    "/admin/departments/new/",
    "/admin/positions/",
    "/admin/positions/new/",
    "/admin/memberships/",
    "/admin/memberships/new/",
    "/admin/audit_events/",
    "/admin/users/",
    "/admin/users/new/",
]


def editor():
    user = UserFactory()
    group = Group.objects.get_or_create(name="Editors")[0]
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    user.groups.add(group)
    return user


@pytest.mark.parametrize("path", PAGES)
def test_operator_opens_every_screen(client, path):
    MembershipFactory()
    record(verb=Verb.USER_CREATED)
    client.force_login(SuperuserFactory())

    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    "make",
    [
        editor,
        UserFactory,
        lambda: AdministratorFactory().user,
        lambda: RegulatorFactory().user,
    ],
    ids=["editor", "individual", "administrator", "regulator"],
)
def test_nobody_else_does(client, path, make):
    client.force_login(make())

    assert client.get(path).status_code in {302, 403}


def test_operator_registers_an_organization_and_its_first_name(client):
    client.force_login(SuperuserFactory())
    form = {
        "code": "91350100m000100y43",
        "name": "江海机械厂",
        "kind": "enterprise",
        "region": "329901",
        "industry": "C34",
        "is_active": "on",
    }

    wrong = client.post("/admin/organizations/new/", form | {"code": "1"})
    assert "code" in wrong.context["form"].errors
    client.post("/admin/organizations/new/", form)

    organization = Organization.objects.get()
    assert organization.code == "91350100M000100Y43"
    assert organization.names.get().name == "江海机械厂"
    edit = f"/admin/organizations/edit/{organization.pk}/"
    client.post(edit, form | {"name": "江海精工"})
    organization.refresh_from_db()
    assert organization.name == "江海精工"
    assert AuditEvent.objects.filter(verb=Verb.ORGANIZATION_RENAMED).count() == 1


def test_ring_of_departments_is_refused_here_too(client):
    client.force_login(SuperuserFactory())
    top = DepartmentFactory()
    low = DepartmentFactory(organization=top.organization, parent=top)
    form = {"organization": top.organization_id, "name": top.name, "parent": low.pk}

    response = client.post(f"/admin/departments/edit/{top.pk}/", form)

    assert "parent" in response.context["form"].errors
    foreign = form | {"parent": DepartmentFactory().pk}
    response = client.post(f"/admin/departments/edit/{top.pk}/", foreign)
    assert "parent" in response.context["form"].errors
    assert Department.objects.get(pk=top.pk).parent is None


def test_ring_of_organizations_is_refused_here_too(client):
    client.force_login(SuperuserFactory())
    top = OrganizationFactory()
    low = OrganizationFactory(parent=top)
    form = {
        "code": top.code,
        "name": top.name,
        "kind": top.kind,
        "region": top.region,
        "parent": low.pk,
    }

    response = client.post(f"/admin/organizations/edit/{top.pk}/", form)

    assert "parent" in response.context["form"].errors


def test_member_in_a_department_of_another_organization_is_refused(client):
    client.force_login(SuperuserFactory())
    membership = MembershipFactory()
    form = {
        "user": membership.user_id,
        "organization": membership.organization_id,
        "listed_name": "李明",
        "role": "employee",
        "kind": "employee",
        "department": DepartmentFactory().pk,
        "state": "active",
        "starts_on": "2026-01-01",
    }

    response = client.post(f"/admin/memberships/edit/{membership.pk}/", form)

    assert "department" in response.context["form"].errors


def test_evidence_can_not_be_written_in_the_admin(client):
    event = record(verb=Verb.USER_CREATED)
    client.force_login(SuperuserFactory())

    for path in (
        "/admin/audit_events/new/",
        f"/admin/audit_events/edit/{event.pk}/",
        f"/admin/audit_events/delete/{event.pk}/",
    ):
        assert client.post(path, {}).status_code in {302, 403, 404}
    assert client.get(f"/admin/audit_events/inspect/{event.pk}/").status_code == 200
    assert AuditEvent.objects.filter(pk=event.pk).exists()


def test_operator_creates_a_person_with_one_name(client):
    client.force_login(SuperuserFactory())

    client.post(
        "/admin/users/new/",
        {
            "email": "Neu@example.org",
            "display_name": "林悦",
            "password1": "a long sentence",
            "password2": "a long sentence",
        },
    )

    from lms.accounts.models import User

    assert User.objects.get(email="neu@example.org").display_name == "林悦"


# --- the region of a regulator
def regulator_form(membership, **changes):
    data = {
        "user": membership.user_id,
        "organization": membership.organization_id,
        "listed_name": membership.listed_name,
        "role": membership.role,
        "kind": "employee",
        "state": membership.state,
        "starts_on": "2025-01-01",
        "regions": "",
    }
    return data | changes


def regions_of(membership):
    rows = membership.jurisdictions.order_by("region_prefix")
    return list(rows.values_list("region_prefix", flat=True))


def test_operator_grants_and_takes_regions_with_a_trace(client):
    client.force_login(SuperuserFactory())
    membership = RegulatorFactory(region_prefix="3299")
    edit = f"/admin/memberships/edit/{membership.pk}/"
    assert 'value="3299"' in client.get(edit).text

    client.post(edit, regulator_form(membership, regions="330106， 3301"))

    assert regions_of(membership) == ["3301", "330106"]
    verbs = [Verb.JURISDICTION_GRANTED, Verb.JURISDICTION_REVOKED]
    events = AuditEvent.objects.filter(verb__in=verbs).order_by("pk")
    assert [(e.verb, e.data["region"]) for e in events] == [
        ("jurisdiction_granted", "3301"),
        ("jurisdiction_granted", "330106"),
        ("jurisdiction_revoked", "3299"),
    ]
    client.post(edit, regulator_form(membership, regions="3301 330106"))
    assert events.count() == 3


def test_operator_makes_a_regulator_in_one_step(client):
    client.force_login(SuperuserFactory())
    authority, person = RegulatorFactory().organization, UserFactory()
    form = {
        "user": person.pk,
        "organization": authority.pk,
        "listed_name": "顾正",
        "role": "regulator",
        "kind": "employee",
        "state": "active",
        "starts_on": "2026-01-01",
        "regions": "3301",
    }

    client.post("/admin/memberships/new/", form)

    assert regions_of(person.memberships.get()) == ["3301"]
    assert client.get("/regulator/").status_code == 403
    client.force_login(person)
    assert client.get("/regulator/").status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"regions": "329"},
        {"regions": "3299, 江海市"},
        {"regions": "3299", "role": "employee"},
        {"regions": "3299", "state": "pending"},
    ],
)
def test_region_that_can_not_be_is_refused_beside_its_field(client, changes):
    client.force_login(SuperuserFactory())
    membership = RegulatorFactory(region_prefix="3299")

    response = client.post(
        f"/admin/memberships/edit/{membership.pk}/",
        regulator_form(membership, **changes),
    )

    assert "regions" in response.context["form"].errors
    assert regions_of(membership) == ["3299"]


def test_who_is_no_regulator_any_more_loses_the_regions(client):
    client.force_login(SuperuserFactory())
    membership = RegulatorFactory(region_prefix="3299")

    client.post(
        f"/admin/memberships/edit/{membership.pk}/",
        regulator_form(membership, role="expert"),
    )

    assert regions_of(membership) == []


@pytest.mark.parametrize(
    "make",
    [
        editor,
        UserFactory,
        lambda: AdministratorFactory().user,
        lambda: RegulatorFactory().user,
    ],
    ids=["editor", "individual", "administrator", "regulator"],
)
def test_nobody_else_grants_a_region(client, make):
    membership = RegulatorFactory(region_prefix="3299")
    client.force_login(make())

    response = client.post(
        f"/admin/memberships/edit/{membership.pk}/",
        regulator_form(membership, regions="11"),
    )

    assert response.status_code in {302, 403}
    assert regions_of(membership) == ["3299"]
