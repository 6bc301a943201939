"""`check --deploy` looks for accounts whose password everybody knows."""

import pytest

from lms.accounts.models import User
from lms.demo import checks
from lms.demo.loaders.people import CHEMISTRY_CODE
from lms.demo.management.commands.run_demo import SIGN_INS
from tests.factories.accounts import UserFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def found(databases=("default",)):
    errors = checks.check_no_sample_accounts(None, databases=databases)
    return [error.id for error in errors]


def test_people_of_ones_own_are_no_error():
    UserFactory(email="li@anxue.example.cn")

    assert found() == []


@pytest.mark.parametrize("address", [address for address, _place in SIGN_INS])
def test_every_published_sign_in_is_an_error(address):
    UserFactory(email=address)

    assert found() == ["demo.E001"]
    # Without `--database default` no query may be asked.
    assert found(databases=()) == []


def test_employees_of_the_sample_enterprises_are_an_error_as_well():
    organization = OrganizationFactory(code=CHEMISTRY_CODE)
    member = MembershipFactory(organization=organization, user__email=None)
    assert found() == ["demo.E001"]

    User.objects.filter(pk=member.user_id).update(is_active=False)

    assert found() == []


def test_a_database_without_tables_is_no_failure_of_the_check(monkeypatch):
    UserFactory(email="superuser@example.com")
    monkeypatch.setattr(
        checks.connection.introspection, "table_names", lambda *args: []
    )

    assert found() == []
