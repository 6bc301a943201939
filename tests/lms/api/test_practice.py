"""Practice, wrong-answer book and favorites over HTTP."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cms.models import Citation
from exams.domain.favorites import set_favorite
from exams.domain.wrong_answers import add_wrong_practice_answer
from exams.models import Favorite, PracticeAnswer, WrongAnswerCard
from lms.accounts.domain.tokens import create_token
from lms.accounts.enums import TokenScope
from lms.core.clock import now
from tests.factories.accounts import UserFactory
from tests.factories.exams import ItemBankFactory, TopicFactory, content_for, make_item
from tests.factories.organizations import AdministratorFactory, MembershipFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
API = "/api/v1"


class Caller:
    """A person's browser session, or a program with a token of theirs."""

    def __init__(self, user=None, scopes=None):
        self.user = user or UserFactory()
        self.client, self.headers = Client(), {}
        if scopes is None:
            self.client.force_login(self.user)
        else:
            _token, raw = create_token(
                user=self.user,
                name="program",
                scopes=scopes,
                by=self.user,
                expires_at=now() + timedelta(days=1),
            )
            self.headers = {"Authorization": f"Bearer {raw}"}

    def __call__(self, verb, path, body=None, **headers):
        return getattr(self.client, verb)(
            f"{API}/{path}",
            *([] if verb == "get" else [body or {}, "application/json"]),
            headers=self.headers | headers,
        )


@pytest.fixture
def me():
    return Caller()


@pytest.fixture
def bank():
    return ItemBankFactory()


@pytest.fixture
def items(bank):
    topic = TopicFactory()
    return [make_item(bank, topic=topic) for _ in range(3)]


def put_in_book(user, item):
    add_wrong_practice_answer(
        learner=user,
        item_id=item.pk,
        revision_id=item.current_revision_id,
        given=["产量第一"],
        now=now(),
    )


def cite(item):
    """Let a case stand beside the item: both speak of one article."""
    for kind, key, url in (
        ("item", item.public_id, ""),
        ("case", item.pk, "/cases/c1/"),
    ):
        Citation.objects.create(
            source_kind=kind,
            source_key=str(key),
            order=0,
            law_slug="work-safety-law",
            law_key="11111111-1111-1111-1111-111111111111",
            eid="art_28",
            wid="wsl-28",
            title="某厂事故",
            url=url,
        )


CASE = {"kind": "case", "title": "某厂事故", "url": "/cases/c1/"}


def code_of(response):
    return response.status_code, response.json().get("code")


def test_the_home_tells_what_there_is(me, items):
    put_in_book(me.user, items[0])
    set_favorite(learner=me.user, item=items[1], is_favorite=True, now=now())
    body = me("get", "practice").json()
    assert {k: body[k] for k in ("wrong_answers", "favorites", "items", "weak")} == {
        "wrong_answers": 1,
        "favorites": 1,
        "items": 3,
        "weak": [],
    }
    (topic,) = body["topics"]
    assert (topic["id"], topic["count"]) == (items[0].topic_id, 3)


def test_a_practice_from_start_to_end(me, items):
    wanted = {"kind": "topic", "topic": items[0].topic_id}
    started = me("post", "practice/sessions", wanted)
    body = started.json()
    assert started.status_code == 201
    assert (body["size"], body["place"], body["is_finished"]) == (3, 1, False)
    assert body["solution"] is None
    assert body["item"]["position"] == 1
    assert {"key", "text"} == set(body["item"]["options"][0])
    assert "correct" not in started.content.decode()
    address = f"practice/sessions/{body['id']}"
    right = next(o["key"] for o in body["item"]["options"] if o["text"] == "安全第一")
    told = me("post", f"{address}/answers", {"place": 1, "value": [right]}).json()
    assert told == {
        "is_right": True,
        "solution": {
            "correct_response": [right],
            "right": told["solution"]["right"],
            "explanation": "第二十八条",
            "suggestions": [],
        },
        "place": 2,
        "is_finished": False,
    }
    item = me("get", address).json()["item"]
    wrong = next(o["key"] for o in item["options"] if o["text"] != "安全第一")
    told = me("post", f"{address}/answers", {"place": 2, "value": [wrong]}).json()
    assert told["is_right"] is False
    assert WrongAnswerCard.objects.get().learner == me.user
    skipped = me("post", f"{address}/skip", {"place": 3}).json()
    assert (skipped["is_finished"], skipped["item"]) == (True, None)
    assert PracticeAnswer.objects.count() == 2


