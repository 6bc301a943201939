"""Blueprints: what is possible, what is missing, what is drawn."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exams.domain.blueprints import (
    PoolItem,
    Quota,
    Shortage,
    draw,
    find_shortages,
    fits,
)

pytestmark = pytest.mark.unit


def pool(*topics: int) -> list[PoolItem]:
    return [
        PoolItem(number, "choice", "single", topic, 3)
        for number, topic in enumerate(topics, start=1)
    ]


def quota(count: int, *topics: int) -> Quota:
    return Quota("choice", count, "single", frozenset(topics))


def test_sections_that_compete_for_the_same_items_are_counted_together():
    # Each section alone could be filled, both together can't.
    quotas = [quota(2, 1), quota(2, 1)]
    assert find_shortages(quotas=quotas, pool=pool(1, 1, 1)) == [Shortage(1, 2, 3, 1)]


def test_a_greedy_first_section_gives_way():
    # Section 0 may take anything; section 1 only topic 2, of which there is one.
    quotas = [quota(2), quota(1, 2)]
    items = [PoolItem(2, "choice", "single", 2, 3), *pool(1)[:1]]
    items.append(PoolItem(3, "choice", "single", 1, 3))
    assert find_shortages(quotas=quotas, pool=items) == []
    for seed in range(20):
        drawn = draw(quotas=quotas, pool=items, rng=Random(seed))
        assert (sorted(drawn[0]), drawn[1]) == ([1, 3], [2])


def test_an_impossible_draw_is_none():
    assert draw(quotas=[quota(3)], pool=pool(1, 1), rng=Random(1)) is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"type_name": "order"}, False),
        ({"cardinality": "multiple"}, False),
        ({"topics": frozenset({9})}, False),
        ({"difficulty_min": 4}, False),
        ({"difficulty_max": 2}, False),
        ({"difficulty_min": 3, "difficulty_max": 3}, True),
    ],
)
def test_an_item_fits_by_type_topic_and_difficulty(changes, expected):
    wanted = {"type_name": "choice", "count": 1, "cardinality": "single"} | changes
    assert fits(Quota(**wanted), pool(1)[0]) is expected


@settings(max_examples=60, deadline=None)
@given(
    topics=st.lists(st.integers(1, 4), max_size=30),
    wanted=st.lists(
        st.tuples(st.integers(1, 5), st.sets(st.integers(1, 4), max_size=3)),
        min_size=1,
        max_size=5,
    ),
    seed=st.integers(0, 2**32),
)
def test_a_feasible_blueprint_is_drawn_exactly_and_never_twice(topics, wanted, seed):
    quotas = [quota(count, *choice) for count, choice in wanted]
    items = pool(*topics)
    by_id = {item.id: item for item in items}
    drawn = draw(quotas=quotas, pool=items, rng=Random(seed))
    assert (drawn is None) == bool(find_shortages(quotas=quotas, pool=items))
    if drawn is not None:
        assert [len(ids) for ids in drawn] == [q.count for q in quotas]
        every = [i for ids in drawn for i in ids]
        assert max(Counter(every).values(), default=1) == 1
        for q, ids in zip(quotas, drawn, strict=True):
            assert all(fits(q, by_id[i]) for i in ids)


def test_the_same_seed_draws_the_same_and_every_item_gets_its_turn():
    items, quotas = pool(*[1] * 10), [quota(3, 1)]
    first = draw(quotas=quotas, pool=items, rng=Random(5))
    assert draw(quotas=quotas, pool=items, rng=Random(5)) == first
    seen = Counter(
        i
        for seed in range(300)
        for i in draw(quotas=quotas, pool=items, rng=Random(seed))[0]
    )
    assert set(seen) == set(range(1, 11))
    assert min(seen.values()) > 50
