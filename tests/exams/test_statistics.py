"""Statistics: formulas on cases worked out by hand, and what is made of attempts."""

from decimal import Decimal
from math import sqrt

import pytest

from exams.domain.flags import OptionFacts, flag_text, flags_of
from exams.domain.psychometrics import (
    ItemSums,
    Moments,
    cronbach_alpha,
    standard_error,
)
from exams.domain.statistics import CHUNK, compute_statistics, outdated_exams
from exams.domain.statistics_pages import bands_of, exam_page, item_page
from exams.models import Exam, ExamStatistics, ItemStatistics
from exams.tasks import compute_statistics as compute_task
from exams.tasks import refresh_statistics
from tests.exams.test_release import set_policy, sit
from tests.factories.accounts import UserFactory
from tests.factories.exams import ExamFactory, make_blueprint, make_items, publish

pytestmark = pytest.mark.unit

# Four candidates, three items of one point. Totals 3, 2, 1, 0.
MATRIX = [(1, 1, 1), (1, 1, 0), (1, 0, 0), (0, 0, 0)]


def sums_of(matrix):
    columns = [ItemSums() for _ in matrix[0]]
    totals = Moments()
    for row in matrix:
        totals.add(sum(row))
        for column, score in zip(columns, row, strict=True):
            column.add(score=float(score), most=1.0, total=float(sum(row)))
    return columns, totals


def test_facility_is_the_share_of_the_points_reached():
    columns, _totals = sums_of(MATRIX)
    assert [c.facility for c in columns] == [0.75, 0.5, 0.25]


def test_kr20_by_hand():
    """Σp(1−p) = 3/16 + 4/16 + 3/16 = 0.625; variance of 3,2,1,0 = 1.25.

    KR-20 = 3/2 × (1 − 0.625/1.25) = 0.75; SEM = √1.25 × √0.25.
    """
    columns, totals = sums_of(MATRIX)
    alpha = cronbach_alpha([c.score for c in columns], totals)
    assert totals.variance == pytest.approx(1.25)
    assert alpha == pytest.approx(0.75)
    assert standard_error(totals.deviation, alpha) == pytest.approx(sqrt(1.25) * 0.5)


def test_alpha_with_points_by_hand():
    """Items (2,4,6) and (1,3,2): variances 8/3 and 2/3; totals 3,7,8: variance 14/3.

    α = 2 × (1 − (10/3)/(14/3)) = 4/7.
    """
    first, second, totals = Moments(), Moments(), Moments()
    for a, b in ((2, 1), (4, 3), (6, 2)):
        first.add(a)
        second.add(b)
        totals.add(a + b)
    assert cronbach_alpha([first, second], totals) == pytest.approx(4 / 7)


def test_discrimination_leaves_the_item_itself_out():
    """Item 2 is (1,1,0,0), the rest (2,1,1,0): cov = 1/4, s_x = 1/2, s_y = √(1/2).

    r = 0.25 / (0.5 × 0.7071) = 0.7071.
    """
    columns, _totals = sums_of(MATRIX)
    assert columns[1].discrimination == pytest.approx(0.25 / (0.5 * sqrt(0.5)))


def test_a_wrong_key_shows_as_negative_discrimination():
    columns, _totals = sums_of([(0, 1, 1), (0, 1, 1), (1, 0, 0), (1, 0, 0)])
    assert columns[0].discrimination == pytest.approx(-1.0)


def test_what_does_not_vary_has_no_figure():
    columns, totals = sums_of([(1, 1), (1, 1)])
    assert columns[0].discrimination is None
    assert cronbach_alpha([c.score for c in columns], totals) is None
    assert cronbach_alpha([totals], totals) is None
    assert standard_error(1.0, None) is None
    assert ItemSums().facility is None
    assert Moments().variance == 0.0


def option(key, count, rest_mean, is_right=False):
    return OptionFacts(key, count, rest_mean, is_right)


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({"n": 29, "facility": 0.1, "discrimination": -0.5}, ["too_few"]),
        ({"facility": 0.5, "discrimination": 0.4}, []),
        ({"facility": 0.1, "discrimination": 0.3}, ["too_hard"]),
        ({"facility": 0.97, "discrimination": 0.01}, ["too_easy"]),
        ({"facility": 0.5, "discrimination": 0.05}, ["weak"]),
        ({"facility": 0.5, "discrimination": -0.2}, ["negative"]),
        ({"facility": 0.5, "discrimination": None}, []),
        (
            {
                "facility": 0.5,
                "discrimination": 0.3,
                "options": [
                    option("A", 50, 10.0, is_right=True),
                    option("B", 30, 12.0),
                    option("C", 19, 6.0),
                    option("D", 1, 30.0),
                ],
            },
            ["better_wrong_option", "idle_option"],
        ),
    ],
)
def test_flags_name_what_is_odd(facts, codes):
    facts = {"n": 100, "options": []} | facts
    flags = flags_of(**facts)
    assert [flag["code"] for flag in flags] == codes
    for flag in flags:
        assert str(facts["n"]) in flag_text(flag, n=facts["n"])


