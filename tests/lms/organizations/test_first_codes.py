"""A slip of paper opens one unopened account, once, for a while."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connections
from django.urls import reverse

from lms.audit.enums import Verb
from lms.audit.models import AuditEvent
from lms.core import clock
from lms.organizations.domain.first_codes import (
    issue_first_codes,
    people_without_sign_in,
    redeem_first_code,
)
from lms.organizations.errors import FirstCodeWrong, NotAdministrator
from lms.organizations.models import FirstCode
from tests.factories.accounts import UserFactory
from tests.factories.organizations import (
    AdministratorFactory,
    DepartmentFactory,
    MembershipFactory,
)

pytestmark = [
    pytest.mark.integration,
    pytest.mark.django_db,
]
PASSWORD = "我的-own-password-7"


def newcomer(organization, number, **more):
    user = UserFactory(email=None)
    user.set_unusable_password()
    user.save()
    return MembershipFactory(
        organization=organization, user=user, employee_number=number, **more
    )


class World:
    def __init__(self):
        self.admin = AdministratorFactory()
        self.organization = self.admin.organization
        self.person = newcomer(self.organization, "E1")
        self.now = clock.now()
        self.today = clock.shanghai_date(self.now)

    def issue(self, **changes):
        values = {
            "organization": self.organization,
            "departments": None,
            "by": self.admin.user,
            "now": self.now,
            "on": self.today,
        }
        return issue_first_codes(**values | changes)

    def redeem(self, code, **changes):
        values = {
            "organization_code": self.organization.code,
            "employee_number": "E1",
            "code": code,
            "password": PASSWORD,
            "now": self.now,
        }
        return redeem_first_code(**values | changes)

    def has_password(self):
        self.person.user.refresh_from_db()
        return self.person.user.has_usable_password()


@pytest.fixture
def world():
    return World()


def test_code_sets_the_own_password_once(world):
    (slip,) = world.issue()

    user = world.redeem(slip.code)

    assert user == world.person.user
    assert user.check_password(PASSWORD)
    with pytest.raises(FirstCodeWrong):
        world.redeem(slip.code, password="another-password-8")
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    event = AuditEvent.objects.get(verb=Verb.FIRST_CODE_USED)
    assert event.actor_subject_id == user.subject_id


def test_code_is_kept_nowhere(world):
    (slip,) = world.issue()

    row = FirstCode.objects.get()
    traces = [row.code_hash, *(str(e.data) for e in AuditEvent.objects.all())]
    assert not any(slip.code in trace for trace in traces)
    assert AuditEvent.objects.get(verb=Verb.FIRST_CODES_ISSUED).data["count"] == 1


def test_spaces_and_capitals_from_paper_are_no_error(world):
    (slip,) = world.issue()

    world.redeem(f" {slip.code[:5].upper()} {slip.code[5:]} ")

    assert world.has_password()


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "aaaaaaaaaa"},
        {"code": ""},
        {"employee_number": "E9"},
        {"organization_code": "91000000000000000X"},
    ],
)
def test_what_is_wrong_looks_alike_and_opens_nothing(world, changes):
    (slip,) = world.issue()

    with pytest.raises(FirstCodeWrong) as refusal:
        world.redeem(**{"code": slip.code} | changes)

    assert refusal.value.code == "first_code_wrong"
    assert not world.has_password()


def test_expired_code_opens_nothing(world):
    (slip,) = world.issue()

    with pytest.raises(FirstCodeWrong):
        world.redeem(slip.code, now=world.now + timedelta(days=30))

    assert not world.has_password()


def test_five_wrong_trials_make_the_paper_worthless(world):
    (slip,) = world.issue()
    for _ in range(5):
        with pytest.raises(FirstCodeWrong):
            world.redeem("wrong")

    with pytest.raises(FirstCodeWrong):
        world.redeem(slip.code)

    assert not world.has_password()
    assert AuditEvent.objects.filter(verb=Verb.FIRST_CODE_REFUSED).count() == 1


def test_new_slip_ends_the_older_one(world):
    (old,) = world.issue()
    (new,) = world.issue()
    with pytest.raises(FirstCodeWrong):
        world.redeem(old.code)

    world.redeem(new.code)

    assert world.has_password()


def test_account_that_was_opened_meanwhile_is_not_taken(world):
    (slip,) = world.issue()
    world.person.user.last_login = world.now
    world.person.user.save()

    with pytest.raises(FirstCodeWrong):
        world.redeem(slip.code)

    assert not world.has_password()
    assert FirstCode.objects.get().used_at is None


def test_only_unopened_accounts_get_a_slip(world):
    opened = newcomer(world.organization, "E2")
    opened.user.set_password(PASSWORD)
    opened.user.save()
    signed_in_otherwise = newcomer(world.organization, "E3")
    signed_in_otherwise.user.last_login = world.now
    signed_in_otherwise.user.save()
    newcomer(world.organization, "")
    newcomer(world.organization, "E5", state="pending")
    newcomer(AdministratorFactory().organization, "E6")

    found = people_without_sign_in(organization=world.organization, on=world.today)

    assert list(found) == [world.person]


@pytest.mark.parametrize(
    "make",
    [
        lambda w: w.person.user,
        lambda w: AdministratorFactory().user,
        lambda w: UserFactory(),
    ],
    ids=["employee", "elsewhere", "stranger"],
)
def test_others_print_nothing(world, make):
    with pytest.raises(NotAdministrator):
        world.issue(by=make(world))

    assert not FirstCode.objects.exists()


def test_slips_are_printed_by_department(client, world):
    department = DepartmentFactory(organization=world.organization, name="冲压车间")
    newcomer(world.organization, "E2", department=department)
    client.force_login(world.admin.user)
    address = reverse("portal:first_codes", args=[world.organization.code])
    assert client.get(address).context["waiting"] == 2

    response = client.post(address, {"department": str(department.public_id)})

    assert response.headers["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF")
    assert "no-store" in response.headers["Cache-Control"]
    code = FirstCode.objects.get()
    assert code.membership.employee_number == "E2"


def test_department_without_newcomers_says_so(client, world):
    department = DepartmentFactory(organization=world.organization)
    client.force_login(world.admin.user)
    address = reverse("portal:first_codes", args=[world.organization.code])

    page = client.post(address, {"department": str(department.public_id)})

    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["department"]
    assert not FirstCode.objects.exists()


def form_data(world, code):
    return {
        "organization_code": world.organization.code,
        "employee_number": "E1",
        "code": code,
        "password": PASSWORD,
        "repeated": PASSWORD,
    }


def test_person_sets_a_password_and_is_signed_in(client, world):
    (slip,) = world.issue()

    response = client.post(
        reverse("organizations:first_sign_in"), form_data(world, slip.code)
    )

    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(world.person.user_id)
    assert world.has_password()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"password": "short", "repeated": "short"}, "password"),
        ({"repeated": "something-else-9"}, "repeated"),
        ({"code": ""}, "code"),
        ({"code": "wrongwrong"}, "__all__"),
    ],
)
def test_bad_input_names_its_field_and_uses_nothing_up(client, world, changes, field):
    (slip,) = world.issue()

    page = client.post(
        reverse("organizations:first_sign_in"), form_data(world, slip.code) | changes
    )

    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert "_auth_user_id" not in client.session
    world.redeem(slip.code)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_with_the_same_paper_are_one():
    world = World()
    (slip,) = world.issue()
    start, outcomes = Barrier(2), []

    def use(password):
        start.wait()
        try:
            world.redeem(slip.code, password=password)
            outcomes.append("in")
        except FirstCodeWrong:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [Thread(target=use, args=[f"{PASSWORD}{n}"]) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["in", "refused"]
    assert AuditEvent.objects.filter(verb=Verb.FIRST_CODE_USED).count() == 1
