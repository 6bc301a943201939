"""Papers made before the opening: taken once, thrown away when the banks change."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.domain import prepared
from exams.domain.attempts import start_attempt, take_seat
from exams.domain.prepared import prepare_exam, prepare_papers, state_of_items
from exams.domain.writers import Tab
from exams.enums import ItemStatus
from exams.errors import ExamNotOpen
from exams.models import Attempt, PreparedPaper
from lms.core.clock import shanghai_date
from tests.exams.conftest import NOW
from tests.factories.accounts import UserFactory
from tests.factories.exams import (
    ExamFactory,
    ItemBankFactory,
    enroll_in,
    make_blueprint,
    make_course,
    make_items,
    publish,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


@pytest.fixture
def bank():
    return ItemBankFactory()


@pytest.fixture
def exam(bank):
    make_items(6, bank=bank)
    quota = {"type": "choice", "cardinality": "single", "count": 4, "score": 1}
    paper = publish(make_blueprint([bank], [quota]))
    return ExamFactory(paper=paper, opens_at=NOW + timedelta(hours=1))


def test_the_worker_prepares_as_many_as_are_awaited(exam):
    exam.audience = "assigned"
    exam.save()
    course = make_course(exam)
    for _person in range(3):
        enroll_in(course, UserFactory())
    assert prepare_papers(now=NOW) == 3
    assert prepare_papers(now=NOW) == 0
    assert PreparedPaper.objects.filter(exam=exam).count() == 3


@pytest.mark.parametrize(
    "change",
    [
        {"opens_at": NOW + timedelta(hours=25)},
        {"opens_at": None},
        {"kind": "mock"},
        {"closes_at": NOW - timedelta(hours=1), "opens_at": NOW - timedelta(hours=2)},
    ],
)
def test_nothing_is_prepared_for_what_is_far_or_over(exam, change):
    for name, value in change.items():
        setattr(exam, name, value)
    exam.save()
    assert prepare_papers(now=NOW) == 0


def test_a_start_takes_the_oldest_and_no_one_gets_it_again(exam):
    prepare_exam(exam=exam, now=NOW, count=2)
    first, second = PreparedPaper.objects.order_by("pk")
    opening = exam.opens_at
    one = start_attempt(exam=exam, candidate=UserFactory(), now=opening)
    two = start_attempt(exam=exam, candidate=UserFactory(), now=opening)
    assert [one.seed, two.seed] == [first.seed, second.seed]
    assert one.paper.blob == first.blob
    assert (one.key.blob, one.paper.sha256) == (first.key, first.sha256)
    assert not PreparedPaper.objects.exists()
    three = start_attempt(exam=exam, candidate=UserFactory(), now=opening)
    assert three.position_count == 4


def test_a_refused_start_takes_nothing(exam):
    prepare_exam(exam=exam, now=NOW, count=1)
    with pytest.raises(ExamNotOpen):
        start_attempt(exam=exam, candidate=UserFactory(), now=NOW)
    assert PreparedPaper.objects.count() == 1


def test_a_retired_item_is_on_no_prepared_paper_any_more(exam, bank):
    prepare_exam(exam=exam, now=NOW, count=5)
    item = bank.items.non_polymorphic().first()
    bank.items.non_polymorphic().filter(pk=item.pk).update(status=ItemStatus.RETIRED)
    assert prepare_exam(exam=exam, now=NOW, count=5) == 5
    keys = PreparedPaper.objects.values_list("key", flat=True)
    drawn = {entry["item"] for key in keys for entry in key.values()}
    assert str(item.public_id) not in drawn
    assert len(drawn) <= 5


def test_an_item_retired_a_moment_ago_is_on_no_paper_that_is_handed_out(exam, bank):
    prepare_exam(exam=exam, now=NOW, count=3)
    keys = PreparedPaper.objects.values_list("key", flat=True)
    item = bank.items.non_polymorphic().get(public_id=keys[0]["1"]["item"])
    bank.items.non_polymorphic().filter(pk=item.pk).update(status=ItemStatus.RETIRED)
    attempt = start_attempt(exam=exam, candidate=UserFactory(), now=exam.opens_at)
    shown = {entry["item"] for entry in attempt.key.blob.values()}
    assert str(item.public_id) not in shown
    assert len(shown) == attempt.position_count == len(attempt.paper.blob["items"])
    # The stock is thrown away and filled anew by the worker.
    assert prepare_exam(exam=exam, now=NOW, count=2) == 2


def test_an_item_that_ran_out_overnight_is_on_no_paper(exam, bank):
    prepare_exam(exam=exam, now=NOW, count=3)
    today = shanghai_date(exam.opens_at)
    last = bank.items.non_polymorphic().order_by("pk").last()
    bank.items.non_polymorphic().filter(pk=last.pk).update(effective_to=today)
    tomorrow = exam.opens_at + timedelta(days=1)
    for _person in range(3):
        attempt = start_attempt(exam=exam, candidate=UserFactory(), now=tomorrow)
        shown = {entry["item"] for entry in attempt.key.blob.values()}
        assert str(last.public_id) not in shown


def test_a_paper_that_can_not_be_drawn_stops_no_other(exam, bank):
    bank.items.non_polymorphic().update(status=ItemStatus.RETIRED)
    assert prepare_papers(now=NOW) == 0


def test_a_start_costs_the_same_whatever_the_stock(exam):
    def cost():
        candidate = UserFactory()
        with CaptureQueriesContext(connection) as queries:
            start_attempt(exam=exam, candidate=candidate, now=exam.opens_at)
        return len(queries)

    prepare_exam(exam=exam, now=NOW, count=1)
    few = cost()
    prepare_exam(exam=exam, now=NOW, count=20)
    assert cost() == few
    assert Attempt.objects.count() == 2


def test_a_paper_that_no_longer_holds_makes_way_for_the_next(exam, bank):
    prepare_exam(exam=exam, now=NOW, count=2)
    first, second = PreparedPaper.objects.order_by("pk")
    PreparedPaper.objects.filter(pk=first.pk).update(items_state="of yesterday")
    attempt = start_attempt(exam=exam, candidate=UserFactory(), now=exam.opens_at)
    assert attempt.seed == second.seed
    assert not PreparedPaper.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"status": ItemStatus.RETIRED},
        {"status": ItemStatus.NEEDS_RECHECK},
        {"updated_at": NOW + timedelta(days=900)},
        {"effective_to": shanghai_date(NOW) - timedelta(days=1)},
    ],
    ids=["retired", "recheck", "edited", "ran out"],
)
def test_any_change_of_an_item_is_seen_in_its_state(exam, bank, change):
    on = shanghai_date(NOW)
    items = bank.items.non_polymorphic().order_by("pk")
    ids = list(items.values_list("pk", flat=True))

    def state(count):
        return state_of_items(paper=exam.paper, ids=ids[:count], on=on)

    before, others = state(6), state(5)
    bank.items.non_polymorphic().filter(pk=ids[5]).update(**change)
    assert state(6) != before
    assert state(5) == others


def test_banks_that_change_while_papers_are_drawn_leave_none(exam, bank, monkeypatch):
    real = prepared.build_paper

    def build(**arguments):
        bank.items.non_polymorphic().update(updated_at=NOW + timedelta(days=900))
        return real(**arguments)

    monkeypatch.setattr(prepared, "build_paper", build)
    assert prepare_exam(exam=exam, now=NOW, count=2) == 0
    assert not PreparedPaper.objects.exists()


def test_a_seat_is_attempt_paper_and_writer_in_one(exam):
    prepare_exam(exam=exam, now=NOW, count=1)
    candidate = UserFactory()
    tab = Tab("tab-1", "Phone", "10.0.0.1")
    seat = take_seat(exam=exam, candidate=candidate, tab=tab, now=exam.opens_at)
    again = take_seat(exam=exam, candidate=candidate, tab=tab, now=exam.opens_at)
    other = take_seat(
        exam=exam, candidate=candidate, tab=Tab("tab-2"), now=exam.opens_at
    )
    assert (seat.is_fresh, again.is_fresh, other.is_fresh) == (True, False, False)
    assert seat.writer == again.writer
    assert (seat.writer.number, other.writer.number) == (1, 2)
    stored = Attempt.objects.get()
    assert (stored.newest_writer, seat.attempt.pk) == (2, stored.pk)
    assert seat.attempt.paper.blob == stored.paper.blob
    written = stored.writers.values_list("number", "user_agent", "address")
    assert list(written) == [(1, "Phone", "10.0.0.1"), (2, "", None)]


def test_a_start_with_a_paper_that_lies_ready_is_few_statements(exam):
    prepare_exam(exam=exam, now=NOW, count=1)
    candidate = UserFactory()
    with CaptureQueriesContext(connection) as queries:
        take_seat(exam=exam, candidate=candidate, tab=Tab("t"), now=exam.opens_at)
    control = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    own = [q["sql"] for q in queries if q["sql"].split()[0] not in control]
    # What there was, extra time, the paper and its items; then five that write.
    assert len(own) == 9