def test_bands_are_named_for_a_chart():
    assert bands_of([0, 5, 10]) == [
        {"label": "0–10%", "value": 0},
        {"label": "10–20%", "value": 5},
        {"label": "20–30%", "value": 10},
    ]


@pytest.fixture
def sat_exam(db, now):
    exam = ExamFactory()
    answers = {(1, 1, 1): 1, (1, 1, 0): 1, (1, 0, 0): 1, (0, 0, 0): 1}
    for pattern in answers:
        values = [["A"] if right else ["B"] for right in pattern]
        sit(exam, UserFactory(), now, answers=values)
    return exam


@pytest.mark.django_db
def test_an_exam_is_computed_from_its_finalized_attempts(sat_exam, now):
    row = compute_statistics(exam=sat_exam, now=now)
    assert (row.attempt_count, row.passed_count, row.mean) == (4, 2, 1.5)
    assert (row.reliability_kind, row.is_one_paper) == ("kr20", True)
    assert row.reliability == pytest.approx(0.75)
    assert row.bands == [1, 0, 0, 1, 0, 0, 1, 0, 0, 1]
    items = ItemStatistics.objects.filter(exam=sat_exam).order_by("-facility")
    assert [i.facility for i in items] == [0.75, 0.5, 0.25]
    assert items[0].options == [
        {"key": "A", "count": 3, "rest_mean": 1.0, "is_right": True},
        {"key": "B", "count": 1, "rest_mean": 0.0, "is_right": False},
        {"key": "C", "count": 0, "rest_mean": None, "is_right": False},
    ]
    assert items[0].flags == [{"code": "too_few", "value": 4}]


@pytest.mark.django_db
def test_computing_again_gives_the_same_rows(sat_exam, now):
    compute_statistics(exam=sat_exam, now=now)
    before = list(ItemStatistics.objects.values_list("item", "facility", "options"))
    compute_task(sat_exam.pk)
    after = list(ItemStatistics.objects.values_list("item", "facility", "options"))
    assert sorted(before, key=str) == sorted(after, key=str)
    assert ExamStatistics.objects.count() == 1


@pytest.mark.django_db
def test_a_result_that_is_not_released_is_not_counted(sat_exam, now):
    exam = set_policy(sat_exam, release="by_hand")
    sit(exam, UserFactory(), now)
    assert compute_statistics(exam=exam, now=now).attempt_count == 4


@pytest.mark.django_db
def test_an_exam_nobody_sat_has_empty_statistics(now):
    row = compute_statistics(exam=ExamFactory(), now=now)
    assert (row.attempt_count, row.mean, row.reliability) == (0, None, None)


@pytest.mark.django_db
def test_drawn_papers_have_no_common_reliability(now):
    from exams.models import ItemBank

    items = make_items(6)
    section = {"type": "choice", "cardinality": "single", "count": 2}
    paper = publish(make_blueprint([ItemBank.objects.get()], [section]))
    exam = ExamFactory(paper=paper, pass_mark=Decimal("0.5"))
    for _ in range(8):
        sit(exam, UserFactory(), now, answers=(["A"], ["B"]))
    row = compute_statistics(exam=exam, now=now)
    assert (row.is_one_paper, row.reliability, row.standard_error) == (
        False,
        None,
        None,
    )
    shown = ItemStatistics.objects.filter(exam=exam)
    assert sum(shown.values_list("sample_size", flat=True)) == 16
    assert len(items) >= shown.count()


@pytest.mark.django_db
def test_the_sweep_finds_what_is_outdated(sat_exam, now):
    assert outdated_exams() == [sat_exam]
    refresh_statistics()
    assert outdated_exams() == []
    assert Exam.objects.filter(statistics__isnull=False).count() == 1


@pytest.mark.django_db
def test_attempts_stream_in_chunks(
    sat_exam, now, monkeypatch, django_assert_max_num_queries
):
    """A chunk at a time: with chunks of two, three rounds of three queries."""
    monkeypatch.setattr("exams.domain.statistics.CHUNK", 2)
    with django_assert_max_num_queries(20):
        assert compute_statistics(exam=sat_exam, now=now).attempt_count == 4
    assert CHUNK <= 500


@pytest.mark.django_db
def test_pages_put_it_into_words(sat_exam, now):
    compute_statistics(exam=sat_exam, now=now)
    page = exam_page(exam=sat_exam)
    assert (page.pass_rate, len(page.bands), page.flagged) == (50, 10, [])
    assert "4" in page.items[0].flags[0]
    row = ItemStatistics.objects.order_by("-facility").first()
    found = item_page(item=row.item, exams=Exam.objects.all())
    assert (found.sample_size, found.facility) == (4, Decimal("0.75"))
    assert found.lines[0].options[0]["text"] == "安全第一"
    assert item_page(item=row.item, exams=Exam.objects.none()).lines == []
