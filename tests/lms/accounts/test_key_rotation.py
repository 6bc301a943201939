"""Rotation: nothing is lost when it is killed, and a second run changes nothing."""

import base64
from io import StringIO

import pytest
from django.core.management import call_command

from lms.accounts.domain import key_rotation
from lms.accounts.domain.identity import (
    find_by_identity_document,
    store_identity_document,
)
from lms.accounts.domain.people import create_user, find_by_mobile
from lms.accounts.models import IdentityDocument, User
from lms.core.crypto import key_name_of

pytestmark = [pytest.mark.unit, pytest.mark.django_db]

OLD = "v1:" + base64.b64encode(b"1" * 32).decode()
NEW = "v2:" + base64.b64encode(b"2" * 32).decode()
IDS = ("11010519491231002X", "110101190001010014", "650102198808080070")


@pytest.fixture
def three_people(settings):
    settings.FIELD_ENCRYPTION_KEYS = OLD
    people = []
    for position, number in enumerate(IDS):
        user = create_user(display_name="甲", mobile=f"1380013800{position}", by=None)
        store_identity_document(user=user, type="resident_id", number=number, by=None)
        people.append(user)
    create_user(display_name="无号码", by=None)
    return people


def key_names():
    mobiles = User.objects.exclude(mobile_ciphertext=None)
    documents = IdentityDocument.objects.all()
    return [
        *(key_name_of(bytes(u.mobile_ciphertext)) for u in mobiles),
        *(key_name_of(bytes(d.ciphertext)) for d in documents),
    ]


def test_rotation_seals_everything_with_the_last_key(settings, three_people):
    settings.FIELD_ENCRYPTION_KEYS = f"{OLD},{NEW}"

    counts = key_rotation.rotate_field_keys(batch_size=2)

    assert counts == {"mobiles": 3, "identity_documents": 3}
    assert key_names() == ["v2"] * 6
    assert find_by_mobile(mobile="13800138001") == three_people[1]
    assert User.objects.get(pk=three_people[2].pk).mobile == "13800138002"


def test_second_run_changes_nothing(settings, three_people):
    settings.FIELD_ENCRYPTION_KEYS = f"{OLD},{NEW}"
    key_rotation.rotate_field_keys()

    assert key_rotation.rotate_field_keys() == {"mobiles": 0, "identity_documents": 0}


def test_killed_in_the_middle_everything_stays_readable(
    settings, three_people, monkeypatch
):
    settings.FIELD_ENCRYPTION_KEYS = f"{OLD},{NEW}"
    real, calls = key_rotation._reseal_mobile, []

    def die_at_the_second(user):
        calls.append(user.pk)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(user)

    monkeypatch.setattr(key_rotation, "_reseal_mobile", die_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        key_rotation.rotate_field_keys(batch_size=1)
    monkeypatch.undo()

    assert sorted(key_names()) == ["v1"] * 5 + ["v2"]
    numbers = [u.mobile for u in User.objects.filter(pk__in=calls).order_by("pk")]
    assert numbers == ["13800138000", "13800138001"]
    assert key_rotation.rotate_field_keys() == {"mobiles": 2, "identity_documents": 3}
    assert key_names() == ["v2"] * 6


def test_number_that_changed_meanwhile_is_not_overwritten(settings, three_people):
    settings.FIELD_ENCRYPTION_KEYS = f"{OLD},{NEW}"
    stale = User.objects.get(pk=three_people[0].pk)
    fresh = User.objects.get(pk=three_people[0].pk)
    key_rotation._reseal_mobile(fresh)

    assert not key_rotation._reseal_mobile(stale)
    assert User.objects.get(pk=stale.pk).mobile == "13800138000"


def test_first_key_can_be_retired_with_reindex(settings, three_people):
    settings.FIELD_ENCRYPTION_KEYS = f"{OLD},{NEW}"
    call_command("rotate_field_keys", stdout=StringIO())
    settings.FIELD_ENCRYPTION_KEYS = NEW
    assert find_by_mobile(mobile="13800138000") is None
    out = StringIO()

    call_command("rotate_field_keys", "--reindex", "--batch-size", "2", stdout=out)

    assert out.getvalue() == "mobiles: 3\nidentity_documents: 3\n"
    assert find_by_mobile(mobile="13800138000") == three_people[0]
    found = find_by_identity_document(type="resident_id", number=IDS[2])
    assert found == three_people[2]
