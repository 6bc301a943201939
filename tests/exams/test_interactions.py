"""Each item type: what its content must be, what is shown, what scores."""

import json
from decimal import Decimal
from random import Random

import pytest
from django.core.exceptions import ValidationError

from exams.domain.validators import validate_content
from exams.interactions import INTERACTIONS, InvalidValue, interaction_for
from tests.factories.exams import CONTENTS, content_for

pytestmark = pytest.mark.unit

NUMBER = {"correct": "3.5", "tolerance": "0.1"}
TWO = Decimal(2)
OBJECTIVE = [t for t in INTERACTIONS if t not in ("extended_text", "case")]


@pytest.mark.parametrize("type_name", INTERACTIONS)
def test_a_valid_content_is_accepted(type_name):
    validate_content(type_name=type_name, content=content_for(type_name))


@pytest.mark.parametrize("type_name", OBJECTIVE)
def test_the_right_answer_scores_everything(type_name):
    frozen = interaction_for(type_name).freeze(content_for(type_name), rng=None)
    value = interaction_for(type_name).normalize_value(
        frozen.view, CONTENTS[type_name][1]
    )
    score = interaction_for(type_name).score(frozen.key, value, TWO)
    assert (score.raw, score.max, score.scaled) == (TWO, TWO, 1)


@pytest.mark.parametrize("type_name", OBJECTIVE)
@pytest.mark.parametrize("seed", range(5))
def test_shuffling_moves_the_key_with_the_labels(type_name, seed):
    interaction = interaction_for(type_name)
    frozen = interaction.freeze(content_for(type_name), rng=Random(seed))
    right = interaction.correct_response(frozen.key)
    normal = interaction.normalize_value(frozen.view, right)
    assert interaction.score(frozen.key, normal, TWO).raw == TWO


@pytest.mark.parametrize("type_name", INTERACTIONS)
def test_no_answer_scores_nothing_and_is_never_pending(type_name):
    interaction = interaction_for(type_name)
    frozen = interaction.freeze(content_for(type_name), rng=None)
    assert interaction.normalize_value(frozen.view, []) == []
    assert interaction.score(frozen.key, [], TWO).raw == 0


def test_what_is_shown_never_holds_the_key():
    shown = {
        name: interaction_for(name).freeze(content_for(name), rng=Random(1)).view
        for name in INTERACTIONS
    }
    allowed = {
        *("stem", "media", "cardinality", "options", "blanks", "unit", "left"),
        *("right", "image", "points"),
    }
    assert {key for view in shown.values() for key in view} <= allowed
    text = json.dumps(shown, ensure_ascii=False)
    for secret in (
        "correct",
        "explanation",
        "accepted",
        "tolerance",
        "rubric",
        "labels",
    ):
        assert secret not in text


def test_options_are_labels_of_the_attempt():
    frozen = interaction_for("choice").freeze(content_for("choice"), rng=Random(3))
    assert [option["key"] for option in frozen.view["options"]] == ["A", "B", "C"]
    label = frozen.key["correct"][0]
    texts = {o["key"]: o["text"] for o in frozen.view["options"]}
    assert texts[label] == "安全第一"
    assert frozen.key["labels"][label] == "A"


@pytest.mark.parametrize(
    ("type_name", "changes", "field"),
    [
        ("choice", {"stem": " "}, "stem"),
        ("choice", {"options": [{"key": "A", "text": "x"}]}, "options"),
        ("choice", {"correct": ["Z"]}, "correct"),
        ("choice", {"correct": ["A", "B"]}, "correct"),
        ("choice", {"correct": []}, "correct"),
        ("choice", {"cardinality": "many"}, "cardinality"),
        ("choice", {"options": [{"key": "A", "text": "x"}] * 2}, "options"),
        (
            "choice",
            {"options": [{"key": "A", "text": ""}, {"key": "B", "text": "y"}]},
            "options",
        ),
        ("choice", {"scoring": "luck"}, "scoring"),
        ("choice", {"explanation": 7}, "explanation"),
        ("true_false", {"correct": "yes"}, "correct"),
        ("text_entry", {"blanks": [["24"]]}, "blanks"),
        ("text_entry", {"blanks": [[], ["8"]]}, "blanks"),
        ("text_entry", {"blanks": [["8"], {"correct": "many"}]}, "blanks"),
        ("text_entry", {"blanks": [["8"], {}]}, "blanks"),
        ("text_entry", {"blanks": [["8"], NUMBER | {"tolerance": "-1"}]}, "blanks"),
        ("text_entry", {"blanks": [["8"], NUMBER | {"tolerance": "x"}]}, "blanks"),
        ("numeric", {"correct": "three"}, "correct"),
        ("numeric", {"tolerance": "-1"}, "tolerance"),
        ("extended_text", {"rubric": [{"text": "", "score": 1}]}, "rubric"),
        ("order", {"correct": ["A", "B"]}, "correct"),
        ("match", {"correct": {"1": "b"}}, "correct"),
        ("match", {"correct": {"1": "b", "2": "z"}}, "correct"),
        ("hotspot", {"correct": ["z"]}, "correct"),
        ("hotspot", {"image": {"src": "/x.png"}}, "image"),
        ("essay", {}, "type"),
    ],
)
def test_wrong_content_is_refused_and_the_field_named(type_name, changes, field):
    base = content_for(type_name if type_name in CONTENTS else "choice")
    with pytest.raises(ValidationError) as refusal:
        validate_content(type_name=type_name, content=base | changes)
    assert list(refusal.value.message_dict) == [field]


