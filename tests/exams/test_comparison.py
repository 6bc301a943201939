"""An attempt beside the earlier ones of the same person."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from exams.domain.comparison import Change, compare_with_earlier
from exams.enums import ReleasePolicy
from exams.models import Attempt
from lms.core.clock import now
from tests.exams.test_release import set_policy, sit
from tests.factories.accounts import UserFactory
from tests.factories.exams import (
    ExamFactory,
    ItemBankFactory,
    TopicFactory,
    make_fixed_paper,
    make_item,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def exam():
    bank = ItemBankFactory()
    fire, power = TopicFactory(name="消防"), TopicFactory(name="用电")
    items = [make_item(bank, topic=topic) for topic in (fire, fire, power)]
    return ExamFactory(paper=make_fixed_paper(items), kind="mock", max_attempts=None)


@pytest.fixture
def learner():
    return UserFactory()


def sat(exam, learner, answers, days=0):
    done = sit(exam, learner, now() + timedelta(days=days), answers=answers)
    return Attempt.objects.select_related("exam", "result").get(pk=done.pk)


def page_of(learner, attempt):
    client = Client()
    client.force_login(learner)
    address = reverse("exams:result", args=[attempt.public_id])
    return client.get(address).content.decode()


def test_topics_and_total_then_and_now(exam, learner):
    first = sat(exam, learner, (["A"], ["B"], ["A"]), days=-2)
    second = sat(exam, learner, (["A"], ["A"], ["B"]), days=-1)
    found = compare_with_earlier(attempt=second)
    assert found.earlier == [first]
    assert found.topics == [Change("用电", 100, 0), Change("消防", 50, 100)]
    assert (found.total, found.total.difference) == (Change("", 66, 66), 0)
    page = page_of(learner, second)
    assert "-100" in page
    assert "+50" in page
    assert reverse("exams:result", args=[first.public_id]) in page


def test_the_last_one_before_counts_and_later_ones_do_not(exam, learner):
    attempts = [
        sat(exam, learner, (answer,) * 3, days=n - 5)
        for n, answer in enumerate((["B"], ["A"], ["B"]))
    ]
    found = compare_with_earlier(attempt=attempts[1])
    assert (found.earlier, found.total) == ([attempts[0]], Change("", 0, 100))
    found = compare_with_earlier(attempt=attempts[2])
    assert found.earlier == [attempts[1], attempts[0]]


def test_a_first_attempt_and_other_peoples_attempts_are_no_comparison(exam, learner):
    sat(exam, UserFactory(), (["A"],) * 3, days=-2)
    sat(ExamFactory(), learner, (["A"],) * 3, days=-2)
    mine = sat(exam, learner, (["B"],) * 3)
    assert compare_with_earlier(attempt=mine) is None
    assert 'id="before"' not in page_of(learner, mine)


def test_what_is_not_released_is_not_compared(exam, learner):
    first = sat(exam, learner, (["A"],) * 3, days=-2)
    later = now() + timedelta(days=3)
    exam = set_policy(exam, release=ReleasePolicy.AT_DATE, release_at=later)
    second = sat(exam, learner, (["B"],) * 3, days=-1)
    assert compare_with_earlier(attempt=second) is None
    assert 'id="before"' not in page_of(learner, second)
    assert compare_with_earlier(attempt=first) is None


def test_a_topic_that_was_asked_only_once_says_so():
    gone, new = Change("旧", 50, None), Change("新", None, 50)
    assert (gone.difference, new.difference) == (None, None)


def test_it_costs_one_query(exam, learner, django_assert_num_queries):
    for n in range(3):
        last = sat(exam, learner, (["A"],) * 3, days=n - 4)
    with django_assert_num_queries(1):
        compare_with_earlier(attempt=last)
