"""People: e-mail in clear, mobile number sealed, nobody's number taken."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from lms.accounts.domain.people import (
    create_user,
    find_by_email,
    find_by_mobile,
    set_language,
    set_mobile,
)
from lms.accounts.errors import MobileTaken
from lms.accounts.models import User
from lms.audit.models import AuditEvent
from lms.core.crypto import DecryptionError
from tests.factories.accounts import SuperuserFactory, UserFactory

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def test_created_person_has_a_random_subject_and_no_way_in():
    user = create_user(display_name=" 李明 ", email="Li@Example.com", by=None)

    assert (user.display_name, user.email) == ("李明", "li@example.com")
    assert user.subject_id != create_user(display_name="李明", by=None).subject_id
    assert not user.has_usable_password()


def test_people_without_email_do_not_collide():
    create_user(display_name="甲", email="", by=None)
    create_user(display_name="乙", email=None, by=None)

    assert User.objects.filter(email__isnull=True).count() == 2


def test_email_that_differs_in_case_is_the_same():
    create_user(display_name="甲", email="a@example.com", by=None)

    with pytest.raises(IntegrityError), transaction.atomic():
        create_user(display_name="乙", email="A@example.com", by=None)


def test_table_refuses_upper_case_and_empty_addresses():
    for address in ("A@example.com", ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.create(display_name="甲", email=address)


def test_mobile_is_found_however_typed_and_never_stored_in_clear():
    user = create_user(display_name="甲", mobile="+86 138 0013 8000", by=None)

    assert find_by_mobile(mobile="１３８００１３８０００") == user
    assert find_by_mobile(mobile="13900139000") is None
    assert find_by_mobile(mobile="nonsense") is None
    assert (user.mobile, user.masked_mobile) == ("13800138000", "138****8000")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_user WHERE id = %s", [user.pk])
        row = cursor.fetchone()
    stored = b"".join(
        bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row
    )
    assert b"13800138000" not in stored


def test_sealed_mobile_does_not_open_in_another_row():
    one = create_user(display_name="甲", mobile="13800138000", by=None)
    two = create_user(display_name="乙", mobile="13800138001", by=None)
    two.mobile_ciphertext = one.mobile_ciphertext

    with pytest.raises(DecryptionError):
        _ = two.mobile


def test_mobile_of_somebody_else_is_refused_and_nothing_changes():
    create_user(display_name="甲", mobile="13800138000", by=None)
    other = create_user(display_name="乙", mobile="13800138001", by=None)

    with pytest.raises(MobileTaken) as refused:
        set_mobile(user=other, mobile="13800138000", by=other)

    assert refused.value.code == "mobile_taken"
    assert User.objects.get(pk=other.pk).mobile == "13800138001"


def test_mobile_can_be_replaced_and_removed():
    user = create_user(display_name="甲", mobile="13800138000", by=None)

    set_mobile(user=user, mobile="13900139000", by=user)
    assert find_by_mobile(mobile="13900139000") == user
    set_mobile(user=user, mobile="", by=user)

    user.refresh_from_db()
    assert (user.mobile, user.masked_mobile, user.mobile_index) == ("", "", None)


def test_mobile_of_wrong_form_is_refused():
    with pytest.raises(ValidationError):
        create_user(display_name="甲", mobile="12345", by=None)


def test_find_by_email_ignores_case_and_empty_texts():
    user = UserFactory(email="a@example.com")

    assert find_by_email(email=" A@Example.COM ") == user
    assert find_by_email(email="") is None


def test_language_is_chosen_from_those_that_exist():
    user = set_language(user=UserFactory(), language="en")

    assert User.objects.get(pk=user.pk).language == "en"
    with pytest.raises(ValueError, match="xx"):
        set_language(user=user, language="xx")


def test_audit_of_a_person_holds_no_name_and_no_number():
    create_user(
        display_name="李明", mobile="13800138000", email="a@example.com", by=None
    )

    texts = str(list(AuditEvent.objects.values()))
    assert "李明" not in texts
    assert "13800138000" not in texts
    assert "a@example.com" not in texts


def test_people_see_themselves_and_operators_see_all():
    one, two, operator = UserFactory(), UserFactory(), SuperuserFactory()

    assert list(User.objects.visible_to(one)) == [one]
    assert set(User.objects.visible_to(operator)) == {one, two, operator}
    assert not User.objects.visible_to(None).exists()


def test_create_superuser_by_the_manager():
    user = User.objects.create_superuser("Root@Example.com", "x", display_name="管理员")

    assert (user.email, user.is_staff, user.is_superuser) == (
        "root@example.com",
        True,
        True,
    )
    assert User.objects.get_by_natural_key("ROOT@example.com") == user
