"""Who may do what, where: every role, the allowed and all refused."""

import pytest
from django.contrib.auth.models import AnonymousUser

from lms.accounts.models import User
from lms.core.scope import NOBODY, scope_for
from lms.organizations.models import (
    Department,
    Jurisdiction,
    Membership,
    Organization,
    OrganizationName,
    Position,
)
from lms.organizations.permissions import (
    can_administer,
    can_answer_membership,
    can_regulate,
    can_see_staff,
    is_administrator,
    is_regulator,
    needs_second_factor,
)
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.organizations import (
    AdministratorFactory,
    DepartmentFactory,
    MembershipFactory,
    OrganizationFactory,
    PositionFactory,
    RegulatorFactory,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


@pytest.fixture
def enterprise():
    return OrganizationFactory(region="329901")


@pytest.fixture
def everybody(enterprise):
    other = OrganizationFactory(region="119901")
    sleeping = AdministratorFactory(organization=enterprise, state="pending").user
    gone = AdministratorFactory(
        organization=enterprise, state="ended", ends_on="2026-01-01"
    ).user
    child = OrganizationFactory(parent=enterprise, region="329901")
    return {
        "visitor": AnonymousUser(),
        "nobody_special": UserFactory(),
        "operator": SuperuserFactory(),
        "administrator": AdministratorFactory(organization=enterprise).user,
        "employee": MembershipFactory(organization=enterprise).user,
        "expert": MembershipFactory(organization=enterprise, role="expert").user,
        "regulator": RegulatorFactory(region_prefix="3299").user,
        "regulator_elsewhere": RegulatorFactory(region_prefix="11").user,
        "administrator_elsewhere": AdministratorFactory(organization=other).user,
        "administrator_of_a_child": AdministratorFactory(organization=child).user,
        "pending_administrator": sleeping,
        "former_administrator": gone,
    }


def allowed(everybody, may):
    return {name for name, user in everybody.items() if may(user)}


def test_who_may_administer(everybody, enterprise):
    assert allowed(everybody, lambda u: can_administer(u, enterprise)) == {
        "operator",
        "administrator",
    }


def test_administrator_of_the_parent_is_none_of_the_child(everybody, enterprise):
    child = enterprise.children.get()

    assert not can_administer(everybody["administrator"], child)


def test_who_may_regulate(everybody, enterprise):
    assert allowed(everybody, lambda u: can_regulate(u, enterprise)) == {"regulator"}


def test_who_may_see_the_staff(everybody, enterprise):
    assert allowed(everybody, lambda u: can_see_staff(u, enterprise)) == {
        "operator",
        "administrator",
        "regulator",
    }


def test_who_sees_the_organization(everybody, enterprise):
    def sees(user):
        return Organization.objects.visible_to(user).filter(pk=enterprise.pk).exists()

    assert allowed(everybody, sees) == {
        "operator",
        "administrator",
        "employee",
        "regulator",
    }


@pytest.mark.parametrize("model", [Department, Position, OrganizationName])
def test_who_sees_the_parts_of_the_organization(everybody, enterprise, model):
    DepartmentFactory(organization=enterprise)
    PositionFactory(organization=enterprise)

    def sees(user):
        rows = model.objects.visible_to(user)
        return rows.filter(organization=enterprise).exists()

    assert allowed(everybody, sees) == {
        "operator",
        "administrator",
        "employee",
        "regulator",
    }


def test_who_sees_a_colleague(everybody, enterprise):
    colleague = MembershipFactory(organization=enterprise)

    def sees(user):
        return Membership.objects.visible_to(user).filter(pk=colleague.pk).exists()

    assert allowed(everybody, sees) == {"operator", "administrator", "regulator"}


def test_regulators_do_not_see_who_was_only_asked(everybody, enterprise):
    waiting = MembershipFactory(organization=enterprise, state="pending")

    rows = Membership.objects.visible_to(everybody["regulator"])

    assert not rows.filter(pk=waiting.pk).exists()


def test_two_employers_never_see_each_other_s_records():
    person = UserFactory()
    one, two = (MembershipFactory(user=person) for _ in range(2))
    administrator = AdministratorFactory(organization=one.organization).user

    rows = Membership.objects.visible_to(administrator).filter(user=person)

    assert list(rows) == [one]
    assert set(Membership.objects.visible_to(person)) == {one, two}


def test_who_sees_a_jurisdiction(everybody):
    jurisdiction = Jurisdiction.objects.get(region_prefix="3299")

    def sees(user):
        rows = Jurisdiction.objects.visible_to(user)
        return rows.filter(pk=jurisdiction.pk).exists()

    assert allowed(everybody, sees) == {"operator", "regulator"}


def test_roles_in_words(everybody):
    assert allowed(everybody, is_regulator) == {"regulator", "regulator_elsewhere"}
    assert allowed(everybody, is_administrator) == {
        "administrator",
        "administrator_elsewhere",
        "administrator_of_a_child",
    }
    assert allowed(everybody, needs_second_factor) == {
        "operator",
        "regulator",
        "regulator_elsewhere",
        "administrator",
        "administrator_elsewhere",
        "administrator_of_a_child",
    }


def test_only_the_person_answers(everybody, enterprise):
    membership = MembershipFactory(organization=enterprise, state="pending")

    assert can_answer_membership(membership.user, membership)
    assert not allowed(everybody, lambda u: can_answer_membership(u, membership))


def test_closed_organization_gives_no_access(enterprise):
    user = AdministratorFactory(organization=enterprise).user
    enterprise.is_active = False
    enterprise.save()

    assert not can_administer(user, enterprise)


def test_inactive_person_reaches_nothing(enterprise):
    user = AdministratorFactory(organization=enterprise).user
    user.is_active = False

    assert scope_for(user) == NOBODY


def test_scope_is_read_once_per_request(enterprise, django_assert_num_queries):
    user = User.objects.get(pk=RegulatorFactory().user.pk)

    with django_assert_num_queries(3):
        scope = scope_for(user)
        assert scope_for(user) is scope
    assert enterprise.pk in scope.regulated_organization_ids
    with django_assert_num_queries(1):
        scope_for(User(pk=UserFactory.build().pk, is_active=True))
