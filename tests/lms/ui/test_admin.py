import pytest

from tests.factories.accounts import SuperuserFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def test_admin_carries_the_mark_and_the_colors(client):
    client.force_login(SuperuserFactory())

    text = client.get("/admin/").text

    assert "ui/img/mark-white.svg" in text
    assert "ui/img/favicon.svg" in text
    assert "ui/css/admin.css" in text
