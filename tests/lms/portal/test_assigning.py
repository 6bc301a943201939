"""The form that assigns a course, through the real domain."""

from datetime import timedelta

import pytest
from django.urls import reverse

from courses.models import Enrollment
from lms.compliance.models import Assignment
from lms.core import clock
from lms.core.enums import Audience
from tests.factories.courses import make_published_course
from tests.factories.organizations import (
    AdministratorFactory,
    DepartmentFactory,
    MembershipFactory,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def course():
    return make_published_course()


def address(admin):
    return reverse("portal:assign", args=[admin.organization.code])


def form_data(course, /, **changes):
    due_on = clock.shanghai_date(clock.now()) + timedelta(days=10)
    data = {
        "course": course.translation_key,
        "department": "everybody",
        "due_on": due_on,
        "is_confirmed": "on",
    }
    return data | changes


def test_course_is_assigned_to_a_department_with_its_teams(client, admin, course):
    department = DepartmentFactory(organization=admin.organization)
    team = DepartmentFactory(organization=admin.organization, parent=department)
    inside = MembershipFactory(organization=admin.organization, department=team)
    MembershipFactory(organization=admin.organization)

    response = client.post(
        address(admin), form_data(course, department=department.public_id)
    )

    assignment = Assignment.objects.get()
    assert assignment.department == department
    assert response["Location"] == reverse(
        "portal:assignment", args=[admin.organization.code, assignment.public_id]
    )
    assert [e.membership for e in Enrollment.objects.all()] == [inside]
    page = client.get(response["Location"])
    assert [p.status for p in page.context["page_obj"]] == ["not_started"]
    assert course.title in page.text


def test_form_sent_twice_assigns_once(client, admin, course):
    MembershipFactory(organization=admin.organization)

    for _ in range(2):
        assert client.post(address(admin), form_data(course)).status_code == 302

    assert Assignment.objects.count() == 1
    assert Enrollment.objects.count() == 1


def test_nothing_is_chosen_beforehand(client, admin, course):
    form = client.get(address(admin)).context["form"]

    assert form["course"].value() is None
    assert form["department"].value() is None
    assert [
        next(iter(form.fields[n].choices))[0] for n in ("course", "department")
    ] == [
        "",
        "",
    ]


def test_department_that_a_link_names_is_chosen(client, admin, course):
    department = DepartmentFactory(organization=admin.organization)

    page = client.get(address(admin), {"department": department.public_id}).text

    assert f'<option value="{department.public_id}" selected>' in page


@pytest.mark.parametrize(("where", "count"), [("everybody", 3), ("department", 2)])
def test_number_of_people_is_confirmed_before_anyone_is_told(
    client, admin, course, where, count
):
    department = DepartmentFactory(organization=admin.organization)
    team = DepartmentFactory(organization=admin.organization, parent=department)
    MembershipFactory(organization=admin.organization, department=department)
    MembershipFactory(organization=admin.organization, department=team)
    MembershipFactory(organization=admin.organization)
    MembershipFactory()
    chosen = where if where == "everybody" else str(department.public_id)
    data = form_data(course, department=chosen, is_confirmed="")

    page = client.post(address(admin), data)

    assert page.status_code == 200
    assert page.context["people_count"] == count
    assert not Assignment.objects.exists()
    assert course.title in page.text
    # What stands in the page is what is sent back.
    for name in ("course", "department", "due_on"):
        assert f'name="{name}" value="{data[name]}"' in page.text
    client.post(address(admin), data | {"is_confirmed": "on"})
    assert Enrollment.objects.count() == count


@pytest.mark.parametrize(
    "changes",
    [
        {"department": ""},
        {"due_on": ""},
        {"due_on": "2020-01-01"},
        {"due_on": "soon"},
        {"course": ""},
        {"course": "00000000-0000-0000-0000-000000000000"},
        {"course": "x"},
        {"department": "00000000-0000-0000-0000-000000000000"},
        {"department": "1"},
    ],
)
def test_wrong_input_is_said_at_the_field(client, admin, course, changes):
    response = client.post(address(admin), form_data(course, **changes))

    assert response.status_code == 422
    assert set(response.context["form"].errors) == set(changes)
    assert "error-summary" in response.text
    assert not Assignment.objects.exists()


def test_department_of_another_enterprise_cannot_be_chosen(client, admin, course):
    foreign = DepartmentFactory()

    response = client.post(
        address(admin), form_data(course, department=foreign.public_id)
    )

    assert response.status_code == 422
    assert foreign.name not in client.get(address(admin)).text


def test_course_of_another_enterprise_cannot_be_chosen(client, admin):
    foreign = AdministratorFactory().organization
    course = make_published_course(
        title="别家的课", audience=Audience.ASSIGNED, owner_organization_id=foreign.pk
    )

    response = client.post(address(admin), form_data(course))

    assert response.status_code == 422
    assert "别家的课" not in response.text


def test_without_courses_the_page_says_so(client, admin):
    assert 'class="empty"' in client.get(address(admin)).text


def test_learner_is_led_to_the_lesson(client, admin, course):
    member = MembershipFactory(organization=admin.organization)
    client.post(address(admin), form_data(course))
    client.force_login(member.user)

    home = client.get("/learn/").context["home"]

    assert home.current.title == course.title
    assert home.current.continue_url.startswith(f"{course.get_url()}")
    assert home.current.continue_url != course.get_url()
