"""Who may open which console, what they see there, and what stays hidden."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from courses.models import UnitProgress
from lms.audit.enums import Verb
from lms.audit.models import AuditEvent
from lms.core import clock
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.organizations import (
    AdministratorFactory,
    DepartmentFactory,
    MembershipFactory,
    OrganizationFactory,
    RegulatorFactory,
)
from tests.factories.reporting import (
    assigned_people,
    make_assignment,
    make_entry,
    make_syllabus,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

MAX_QUERIES = 25


@pytest.fixture
def world():
    """Return an enterprise with a department, an assignment and three people."""
    admin = AdministratorFactory()
    department = DepartmentFactory(organization=admin.organization, name="冲压车间")
    syllabus = make_syllabus()
    today = clock.shanghai_date(clock.now())
    assignment = make_assignment(
        organization=admin.organization,
        department=department,
        syllabus=syllabus,
        by=admin.user,
        due_on=today + timedelta(days=5),
    )
    give = {"assignment": assignment, "syllabus": syllabus, "department": department}
    done = assigned_people(**give, count=1, done=3, completed_on=today)
    late = assigned_people(**give, count=1, due_on=today - timedelta(days=1), done=1)
    waiting = assigned_people(**give, count=1)
    return {
        "admin": admin,
        "organization": admin.organization,
        "department": department,
        "assignment": assignment,
        "syllabus": syllabus,
        "people": [*done, *late, *waiting],
    }


def enterprise_pages(world):
    code = world["organization"].code
    assignment = world["assignment"].public_id
    person = world["people"][2].public_id
    return {
        "overview": reverse("portal:enterprise", args=[code]),
        "assign": reverse("portal:assign", args=[code]),
        "assignment": reverse("portal:assignment", args=[code, assignment]),
        "csv": reverse("portal:assignment_export", args=[code, assignment, "csv"]),
        "members": reverse("portal:members", args=[code]),
        "person": reverse("portal:person", args=[code, person]),
    }


PAGES = ["overview", "assign", "assignment", "csv", "members", "person"]


def someone(role, world):
    organization = world["organization"]
    return {
        "administrator": lambda: world["admin"].user,
        "operator": SuperuserFactory,
        "employee": lambda: world["people"][0].user,
        "stranger": UserFactory,
        "other administrator": lambda: AdministratorFactory().user,
        "former administrator": lambda: (
            AdministratorFactory(
                organization=organization, ends_on=date(2025, 6, 1)
            ).user
        ),
        "regulator": lambda: RegulatorFactory().user,
        "administrator of the parent": lambda: (
            AdministratorFactory(organization=parent_of(organization)).user
        ),
    }[role]()


def parent_of(organization):
    organization.parent = OrganizationFactory()
    organization.save()
    return organization.parent


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", ["administrator", "operator"])
@pytest.mark.parametrize("language", ["", "/en"])
def test_administrator_opens_every_page(client, world, page, role, language):
    client.force_login(someone(role, world))

    response = client.get(language + enterprise_pages(world)[page])

    assert response.status_code == 200


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "role",
    [
        "employee",
        "stranger",
        "other administrator",
        "former administrator",
        "regulator",
        "administrator of the parent",
    ],
)
def test_enterprise_pages_do_not_exist_for_others(client, world, page, role):
    client.force_login(someone(role, world))

    assert client.get(enterprise_pages(world)[page]).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_visitor_is_asked_to_sign_in(client, world, page):
    address = enterprise_pages(world)[page]

    response = client.get(address)

    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/?next=")


@pytest.mark.parametrize("role", ["employee", "stranger", "regulator"])
def test_console_is_refused_to_who_administers_nothing(client, world, role):
    client.force_login(someone(role, world))

    assert client.get("/enterprise/").status_code == 403


def test_only_enterprise_opens_at_once(client, world):
    client.force_login(world["admin"].user)

    response = client.get("/enterprise/")

    assert response["Location"] == enterprise_pages(world)["overview"]


def test_several_enterprises_are_offered(client, world):
    other = AdministratorFactory(user=world["admin"].user).organization
    client.force_login(world["admin"].user)

    text = client.get("/enterprise/").text

    assert other.name in text
    assert world["organization"].name in text


def test_things_of_another_enterprise_do_not_exist_here(client, world):
    other = AdministratorFactory()
    foreign_person = MembershipFactory(organization=other.organization)
    foreign_assignment = make_assignment(
        organization=other.organization, syllabus=make_syllabus(), by=other.user
    )
    client.force_login(world["admin"].user)
    code = world["organization"].code

    for address in [
        reverse("portal:person", args=[code, foreign_person.public_id]),
        reverse("portal:assignment", args=[code, foreign_assignment.public_id]),
        reverse(
            "portal:assignment_export", args=[code, foreign_assignment.public_id, "csv"]
        ),
        reverse("portal:person", args=[code, uuid4()]),
        reverse("portal:enterprise", args=["91000000000000000X"]),
    ]:
        assert client.get(address).status_code == 404


def test_overview_shows_figures_and_who_is_behind(client, world):
    client.force_login(world["admin"].user)

    response = client.get(enterprise_pages(world)["overview"])

    summary = response.context["summary"]
    assert (summary.assigned, summary.finished, summary.overdue) == (3, 1, 1)
    assert "冲压车间" in response.text


def test_overview_of_a_new_enterprise_says_what_to_do(client):
    admin = AdministratorFactory()
    client.force_login(admin.user)

    response = client.get(f"/enterprise/{admin.organization.code}/")

    assert 'class="empty"' in response.text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {0, 1, 2}),
        ("?status=finished", {0}),
        ("?status=overdue", {1}),
        ("?status=not_started", {2}),
        ("?status=nonsense", {0, 1, 2}),
        ("?page=999", {0, 1, 2}),
        ("?page=x", {0, 1, 2}),
    ],
)
def test_list_of_people_is_filtered(client, world, query, shown):
    client.force_login(world["admin"].user)

    response = client.get(enterprise_pages(world)["assignment"] + query)

    listed = {person.pk for person in response.context["page_obj"]}
    assert listed == {world["people"][n].pk for n in shown}


def test_export_holds_the_filtered_list_and_runs_nothing(client, world):
    late = world["people"][1]
    late.listed_name = "=cmd|calc"
    late.save()
    client.force_login(world["admin"].user)

    response = client.get(enterprise_pages(world)["csv"] + "?status=overdue")

    lines = response.getvalue().decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("'=cmd|calc,")


def test_unknown_export_format_is_not_found(client, world):
    client.force_login(world["admin"].user)
    address = enterprise_pages(world)["csv"].replace("export.csv", "export.exe")

    assert client.get(address).status_code == 404


def test_members_can_be_narrowed_to_a_department(client, world):
    other = MembershipFactory(organization=world["organization"])
    client.force_login(world["admin"].user)
    address = enterprise_pages(world)["members"]

    inside = client.get(f"{address}?department={world['department'].public_id}")
    without = client.get(f"{address}?department=none")

    assert {p.pk for p in inside.context["page_obj"]} == {p.pk for p in world["people"]}
    assert [p.pk for p in without.context["page_obj"]] == [other.pk]


def sign_off_data(world, unit=2):
    entry = world["assignment"].entries.get(membership=world["people"][2])
    return {
        "enrollment": entry.enrollment.public_id,
        "unit": world["syllabus"].units[unit]["key"],
        "note": "佩戴正确",
    }


def sign_off_address(world):
    return reverse(
        "portal:sign_off",
        args=[world["organization"].code, world["people"][2].public_id],
    )


def test_practical_unit_is_signed_off_with_a_trace(client, world):
    client.force_login(world["admin"].user)

    first = client.post(sign_off_address(world), sign_off_data(world))
    client.post(sign_off_address(world), sign_off_data(world))

    assert first.status_code == 302
    row = UnitProgress.objects.get(
        enrollment__membership=world["people"][2], completed_at__isnull=False
    )
    assert row.evidence["note"] == "佩戴正确"
    assert row.evidence["by"] == str(world["admin"].user.subject_id)
    assert AuditEvent.objects.filter(verb=Verb.PRACTICAL_SIGNED_OFF).count() == 1


def test_video_cannot_be_signed_off(client, world):
    client.force_login(world["admin"].user)

    response = client.post(sign_off_address(world), sign_off_data(world, unit=0))

    assert response.status_code == 409
    assert not UnitProgress.objects.filter(
        enrollment__membership=world["people"][2]
    ).exists()


@pytest.mark.parametrize("field", ["note", "unit", "enrollment"])
def test_incomplete_sign_off_changes_nothing(client, world, field):
    client.force_login(world["admin"].user)
    data = sign_off_data(world) | {field: ""}

    client.post(sign_off_address(world), data)

    assert not UnitProgress.objects.filter(
        enrollment__membership=world["people"][2]
    ).exists()


def test_nothing_is_signed_off_for_who_has_left(client, world):
    client.force_login(world["admin"].user)
    gone, data = world["people"][2], sign_off_data(world)
    gone.state, gone.ends_on = "ended", date(2026, 1, 1)
    gone.save()

    page = client.post(sign_off_address(world), data, follow=True)

    assert "没有保存：此人已经离职。" in page.text
    assert sign_off_address(world) not in page.text
    assert not UnitProgress.objects.filter(enrollment__membership=gone).exists()


def test_enrollment_of_somebody_else_is_not_signed_off(client, world):
    client.force_login(world["admin"].user)
    foreign = world["assignment"].entries.get(membership=world["people"][1])
    data = sign_off_data(world) | {"enrollment": foreign.enrollment.public_id}

    assert client.post(sign_off_address(world), data).status_code == 404


@pytest.mark.parametrize("role", ["employee", "stranger", "other administrator"])
def test_sign_off_by_others_does_not_exist(client, world, role):
    client.force_login(someone(role, world))

    response = client.post(sign_off_address(world), sign_off_data(world))

    assert response.status_code == 404


@pytest.mark.parametrize("page", [p for p in PAGES if p != "csv"])
def test_pages_ask_the_same_for_one_and_many(
    client, world, page, django_assert_max_num_queries
):
    client.force_login(world["admin"].user)
    address = enterprise_pages(world)[page]
    client.get(address)
    with django_assert_max_num_queries(MAX_QUERIES) as few:
        client.get(address)
    assigned_people(
        assignment=world["assignment"],
        syllabus=world["syllabus"],
        department=world["department"],
        count=3,
        done=1,
    )
    for _ in range(2):
        syllabus = make_syllabus()
        other = make_assignment(
            organization=world["organization"],
            syllabus=syllabus,
            by=world["admin"].user,
        )
        make_entry(
            assignment=other, membership=world["people"][2], syllabus=syllabus, done=1
        )

    with django_assert_max_num_queries(len(few)):
        assert client.get(address).status_code == 200


# --- the regulator ---


@pytest.mark.parametrize("address", ["/regulator/", "/regulator/enterprises/{code}/"])
@pytest.mark.parametrize("role", ["employee", "stranger", "administrator"])
def test_desk_is_refused_to_others(client, world, role, address):
    client.force_login(someone(role, world))

    response = client.get(address.format(code=world["organization"].code))

    assert response.status_code == 403


def test_desk_lists_my_region_only(client, world):
    elsewhere = OrganizationFactory(region="110105", name="外省公司")
    client.force_login(someone("regulator", world))

    response = client.get("/regulator/")

    names = [row.name for row in response.context["page_obj"]]
    assert world["organization"].name in names
    assert elsewhere.name not in names
    row = next(
        r for r in response.context["page_obj"] if r.code == world["organization"].code
    )
    assert (row.members, row.assigned, row.finished, row.overdue) == (3, 3, 1, 1)


def test_enterprise_of_another_region_does_not_exist(client, world):
    elsewhere = OrganizationFactory(region="110105")
    client.force_login(someone("regulator", world))

    mine = client.get(f"/regulator/enterprises/{world['organization'].code}/")
    other = client.get(f"/regulator/enterprises/{elsewhere.code}/")

    assert (mine.status_code, other.status_code) == (200, 404)


def test_unknown_number_is_said_and_logged(client, world):
    regulator = someone("regulator", world)
    client.force_login(regulator)

    response = client.post("/regulator/", {"number": "AX-2026-000001-AAAAAAAA"})

    assert response.status_code == 200
    assert response.context["report"]["verdict"] == "unknown"
    event = AuditEvent.objects.get(verb=Verb.CERTIFICATE_CHECKED)
    assert event.actor_subject_id == regulator.subject_id
    assert event.data == {"verdict": "unknown"}
    assert "AX-2026-000001-AAAAAAAA" in client.get("/regulator/").text


def test_checks_of_colleagues_are_not_shown(client, world):
    client.force_login(someone("regulator", world))
    client.post("/regulator/", {"number": "AX-2026-000001-AAAAAAAA"})
    client.force_login(someone("regulator", world))

    assert client.get("/regulator/").context["recent"] == []


def test_empty_number_is_an_error_and_is_not_logged(client, world):
    client.force_login(someone("regulator", world))

    response = client.post("/regulator/", {"number": "  "})

    assert response.status_code == 422
    assert not AuditEvent.objects.filter(verb=Verb.CERTIFICATE_CHECKED).exists()


def test_name_that_was_typed_is_not_kept(client, world):
    client.force_login(someone("regulator", world))

    for typed in [
        "AX-2026-000001-AAAAAAAA 王建国",
        "AX-2026-1 王建国",
        "11010519491231002X",
        "王建国",
    ]:
        client.post("/regulator/", {"number": typed})

    events = AuditEvent.objects.filter(
        verb__in=[Verb.CERTIFICATE_CHECKED, Verb.HOLDER_SEARCHED]
    )
    kept = "".join(str(e.data) + e.object_id for e in events)
    assert events.count() == 4
    assert "王建国" not in kept
    assert "1949" not in kept


def test_desk_asks_the_same_for_one_and_many(
    client, world, django_assert_max_num_queries
):
    client.force_login(someone("regulator", world))
    client.get("/regulator/")
    with django_assert_max_num_queries(MAX_QUERIES) as few:
        client.get("/regulator/")
    for _ in range(3):
        OrganizationFactory()

    with django_assert_max_num_queries(len(few)):
        client.get("/regulator/")


# --- landing and menu ---


@pytest.mark.parametrize(
    ("role", "address"),
    [
        ("administrator", "/enterprise/"),
        ("regulator", "/regulator/"),
        ("employee", "/learn/"),
        ("stranger", "/learn/"),
    ],
)
def test_each_role_lands_on_its_desk(client, world, role, address):
    client.force_login(someone(role, world))

    assert client.get("/start/")["Location"] == address


def test_landing_follows_the_language_of_the_person(client, world):
    user = world["people"][0].user
    user.language = "en"
    user.save()
    client.force_login(user)

    assert client.get("/start/")["Location"] == "/en/learn/"


def test_menu_offers_only_what_one_may_open(client, world):
    client.force_login(world["people"][0].user)
    employee = client.get("/learn/").text
    client.force_login(world["admin"].user)
    admin = client.get("/learn/").text

    assert 'href="/enterprise/"' not in employee
    assert 'href="/enterprise/"' in admin
    assert 'href="/regulator/"' not in admin
