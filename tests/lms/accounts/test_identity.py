"""Identity documents: sealed, found again, one person each."""

import pytest

from lms.accounts.domain.identity import (
    find_by_identity_document,
    store_identity_document,
)
from lms.accounts.errors import IdentityDocumentTaken, InvalidIdentityNumber
from lms.accounts.models import IdentityDocument
from tests.factories.accounts import SuperuserFactory, UserFactory

pytestmark = [pytest.mark.unit, pytest.mark.django_db]
NUMBER = "11010519491231002X"


def store(user, number=NUMBER, type="resident_id"):
    return store_identity_document(user=user, type=type, number=number, by=user)


def test_document_is_sealed_masked_and_found():
    user = UserFactory()

    document = store(user, "１１０１０５１９４９１２３１００２ｘ")

    document.refresh_from_db()
    assert document.reveal() == NUMBER
    assert document.masked == "110105********002X"
    assert NUMBER.encode() not in bytes(document.ciphertext)
    assert find_by_identity_document(type="resident_id", number=NUMBER) == user
    assert str(document).endswith("110105********002X")


def test_same_document_again_changes_nothing():
    user = UserFactory()

    assert store(user) == store(user)
    assert IdentityDocument.objects.count() == 1


def test_document_of_somebody_else_is_refused():
    store(UserFactory())

    with pytest.raises(IdentityDocumentTaken):
        store(UserFactory())


def test_second_number_of_the_same_type_is_refused():
    user = UserFactory()
    store(user)

    with pytest.raises(IdentityDocumentTaken):
        store(user, "110101190001010014")


def test_same_number_of_another_type_is_another_document():
    user = UserFactory()
    store(user)
    store(user, "E12345678", type="passport")

    assert user.identity_documents.count() == 2
    assert find_by_identity_document(type="passport", number="E12345678") == user


def test_wrong_number_is_refused_with_a_code():
    with pytest.raises(InvalidIdentityNumber) as refused:
        store(UserFactory(), "110105194912310021")

    assert refused.value.code == "identity_checksum"
    assert "X" in str(refused.value.message)
    assert find_by_identity_document(type="resident_id", number="1") is None


def test_unknown_number_finds_nobody():
    assert find_by_identity_document(type="resident_id", number=NUMBER) is None


def test_documents_are_seen_by_their_person_only():
    user = UserFactory()
    document = store(user)

    assert list(IdentityDocument.objects.visible_to(user)) == [document]
    assert not IdentityDocument.objects.visible_to(UserFactory()).exists()
    assert not IdentityDocument.objects.visible_to(SuperuserFactory()).exists()
    assert not IdentityDocument.objects.visible_to(None).exists()
