"""What a person may do, read in one query."""

import pytest
from django.contrib.auth.models import Group, Permission

from lms.accounts.models import User
from tests.factories.accounts import SuperuserFactory, UserFactory

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def right(codename):
    return Permission.objects.get(codename=codename)


@pytest.fixture
def person():
    user = UserFactory()
    user.user_permissions.add(right("access_admin"))
    group = Group.objects.create(name="helpers")
    group.permissions.add(right("view_user"), right("access_admin"))
    group.user_set.add(user)
    return User.objects.get(pk=user.pk)


def test_own_rights_and_those_of_groups_cost_one_query(
    person, django_assert_num_queries
):
    with django_assert_num_queries(1):
        assert person.has_perm("wagtailadmin.access_admin")
        assert person.has_perm("accounts.view_user")
        assert not person.has_perm("accounts.change_user")
        assert person.get_all_permissions() == {
            "wagtailadmin.access_admin",
            "accounts.view_user",
        }


def test_rights_are_nobody_elses(person):
    assert UserFactory().get_all_permissions() == set()


def test_rights_end_with_the_account(person):
    person.is_active = False

    assert person.get_all_permissions() == set()
    assert not person.has_perm("accounts.view_user")


def test_rights_over_one_object_are_none_of_these(person):
    assert not person.has_perm("accounts.view_user", person)


def test_superusers_may_do_everything():
    operator = SuperuserFactory()

    assert operator.has_perm("accounts.change_user")
    assert "accounts.change_user" in operator.get_all_permissions()
