"""Draws with rules: must-include, equal difficulty, one for all, exposure, totals."""

from collections import Counter
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exams.domain.blueprints import (
    PoolItem,
    Quota,
    draw,
    draw_by_levels,
    find_homeless,
    find_shortages,
    fits,
    mean_difficulty,
    plan_levels,
)
from exams.domain.papers import build_paper, publish_paper
from exams.enums import DrawMode
from exams.errors import InfeasibleBlueprint
from exams.models import ItemExposure, PaperItem
from tests.factories.exams import (
    ItemBankFactory,
    make_blueprint,
    make_item,
    make_items,
)

pytestmark = pytest.mark.unit
TODAY = date(2026, 11, 23)
SINGLE = {"type": "choice", "cardinality": "single", "score": Decimal(1)}
DRAWS = 10_000
POOL = [
    PoolItem(n, "choice" if n % 3 else "true_false",
             ("single" if n % 2 else "multiple") if n % 3 else "", n % 5, n % 4 + 1)
    for n in range(1, 181)
]  # fmt: skip
QUOTAS = [
    Quota("choice", 8, "single", frozenset({0, 1})),
    Quota("choice", 6, "single"),
    Quota("choice", 5, "multiple", difficulty_min=2, difficulty_max=4),
    Quota("true_false", 7, topics=frozenset({2, 3, 4})),
]
SCORES = [1.0, 2.0, 3.0, 1.0]
MUST = [1, 2, 3]


def check(drawn, quotas, pool, must):
    by_id = {item.id: item for item in pool}
    flat = [item for ids in drawn for item in ids]
    assert [len(ids) for ids in drawn] == [quota.count for quota in quotas]
    assert len(set(flat)) == len(flat)
    assert set(must) <= set(flat)
    for quota, ids in zip(quotas, drawn, strict=True):
        assert all(fits(quota, by_id[item]) for item in ids)


def test_ten_thousand_draws_meet_every_quota_and_are_equally_difficult():
    plan = plan_levels(quotas=QUOTAS, pool=POOL, must=MUST)
    measures = Counter()
    seen = set()
    for seed in range(DRAWS):
        drawn = draw_by_levels(
            quotas=QUOTAS, pool=POOL, rng=Random(seed), plan=plan, must=MUST
        )
        check(drawn, QUOTAS, POOL, MUST)
        measures[round(mean_difficulty(drawn=drawn, pool=POOL, scores=SCORES), 9)] += 1
        seen.add(tuple(sorted(item for ids in drawn for item in ids)))
    assert len(measures) == 1
    assert len(seen) > DRAWS * 0.99


@st.composite
def blueprints(draw_from):
    items = draw_from(
        st.lists(
            st.tuples(st.sampled_from("ab"), st.integers(0, 3), st.integers(1, 5)),
            min_size=1, max_size=30,
        )
    )  # fmt: skip
    pool = [
        PoolItem(n, t, "", topic, level) for n, (t, topic, level) in enumerate(items)
    ]
    quotas = [
        Quota(
            draw_from(st.sampled_from("ab")),
            draw_from(st.integers(1, 5)),
            topics=draw_from(st.frozensets(st.integers(0, 3), max_size=2)),
        )
        for _ in range(draw_from(st.integers(1, 4)))
    ]
    ids = [item.id for item in pool]
    must = draw_from(st.lists(st.sampled_from(ids), max_size=3, unique=True))
    return quotas, pool, must


@given(blueprint=blueprints(), seed=st.integers(0, 1_000))
@settings(max_examples=200, deadline=None)
def test_a_draw_exists_exactly_when_nothing_is_missing(blueprint, seed):
    quotas, pool, must = blueprint
    refused = find_shortages(quotas=quotas, pool=pool, must=must) or find_homeless(
        quotas=quotas, pool=pool, must=must
    )
    drawn = draw(quotas=quotas, pool=pool, rng=Random(seed), must=must)
    assert (drawn is None) == bool(refused)
    plan = plan_levels(quotas=quotas, pool=pool, must=must)
    assert (plan is None) == bool(refused)
    if drawn is None:
        return
    check(drawn, quotas, pool, must)
    level = draw_by_levels(
        quotas=quotas, pool=pool, rng=Random(seed), plan=plan, must=must
    )
    check(level, quotas, pool, must)


def items_of(frozen):
    return {key["item"] for key in frozen.key.values()}


@pytest.mark.django_db
def test_one_draw_for_all_differs_in_order_only_and_survives_new_items():
    bank = ItemBankFactory()
    make_items(12, bank=bank)
    paper = make_blueprint(
        [bank], [SINGLE | {"count": 4}], draw_mode=DrawMode.ONCE, shuffle_items=True
    )
    publish_paper(paper=paper, on=TODAY)
    papers = [build_paper(paper=paper, seed=s, on=TODAY) for s in range(6)]
    make_items(8, bank=bank)
    publish_paper(paper=paper, on=TODAY)
    papers.append(build_paper(paper=paper, seed=99, on=TODAY))
    assert len({frozenset(items_of(one)) for one in papers}) == 1
    assert len({str(one.key) for one in papers}) > 1


@pytest.mark.django_db
def test_items_that_must_be_included_are_on_every_paper():
    bank = ItemBankFactory()
    wanted = make_items(10, bank=bank)[7]
    paper = make_blueprint([bank], [SINGLE | {"count": 3}])
    PaperItem.objects.create(paper=paper, item=wanted)
    publish_paper(paper=paper, on=TODAY)
    for seed in range(20):
        frozen = build_paper(paper=paper, seed=seed, on=TODAY)
        assert str(wanted.public_id) in items_of(frozen)


@pytest.mark.django_db
def test_what_must_be_included_and_can_not_is_named():
    bank = ItemBankFactory()
    make_items(3, bank=bank)
    odd = make_item(bank, "order", code="ORD-9")
    paper = make_blueprint([bank], [SINGLE | {"count": 2}])
    PaperItem.objects.create(paper=paper, item=odd)
    with pytest.raises(InfeasibleBlueprint) as refusal:
        publish_paper(paper=paper, on=TODAY)
    assert "ORD-9" in refusal.value.message


@pytest.mark.django_db
def test_sections_that_do_not_add_up_to_the_total_are_refused():
    bank = ItemBankFactory()
    make_items(3, bank=bank)
    paper = make_blueprint([bank], [SINGLE | {"count": 2}], total_score=Decimal(100))
    with pytest.raises(InfeasibleBlueprint) as refusal:
        publish_paper(paper=paper, on=TODAY)
    assert "100" in refusal.value.message
    paper.total_score = Decimal(2)
    publish_paper(paper=paper, on=TODAY)


@pytest.mark.django_db
def test_the_exposure_limit_spreads_items_and_never_keeps_anyone_out():
    bank = ItemBankFactory()
    make_items(10, bank=bank)
    paper = make_blueprint([bank], [SINGLE | {"count": 5}], exposure_limit=2)
    for seed in range(3):
        build_paper(paper=paper, seed=seed, on=TODAY)
    counts = Counter(ItemExposure.objects.values_list("item_id", flat=True))
    assert max(counts.values()) <= 2
    for seed in range(3, 8):
        assert build_paper(paper=paper, seed=seed, on=TODAY).position_count == 5
    assert ItemExposure.objects.count() == 40
