"""The rules of scoring: each formula on small cases worked out by hand."""

from decimal import Decimal

import pytest

from exams.domain.papers import build_paper
from exams.domain.scoring import score_value
from exams.enums import ScoringRule, Selection
from exams.interactions import INTERACTIONS, interaction_for
from exams.interactions.rules import RULES, Parts, score_parts
from exams.models import PaperItem
from tests.factories.exams import (
    ExamFactory,
    ItemBankFactory,
    content_for,
    make_blueprint,
    make_fixed_paper,
    make_item,
    publish,
)

pytestmark = pytest.mark.unit
FOUR = Decimal(4)


@pytest.mark.parametrize(
    ("rule", "parts", "points"),
    [
        ("all_or_nothing", Parts(3, 3), "4"),
        ("all_or_nothing", Parts(2, 3), "0"),
        ("all_or_nothing", Parts(3, 3, wrong=1), "0"),
        # 4 × 2/3, rounded half up to a cent
        ("partial", Parts(2, 3), "2.67"),
        ("partial", Parts(2, 3, wrong=1), "2.67"),
        ("partial", Parts(2, 3, wrong=1, is_spoiled=True), "0"),
        # 4 × (2 − 1)/3
        ("balanced", Parts(2, 3, wrong=1), "1.33"),
        ("balanced", Parts(1, 3, wrong=2), "0"),
        ("negative", Parts(3, 3), "4"),
        ("negative", Parts(0, 3), "0"),
        ("negative", Parts(2, 3), "-1.00"),
        ("negative", Parts(0, 3, wrong=1), "-1.00"),
    ],
)
def test_each_rule_follows_its_formula(rule, parts, points):
    score = score_parts(
        key={"scoring": rule, "penalty": "0.25"},
        default="all_or_nothing",
        parts=parts,
        max_score=FOUR,
    )
    assert score.raw == Decimal(points)


def test_the_choices_of_the_admin_are_the_rules():
    assert set(ScoringRule.values) == set(RULES)


@pytest.mark.parametrize(
    ("type_name", "default"),
    [
        *((name, "all_or_nothing") for name in ("choice", "true_false", "numeric")),
        ("order", "all_or_nothing"),
        *((name, "partial") for name in ("text_entry", "match", "hotspot")),
    ],
)
def test_each_type_has_a_sane_default(type_name, default):
    assert interaction_for(type_name).default_rule == default


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("type_name", [t for t in INTERACTIONS if t != "case"])
def test_no_answer_costs_nothing_by_any_rule(type_name, rule):
    interaction = interaction_for(type_name)
    key = interaction.freeze(content_for(type_name), rng=None).key
    score = interaction.score(key | {"scoring": rule}, [], FOUR)
    assert score.raw == 0


def multiple(bank, **fields):
    options = [{"key": k, "text": k} for k in "ABCD"]
    content = content_for(
        "choice", cardinality="multiple", options=options, correct=["A", "B", "C"]
    )
    return make_item(bank, "choice", content=content, **fields)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rule", "value", "points"),
    [
        ("", ["A", "B"], "0"),
        ("partial", ["A", "B"], "2.67"),
        ("partial", ["A", "D"], "0"),
        ("balanced", ["A", "B", "D"], "1.33"),
        ("negative", ["A", "B"], "-1.00"),
        ("negative", [], "0"),
        ("negative", ["A", "B", "C"], "4"),
    ],
)
def test_the_rule_of_the_paper_overrules_that_of_the_type(rule, value, points, now):
    paper = make_fixed_paper([multiple(ItemBankFactory(), score=FOUR)])
    PaperItem.objects.update(scoring=rule)
    frozen = build_paper(paper=paper, seed=1, on=now.date())
    view, key = frozen.blob["items"][0], frozen.key["1"]
    _normal, score = score_value(view=view, key=key, value=value)
    assert score.raw == Decimal(points)
    # A candidate is told what a wrong answer costs, and nothing else of the rule.
    assert view.get("penalty") == ("1.00" if rule == "negative" else None)
    assert "scoring" not in view


@pytest.mark.django_db
def test_a_section_sets_rule_and_penalty_for_what_it_draws(now):
    bank = ItemBankFactory()
    for _ in range(3):
        make_item(bank)
    section = {
        "type": "choice",
        "cardinality": "single",
        "count": 2,
        "score": FOUR,
        "scoring": "negative",
        "penalty": Decimal("0.5"),
    }
    paper = publish(make_blueprint([bank], [section], selection=Selection.BLUEPRINT))
    frozen = build_paper(paper=paper, seed=1, on=now.date())
    assert {key["penalty"] for key in frozen.key.values()} == {"0.500"}
    assert {view["penalty"] for view in frozen.blob["items"]} == {"2.00"}


@pytest.mark.django_db
def test_a_whole_paper_is_never_worth_less_than_nothing(candidate, now):
    from tests.exams.test_release import sit

    bank = ItemBankFactory()
    paper = make_fixed_paper([make_item(bank), make_item(bank)])
    PaperItem.objects.update(scoring="negative", penalty=Decimal(1))
    done = sit(ExamFactory(paper=paper), candidate, now, answers=(["B"], ["B"]))
    assert list(done.marks.values_list("raw", flat=True)) == [-1, -1]
    assert done.result.raw == 0
    assert done.result.by_topic[0]["raw"] == "0"


def corrected(type_name, **changes):
    return content_for(type_name, **changes)


@pytest.mark.parametrize(
    ("type_name", "changes", "value"),
    [
        ("choice", {"correct": ["B"]}, ["B"]),
        ("true_false", {"correct": True}, ["true"]),
        ("text_entry", {"blanks": [["32"], ["8"]]}, ["32", "8"]),
        ("numeric", {"correct": "7"}, ["7"]),
        ("order", {"correct": ["A", "B", "C"]}, ["A", "B", "C"]),
        ("match", {"correct": {"1": "a", "2": "b"}}, ["1:a", "2:b"]),
        ("hotspot", {"correct": ["a"]}, ["0.1,0.1"]),
    ],
)
def test_a_corrected_key_keeps_the_labels_of_the_attempt(type_name, changes, value):
    from random import Random

    interaction = interaction_for(type_name)
    plain = interaction.freeze(content_for(type_name), rng=None)
    assert interaction.score(plain.key, value, FOUR).raw < FOUR
    fixed = interaction.rekey(plain.key, corrected(type_name, **changes))
    assert interaction.score(fixed, value, FOUR).raw == FOUR
    # Shuffled: the same option under another label.
    for seed in range(4):
        shuffled = interaction.freeze(content_for(type_name), rng=Random(seed))
        again = interaction.rekey(shuffled.key, corrected(type_name, **changes))
        fresh = interaction.freeze(corrected(type_name, **changes), rng=Random(seed))
        assert interaction.correct_response(again) == interaction.correct_response(
            fresh.key
        )
