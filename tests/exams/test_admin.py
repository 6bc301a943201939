"""The editors' admin: items by type, previews, blueprints."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from exams.enums import PaperState
from exams.models import Paper
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.exams import (
    ExamFactory,
    ItemBankFactory,
    make_blueprint,
    make_item,
    make_items,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def editor():
    client = Client()
    client.force_login(SuperuserFactory())
    return client


@pytest.fixture
def bank():
    return ItemBankFactory()


def test_the_list_can_be_filtered_and_costs_the_same_for_more_rows(
    editor, bank, django_assert_max_num_queries
):
    make_items(1, bank=bank)
    address = reverse("items:index")
    with django_assert_max_num_queries(25):
        assert editor.get(address).status_code == 200
    make_items(3, bank=bank)
    make_item(bank, "order", code="ORD-1")
    with django_assert_max_num_queries(25):
        page = editor.get(address, {"type": "order"}).content.decode()
    assert "ORD-1" in page
    assert editor.get(address, {"q": "ORD-1"}).status_code == 200


def test_the_type_is_asked_first(editor):
    page = editor.get(reverse("items:add")).content.decode()
    assert "?type=true_false" in page


def test_a_blueprint_says_what_is_missing_and_is_not_published(editor, bank):
    section = {"type": "choice", "cardinality": "single", "score": Decimal(1)}
    paper = make_blueprint([bank], [section | {"count": 2}])
    address = reverse("papers:edit", args=[paper.pk])
    assert editor.get(address).context is not None
    page = editor.get(address).content.decode()
    assert "2" in page
    make_items(2, bank=bank)
    row = paper.sections.get()
    body = {
        "title": "蓝图",
        "slug": paper.slug,
        "selection": "blueprint",
        "draw_mode": "per_candidate",
        "banks": [bank.pk],
        "audience": "public",
        "sections-TOTAL_FORMS": 1,
        "sections-INITIAL_FORMS": 1,
        "sections-0-id": row.pk,
        "sections-0-type": "choice",
        "sections-0-cardinality": "single",
        "sections-0-count": 3,
        "sections-0-score": "1",
        "sections-0-ORDER": 1,
        "paper_items-TOTAL_FORMS": 0,
        "paper_items-INITIAL_FORMS": 0,
    }
    answer = editor.post(address, body)
    assert answer.status_code == 302, answer.context["form"].errors
    paper = Paper.objects.get()
    assert (paper.sections.get().count, paper.state) == (3, PaperState.DRAFT)
    assert editor.post(address, body | {"sections-0-count": 2}).status_code == 302
    assert Paper.objects.get().state == PaperState.PUBLISHED


@pytest.mark.parametrize(
    "name", ["item-banks", "item-topics", "papers", "exam-deliveries"]
)
def test_lists_and_forms_open(editor, name, bank):
    ExamFactory(opens_at=None)
    assert editor.get(reverse(f"{name}:index")).status_code == 200
    assert editor.get(reverse(f"{name}:add")).status_code == 200


def test_who_is_no_editor_gets_nowhere(bank):
    item = make_item(bank, effective_to=date(2027, 1, 1))
    stranger = Client()
    stranger.force_login(UserFactory())
    for name, args in (("index", []), ("edit", [item.pk]), ("preview", [item.pk])):
        answer = stranger.get(reverse(f"items:{name}", args=args))
        assert answer.status_code in (302, 403, 404)
        assert "下列说法正确的是" not in answer.content.decode()
