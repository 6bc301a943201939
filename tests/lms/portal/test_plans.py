"""Plans in the console: made, followed, ended by the enterprise's administrators."""

from datetime import timedelta

import pytest
from django.urls import reverse

from courses.models import Enrollment
from lms.compliance.models import Exemption, Plan
from lms.core import clock
from lms.organizations.domain.approvals import approve_change
from lms.organizations.models import ChangeRequest
from tests.factories.accounts import UserFactory
from tests.factories.compliance import make_enterprise
from tests.factories.organizations import (
    AdministratorFactory,
    DepartmentFactory,
    MembershipFactory,
    PositionFactory,
    RegulatorFactory,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def enterprise(client):
    made = make_enterprise(employees=2)
    client.force_login(made.admin)
    return made


def today():
    return clock.shanghai_date(clock.now())


def address(enterprise, name="plan_new", *args):
    return reverse(f"portal:{name}", args=[enterprise.organization.code, *args])


def form_data(enterprise, **changes):
    return {
        "title": "年度复训",
        "courses": [str(enterprise.course.translation_key)],
        "starts_on": today().isoformat(),
        "due_days": "30",
        "cycle": "yearly",
    } | changes


def test_a_plan_for_everybody_enrolls_at_once_and_is_listed(client, enterprise):
    assert 'class="empty"' in client.get(address(enterprise, "plans")).text
    answer = client.post(address(enterprise), form_data(enterprise))
    plan = Plan.objects.get()
    assert answer.url == address(enterprise, "plan", plan.public_id)
    assert Enrollment.objects.count() == 2
    page = client.get(answer.url)
    (cycle,) = page.context["cycles"]
    assert (cycle["reached"], cycle["done"], page.context["members"]) == (2, 0, 2)
    assert enterprise.course.title in page.text
    assert "年度复训" in client.get(address(enterprise, "plans")).text


def test_a_plan_for_some(client, enterprise):
    post = PositionFactory(organization=enterprise.organization)
    below = DepartmentFactory(
        organization=enterprise.organization, parent=enterprise.department
    )
    meant = MembershipFactory(
        organization=enterprise.organization,
        department=below,
        position=post,
        kind="dispatched",
    )
    named = enterprise.members[0]
    client.post(
        address(enterprise),
        form_data(
            enterprise,
            departments=[str(enterprise.department.public_id)],
            positions=[str(post.public_id)],
            categories=["worker"],
            kinds=["dispatched"],
            employee_numbers=f"{named.employee_number}, ",
        ),
    )
    learners = set(Enrollment.objects.values_list("learner", flat=True))
    assert learners == {meant.user_id, named.user_id}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"courses": []}, "courses"),
        ({"title": ""}, "title"),
        ({"due_days": "0"}, "due_days"),
        ({"employee_numbers": "X-404"}, "employee_numbers"),
        ({"starts_on": "yesterday"}, "starts_on"),
    ],
)
def test_bad_input_is_named_and_nothing_is_lost(client, enterprise, changes, field):
    page = client.post(address(enterprise), form_data(enterprise, **changes))
    assert list(page.context["form"].errors) == [field]
    assert page.context["form"].data["cycle"] == "yearly"
    assert not Plan.objects.exists()


def test_parts_of_another_enterprise_are_no_choice(client, enterprise):
    for name, part in (
        ("departments", DepartmentFactory()),
        ("positions", PositionFactory()),
    ):
        changes = {name: [str(part.public_id)]}
        page = client.post(address(enterprise), form_data(enterprise, **changes))
        assert list(page.context["form"].errors) == [name]


def test_somebody_is_exempted_with_a_reason(client, enterprise):
    client.post(address(enterprise), form_data(enterprise))
    page = address(enterprise, "plan", Plan.objects.get().public_id)
    data = {"member": enterprise.members[0].employee_number, "reason": ""}
    assert list(client.post(page, data).context["form"].errors) == ["reason"]
    yesterday = (today() - timedelta(days=1)).isoformat()
    late = client.post(page, data | {"reason": "产假", "until": yesterday})
    assert list(late.context["form"].errors) == ["until"]
    client.post(page, data | {"reason": "产假"})
    assert not Exemption.objects.exists()
    change = ChangeRequest.objects.get()
    second = AdministratorFactory(organization=change.organization)
    approve_change(change=change, by=second.user, now=clock.now())
    assert Exemption.objects.get().membership == enterprise.members[0]
    assert "产假" in client.get(page).text


def test_a_plan_is_ended(client, enterprise):
    client.post(address(enterprise), form_data(enterprise))
    plan = Plan.objects.get()
    client.post(address(enterprise, "plan_end", plan.public_id))
    plan.refresh_from_db()
    assert plan.ended_at is not None
    assert Enrollment.objects.open().count() == 2


@pytest.mark.parametrize(
    "make",
    [
        lambda e: AdministratorFactory().user,
        lambda e: e.members[0].user,
        lambda e: RegulatorFactory().user,
        lambda e: UserFactory(),
    ],
    ids=["other administrator", "employee", "regulator", "individual"],
)
def test_nobody_else_sees_or_makes_plans(client, enterprise, make):
    client.post(address(enterprise), form_data(enterprise))
    plan = Plan.objects.get()
    client.force_login(make(enterprise))
    for name, args in (
        ("plans", []),
        ("plan_new", []),
        ("plan", [plan.public_id]),
    ):
        url = address(enterprise, name, *args)
        assert client.get(url).status_code in {403, 404}
        assert client.post(url, form_data(enterprise)).status_code in {403, 404, 405}
    end = address(enterprise, "plan_end", plan.public_id)
    assert client.post(end).status_code in {403, 404}
    assert Plan.objects.filter(ended_at=None).count() == 1


def test_a_plan_of_another_enterprise_does_not_exist_here(client, enterprise):
    other = make_enterprise(employees=0, slug="other")
    client.force_login(other.admin)
    client.post(address(other), form_data(other))
    plan = Plan.objects.get()
    client.force_login(enterprise.admin)
    for name in ("plan", "plan_end"):
        url = address(enterprise, name, plan.public_id)
        assert client.post(url, {}).status_code == 404


def test_long_form_of_a_plan_folds_what_few_need(client, enterprise):
    page = client.get(address(enterprise)).text

    assert page.count('class="form-part__title"') == 3
    assert 'class="more form-part"><summary' in page

    wrong = form_data(enterprise, employee_numbers="nobody")
    page = client.post(address(enterprise), wrong).text
    assert 'class="more form-part" open><summary' in page


@pytest.mark.parametrize("who", ["nobody", "namesake", "stranger"])
def test_nobody_is_guessed_for_an_exemption(client, enterprise, who):
    client.post(address(enterprise), form_data(enterprise))
    page = address(enterprise, "plan", Plan.objects.get().public_id)
    for member in enterprise.members:
        member.listed_name = "王伟"
        member.save()
    text = {
        "nobody": "9999",
        "namesake": "王伟",
        "stranger": MembershipFactory(employee_number="X77").employee_number,
    }[who]

    answer = client.post(page, {"member": text, "reason": "产假"})

    assert list(answer.context["form"].errors) == ["member"]
    assert not ChangeRequest.objects.exists()
