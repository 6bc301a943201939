"""Papers that are more alike than chance explains (雷同卷): a number, not a verdict.

For each pair of papers, only the items are looked at that *both* answered wrongly:
right answers agree because people know the same things. How likely two people choose
the same wrong answer of an item by chance is estimated from all wrong answers to it,
as the sum of the squared shares; items with fewer than five wrong answers say too
little and are left out. Under chance the number of matches is then a sum of
independent yes-or-no draws with these probabilities (a Poisson binomial), and its
upper tail is computed exactly. The idea is that of the K-index family (Holland 1996;
Sotaridona and Meijer 2002), with the item's own wrong answers in place of a model.

Every pair is a test. The p-value is multiplied by the number of pairs (Bonferroni), so
that among honest papers the chance of listing even *one* pair is at most `ALPHA`,
whatever the number of candidates. People who learned the same mistake together look
alike too: what is listed wants a look by a person.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import comb, prod
from typing import Any

from exams.enums import AttemptState, ItemType
from exams.models import Attempt, Exam, Mark

ALPHA = 0.01
MIN_WRONG = 5
MIN_SHARED = 4
MAX_PAPERS = 500

# What has a few definite wrong answers that can be compared over shuffled papers.
COMPARED = (ItemType.CHOICE, ItemType.ORDER, ItemType.TEXT_ENTRY, ItemType.NUMERIC)

# One paper: item → (canonical answer, whether it was right).
Answers = Mapping[str, tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class AlikePair:
    """Two papers, and what speaks for looking at them.

    Attributes:
        both_wrong: items that both answered wrongly.
        matching: of these, how many with the same wrong answer.
        expected: how many matches chance would give.
        p_value: chance of at least so many matches, this pair alone.
        adjusted: the same for the whole exam: times the number of pairs, at most 1.
        items: the items with the same wrong answer.
    """

    first: int
    second: int
    both_wrong: int
    matching: int
    expected: float
    p_value: float
    adjusted: float
    items: tuple[str, ...]


def find_alike(
    papers: Mapping[int, Answers], *, alpha: float = ALPHA
) -> list[AlikePair]:
    """Return the pairs whose likeness chance does not explain, the strongest first."""
    chances = match_chances(papers.values())
    matches = _shared_wrong(papers, chances)
    pair_count = comb(len(papers), 2)
    wrong = {
        paper: {
            item
            for item, (_value, is_right) in answers.items()
            if not is_right and item in chances
        }
        for paper, answers in papers.items()
    }
    limit = alpha / max(1, pair_count)
    found = []
    for (first, second), items in matches.items():
        # The tail is never smaller than the chance of just these matches: most pairs
        # need no exact sum.
        if len(items) < MIN_SHARED or prod(chances[item] for item in items) > limit:
            continue
        both = wrong[first] & wrong[second]
        odds = [chances[item] for item in both]
        p_value = upper_tail(odds, len(items))
        adjusted = min(1.0, p_value * pair_count)
        if adjusted <= alpha:
            found.append(
                AlikePair(
                    first=first,
                    second=second,
                    both_wrong=len(both),
                    matching=len(items),
                    expected=sum(odds),
                    p_value=p_value,
                    adjusted=adjusted,
                    items=tuple(sorted(items)),
                )
            )
    return sorted(found, key=lambda pair: pair.p_value)


def match_chances(papers: Iterable[Answers]) -> dict[str, float]:
    """Return, per item, how likely two wrong answers are the same by chance.

    The shares include the pair itself, which makes the estimate a little too high and
    the test careful.
    """
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for answers in papers:
        for item, (value, is_right) in answers.items():
            if not is_right:
                counts[item][value] += 1
    chances = {}
    for item, values in counts.items():
        total = sum(values.values())
        if total >= MIN_WRONG:
            chances[item] = sum((count / total) ** 2 for count in values.values())
    return chances


def _shared_wrong(
    papers: Mapping[int, Answers], chances: Mapping[str, float]
) -> dict[tuple[int, int], list[str]]:
    """Return, per pair, the items with the same wrong answer."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for paper, answers in papers.items():
        for item, (value, is_right) in answers.items():
            if not is_right and item in chances:
                groups[item, value].append(paper)
    shared: dict[tuple[int, int], list[str]] = defaultdict(list)
    for (item, _value), members in groups.items():
        for pair in combinations(sorted(members), 2):
            shared[pair].append(item)
    return shared


def upper_tail(chances: Iterable[float], at_least: int) -> float:
    """Return P(X >= at_least) for a sum of independent draws with these chances."""
    distribution = [1.0]
    for chance in chances:
        longer = [0.0] * (len(distribution) + 1)
        for count, weight in enumerate(distribution):
            longer[count] += weight * (1 - chance)
            longer[count + 1] += weight * chance
        distribution = longer
    return min(1.0, sum(distribution[at_least:]))


# ---- from the database ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LikenessReport:
    """What was compared, and what was found."""

    paper_count: int
    pair_count: int
    pairs: list[tuple[AlikePair, Attempt, Attempt]]
    is_cut: bool
    alpha: float = ALPHA


def likeness_report(*, exam: Exam) -> LikenessReport:
    """Compare the newest closed attempt of each candidate; three queries."""
    closed = (
        Attempt.objects.filter(exam=exam)
        .exclude(state__in=[AttemptState.IN_PROGRESS, AttemptState.VOIDED])
        .select_related("candidate", "key")
        .order_by("candidate_id", "-number")
    )
    newest: dict[int, Attempt] = {}
    for attempt in closed[: 2 * MAX_PAPERS]:
        newest.setdefault(attempt.candidate_id, attempt)
    attempts = {attempt.pk: attempt for attempt in list(newest.values())[:MAX_PAPERS]}
    papers = papers_of(attempts)
    found = find_alike(papers)
    return LikenessReport(
        paper_count=len(papers),
        pair_count=comb(len(papers), 2),
        pairs=[(pair, attempts[pair.first], attempts[pair.second]) for pair in found],
        is_cut=len(newest) > MAX_PAPERS,
    )


def papers_of(
    attempts: Mapping[int, Attempt],
) -> dict[int, dict[str, tuple[str, bool]]]:
    """Return the answers by item, with the labels of the author: draws differ."""
    papers: dict[int, dict[str, tuple[str, bool]]] = {pk: {} for pk in attempts}
    marks = Mark.objects.filter(attempt_id__in=list(attempts)).order_by(
        "attempt_id", "position", "number"
    )
    for pk, position, value, raw, maximum in marks.values_list(
        "attempt_id", "position", "value", "raw", "max"
    ):
        if raw is None or not any(value):
            continue
        key = attempts[pk].key.blob[str(position)]
        if key["type"] not in COMPARED:
            continue
        papers[pk][key["item"]] = (canonical(key, value), raw >= maximum)
    return papers


def canonical(key: dict[str, Any], value: list[str]) -> str:
    """Write an answer with the author's labels, so that shuffled papers compare."""
    labels = key.get("labels") or {}
    named = [str(labels.get(entry, entry)) for entry in value]
    return "|".join(named if key["type"] in ("order", "text_entry") else sorted(named))
