"""From banks to one candidate's paper."""

from datetime import date
from decimal import Decimal

import pytest

from exams.domain.items import revise_item
from exams.domain.papers import blueprint_shortages, build_paper, publish_paper
from exams.enums import ItemStatus, PaperState
from exams.errors import InfeasibleBlueprint
from exams.models import Item
from lms.core.errors import AppendOnlyError
from tests.factories.exams import (
    LONG_AGO,
    ItemBankFactory,
    TopicFactory,
    content_for,
    make_blueprint,
    make_fixed_paper,
    make_item,
    make_items,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]
TODAY = date(2026, 11, 23)
SINGLE = {"type": "choice", "cardinality": "single", "score": Decimal(1)}


def items_of(frozen):
    return [frozen.key[str(i["position"])]["item"] for i in frozen.blob["items"]]


def test_only_usable_items_are_drawn():
    bank = ItemBankFactory()
    good = make_items(2, bank=bank)
    for status in (ItemStatus.DRAFT, ItemStatus.RETIRED, ItemStatus.NEEDS_RECHECK):
        make_item(bank, status=status)
    make_item(bank, effective_to=date(2026, 5, 31))
    make_item(ItemBankFactory())
    paper = make_blueprint([bank], [SINGLE | {"count": 2}])
    for seed in range(10):
        drawn = items_of(build_paper(paper=paper, seed=seed, on=TODAY))
        assert sorted(drawn) == sorted(str(i.public_id) for i in good)


def test_an_item_is_drawn_until_the_last_day_of_its_rule():
    bank = ItemBankFactory()
    make_item(bank, effective_to=TODAY)
    paper = make_blueprint([bank], [SINGLE | {"count": 1}])
    assert blueprint_shortages(paper=paper, on=TODAY) == []


def test_an_infeasible_blueprint_is_refused_with_the_reason():
    topic = TopicFactory()
    bank = ItemBankFactory()
    make_items(3, bank=bank, topic=topic)
    paper = make_blueprint(
        [bank],
        [SINGLE | {"count": 2, "topics": [topic]}, SINGLE | {"count": 2}],
    )
    with pytest.raises(InfeasibleBlueprint) as refusal:
        publish_paper(paper=paper, on=TODAY)
    assert refusal.value.params["shortages"] == [
        {"section": 2, "asked": 2, "missing": 1}
    ]
    paper.refresh_from_db()
    assert paper.state == PaperState.DRAFT
    make_item(bank)
    assert publish_paper(paper=paper, on=TODAY).state == PaperState.PUBLISHED


def test_an_empty_paper_is_not_published():
    with pytest.raises(InfeasibleBlueprint):
        publish_paper(paper=make_blueprint([], []), on=TODAY)
    with pytest.raises(InfeasibleBlueprint):
        publish_paper(paper=make_fixed_paper([]), on=TODAY)


def test_a_paper_for_a_role_draws_only_items_written_for_it():
    bank = ItemBankFactory()
    make_item(bank, roles=["principal"])
    wanted = make_item(bank, roles=["worker", "principal"])
    paper = make_blueprint([bank], [SINGLE | {"count": 1}], role="worker")
    assert items_of(build_paper(paper=paper, seed=1, on=TODAY)) == [
        str(wanted.public_id)
    ]


def test_the_seed_decides_draw_order_and_labels():
    bank = ItemBankFactory()
    make_items(12, bank=bank)
    paper = make_blueprint([bank], [SINGLE | {"count": 5}], shuffle_items=True)
    one = build_paper(paper=paper, seed=7, on=TODAY)
    assert build_paper(paper=paper, seed=7, on=TODAY) == one
    others = [build_paper(paper=paper, seed=s, on=TODAY) for s in range(8, 16)]
    assert any(items_of(other) != items_of(one) for other in others)
    assert any(other.key["1"]["correct"] != ["A"] for other in others)


def test_the_parts_of_a_case_have_positions_of_their_own_and_share_its_score():
    bank = ItemBankFactory()
    case = make_item(bank, "case")
    for order in (1, 2, 3):
        make_item(bank, "true_false", parent=case, order=order)
    single = make_item(bank)
    paper = make_fixed_paper([case, single])
    paper.paper_items.filter(item=case).update(score=Decimal(2))
    blob = build_paper(paper=paper, seed=1, on=TODAY).blob["items"]
    assert [(i["position"], i["type"], i["max_score"]) for i in blob] == [
        (1, "true_false", "0.66"),
        (2, "true_false", "0.66"),
        (3, "true_false", "0.68"),
        (4, "choice", "1.00"),
    ]
    assert {i["material"]["text"] for i in blob[:3]} == {case.content["stem"]}
    assert "material" not in blob[3]


def test_parts_of_a_case_are_never_drawn_alone():
    bank = ItemBankFactory()
    case = make_item(bank, "case")
    make_item(bank, parent=case, order=1)
    paper = make_blueprint([bank], [SINGLE | {"count": 1}])
    assert blueprint_shortages(paper=paper, on=TODAY)[0].fitting == 0


def test_items_are_of_their_types_class_and_know_their_contract():
    item = make_item(ItemBankFactory(), "match")
    found = Item.objects.get(pk=item.pk)
    assert type(found).__name__ == "MatchItem"
    assert found.correct_response() == ["1:b", "2:a"]
    assert "correct" not in str(found.candidate_view())
    assert found.normalize_value(["2:a", "1:b"]) == ["1:b", "2:a"]
    assert found.score_value(["1:b"]).scaled == Decimal("0.5")


def test_a_correction_is_a_new_revision_and_the_old_one_stays():
    item = make_item(ItemBankFactory())
    first = item.current_revision
    revise_item(item=item, content=content_for("choice"), by=None, now=LONG_AGO)
    assert item.revisions.count() == 1
    revise_item(
        item=item, content=content_for("choice", stem="改过"), by=None, now=LONG_AGO
    )
    assert list(item.revisions.values_list("number", flat=True)) == [1, 2]
    assert (item.current_revision.number, item.summary) == (2, "改过")
    with pytest.raises(AppendOnlyError):
        first.save()


@pytest.mark.parametrize("status", [ItemStatus.DRAFT, ItemStatus.RETIRED])
def test_a_list_with_an_item_that_nobody_approved_is_not_published(status):
    bank = ItemBankFactory()
    good = make_item(bank)
    bad = make_item(bank, status=status, code="BAD-1")
    paper = make_fixed_paper([good, bad], state=PaperState.DRAFT)
    with pytest.raises(InfeasibleBlueprint) as refusal:
        publish_paper(paper=paper, on=TODAY)
    assert refusal.value.code == "items_not_reviewed"
    assert "BAD-1" in refusal.value.message
    paper.refresh_from_db()
    assert paper.state == PaperState.DRAFT