def test_starting_again_goes_on_where_one_stopped(me, items):
    first = me("post", "practice/sessions", {"kind": "random"}).json()
    me("post", f"practice/sessions/{first['id']}/skip", {"place": 1})
    again = me("post", "practice/sessions", {"kind": "random"}).json()
    assert (again["id"], again["place"]) == (first["id"], 2)
    ended = me("post", f"practice/sessions/{first['id']}/end").json()
    assert ended["is_finished"] is True
    other = me("post", "practice/sessions", {"kind": "random"}).json()
    assert other["id"] != first["id"]


def test_memorizing_shows_the_solution_with_the_item(me, items):
    body = me("post", "practice/sessions", {"kind": "memorize"}).json()
    assert body["solution"]["explanation"] == "第二十八条"
    assert body["solution"]["right"]


def test_a_free_text_is_judged_by_its_writer(me, bank):
    make_item(bank, "extended_text", content=content_for("extended_text"))
    body = me("post", "practice/sessions", {"kind": "random"}).json()
    address = f"practice/sessions/{body['id']}/answers"
    given = {"place": 1, "value": ["先通风"]}
    told = me("post", address, given).json()
    assert (told["is_right"], told["place"]) == (None, 1)
    assert not PracticeAnswer.objects.exists()
    told = me("post", address, given | {"judged_right": True}).json()
    assert (told["is_right"], told["is_finished"]) == (True, True)


def test_a_place_ahead_or_behind_tells_no_solution(me, items):
    body = me("post", "practice/sessions", {"kind": "random"}).json()
    address = f"practice/sessions/{body['id']}"
    for place in (2, 3, 99):
        refused = me("post", f"{address}/answers", {"place": place, "value": ["A"]})
        assert code_of(refused) == (409, "already_answered")
        assert "第二十八条" not in refused.content.decode()
        assert me("post", f"{address}/skip", {"place": place}).status_code == 409
    me("post", f"{address}/skip", {"place": 1})
    refused = me("post", f"{address}/answers", {"place": 1, "value": ["A"]})
    assert (code_of(refused), refused.json()["place"]) == ((409, "already_answered"), 2)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("practice/sessions", {}, 422),
        ("practice/sessions", {"kind": "luck"}, 422),
        ("practice/sessions", {"kind": "topic", "topic": 4711}, 404),
        ("practice/sessions", {"kind": "favorites"}, 409),
        ("practice/sessions/{id}/answers", {"place": 1}, 422),
        ("practice/sessions/{id}/answers", {"place": 0, "value": []}, 422),
        ("practice/sessions/{id}/answers", {"place": 1, "value": []}, 422),
        ("practice/sessions/{id}/answers", {"place": 1, "value": ["Z"]}, 422),
        ("practice/sessions/{id}/answers", {"place": 1, "value": ["x" * 10_001]}, 422),
        ("practice/sessions/{id}/skip", {}, 422),
    ],
)
def test_bad_input_is_refused_and_nothing_kept(me, items, path, body, status):
    session = me("post", "practice/sessions", {"kind": "random"}).json()["id"]
    assert me("post", path.format(id=session), body).status_code == status
    assert not PracticeAnswer.objects.exists()


def test_the_same_key_answers_once(me, items):
    body = me("post", "practice/sessions", {"kind": "random"}).json()
    address = f"practice/sessions/{body['id']}/answers"
    sent = {"place": 1, "value": ["A"]}
    first = me("post", address, sent, **{"Idempotency-Key": "one"})
    again = me("post", address, sent, **{"Idempotency-Key": "one"})
    assert (first.status_code, first.json()) == (200, again.json())
    assert PracticeAnswer.objects.count() == 1


