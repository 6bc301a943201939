"""Practice sessions and their pages."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from cms.models import Citation
from exams.domain.favorites import find_favorable, set_favorite
from exams.domain.items import revise_item
from exams.domain.practice import (
    answer_place,
    check_answer,
    end_session,
    shown_item,
    skip_place,
    start_session,
)
from exams.domain.practice_home import practice_home
from exams.domain.standing import topic_standings, weak_topics
from exams.domain.wrong_answers import let_go
from exams.enums import CardState, PracticeKind
from exams.errors import AlreadyAnswered, InvalidResponse, NothingToPractice
from exams.models import (
    Attempt,
    Favorite,
    Item,
    PracticeAnswer,
    PracticeSession,
    Result,
    WrongAnswerCard,
)
from lms.core.clock import shanghai_date
from lms.core.errors import NotFound
from tests.exams.conftest import NOW
from tests.factories.accounts import UserFactory
from tests.factories.exams import (
    CONTENTS,
    ExamFactory,
    ItemBankFactory,
    TopicFactory,
    content_for,
    enroll_in,
    make_course,
    make_item,
    make_items,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def learner():
    return UserFactory()


@pytest.fixture
def client(learner):
    client = Client()
    client.force_login(learner)
    return client


@pytest.fixture
def topic():
    return TopicFactory()


def start(learner, kind=PracticeKind.RANDOM, topic=None):
    return start_session(
        learner=learner, kind=kind, topic=topic, language="zh-hans", now=NOW
    )


def answer(session, is_right=True, now=NOW):
    shown = shown_item(session=session, place=session.place)
    answer_place(
        session=session,
        place=session.place,
        shown=shown,
        value=shown.key["correct"] if is_right else ["B"],
        is_right=is_right,
        now=now,
    )


def address_of(session):
    return reverse("exams:practice_session", args=[session.public_id])


def test_a_topic_is_walked_through_in_order_and_resumed(learner, topic):
    bank = ItemBankFactory()
    items = [make_item(bank, topic=topic) for _ in range(3)]
    make_item(bank)
    session = start(learner, PracticeKind.TOPIC, topic)
    assert [entry["item"] for entry in session.entries] == [i.pk for i in items]
    answer(session)
    again = start(learner, PracticeKind.TOPIC, topic)
    assert (again, again.place) == (session, 2)
    answer(again)
    answer(again)
    assert again.is_finished
    assert start(learner, PracticeKind.TOPIC, topic) != session


def test_random_takes_at_most_twenty_without_repeating(learner):
    make_items(25)
    ids = [entry["item"] for entry in start(learner).entries]
    assert len(ids) == len(set(ids)) == 20


@pytest.mark.parametrize("kind", PracticeKind)
def test_without_items_it_says_so(learner, kind):
    with pytest.raises(NothingToPractice):
        start(learner, kind)


def test_weakness_asks_the_weakest_topics_and_new_items_first(learner):
    bank = ItemBankFactory()
    weak, strong = TopicFactory(), TopicFactory()
    weak_items = [make_item(bank, topic=weak) for _ in range(30)]
    strong_items = [make_item(bank, topic=strong) for _ in range(5)]
    for items, is_right in ((weak_items[:4], False), (strong_items, True)):
        for item in items:
            PracticeAnswer.objects.create(
                learner=learner,
                item=item,
                revision=item.current_revision,
                is_right=is_right,
                answered_at=NOW,
            )
    assert [s.topic for s in weak_topics(user=learner)] == [weak.name]
    assert {e["item"] for e in start(learner, PracticeKind.WEAKNESS).entries} <= {
        item.pk for item in weak_items
    }


def test_standing_counts_exam_points_and_practice_answers(learner, topic):
    item = make_item(ItemBankFactory(), topic=topic)
    for is_right in (True, False, False):
        PracticeAnswer.objects.create(
            learner=learner,
            item=item,
            revision=item.current_revision,
            is_right=is_right,
            answered_at=NOW,
        )
    [standing] = topic_standings(user=learner)
    assert (standing.topic, standing.percent, standing.is_weak) == (
        topic.name,
        33,
        True,
    )
    assert topic_standings(user=UserFactory()) == []


def test_a_wrong_practice_answer_goes_into_the_book(learner):
    make_items(1)
    answer(start(learner), is_right=False)
    card = WrongAnswerCard.objects.get(learner=learner)
    assert card.wrong_given in (["B. 产量第一"], ["B. 速度第一"], ["B. 安全第一"])
    assert (card.attempt, card.state) == (None, CardState.LEARNING)


def test_practice_creates_no_attempt_and_no_result(learner):
    make_items(1)
    answer(start(learner), is_right=False)
    assert not Attempt.objects.exists()
    assert not Result.objects.exists()


def test_the_same_place_always_looks_the_same_whatever_the_author_does(learner):
    [item] = make_items(1)
    session = start(learner)
    before = shown_item(session=session, place=1).view
    revise_item(
        item=Item.objects.non_polymorphic().get(pk=item.pk),
        content=content_for("choice", stem="改过的题"),
        by=None,
        now=NOW,
    )
    session = PracticeSession.objects.get()
    assert shown_item(session=session, place=1).view == before


def test_one_place_is_answered_once(learner):
    make_items(2)
    session = start(learner)
    other_tab = PracticeSession.objects.get()
    answer(session)
    with pytest.raises(AlreadyAnswered):
        answer(other_tab)
    assert PracticeAnswer.objects.count() == 1


def test_a_book_session_repeats_the_due_cards_and_reschedules_them(learner):
    make_items(2)
    session = start(learner)
    answer(session, is_right=False)
    answer(session, is_right=False)
    WrongAnswerCard.objects.update(due_on=shanghai_date(NOW))
    book = start(learner, PracticeKind.BOOK)
    assert book.size == 2
    answer(book)
    [first, second] = WrongAnswerCard.objects.order_by("-review_count")
    assert (first.review_count, first.streak) == (1, 1)
    assert first.due_on > shanghai_date(NOW)
    let_go(card=second, now=NOW)
    with pytest.raises(AlreadyAnswered):
        answer(book)
    skip_place(session=book, place=2, now=NOW)
    assert book.is_finished


def test_ending_early_keeps_what_was_answered(learner):
    make_items(3)
    session = start(learner)
    answer(session)
    end_session(session=session, now=NOW)
    end_session(session=session, now=NOW + timedelta(hours=1))
    assert session.finished_at == NOW
    assert PracticeAnswer.objects.count() == 1


@pytest.mark.parametrize("type_name", [t for t in CONTENTS if t != "case"])
def test_every_type_is_shown_answered_and_explained(client, learner, type_name):
    make_item(ItemBankFactory(), type_name)
    session = start(learner)
    page = client.get(address_of(session)).content.decode()
    assert f'data-type="{type_name}"' in page
    assert "第二十八条" not in page  # the explanation holds the answer
    shown = shown_item(session=session, place=1)
    value = {
        "text_entry": ["24", "8"],
        "extended_text": ["先通风"],
    }.get(type_name, shown.key.get("correct"))
    body = {"place": 1, "value": json.dumps(value)}
    answered = client.post(address_of(session), body)
    if type_name == "extended_text":
        assert "先通风" in answered.content.decode()
        assert not PracticeAnswer.objects.exists()
        answered = client.post(address_of(session), body | {"judged": "right"})
    assert answered.status_code == 302
    assert PracticeAnswer.objects.get().is_right is True
    assert "第二十八条" in client.get(answered["Location"]).content.decode()


@pytest.mark.parametrize(
    "value", ["", "{", "[1]", '"A"', "[]", '["Z"]', "null", '["A","B"]']
)
def test_what_is_no_answer_is_refused_in_words(client, learner, value):
    make_items(1)
    session = start(learner)
    answer = client.post(address_of(session), {"place": 1, "value": value})
    assert answer.status_code == 422
    assert not PracticeAnswer.objects.exists()
    session.refresh_from_db()
    assert session.place == 1


def test_an_answer_needs_a_value(learner):
    make_items(1)
    shown = shown_item(session=start(learner), place=1)
    with pytest.raises(InvalidResponse):
        check_answer(shown=shown, value=[], judged_right=None)


def test_a_late_tab_is_told_and_led_on(client, learner):
    make_items(2)
    session = start(learner)
    key = shown_item(session=session, place=1).key["correct"]
    body = {"place": 1, "value": json.dumps(key)}
    client.post(address_of(session), body)
    late = client.post(address_of(session), body, follow=True)
    assert "这道题已经答过了" in late.content.decode()
    assert PracticeAnswer.objects.count() == 1


@pytest.mark.parametrize("place", ["0", "9", "x", ""])
def test_a_place_that_is_not_there_leads_back(client, learner, place):
    make_items(1)
    session = start(learner)
    answer = client.post(address_of(session), {"place": place, "value": '["A"]'})
    assert answer["Location"] == address_of(session)
    assert not PracticeAnswer.objects.exists()


def test_one_cannot_look_ahead(client, learner):
    make_items(3)
    session = start(learner)
    page = client.get(address_of(session), {"at": 3}).content.decode()
    assert 'id="item-1"' in page
    assert "第二十八条" not in page


def test_memorize_shows_the_key_and_keeps_the_place(client, learner, topic):
    bank = ItemBankFactory()
    for _ in range(2):
        make_item(bank, topic=topic)
    session = start(learner, PracticeKind.MEMORIZE, topic)
    page = client.get(address_of(session)).content.decode()
    assert "第二十八条" in page
    client.post(address_of(session), {"place": 1})
    session.refresh_from_db()
    assert session.place == 2
    client.post(address_of(session), {"place": 2})
    session.refresh_from_db()
    assert session.is_finished
    assert not PracticeAnswer.objects.exists()
    assert client.get(address_of(session)).status_code == 200


def test_somebody_elses_practice_does_not_exist(client):
    make_items(1)
    other = start(UserFactory())
    assert client.get(address_of(other)).status_code == 404
    assert client.post(address_of(other), {"place": 1}).status_code == 404


def test_visitors_sign_in_first():
    for name in ("practice", "wrong_answers", "favorites"):
        answer = Client().get(reverse(f"exams:{name}"))
        assert answer["Location"].startswith("/account/login/")


def test_starting_by_the_button(client, learner, topic):
    make_item(ItemBankFactory(), topic=topic)
    body = {"kind": "topic", "topic": topic.pk}
    answer = client.post(reverse("exams:practice_start"), body)
    assert answer["Location"] == address_of(PracticeSession.objects.get())
    for wrong in ({"kind": "x"}, {"kind": "book"}, {"kind": "topic", "topic": 999999}):
        answer = client.post(reverse("exams:practice_start"), wrong)
        assert answer["Location"].startswith("/learn/practice/")


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_cost_the_same_for_more_rows(
    client, learner, topic, count, django_assert_max_num_queries
):
    bank = ItemBankFactory()
    for _ in range(count):
        item = make_item(bank, topic=topic)
        set_favorite(learner=learner, item=item, is_favorite=True, now=NOW)
    session = start(learner)
    for _ in range(count):
        answer(session, is_right=False)
    for name in ("practice", "wrong_answers", "favorites"):
        with django_assert_max_num_queries(25):
            assert client.get(reverse(f"exams:{name}")).status_code == 200
    with django_assert_max_num_queries(25):
        client.get(address_of(session), {"at": 1})


def test_letting_go_and_putting_back_on_the_page(client, learner):
    make_items(1)
    answer(start(learner), is_right=False)
    card = WrongAnswerCard.objects.get()
    address = reverse("exams:wrong_answer", args=[card.public_id])
    client.post(address, {"action": "let_go", "next": "https://evil.example/"})
    card.refresh_from_db()
    assert card.state == CardState.MASTERED
    page = client.get(reverse("exams:wrong_answers"), {"state": "mastered"})
    assert "下列说法正确的是" in page.content.decode()
    answered = client.post(address, {"action": "put_back", "next": "/learn/"})
    assert answered["Location"] == "/learn/"
    card.refresh_from_db()
    assert card.state == CardState.LEARNING
    other = Client()
    other.force_login(UserFactory())
    assert other.post(address, {"action": "let_go"}).status_code == 404


def test_an_unknown_state_of_the_book_is_not_found(client):
    address = reverse("exams:wrong_answers")
    assert client.get(address, {"state": "x"}).status_code == 404


def test_favorites_are_kept_practiced_and_removed(client, learner):
    [item] = make_items(1)
    address = reverse("exams:favorite", args=[item.public_id])
    for _ in range(2):
        client.post(address, {"favorite": "yes"})
    assert Favorite.objects.count() == 1
    assert start(learner, PracticeKind.FAVORITES).size == 1
    client.post(address, {"favorite": "no"})
    assert not Favorite.objects.exists()


def test_what_one_may_not_practice_cannot_be_a_favorite(client, learner):
    foreign = make_item(
        ItemBankFactory(owner_organization_id=77, audience="organization")
    )
    address = reverse("exams:favorite", args=[foreign.public_id])
    assert client.post(address, {"favorite": "yes"}).status_code == 404
    with pytest.raises(NotFound):
        find_favorable(learner=learner, public_id=str(foreign.public_id), now=NOW)


def test_the_mock_exam_of_ones_course_is_offered(learner):
    exam = ExamFactory(kind="mock", audience="assigned")
    home = practice_home(user=learner, language="zh-hans", now=NOW)
    assert home.mock_exams == []
    enroll_in(make_course(exam), learner)
    home = practice_home(user=learner, language="zh-hans", now=NOW)
    assert home.mock_exams == [exam]


def test_a_bank_that_is_assigned_opens_with_its_course(learner):
    bank = ItemBankFactory(audience="assigned")
    make_item(bank)
    exam = ExamFactory(audience="assigned")
    exam.paper.banks.add(bank)
    exam.paper.save()
    before = practice_home(user=learner, language="zh-hans", now=NOW).total_count
    enroll_in(make_course(exam), learner)
    after = practice_home(user=learner, language="zh-hans", now=NOW).total_count
    assert (before, after) == (3, 4)


def test_a_wrong_answer_leads_to_article_lesson_and_case(client, learner):
    enrollment = enroll_in(make_course(ExamFactory()), learner)
    items = list(Item.objects.all())
    unit_key = enrollment.syllabus.units[0]["key"]
    for kind, key, title, url in (
        *(("item", item.public_id, "题", "") for item in items),
        ("lesson", unit_key, "班前会", "/courses/x/"),
        ("lesson", "00000000-0000-0000-0000-000000000009", "别的课", "/courses/y/"),
        ("case", "c1", "某厂事故", "/cases/c1/"),
    ):
        Citation.objects.create(
            source_kind=kind,
            source_key=str(key),
            order=0,
            law_slug="work-safety-law",
            law_key="11111111-1111-1111-1111-111111111111",
            eid="art_28",
            wid="wsl-28",
            title=title,
            url=url,
        )
    session = start(learner)
    answer(session, is_right=False)
    set_favorite(learner=learner, item=items[0], is_favorite=True, now=NOW)
    answered = address_of(session) + "?at=1"
    lists = [reverse(f"exams:{name}") for name in ("wrong_answers", "favorites")]
    for address in (answered, *lists):
        page = client.get(address).content.decode()
        assert 'href="/courses/x/"' in page, address
        assert 'href="/cases/c1/"' in page, address
        assert "/courses/y/" not in page, address
