"""Near-duplicates are named when an item is saved."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exams.domain import twins
from exams.domain.items import build_item, create_items
from exams.domain.signatures import sign_revisions
from exams.domain.twins import find_twins
from exams.models import Item, ItemRevision, RevisionSignature
from tests.exams.authoring import OPTIONS, body
from tests.factories.accounts import SuperuserFactory
from tests.factories.exams import LONG_AGO, ItemBankFactory, content_for, make_item
from tests.factories.organizations import OrganizationFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

STEM = (
    "进入有限空间作业前，应当先通风、再检测、后作业，由监护人员在外面全程监护，"
    "并保持与作业人员的联系。"
)
NEAR = STEM.replace("应当", "必须")
FAR = "电工作业停电后应当验电、接地，并在开关处悬挂禁止合闸的标志牌。"


@pytest.fixture
def bank():
    return ItemBankFactory()


def found(bank, stem, **more):
    content = content_for("true_false", stem=stem)
    alike = find_twins(type_name="true_false", content=content, bank=bank, **more)
    return [(twin.item.code, twin.is_same) for twin in alike]


def true_false(bank, code, stem, **fields):
    content = content_for("true_false", stem=stem)
    return make_item(bank, "true_false", code=code, content=content, **fields)


def test_the_same_and_the_alike_are_found_and_no_other(bank):
    true_false(bank, "SAME", STEM)
    true_false(bank, "NEAR", NEAR)
    true_false(bank, "FAR", FAR)
    assert found(bank, STEM) == [("SAME", True), ("NEAR", False)]
    assert found(bank, "，".join(STEM.split("，")) + " ") == [
        ("SAME", True),
        ("NEAR", False),
    ]


def test_a_short_text_is_compared_as_a_whole(bank):
    true_false(bank, "SHORT", "先通风。")
    assert found(bank, "先通风") == [("SHORT", True)]
    assert found(bank, "后通风") == []


def test_an_item_is_no_twin_of_itself_and_the_retired_do_not_count(bank):
    item = true_false(bank, "A", STEM)
    true_false(bank, "OLD", STEM, status="retired")
    assert found(bank, STEM, item=item) == []
    assert found(bank, STEM) == [("A", True)]


def test_other_banks_of_the_owner_count_those_of_others_do_not(bank):
    theirs = ItemBankFactory(owner_organization_id=OrganizationFactory().pk)
    true_false(ItemBankFactory(), "OWN", STEM)
    true_false(theirs, "THEIRS", STEM)
    assert found(bank, STEM) == [("OWN", True)]
    assert found(theirs, STEM) == [("THEIRS", True)]


def test_what_bulk_writers_left_unsigned_is_caught_up(bank):
    item = true_false(bank, "A", STEM)
    RevisionSignature.objects.all().delete()
    assert sign_revisions() == 1
    assert sign_revisions() == 0
    RevisionSignature.objects.all().delete()
    assert found(bank, STEM) == [(item.code, True)]


def test_bulk_loading_signs_too(bank):
    content = content_for("true_false", stem=STEM)
    item = build_item(bank=bank, code="A", type_name="true_false", content=content)
    create_items(rows=[(item, content)], now=LONG_AGO)
    assert RevisionSignature.objects.count() == ItemRevision.objects.count() == 1


def test_the_author_is_told_with_links_and_may_save_all_the_same(bank):
    client = Client()
    client.force_login(SuperuserFactory())
    address = f"{reverse('items:add')}?type=choice"
    sent = body(OPTIONS, cardinality="single", bank=bank.pk)
    assert client.post(address, sent).status_code == 302
    first = Item.objects.non_polymorphic().get()
    answer = client.post(address, sent)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert reverse("items:edit", args=[first.pk]) in page
    assert Item.objects.count() == 1
    assert client.post(address, sent | {"twin": first.pk}).status_code == 302
    assert Item.objects.count() == 2


def test_of_many_items_only_those_with_a_band_in_common_are_compared(bank, monkeypatch):
    """Two look-ups, whatever the bank holds; the time is in `bench_items`."""
    rows = []
    for number in range(300):
        content = content_for("true_false", stem=f"{FAR[number % 7 :]}{number * 7919}")
        item = build_item(
            bank=bank, code=f"N{number:05}", type_name="true_false", content=content
        )
        rows.append((item, content))
    compared = []
    real = twins.overlap
    monkeypatch.setattr(twins, "overlap", lambda a, b: compared.append(b) or real(a, b))
    true_false(bank, "TWIN", STEM)
    with CaptureQueriesContext(connection) as few:
        assert found(bank, NEAR) == [("TWIN", False)]
    create_items(rows=rows, now=LONG_AGO)
    with CaptureQueriesContext(connection) as many:
        assert found(bank, NEAR) == [("TWIN", False)]
    assert len(many) == len(few)
    # Once in each search, and nothing else of the three hundred.
    assert len(compared) == 2