def test_the_book_lists_lets_go_and_takes_back(me, items):
    put_in_book(me.user, items[0])
    (line,) = me("get", "wrong-answers").json()["results"]
    assert (line["item"], line["state"], line["given"]) == (
        str(items[0].public_id),
        "learning",
        ["产量第一"],
    )
    assert (line["explanation"], line["wrong_count"]) == ("第二十八条", 1)
    address = f"wrong-answers/{line['id']}"
    assert me("post", address, {"action": "let_go"}).json()["state"] == "mastered"
    assert me("get", "wrong-answers").json()["results"] == []
    mastered = me("get", "wrong-answers?state=mastered").json()["results"]
    assert [one["id"] for one in mastered] == [line["id"]]
    assert me("post", address, {"action": "put_back"}).json()["state"] == "learning"
    assert me("get", "wrong-answers?state=gone").status_code == 422
    assert me("post", address, {"action": "burn"}).status_code == 422


def test_lines_and_solutions_lead_to_what_helps(me, items):
    cite(items[0])
    put_in_book(me.user, items[0])
    set_favorite(learner=me.user, item=items[0], is_favorite=True, now=now())
    for path in ("wrong-answers", "favorites"):
        (line,) = me("get", path).json()["results"]
        assert line["suggestions"] == [CASE]
    body = me("post", "practice/sessions", {"kind": "favorites"}).json()
    given = {"place": 1, "value": [body["item"]["options"][0]["key"]]}
    told = me("post", f"practice/sessions/{body['id']}/answers", given).json()
    assert told["solution"]["suggestions"] == [CASE]


def test_favorites_are_kept_and_given_up(me, items):
    address = f"favorites/{items[0].public_id}"
    for _time in range(2):
        assert me("put", address).status_code == 204
    (line,) = me("get", "favorites").json()["results"]
    assert (line["item"], line["right"] != []) == (str(items[0].public_id), True)
    for _time in range(2):
        assert me("delete", address).status_code == 204
    assert me("get", "favorites").json()["results"] == []


def test_an_item_of_a_closed_bank_can_not_be_kept(me, bank, items):
    bank.allows_practice = False
    bank.save()
    foreign = make_item(
        ItemBankFactory(owner_organization_id=4711, audience="organization")
    )
    for item in (items[0], foreign):
        refused = me("put", f"favorites/{item.public_id}")
        assert code_of(refused) == (404, "item_not_found")
    assert not Favorite.objects.exists()


def test_nobody_sees_what_another_person_practices(me, items):
    put_in_book(me.user, items[0])
    set_favorite(learner=me.user, item=items[0], is_favorite=True, now=now())
    session = me("post", "practice/sessions", {"kind": "random"}).json()["id"]
    card = WrongAnswerCard.objects.get().public_id
    employer = AdministratorFactory()
    MembershipFactory(user=me.user, organization=employer.organization)
    operator = UserFactory(is_staff=True, is_superuser=True)
    for other in (Caller(), Caller(employer.user), Caller(operator)):
        assert other("get", f"practice/sessions/{session}").status_code == 404
        given = {"place": 1, "value": ["A"]}
        assert (
            other("post", f"practice/sessions/{session}/answers", given).status_code
            == 404
        )
        acted = other("post", f"wrong-answers/{card}", {"action": "let_go"})
        assert acted.status_code == 404
        assert other("get", "wrong-answers").json()["results"] == []
        assert other("get", "favorites").json()["results"] == []


ADDRESSES = ("practice", "wrong-answers", "favorites")


@pytest.mark.parametrize("path", ADDRESSES)
def test_visitors_and_tokens_without_the_scope_are_refused(path):
    assert Client().get(f"{API}/{path}").status_code == 401
    reader = Caller(scopes=[TokenScope.READ])
    assert code_of(reader("get", path)) == (403, "insufficient_scope")
    assert Caller(scopes=[TokenScope.LEARN])("get", path).status_code == 200


@pytest.mark.parametrize("path", ADDRESSES)
def test_lists_cost_the_same_for_one_and_many(me, bank, path):
    def cost(count):
        for _turn in range(count):
            item = make_item(bank, topic=TopicFactory())
            cite(item)
            put_in_book(me.user, item)
            set_favorite(learner=me.user, item=item, is_favorite=True, now=now())
        me("get", path)
        with CaptureQueriesContext(connection) as queries:
            assert me("get", path).status_code == 200
        return len(queries)

    assert cost(1) == cost(3)
