"""Who opens the consoles in these tests."""

import pytest

from tests.factories.organizations import AdministratorFactory


@pytest.fixture
def admin(client):
    """Return the administrator of an enterprise, signed in."""
    membership = AdministratorFactory()
    client.force_login(membership.user)
    return membership
