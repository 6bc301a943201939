"""POST /exams/{uuid}/attempts, as contracts say it."""

import json
from uuid import uuid4

import pytest
from django.test import Client

from exams.models import Attempt
from lms.core.enums import Audience
from tests.factories.accounts import UserFactory
from tests.factories.exams import ExamFactory, enroll_in, make_course

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def learner():
    return UserFactory()


@pytest.fixture
def api(learner):
    client = Client()
    client.force_login(learner)
    return client


def start(client, exam, **headers):
    return client.post(f"/api/v1/exams/{exam.public_id}/attempts", headers=headers)


def test_start_answers_as_the_contract_says(api):
    answer = start(api, ExamFactory())
    body = answer.json()
    assert answer.status_code == 201
    assert {"id", "token", "started_at", "deadline", "server_time", "items"} <= set(
        body
    )
    assert body["responses"] == {}
    assert body["items"][0] == {
        "position": 1,
        "type": "choice",
        "cardinality": "single",
        "stem": "下列说法正确的是",
        "options": [
            {"key": "A", "text": "安全第一"},
            {"key": "B", "text": "产量第一"},
            {"key": "C", "text": "速度第一"},
        ],
        "max_score": 1.0,
    }


def test_the_key_is_nowhere_in_the_answer(api):
    text = json.dumps(start(api, ExamFactory()).json(), ensure_ascii=False)
    for secret in ("correct", "explanation", "第二十八条", "seed", "labels", "topic"):
        assert secret not in text


def test_asking_again_returns_the_open_attempt_with_its_answers(api):
    exam = ExamFactory()
    first = start(api, exam, **{"Idempotency-Key": "tab-1"}).json()
    api.put(
        f"/api/v1/attempts/{first['id']}/responses",
        {"events": [{"seq": 1, "position": 1, "value": ["B"]}]},
        content_type="application/json",
        headers={"Authorization": f"Attempt {first['token']}"},
    )
    again = start(api, exam, **{"Idempotency-Key": "tab-1"}).json()
    other = start(api, exam).json()
    assert (again["id"], again["token"]) == (first["id"], first["token"])
    assert (again["responses"], again["next_seq"]) == ({"1": ["B"]}, 2)
    assert (other["id"], other["writer"]) == (first["id"], 2)
    assert Attempt.objects.count() == 1


def test_an_exam_of_a_course_is_for_those_enrolled(api, learner):
    exam = ExamFactory(audience=Audience.ASSIGNED)
    course = make_course(exam)
    assert start(api, exam).status_code == 404
    enroll_in(course, learner)
    assert start(api, exam).status_code == 201
    assert Attempt.objects.get().enrollment.course_key == course.translation_key


def test_an_exam_of_another_organization_does_not_exist(api):
    exam = ExamFactory(audience=Audience.ORGANIZATION, owner_organization_id=77)
    assert start(api, exam).status_code == 404


def test_visitors_and_unknown_exams_are_refused(api):
    assert start(Client(), ExamFactory()).status_code in (401, 403)
    assert api.post(f"/api/v1/exams/{uuid4()}/attempts").status_code == 404
    assert Attempt.objects.count() == 0


def test_a_closed_exam_answers_409_with_its_code(api, settings):
    exam = ExamFactory(opens_at="2099-01-01T00:00:00Z")
    answer = start(api, exam)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_yet_open")
    assert answer["Content-Type"] == "application/problem+json"


def test_a_session_needs_a_csrf_token(learner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(learner)
    assert start(client, ExamFactory()).status_code == 403


@pytest.mark.parametrize("count", [1, 30])
def test_starting_costs_the_same_whatever_the_length(
    api, count, django_assert_max_num_queries
):
    from tests.factories.exams import make_fixed_paper, make_items

    exam = ExamFactory(paper=make_fixed_paper(make_items(count)))
    with django_assert_max_num_queries(25):
        assert start(api, exam).status_code == 201
