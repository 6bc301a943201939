"""The first page of the admin: what waits for the person, and nothing of others."""

import pytest
from django.contrib.auth.models import Group, Permission

from exams.enums import ItemStatus
from media_pipeline.enums import AssetState
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.exams import ItemBankFactory, make_item
from tests.factories.media_pipeline import AssetFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def author(*codenames):
    user = UserFactory()
    group = Group.objects.get_or_create(name="Editors")[0]
    codes = ["access_admin", *codenames]
    group.permissions.add(*Permission.objects.filter(codename__in=codes))
    user.groups.add(group)
    return user


def test_first_page_of_an_operator_names_what_waits(client):
    make_item(ItemBankFactory(), status=ItemStatus.NEEDS_RECHECK)
    AssetFactory(state=AssetState.FAILED, title="坏视频")
    client.force_login(SuperuserFactory())

    text = client.get("/admin/").text

    assert "items-to-recheck" in text
    assert "坏视频" in text
    assert "/admin/media_assets/edit/" in text
    assert "all-done" not in text


def test_first_page_says_so_when_nothing_waits(client):
    client.force_login(SuperuserFactory())

    assert "all-done" in client.get("/admin/").text


def test_editor_sees_no_numbers_of_organizations_and_no_foreign_work(client):
    AssetFactory(state=AssetState.FAILED, title="坏视频", owner_organization_id=7)
    make_item(ItemBankFactory(), status=ItemStatus.NEEDS_RECHECK)
    client.force_login(author())

    text = client.get("/admin/").text

    assert "坏视频" not in text
    assert "items-to-recheck" not in text
    assert "/admin/organizations/" not in text


def test_first_page_asks_the_same_for_one_and_many(
    client, django_assert_max_num_queries
):
    client.force_login(SuperuserFactory())
    make_item(ItemBankFactory(), status=ItemStatus.NEEDS_RECHECK)
    AssetFactory(state=AssetState.FAILED)
    client.get("/admin/")
    with django_assert_max_num_queries(60) as few:
        client.get("/admin/")
    for _more in range(2):
        make_item(ItemBankFactory(), status=ItemStatus.NEEDS_RECHECK)
        AssetFactory(state=AssetState.FAILED)

    with django_assert_max_num_queries(len(few)):
        client.get("/admin/")
