"""The editors' desk: the settings of one's own account."""

import pytest
from django.urls import reverse
from wagtail.users.models import UserProfile

from tests.factories.accounts import SuperuserFactory, UserFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

ADDRESS = "/admin/account/"
THEME = {
    "theme-theme": "system",
    "theme-contrast": "system",
    "theme-density": "default",
}


def test_language_of_the_desk_is_saved_without_first_and_last_name(client):
    person = SuperuserFactory()
    client.force_login(person)
    page = client.get(ADDRESS).content.decode()

    answer = client.post(ADDRESS, {"locale-preferred_language": "en", **THEME})

    assert "name_email-first_name" not in page
    assert answer.status_code == 302
    assert UserProfile.get_for_user(person).preferred_language == "en"
    assert "Account" in client.get(ADDRESS).content.decode()
    assert reverse("wagtailadmin_account") == ADDRESS


def test_others_do_not_get_in(client):
    client.force_login(UserFactory())
    assert client.get(ADDRESS).status_code in (302, 403)
