"""Alike papers: what is listed, what is not, and how often honest papers are."""

from random import Random

import pytest

from exams.domain.attempts import start_attempt
from exams.domain.likeness import (
    ALPHA,
    canonical,
    find_alike,
    likeness_report,
    match_chances,
    upper_tail,
)
from exams.domain.responses import ResponseInput, record_events
from exams.domain.submission import submit_attempt
from exams.domain.writers import open_writer
from tests.exams.conftest import NOW
from tests.factories.accounts import UserFactory
from tests.factories.exams import ExamFactory, make_fixed_paper, make_items

pytestmark = [pytest.mark.unit]
ITEMS = 50
PEOPLE = 60


def honest_paper(rng, items):
    """A person of some ability; each item has its own difficulty and its own trap."""
    ability = rng.gauss(0, 0.15)
    paper = {}
    for number, (facility, traps) in enumerate(items):
        if rng.random() < min(0.97, max(0.05, facility + ability)):
            paper[str(number)] = ("A", True)
        else:
            paper[str(number)] = (rng.choices("BCD", weights=traps)[0], False)
    return paper


def cohort(seed, people=PEOPLE):
    rng = Random(seed)
    items = [
        (
            rng.uniform(0.4, 0.85),
            # Traps are unequal: some wrong answers are what everybody falls for.
            [rng.uniform(0.2, 1) ** 2 for _trap in range(3)],
        )
        for _item in range(ITEMS)
    ]
    return rng, {person: honest_paper(rng, items) for person in range(people)}


def copied(rng, source, own, share):
    """Take over `share` of the other's answers, right or wrong."""
    return {
        item: source[item] if rng.random() < share else answer
        for item, answer in own.items()
    }


def test_among_honest_papers_hardly_an_exam_lists_a_pair():
    """The promise: at most `ALPHA` of all exams list any pair, 1,770 pairs each."""
    exams = 60
    listed = sum(bool(find_alike(cohort(seed)[1])) for seed in range(exams))
    # Binomial(60, 0.01): more than 3 would happen once in 400 times.
    assert ALPHA == 0.01
    assert listed <= 3


@pytest.mark.parametrize("share", [0.9, 1.0])
def test_a_copied_paper_is_listed_with_its_source(share):
    """From a source with mistakes; where hardly any is made, nothing can be told."""
    for seed in range(100, 110):
        rng, papers = cohort(seed)
        source = max(range(10), key=lambda person: mistakes(papers[person]))
        copyist = (source + 1) % 10
        papers[copyist] = copied(rng, papers[source], papers[copyist], share)
        found = [{pair.first, pair.second} for pair in find_alike(papers)]
        assert found == [{source, copyist}]


def mistakes(paper):
    return sum(not is_right for _value, is_right in paper.values())


def test_the_figures_of_a_pair_can_be_followed():
    rng = Random(3)
    papers = {
        person: {str(n): (rng.choice("BCD"), False) for n in range(20)}
        for person in range(9)
    }
    papers[50] = {str(n): ("B", False) for n in range(20)}
    papers[51] = {str(n): ("B", False) for n in range(20)} | {"19": ("C", False)}
    pair = find_alike(papers)[0]
    assert (pair.first, pair.second) == (50, 51)
    assert (pair.both_wrong, pair.matching) == (20, 19)
    assert "19" not in pair.items
    assert pair.expected == pytest.approx(sum(match_chances(papers.values()).values()))
    assert pair.adjusted == pytest.approx(pair.p_value * 55)


def test_equal_right_answers_say_nothing():
    papers = {n: {str(i): ("A", True) for i in range(50)} for n in range(30)}
    assert find_alike(papers) == []


def test_an_item_with_few_wrong_answers_is_left_out():
    papers = {n: {"1": ("B", False)} for n in range(4)}
    assert match_chances(papers.values()) == {}
    papers[4] = {"1": ("C", False)}
    assert match_chances(papers.values()) == {"1": pytest.approx(0.64 + 0.04)}


@pytest.mark.parametrize(
    ("chances", "at_least", "expected"),
    [
        ([], 0, 1),
        ([], 1, 0),
        ([0.5, 0.5], 1, 0.75),
        ([0.5, 0.5], 2, 0.25),
        ([0.1, 0.2, 0.3], 3, 0.006),
        ([1.0, 0.0], 1, 1),
    ],
)
def test_the_tail_is_exact(chances, at_least, expected):
    assert upper_tail(chances, at_least) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ({"type": "choice", "labels": {"A": "C", "B": "A"}}, ["A", "B"], "A|C"),
        ({"type": "order", "labels": {"A": "C", "B": "A"}}, ["A", "B"], "C|A"),
        ({"type": "text_entry"}, ["24", "8"], "24|8"),
        ({"type": "numeric"}, ["3.5"], "3.5"),
    ],
)
def test_shuffled_labels_are_those_of_the_author_again(key, value, expected):
    assert canonical(key, value) == expected


@pytest.mark.django_db
def test_shuffled_papers_of_a_real_exam_are_compared(django_assert_num_queries):
    """Twelve people, all wrong; two of them chose the same everywhere."""
    rng = Random(5)
    exam = ExamFactory(
        paper=make_fixed_paper(make_items(24), shuffle_options=True, shuffle_items=True)
    )
    choices = [[rng.choice("BC") for _item in range(24)] for _person in range(12)]
    choices[7] = choices[3]
    attempts = [sit(exam, wanted) for wanted in choices]
    with django_assert_num_queries(2):
        report = likeness_report(exam=exam)
    assert (report.paper_count, report.pair_count) == (12, 66)
    ((pair, first, second),) = report.pairs
    assert {first.pk, second.pk} == {attempts[3].pk, attempts[7].pk}
    assert (pair.both_wrong, pair.matching) == (24, 24)


def sit(exam, wanted):
    """Choose per item of the bank what the author calls B or C."""
    attempt = start_attempt(exam=exam, candidate=UserFactory(), now=NOW)
    open_writer(attempt=attempt, client_key="t", now=NOW)
    items = sorted(entry["item"] for entry in attempt.key.blob.values())
    events = []
    for position, entry in attempt.key.blob.items():
        author = wanted[items.index(entry["item"])]
        label = next(k for k, v in entry["labels"].items() if v == author)
        events.append(ResponseInput(int(position), int(position), [label]))
    record_events(public_id=attempt.public_id, writer=1, events=events, now=NOW)
    return submit_attempt(attempt=attempt, by=None, writer=1, last_seq=24, now=NOW)
