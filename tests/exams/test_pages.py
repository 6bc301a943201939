"""The pages of an exam: before, during, after."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from cms.domain.citations import CitationInput
from exams.domain.attempts import start_attempt
from exams.domain.responses import ResponseInput, record_events
from exams.domain.submission import submit_attempt
from exams.domain.writers import open_writer
from exams.models import Attempt
from lms.core.clock import now
from lms.core.enums import Audience
from tests.factories.accounts import UserFactory
from tests.factories.exams import (
    CONTENTS,
    ExamFactory,
    ItemBankFactory,
    enroll_in,
    make_course,
    make_fixed_paper,
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


def intro(exam):
    return reverse("exams:intro", args=[exam.public_id])


def page_of(attempt):
    return reverse("exams:attempt", args=[attempt.public_id])


def result_of(attempt):
    return reverse("exams:result", args=[attempt.public_id])


def sat(exam, learner, *answers):
    attempt = start_attempt(exam=exam, candidate=learner, now=now())
    open_writer(attempt=attempt, now=now())
    events = [ResponseInput(n, n, [value]) for n, value in enumerate(answers, start=1)]
    record_events(public_id=attempt.public_id, writer=1, events=events, now=now())
    return submit_attempt(
        attempt=attempt, by=learner, writer=1, last_seq=len(answers), now=now()
    )


def test_the_door_names_the_rules_and_starts_the_attempt(client, learner):
    exam = ExamFactory(max_attempts=2)
    page = client.get(intro(exam)).content.decode()
    assert exam.title in page
    assert "60%" in page
    answer = client.post(intro(exam))
    attempt = Attempt.objects.get(candidate=learner)
    assert (answer.status_code, answer["Location"]) == (302, page_of(attempt))


def test_visitors_are_sent_to_sign_in():
    answer = Client().get(intro(ExamFactory()))
    assert answer.status_code == 302
    assert "login" in answer["Location"]


def test_a_closed_exam_has_a_clear_page_and_no_start_button(client):
    exam = ExamFactory(opens_at=now() + timedelta(days=1))
    page = client.get(intro(exam)).content.decode()
    assert exam.opens_at.strftime("%Y") in page
    assert "btn--large" not in page
    assert client.post(intro(exam)).status_code == 409
    assert Attempt.objects.count() == 0


def test_who_has_not_joined_the_course_is_told_how(client, learner):
    exam = ExamFactory(audience=Audience.ASSIGNED)
    course = make_course(exam)
    answer = client.get(intro(exam))
    assert answer.status_code == 403
    assert course.url in answer.content.decode()
    enroll_in(course, learner)
    assert client.get(intro(exam)).status_code == 200


def test_an_exam_of_another_organization_does_not_exist(client):
    exam = ExamFactory(audience=Audience.ORGANIZATION, owner_organization_id=77)
    assert client.get(intro(exam)).status_code == 404
    assert client.post(intro(exam)).status_code == 404


@pytest.fixture
def all_types_paper(db):
    bank = ItemBankFactory()
    items = [make_item(bank, name) for name in CONTENTS if name != "case"]
    case = make_item(bank, "case")
    make_item(bank, "true_false", parent=case, order=1)
    return make_fixed_paper([*items, case])


def test_every_type_is_shown_without_its_key(client, learner, all_types_paper):
    exam = ExamFactory(paper=all_types_paper)
    attempt = start_attempt(exam=exam, candidate=learner, now=now())
    answer = client.get(page_of(attempt))
    page = answer.content.decode()
    assert answer.status_code == 200
    for item in attempt.paper.blob["items"]:
        assert f'id="item-{item["position"]}"' in page
    for secret in ("第二十八条", "correct", "二十四", "explanation", "tolerance"):
        assert secret not in page
    assert "no-store" in answer["Cache-Control"]


def test_somebody_elses_attempt_does_not_exist(client, learner):
    other = start_attempt(exam=ExamFactory(), candidate=UserFactory(), now=now())
    for address in (page_of(other), result_of(other)):
        assert client.get(address).status_code == 404
    operator = Client()
    operator.force_login(UserFactory(is_staff=True))
    assert operator.get(page_of(other)).status_code == 404


def test_the_result_is_not_shown_while_the_attempt_runs(client, learner):
    attempt = start_attempt(exam=ExamFactory(), candidate=learner, now=now())
    answer = client.get(result_of(attempt))
    assert (answer.status_code, answer["Location"]) == (302, page_of(attempt))


def test_an_overdue_sitting_leads_to_its_result(client, learner):
    past = now() - timedelta(hours=3)
    attempt = start_attempt(exam=ExamFactory(), candidate=learner, now=past)
    assert client.get(page_of(attempt))["Location"] == result_of(attempt)
    assert client.get(result_of(attempt)).status_code == 200


def test_the_result_says_score_and_why(client, learner):
    attempt = sat(ExamFactory(), learner, "A", "A", "B")
    page = client.get(result_of(attempt)).content.decode()
    assert "exam-score--passed" in page
    assert "B. 产量第一" in page
    assert "A. 安全第一" in page
    assert "第二十八条" in page
    assert client.get(page_of(attempt))["Location"] == result_of(attempt)


def test_a_wrong_answer_leads_to_article_lesson_and_case(client, learner, monkeypatch):
    """Citations of the item, of a lesson of the same course and of a case meet."""
    from cms.models import Citation
    from exams.domain import review
    from exams.models import Item

    exam = ExamFactory()
    course = make_course(exam)
    enrollment = enroll_in(course, learner)
    item = Item.objects.first()
    law_key = "11111111-1111-1111-1111-111111111111"
    unit_key = enrollment.syllabus.units[0]["key"]
    for kind, key, title, url in (
        ("item", item.public_id, "题", ""),
        ("lesson", unit_key, "班前会", "/courses/x/"),
        ("lesson", "00000000-0000-0000-0000-000000000009", "别的课", "/courses/y/"),
        ("case", "c1", "某厂事故", "/cases/c1/"),
    ):
        Citation.objects.create(
            source_kind=kind,
            source_key=str(key),
            order=0,
            law_slug="work-safety-law",
            law_key=law_key,
            eid="art_28",
            wid="wsl-28" if kind != "lesson" else "wsl-28__para_1",
            title=title,
            url=url,
        )
    attempt = start_attempt(
        exam=exam, candidate=learner, enrollment=enrollment, now=now()
    )
    done = submit_attempt(attempt=attempt, by=learner, writer=1, last_seq=0, now=now())
    found = review.review_attempt(attempt=done, user=learner, language="zh-hans")
    assert found.items[0].suggestions == [
        review.Suggestion("lesson", "班前会", "/courses/x/"),
        review.Suggestion("case", "某厂事故", "/cases/c1/"),
    ]
    assert found.advice[0][1] == [1]
    page = client.get(result_of(done)).content.decode()
    assert "班前会" in page
    assert "别的课" not in page
    assert CitationInput("work-safety-law", 28).eid == "art_28"


@pytest.mark.parametrize("count", [1, 30])
def test_pages_cost_the_same_whatever_the_length(
    client, learner, count, django_assert_max_num_queries
):
    exam = ExamFactory(kind="mock", paper=make_fixed_paper(make_items(count)))
    for _ in range(min(count, 3)):
        done = sat(exam, learner, "B")
    running = start_attempt(exam=exam, candidate=learner, now=now())
    for address, limit in (
        (intro(exam), 20),
        (page_of(running), 12),
        (result_of(done), 25),
    ):
        with django_assert_max_num_queries(limit):
            assert client.get(address).status_code == 200
