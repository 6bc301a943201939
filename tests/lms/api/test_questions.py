"""Questions and hand-outs of a lesson over REST: no key, the server's word, kept."""

import json
from uuid import uuid4

import pytest

from courses.domain.publishing import publish_course
from courses.models import ActivityAnswer, HandoutDownload
from lms.accounts.domain.tokens import create_token
from lms.accounts.enums import TokenScope
from tests.courses.test_answering import (
    BRANCHING,
    HOTSPOT,
    MATCHING,
    ORDERING,
    QUESTION,
    label,
    learner_with,
)
from tests.courses.test_move_on import make_handout
from tests.factories.accounts import UserFactory
from tests.factories.courses import NOW, make_course, make_enrollment, make_lesson

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


class Lesson:
    """The first lesson of an enrollment, as a program with a token sees it."""

    def __init__(self, client, enrollment, *, by=None, scope=TokenScope.LEARN):
        user = by or enrollment.learner
        _row, token = create_token(user=user, name="test", scopes=[scope], by=user)
        self.client, self.headers = client, {"Authorization": f"Bearer {token}"}
        self.url = f"/api/v1/lessons/{enrollment.syllabus.units[0]['key']}"

    def get(self, path="questions"):
        return self.client.get(f"{self.url}/{path}", headers=self.headers)

    def post(self, path, body, **headers):
        return self.client.post(
            f"{self.url}/questions/{path}",
            body,
            content_type="application/json",
            headers=self.headers | headers,
        )

    def questions(self):
        return self.get().json()["questions"]

    def answer(self, ref, value, **more):
        answer = self.post(f"{ref}/answers", {"value": value} | more)
        assert answer.status_code == 200, answer.content
        return answer.json()


def test_the_self_check_of_a_lesson(client):
    lesson = Lesson(client, learner_with(checks=[QUESTION]))
    shown = lesson.get()
    assert shown.status_code == 200
    (question,) = shown.json()["questions"]
    assert (question["kind"], question["is_check"]) == ("choice", True)
    assert question["feedback"] is None
    # Nothing that gives the answer away.
    assert "先通风，再检测" not in json.dumps(shown.json(), ensure_ascii=False)
    wrong = lesson.answer(question["ref"], [label(question["options"], "先进入")])
    assert wrong["question"]["feedback"]["is_right"] is False
    assert wrong["question"]["feedback"]["whys"] == ["会中毒"]
    right = lesson.answer(question["ref"], [label(question["options"], "先通风")])
    assert right["question"]["is_passed"] is True
    assert right["question"]["feedback"]["explanation"] == QUESTION["explanation"]
    assert ActivityAnswer.objects.count() == 2


def test_ordering_matching_and_places(client):
    lesson = Lesson(
        client,
        learner_with(
            "exercise",
            [("ordering", ORDERING), ("matching", MATCHING), ("hotspot", HOTSPOT)],
        ),
    )
    order, match, places = lesson.questions()
    assert [one["kind"] for one in (order, match, places)] == [
        "order",
        "match",
        "hotspot",
    ]
    given = [label(order["options"], text) for text in "一二三"]
    assert lesson.answer(order["ref"], given)["question"]["is_passed"]
    pairs = [
        f"{label(match['left'], left)}:{label(match['right'], right)}"
        for left, right in (("红", "禁止"), ("黄", "警告"))
    ]
    assert lesson.answer(match["ref"], pairs)["question"]["is_passed"]
    spot = label(places["spots"], "裸线")
    assert set(places["spots"][0]) == {"key", "number", "text", "x", "y", "w", "h"}
    done = lesson.answer(places["ref"], [spot])
    assert done["question"]["is_passed"]
    assert done["question"]["feedback"]["whys"] == ["裸线: 会触电"]


def test_a_scenario_step_by_step(client):
    lesson = Lesson(client, learner_with("exercise", [("branching", BRANCHING)]))
    (story,) = lesson.questions()
    assert (story["step"], story["steps"]) == (0, [])
    ref = story["ref"]
    way = label(story["situation"]["options"], "先呼救并通风")
    story = lesson.answer(ref, [way], step=0)["question"]
    assert [one["outcome"] for one in story["steps"]] == ["救援到了。"]
    late = lesson.post(f"{ref}/answers", {"value": [way], "step": 0})
    assert (late.status_code, late.json()["code"]) == (409, "out_of_step")
    again = lesson.post(f"{ref}/restart", {}).json()["question"]
    assert (again["step"], again["steps"]) == (0, [])


def test_the_same_key_answers_once(client):
    lesson = Lesson(client, learner_with(checks=[QUESTION]))
    (question,) = lesson.questions()
    body = {"value": [question["options"][0]["key"]]}
    key = {"Idempotency-Key": "one"}
    first, second = (
        lesson.post(f"{question['ref']}/answers", body, **key) for _n in range(2)
    )
    assert first.json() == second.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert ActivityAnswer.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid"),
        ({"value": ["Z"]}, 422, "invalid_value"),
        ({"value": []}, 422, "no_answer"),
        ({"value": ["A"] * 61}, 422, "invalid"),
    ],
)
def test_answers_without_form_are_refused(client, body, status, code):
    lesson = Lesson(client, learner_with(checks=[QUESTION]))
    ref = lesson.questions()[0]["ref"]
    answer = lesson.post(f"{ref}/answers", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not ActivityAnswer.objects.exists()


def test_a_handout_is_taken_and_counted(client):
    course, handout = make_course(), make_handout()
    make_lesson(
        course, kind="document", handouts=[{"type": "handout", "value": handout.pk}]
    )
    publish_course(course=course, now=NOW)
    lesson = Lesson(client, make_enrollment(course=course))
    (row,) = lesson.get().json()["handouts"]
    assert (row["kind"], row["is_taken"]) == ("PDF", False)
    taken = lesson.get(f"handouts/{row['id']}")
    assert b"".join(taken.streaming_content) == b"%PDF-1.7 test"
    assert taken.headers["X-Content-Type-Options"] == "nosniff"
    assert "attachment" in taken.headers["Content-Disposition"]
    assert HandoutDownload.objects.count() == 1
    assert lesson.get().json()["handouts"][0]["is_taken"] is True
    assert lesson.get(f"handouts/{uuid4()}").json()["code"] == "handout_unknown"


def test_nobody_else_sees_or_answers_them(client):
    enrollment = learner_with(checks=[QUESTION])
    ref = Lesson(client, enrollment).questions()[0]["ref"]
    stranger = Lesson(client, enrollment, by=UserFactory())
    reader = Lesson(client, enrollment, scope=TokenScope.READ)
    for one, status in ((stranger, 404), (reader, 403)):
        assert one.get().status_code == status
        assert one.get(f"handouts/{uuid4()}").status_code == status
        for path in (f"{ref}/answers", f"{ref}/restart"):
            assert one.post(path, {"value": ["A"]}).status_code == status
    for path in ("questions", f"handouts/{uuid4()}"):
        assert client.get(f"{stranger.url}/{path}").status_code == 401
    assert not ActivityAnswer.objects.exists()
