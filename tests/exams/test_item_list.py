"""The list of items: what it shows, what it costs, and steps for many at once."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exams.models import Item, ItemStatistics
from tests.factories.accounts import SuperuserFactory
from tests.factories.exams import (
    ExamFactory,
    ItemBankFactory,
    TopicFactory,
    make_fixed_paper,
    make_item,
    make_items,
)
from tests.factories.organizations import AdministratorFactory, OrganizationFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def bank():
    return ItemBankFactory()


@pytest.fixture
def editor():
    client = Client()
    client.force_login(SuperuserFactory())
    return client


def shown(client, **query):
    page = client.get(reverse("items:index"), query)
    return [item.code for item, _figures in page.context["lines"]]


def test_the_list_is_narrowed_by_each_filter(editor, bank):
    topic, other = TopicFactory(), ItemBankFactory(title="另一个题库")
    make_item(bank, code="A", topic=topic, difficulty=5, roles=["worker"])
    make_item(bank, "order", code="B", status="draft")
    make_item(bank, code="C", status="retired")
    make_item(other, code="D", status="needs_recheck")
    item = make_item(bank, code="E")
    Item.objects.non_polymorphic().filter(pk=item.pk).update(pending="in_review")
    assert shown(editor, bank=other.pk) == ["D"]
    assert shown(editor, topic=topic.pk) == ["A"]
    assert shown(editor, difficulty=5) == ["A"]
    assert shown(editor, role="worker") == ["A"]
    assert shown(editor, type="order") == ["B"]
    assert shown(editor, status="draft") == ["B"]
    assert shown(editor, status="in_review") == ["E"]
    assert shown(editor, status="retired") == ["C"]
    assert shown(editor, status="needs_recheck") == ["D"]
    assert shown(editor, bank=bank.pk) == ["A", "B", "E"]
    assert shown(editor, q="e") == ["E"]


def test_nonsense_narrows_nothing(editor, bank):
    make_item(bank, code="A")
    assert shown(editor, bank="x", difficulty="99", type="'", p="9999") == ["A"]


def test_a_part_is_found_with_its_case(editor, bank):
    case = make_item(bank, "case", code="CASE")
    make_item(bank, code="CASE-1", parent=case)
    assert shown(editor, q="CASE-1") == ["CASE"]


def test_use_and_figures_stand_beside_the_item(editor, bank):
    item = make_item(bank, code="A")
    make_fixed_paper([item])
    case = make_item(bank, "case", code="B")
    part = make_item(bank, code="B-1", parent=case)
    first, second = ExamFactory(), ExamFactory()
    for exam, one, size, facility in (
        (first, item, 30, 0.5),
        (second, item, 10, 0.9),
        (first, part, 20, 0.25),
    ):
        ItemStatistics.objects.create(
            exam=exam,
            item=one,
            sample_size=size,
            facility=facility,
            discrimination=0.3,
            computed_at=NOW,
        )
    page = editor.get(reverse("items:index"), {"bank": bank.pk})
    figures = {one.code: found for one, found in page.context["lines"]}
    assert (figures["A"].papers, figures["A"].answers) == (1, 40)
    assert figures["A"].facility == pytest.approx(0.6)
    assert (figures["B"].parts, figures["B"].answers) == (1, 20)
    assert figures["B"].facility == pytest.approx(0.25)


def test_it_costs_the_same_for_more_rows(editor, bank, django_assert_num_queries):
    make_items(1, bank=bank)
    address = reverse("items:index")
    editor.get(address)
    with CaptureQueriesContext(connection) as one:
        editor.get(address)
    make_items(9, bank=bank)
    with django_assert_num_queries(len(one)):
        editor.get(address)


def test_pages_of_fifty(editor, bank):
    make_items(51, bank=bank)
    assert len(shown(editor)) == 50
    assert len(shown(editor, p=2)) == 1


# ---- many at once -----------------------------------------------------------


def send(client, action, items, **more):
    body = {"action": action, "item": [item.pk for item in items]} | more
    return client.post(reverse("items:bulk"), body)


def states(items):
    rows = Item.objects.non_polymorphic().filter(pk__in=[item.pk for item in items])
    return sorted({(item.status, item.pending) for item in rows})


def test_nothing_happens_before_the_confirmation(editor, bank):
    items = make_items(2, bank=bank)
    page = send(editor, "retire", items).content.decode()
    assert items[0].code in page
    assert states(items) == [("reviewed", "")]
    send(editor, "retire", items, confirmed="1")
    assert states(items) == [("retired", "")]


def test_what_is_refused_keeps_no_other_waiting(editor, bank):
    items = [make_item(bank, status="draft"), make_item(bank)]
    answer = send(editor, "submit", items, confirmed="1")
    told = [str(one) for one in answer.wsgi_request._messages]
    assert states(items) == [("draft", "in_review"), ("reviewed", "")]
    assert any(items[1].code in text for text in told)


def test_items_move_to_a_topic_of_their_owner(editor, bank):
    items, topic = make_items(2, bank=bank), TopicFactory()
    foreign = TopicFactory(owner_organization_id=OrganizationFactory().pk)
    send(editor, "move", items, confirmed="1", topic=foreign.pk)
    assert not topic.items.non_polymorphic().exists()
    send(editor, "move", items, confirmed="1", topic=topic.pk)
    assert topic.items.non_polymorphic().count() == 2


def test_another_tenants_items_are_not_touched():
    mine, theirs = OrganizationFactory.create_batch(2)
    user = AdministratorFactory(organization=mine).user
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    ItemBankFactory(owner_organization_id=mine.pk)
    item = make_item(ItemBankFactory(owner_organization_id=theirs.pk))
    author = Client()
    author.force_login(user)
    for action in ("retire", "submit", "move"):
        send(author, action, [item], confirmed="1")
    assert states([item]) == [("reviewed", "")]


def test_no_address_elsewhere_is_returned_to(editor, bank):
    items = make_items(1, bank=bank)
    answer = send(editor, "retire", items, confirmed="1", back="//evil.example/x")
    assert answer.url == reverse("items:index")