@pytest.mark.parametrize(
    ("type_name", "value"),
    [
        ("choice", ["Z"]),
        ("choice", ["A", "B"]),
        ("true_false", ["true", "false"]),
        ("true_false", ["maybe"]),
        ("text_entry", ["1", "2", "3"]),
        ("numeric", ["1", "2"]),
        ("order", ["A", "A", "B"]),
        ("order", ["A", "Z"]),
        ("match", ["1:b", "1:a"]),
        ("match", ["9:b"]),
        ("hotspot", ["2,2"]),
        ("hotspot", ["here"]),
        ("case", ["A"]),
    ],
)
def test_an_answer_that_is_not_on_the_item_is_refused(type_name, value):
    interaction = interaction_for(type_name)
    view = interaction.freeze(content_for(type_name), rng=None).view
    with pytest.raises(InvalidValue):
        interaction.normalize_value(view, value)


@pytest.mark.parametrize(
    ("value", "right", "wrong"),
    [
        (["通风", "3.5"], 2, 0),
        (["通风", "３．６"], 2, 0),
        (["通风", "3.4000"], 2, 0),
        (["通风", "3.61"], 1, 1),
        (["通风", "about 3.5"], 1, 1),
        (["关闭", "3.5"], 1, 1),
        (["", "3.5"], 1, 0),
        (["通风"], 1, 0),
    ],
)
def test_a_blank_among_texts_takes_a_number_with_tolerance(value, right, wrong):
    interaction = interaction_for("text_entry")
    content = {"stem": "先____，浓度低于____%", "blanks": [["通风"], NUMBER]}
    validate_content(type_name="text_entry", content=content)
    frozen = interaction.freeze(content, rng=None)
    normal = interaction.normalize_value(frozen.view, value)
    parts = interaction.count_parts(frozen.key, normal)
    assert (parts.right, parts.of, parts.wrong) == (right, 2, wrong)
    assert interaction.correct_response(frozen.key) == ["通风", "3.5"]
    # What is shown tells that it is a number, and nothing of which one.
    assert frozen.view == {
        "stem": content["stem"],
        "blanks": 2,
        "numeric_blanks": [2],
    }


@pytest.mark.parametrize(
    ("value", "points"),
    [
        (["24", "8"], "2"),
        (["二十四", "８"], "2"),
        ([" 24 ", "9"], "1"),
        (["", "8"], "1"),
        (["8", "24"], "0"),
    ],
)
def test_blanks_score_one_by_one_and_accept_variants(value, points):
    interaction = interaction_for("text_entry")
    frozen = interaction.freeze(content_for("text_entry"), rng=None)
    normal = interaction.normalize_value(frozen.view, value)
    assert interaction.score(frozen.key, normal, TWO).raw == Decimal(points)


@pytest.mark.parametrize(
    ("value", "is_right"),
    [
        ("3.5", True),
        ("3.6", True),
        ("３．４", True),
        ("3.61", False),
        ("x", False),
        ("1e400", False),
        ("NaN", False),
    ],
)
def test_a_number_is_right_within_its_tolerance(value, is_right):
    interaction = interaction_for("numeric")
    frozen = interaction.freeze(content_for("numeric"), rng=None)
    assert (interaction.score(frozen.key, [value], TWO).raw == TWO) is is_right


@pytest.mark.parametrize(
    ("scoring", "value", "points"),
    [
        ("all_or_nothing", ["A"], "0"),
        ("partial", ["A"], "1"),
        ("partial", ["A", "C"], "0"),
        ("partial", ["A", "B", "C"], "0"),
        ("partial", ["A", "B"], "2"),
    ],
)
def test_multiple_choice_scores_by_its_rule(scoring, value, points):
    content = content_for(
        "choice", cardinality="multiple", correct=["A", "B"], scoring=scoring
    )
    interaction = interaction_for("choice")
    frozen = interaction.freeze(content, rng=None)
    assert interaction.score(frozen.key, value, TWO).raw == Decimal(points)


def test_marking_every_place_of_a_picture_finds_nothing():
    interaction = interaction_for("hotspot")
    frozen = interaction.freeze(content_for("hotspot"), rng=None)
    everything = [option["key"] for option in frozen.view["options"]]
    assert interaction.score(frozen.key, everything, TWO).raw == 0


def test_a_free_answer_waits_for_an_examiner():
    interaction = interaction_for("extended_text")
    frozen = interaction.freeze(content_for("extended_text"), rng=None)
    assert interaction.score(frozen.key, ["先通风"], TWO) is None


def test_shares_add_up_to_the_whole():
    interaction = interaction_for("match")
    content = content_for("match")
    frozen = interaction.freeze(content, rng=None)
    assert interaction.score(frozen.key, ["1:b"], Decimal(1)).raw == Decimal("0.5")
