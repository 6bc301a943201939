"""The wrong-answer book: what comes in, what is asked, what leaves."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connections

from exams.domain.attempts import start_attempt
from exams.domain.items import revise_item
from exams.domain.memory import MASTERY_DAYS
from exams.domain.practice_pool import practicable_items
from exams.domain.responses import ResponseInput, record_events
from exams.domain.submission import submit_attempt
from exams.domain.writers import open_writer
from exams.domain.wrong_answers import (
    cards_in_book,
    due_count,
    fill_books,
    fill_from_attempt,
    let_go,
    put_back,
    retire_cards,
    review_card,
)
from exams.enums import CardState, ExamKind, ItemStatus, ReleaseScope
from exams.errors import AlreadyAnswered
from exams.models import (
    Attempt,
    BookFilling,
    Item,
    MarkingPolicy,
    PracticeAnswer,
    Result,
    WrongAnswerCard,
)
from lms.core.clock import shanghai_date
from lms.core.enums import Audience
from tests.exams.conftest import NOW
from tests.factories.accounts import UserFactory
from tests.factories.exams import (
    ExamFactory,
    ItemBankFactory,
    content_for,
    make_fixed_paper,
    make_item,
    make_items,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]
TODAY = date(2026, 11, 23)
TOMORROW = NOW + timedelta(days=1)


def sit(exam, candidate, answers, now=NOW):
    attempt = start_attempt(exam=exam, candidate=candidate, now=now)
    writer = open_writer(attempt=attempt, client_key="tab", now=now)
    events = [
        ResponseInput(seq=seq, position=position, value=value)
        for seq, (position, value) in enumerate(answers.items(), start=1)
    ]
    if events:
        record_events(
            public_id=attempt.public_id, writer=writer.number, events=events, now=now
        )
    return submit_attempt(
        attempt=attempt,
        by=candidate,
        writer=writer.number,
        last_seq=len(events),
        now=now,
    )


def card_of(learner):
    return WrongAnswerCard.objects.get(learner=learner)


@pytest.fixture
def card(candidate):
    exam = ExamFactory(paper=make_fixed_paper(make_items(1)))
    fill_from_attempt(attempt=sit(exam, candidate, {1: ["B"]}), now=NOW)
    return card_of(candidate)


def review(card, *, is_right=True, now=TOMORROW, version=None, **changes):
    return review_card(
        card=card,
        version=card.review_count if version is None else version,
        revision=card.item.current_revision,
        value=["A"],
        is_right=is_right,
        now=now,
        **changes,
    )


@pytest.mark.parametrize("kind", ExamKind)
def test_wrong_and_unanswered_items_of_any_exam_come_in(candidate, kind):
    exam = ExamFactory(kind=kind)
    attempt = sit(exam, candidate, {1: ["A"], 2: ["B"]})
    assert fill_from_attempt(attempt=attempt, now=NOW) == 2
    cards = WrongAnswerCard.objects.filter(learner=candidate)
    items = list(exam.paper.paper_items.values_list("item_id", flat=True))
    assert set(cards.values_list("item_id", flat=True)) == set(items[1:])
    assert cards.get(item=items[1]).wrong_given == ["B. 产量第一"]
    assert {c.due_on for c in cards} == {date(2026, 11, 24)}


def test_finalizing_fills_the_book_by_itself(
    candidate, exam, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        sit(exam, candidate, {1: ["B"]})
    assert WrongAnswerCard.objects.filter(learner=candidate).count() == 3


def test_the_sweep_fills_what_a_crash_left_out_and_only_once(candidate, exam):
    sit(exam, candidate, {1: ["A"]})
    assert fill_books(now=NOW) == 2
    assert fill_books(now=NOW) == 0
    assert BookFilling.objects.count() == 1
    assert set(WrongAnswerCard.objects.values_list("wrong_count", flat=True)) == {1}


def test_filling_the_same_attempt_twice_changes_nothing(candidate, exam):
    attempt = sit(exam, candidate, {})
    assert fill_from_attempt(attempt=attempt, now=NOW) == 3
    assert fill_from_attempt(attempt=attempt, now=NOW) == 0


def test_an_attempt_that_still_waits_for_an_examiner_fills_nothing(candidate):
    items = [*make_items(1), *make_items(1, "extended_text")]
    exam = ExamFactory(paper=make_fixed_paper(items))
    attempt = sit(exam, candidate, {1: ["B"], 2: ["先通风"]})
    assert not attempt.is_finalized
    assert fill_from_attempt(attempt=attempt, now=NOW) == 0
    assert fill_books(now=NOW) == 0


def test_wrong_in_a_second_attempt_brings_a_mastered_card_back(candidate, card):
    let_go(card=card, now=NOW)
    exam = card.attempt.exam
    later = NOW + timedelta(days=9)
    attempt = sit(exam, candidate, {1: ["C"]}, now=later)
    fill_from_attempt(attempt=attempt, now=later)
    card.refresh_from_db()
    assert (card.state, card.wrong_count, card.streak) == (CardState.LEARNING, 2, 0)
    assert (card.wrong_given, card.attempt) == (["C. 速度第一"], attempt)


def test_a_paper_closed_to_practice_fills_nothing_and_is_never_asked(candidate):
    items = make_items(2)
    paper = make_fixed_paper(items, allows_practice=False)
    attempt = sit(ExamFactory(paper=paper), candidate, {})
    assert fill_from_attempt(attempt=attempt, now=NOW) == 0
    assert not practicable_items(user=candidate, on=TODAY).exists()


def test_an_exam_that_keeps_its_key_fills_nothing(candidate, exam):
    MarkingPolicy.objects.create(exam=exam, release_scope=ReleaseScope.SCORE)
    attempt = sit(exam, candidate, {})
    assert attempt.is_finalized
    assert fill_from_attempt(attempt=attempt, now=NOW) == 0


def test_a_bank_closed_to_practice_is_never_asked(candidate, card):
    card.item.bank.allows_practice = False
    card.item.bank.save()
    assert due_count(user=candidate, on=shanghai_date(TOMORROW)) == 0
    assert not practicable_items(user=candidate, on=TODAY).exists()
    exam = ExamFactory(paper=make_fixed_paper([card.item]))
    other = UserFactory()
    assert fill_from_attempt(attempt=sit(exam, other, {}), now=NOW) == 0


@pytest.mark.parametrize(
    ("owner", "audience", "is_open"),
    [
        (None, Audience.PUBLIC, True),
        (None, Audience.ORGANIZATION, True),
        (None, Audience.ASSIGNED, False),
        (77, Audience.ORGANIZATION, False),
        (77, Audience.PACKAGE, False),
        (77, Audience.ASSIGNED, False),
    ],
)
def test_items_of_other_tenants_are_never_asked(candidate, owner, audience, is_open):
    bank = ItemBankFactory(owner_organization_id=owner, audience=audience)
    make_item(bank)
    assert practicable_items(user=candidate, on=TODAY).exists() is is_open


@pytest.mark.parametrize(
    ("changes", "is_open"),
    [
        ({}, True),
        ({"status": ItemStatus.DRAFT}, False),
        ({"status": ItemStatus.NEEDS_RECHECK}, False),
        ({"status": ItemStatus.RETIRED}, False),
        ({"effective_to": TODAY}, True),
        ({"effective_to": TODAY - timedelta(days=1)}, False),
    ],
)
def test_only_reviewed_items_in_force_are_asked(candidate, changes, is_open):
    make_item(ItemBankFactory(), **changes)
    assert practicable_items(user=candidate, on=TODAY).exists() is is_open


def test_the_parts_of_a_case_are_asked_and_share_its_fate(candidate):
    bank = ItemBankFactory()
    case = make_item(bank, "case")
    part = make_item(bank, parent=case)
    assert list(practicable_items(user=candidate, on=TODAY)) == [
        Item.objects.non_polymorphic().get(pk=part.pk)
    ]
    case.status = ItemStatus.RETIRED
    case.save()
    assert not practicable_items(user=candidate, on=TODAY).exists()


def test_it_is_due_from_the_next_day_in_china_on(candidate, card):
    assert due_count(user=candidate, on=shanghai_date(NOW)) == 0
    midnight = NOW.replace(hour=16)  # 00:00 of the 24th in China
    assert (
        due_count(user=candidate, on=shanghai_date(midnight - timedelta(seconds=1)))
        == 0
    )
    assert due_count(user=candidate, on=shanghai_date(midnight)) == 1
    assert due_count(user=UserFactory(), on=shanghai_date(midnight)) == 0


def test_right_on_three_days_masters_a_card(candidate, card):
    moment = TOMORROW
    for day in range(1, MASTERY_DAYS + 1):
        card = review(card, now=moment)
        assert card.streak == day
        moment = moment + timedelta(days=30)
    assert card.state == CardState.MASTERED
    assert card.mastered_at == moment - timedelta(days=30)
    assert (
        due_count(user=candidate, on=shanghai_date(moment + timedelta(days=900))) == 0
    )
    with pytest.raises(AlreadyAnswered):
        review(card, now=moment)
    put_back(card=card, now=moment)
    assert (card.state, card.streak, card.mastered_at) == ("learning", 0, None)
    assert due_count(user=candidate, on=shanghai_date(moment)) == 1


def test_letting_go_and_putting_back_twice_changes_nothing_more(card):
    put_back(card=card, now=NOW)
    assert card.review_count == 0
    let_go(card=card, now=NOW)
    let_go(card=card, now=TOMORROW)
    assert (card.state, card.mastered_at, card.review_count) == ("mastered", NOW, 1)


def test_an_answer_to_an_older_state_of_the_card_is_refused(card):
    review(card, is_right=False)
    with pytest.raises(AlreadyAnswered):
        review(card, version=0)
    assert PracticeAnswer.objects.count() == 1
    card.refresh_from_db()
    assert (card.wrong_count, card.streak) == (2, 0)


def test_the_answer_keeps_the_text_that_was_shown(card):
    old = card.item.current_revision
    review(card)
    revise_item(
        item=Item.objects.non_polymorphic().get(pk=card.item_id),
        content=content_for("choice", stem="新的题干"),
        by=None,
        now=NOW,
    )
    assert PracticeAnswer.objects.get().revision == old
    card.refresh_from_db()
    assert card.revision.content["stem"] == "下列说法正确的是"


def test_practice_never_touches_results(candidate, card):
    before = list(Result.objects.values())
    attempts = list(Attempt.objects.values())
    review(card)
    assert list(Result.objects.values()) == before
    assert list(Attempt.objects.values()) == attempts


@pytest.mark.parametrize("gone", [{"status": "retired"}, {"effective_to": TODAY}])
def test_what_is_withdrawn_leaves_politely_and_comes_back_with_it(
    candidate, card, gone
):
    Item.objects.non_polymorphic().filter(pk=card.item_id).update(**gone)
    day = TODAY + timedelta(days=1)
    assert due_count(user=candidate, on=shanghai_date(TOMORROW)) == 0
    assert retire_cards(on=day) == 1
    assert retire_cards(on=day) == 0
    listed = cards_in_book(user=candidate, state=CardState.RETIRED, on=day)
    assert list(listed) == [card]
    Item.objects.non_polymorphic().filter(pk=card.item_id).update(
        status="reviewed", effective_to=None
    )
    retire_cards(on=day)
    assert due_count(user=candidate, on=shanghai_date(TOMORROW)) == 1


def test_nobody_sees_the_book_of_somebody_else(card):
    assert not WrongAnswerCard.objects.visible_to(UserFactory()).exists()
    assert not WrongAnswerCard.objects.visible_to(UserFactory(is_superuser=True))


@pytest.mark.django_db(transaction=True)
def test_of_two_devices_that_answer_one_card_only_the_first_counts(candidate, card):
    versions = [True, False] * 2
    with ThreadPoolExecutor(4) as pool:
        # All four saw the card as it was: its version goes with them.
        outcomes = list(pool.map(lambda right: _try(card, right), versions))
    assert sorted(outcomes) == ["late", "late", "late", "taken"]
    card.refresh_from_db()
    assert card.review_count == 1
    assert PracticeAnswer.objects.count() == 1


def _try(card, is_right):
    try:
        review(WrongAnswerCard.objects.get(pk=card.pk), is_right=is_right, version=0)
    except AlreadyAnswered:
        return "late"
    finally:
        connections.close_all()
    return "taken"


@pytest.mark.django_db(transaction=True)
def test_an_attempt_filled_by_two_workers_counts_once(candidate, exam):
    attempt = sit(exam, candidate, {})
    # The commit filled the book already: empty it again.
    BookFilling.objects.all().delete()
    WrongAnswerCard.objects.all().delete()

    def fill(_number):
        try:
            return fill_from_attempt(
                attempt=Attempt.objects.get(pk=attempt.pk), now=NOW
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(fill, range(3))) == [0, 0, 3]
    assert set(WrongAnswerCard.objects.values_list("wrong_count", flat=True)) == {1}
