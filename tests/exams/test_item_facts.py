"""Topic, difficulty, score, audience and articles beside each revision of a text."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from cms.domain.citations import CitationInput
from exams.domain.authoring import add_item, save_item
from exams.domain.item_facts import changes_of, compare_facts, facts_at, facts_of
from exams.domain.reviewing import move_to_topic
from exams.models import Item
from tests.exams.conftest import NOW
from tests.factories.accounts import SuperuserFactory
from tests.factories.exams import ItemBankFactory, TopicFactory, content_for

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
ARTICLE = CitationInput("safety-law", 27)
FIRST = {
    "topic": "防火",
    "difficulty": 2,
    "score": "1",
    "roles": ["worker"],
    "citations": [],
}


@pytest.fixture
def author():
    return SuperuserFactory()


@pytest.fixture
def item(author, frozen_now):
    made = add_item(
        bank=ItemBankFactory(),
        type_name="true_false",
        content=content_for("true_false", stem="第一稿"),
        citations=[],
        by=author,
        now=NOW,
        topic=TopicFactory(name="防火"),
        difficulty=2,
        score=Decimal(1),
        roles=["worker"],
    )
    return Item.objects.non_polymorphic().get(pk=made.pk)


@pytest.fixture
def save(item, author, frozen_now):
    def write(hours, stem, *, citations=(), **facts):
        moment = NOW + timedelta(hours=hours)
        frozen_now.move_to(moment)
        save_item(
            item=item,
            content=content_for("true_false", stem=stem),
            citations=list(citations),
            based_on=None,
            by=author,
            now=moment,
            **facts,
        )
        return Item.objects.non_polymorphic().get(pk=item.pk)

    return write


def test_each_revision_stands_with_what_was_beside_it(item, save, author):
    # With the first text: a better difficulty, then another topic.
    save(1, "第一稿", difficulty=3)
    move_to_topic(items=[item], topic_id=TopicFactory(name="用电").pk, by=author)
    # With the second text, and after it.
    save(3, "第二稿", score=Decimal("1.5"), citations=[ARTICLE])
    latest = save(4, "第二稿", roles=["worker", "principal"], citations=[ARTICLE])
    first, second = latest.revisions.order_by("number")
    own = FIRST | {"difficulty": 3, "topic": "用电"}
    assert facts_at(item=latest, revision=first) == own
    assert facts_at(item=latest, revision=second) == facts_of(latest)
    assert facts_of(latest) == own | {
        "score": "1.5",
        "roles": ["principal", "worker"],
        "citations": ["safety-law 27"],
    }
    changed = compare_facts(own, facts_of(latest))
    assert [one.is_changed for one in changed] == [False, False, True, True, True]


def test_the_changes_are_told_newest_first(item, save):
    save(1, "第一稿", difficulty=3)
    latest = save(2, "第一稿", citations=[ARTICLE])
    told = changes_of(latest)
    assert [(one.at, len(one.fields)) for one in told] == [
        (NOW + timedelta(hours=2), 1),
        (NOW + timedelta(hours=1), 1),
    ]
    # Saving what is there already is no change.
    assert len(changes_of(save(3, "第一稿", citations=[ARTICLE]))) == 2


def test_an_item_of_before_stands_with_what_it_has_today(item):
    revision = item.revisions.get()
    assert facts_at(item=item, revision=revision) == facts_of(item) == FIRST


def test_the_pages_show_both_sides(item, save, author, client):
    save(1, "第二稿", difficulty=4, score=Decimal(3))
    client.force_login(author)
    page = client.get(reverse("items:revision", args=[item.pk, 2]))
    changed = {
        one.label: [(piece.kind, piece.text) for piece in one.pieces]
        for one in page.context["facts"]
        if one.is_changed
    }
    assert list(changed.values()) == [
        [("removed", "2"), ("added", "4")],
        [("removed", "1"), ("added", "3")],
    ]
    html = page.content.decode()
    assert "<del>2</del><ins>4</ins>" in html
    history = client.get(reverse("items:revisions", args=[item.pk])).content.decode()
    assert "<del>2</del><ins>4</ins>" in history
