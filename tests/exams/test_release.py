"""When a candidate learns a result, and how much of it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError

from courses.enums import EnrollmentState
from exams.domain.attempts import start_attempt, start_refusal
from exams.domain.release import (
    policy_of,
    release_due,
    release_results,
    results_overview,
    save_policy,
)
from exams.domain.responses import ResponseInput, record_events
from exams.domain.review import review_attempt
from exams.domain.submission import submit_attempt
from exams.domain.writers import open_writer
from exams.enums import AttemptState, ReleasePolicy, ReleaseScope
from exams.errors import ReleaseRefused
from exams.models import Attempt, MarkingPolicy, ResultRelease
from exams.signals import attempt_finalized
from exams.tasks import release_due_results
from lms.audit.models import AuditEvent
from lms.notifications.models import Message
from tests.factories.accounts import UserFactory
from tests.factories.exams import (
    ExamFactory,
    ItemBankFactory,
    enroll_in,
    make_course,
    make_fixed_paper,
    make_item,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def sit(exam, candidate, now, answers=(["A"], ["A"], ["A"]), **fields):
    attempt = start_attempt(exam=exam, candidate=candidate, now=now, **fields)
    open_writer(attempt=attempt, now=now)
    events = [ResponseInput(n, n, v) for n, v in enumerate(answers, start=1)]
    record_events(public_id=attempt.public_id, writer=1, events=events, now=now)
    return submit_attempt(
        attempt=attempt, by=None, writer=1, last_seq=len(answers), now=now
    )


def set_policy(exam, **values):
    MarkingPolicy.objects.update_or_create(exam=exam, defaults=values)
    return type(exam).objects.get(pk=exam.pk)


def reviewed(attempt):
    attempt = Attempt.objects.get(pk=attempt.pk)
    return review_attempt(attempt=attempt, user=attempt.candidate, language="zh-hans")


def test_without_a_policy_the_result_is_told_at_once_with_the_key(exam, candidate, now):
    done = sit(exam, candidate, now)
    review = reviewed(done)
    assert done.state == AttemptState.FINALIZED
    assert done.result.released_at == now
    assert (review.score, review.passed) == (Decimal(3), True)
    assert review.items[0].correct_response == ["A"]
    assert Message.objects.count() == 0


@pytest.mark.parametrize(
    ("scope", "items", "key"),
    [
        (ReleaseScope.SCORE, 0, None),
        (ReleaseScope.EXPLANATIONS, 3, []),
        (ReleaseScope.KEY, 3, ["A"]),
    ],
)
def test_the_scope_says_how_much_is_told(exam, candidate, now, scope, items, key):
    exam = set_policy(exam, release_scope=scope)
    review = reviewed(sit(exam, candidate, now))
    assert (review.score, len(review.items)) == (Decimal(3), items)
    if items:
        assert review.items[0].correct_response == key
        assert review.items[0].explanation == "第二十八条"


@pytest.mark.parametrize(
    "policy",
    [
        {"release": ReleasePolicy.BY_HAND},
        {"release": ReleasePolicy.AT_DATE, "days": 3},
    ],
)
def test_before_the_release_nothing_follows_from_a_pass(exam, candidate, now, policy):
    days = policy.pop("days", None)
    if days:
        policy["release_at"] = now + timedelta(days=days)
    exam = set_policy(exam, **policy)
    enrollment = enroll_in(make_course(exam), candidate)
    heard = []

    def listen(**kw):
        heard.append(kw)

    attempt_finalized.connect(listen)
    done = sit(exam, candidate, now, enrollment=enrollment)
    review = reviewed(done)
    enrollment.refresh_from_db()
    assert done.state == AttemptState.SUBMITTED
    assert (review.score, review.passed, review.by_topic, review.items) == (
        None,
        None,
        [],
        [],
    )
    assert enrollment.state == EnrollmentState.ACTIVE
    assert heard == []
    assert review.visibility.release_at == policy.get("release_at")


def test_a_date_releases_when_it_comes_and_once(
    exam, candidate, now, django_capture_on_commit_callbacks
):
    exam = set_policy(
        exam, release=ReleasePolicy.AT_DATE, release_at=now + timedelta(days=3)
    )
    enrollment = enroll_in(make_course(exam), candidate)
    done = sit(exam, candidate, now, enrollment=enrollment)
    assert release_due(now=now + timedelta(days=2)) == 0
    at = now + timedelta(days=3)
    heard = []

    def listen(**kw):
        heard.append(kw["result"].raw)

    attempt_finalized.connect(listen)
    with django_capture_on_commit_callbacks(execute=True):
        assert release_due(now=at) == 1
        assert release_due(now=at) == 0
    done.refresh_from_db()
    enrollment.refresh_from_db()
    assert (done.state, done.result.released_at) == (AttemptState.FINALIZED, at)
    assert heard == [Decimal(3)]
    assert enrollment.state == EnrollmentState.COMPLETED
    message = Message.objects.get(recipient=candidate, kind="exam")
    assert str(done.public_id) in message.url
    assert "3" not in message.body
    release_due_results()


def test_release_by_hand_covers_what_was_handed_in_until_then(exam, now):
    exam = set_policy(exam, release=ReleasePolicy.BY_HAND)
    first = sit(exam, UserFactory(), now)
    owner = UserFactory()
    assert release_results(exam=exam, by=owner, now=now + timedelta(hours=1)) == 1
    second = sit(exam, UserFactory(), now + timedelta(hours=2))
    assert release_due(now=now + timedelta(hours=3)) == 0
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (
        AttemptState.FINALIZED,
        AttemptState.SUBMITTED,
    )
    overview = results_overview(exam=exam)
    assert (overview.handed_in, overview.marked, overview.released) == (2, 2, 1)
    assert overview.waiting == 1
    assert AuditEvent.objects.filter(verb="results_released").count() == 1


def test_release_by_hand_is_refused_under_another_policy(exam, now):
    with pytest.raises(ReleaseRefused) as refusal:
        release_results(exam=exam, by=UserFactory(), now=now)
    assert refusal.value.code == "not_by_hand"
    assert ResultRelease.objects.count() == 0


def test_a_free_answer_waits_for_its_mark_before_any_release(candidate, now):
    bank = ItemBankFactory()
    exam = ExamFactory(
        paper=make_fixed_paper([make_item(bank), make_item(bank, "extended_text")])
    )
    exam = set_policy(exam, release=ReleasePolicy.AFTER_MARKING)
    done = sit(exam, candidate, now, answers=(["A"], ["先通风"]))
    assert release_due(now=now + timedelta(days=9)) == 0
    review = reviewed(done)
    assert (review.score, review.items, done.state) == (None, [], "submitted")


def test_at_once_shows_the_objective_items_while_an_examiner_reads(candidate, now):
    bank = ItemBankFactory()
    exam = ExamFactory(
        kind="mock",
        paper=make_fixed_paper([make_item(bank), make_item(bank, "extended_text")]),
    )
    review = reviewed(sit(exam, candidate, now, answers=(["A"], ["先通风"])))
    assert (review.score, review.passed) == (None, None)
    assert [item.outcome for item in review.items] == ["right", "pending"]


def test_a_start_is_refused_alike_whether_the_hidden_result_is_a_pass(now):
    exam = set_policy(ExamFactory(), release=ReleasePolicy.BY_HAND)
    codes = []
    for answers in ((["A"], ["A"], ["A"]), (["B"], ["B"], ["B"])):
        person = UserFactory()
        sit(exam, person, now, answers=answers)
        codes.append(start_refusal(exam=exam, candidate=person, now=now).code)
    assert codes == ["result_pending", "result_pending"]
    release_results(exam=exam, by=UserFactory(), now=now)
    assert start_refusal(exam=exam, candidate=person, now=now) is None


def test_a_date_policy_without_a_date_is_impossible(exam):
    with pytest.raises(IntegrityError):
        save_policy(
            exam=exam, values={"release": ReleasePolicy.AT_DATE}, by=UserFactory()
        )


def test_a_changed_policy_is_kept_in_the_audit(exam):
    save_policy(
        exam=exam, values={"release": ReleasePolicy.AFTER_MARKING}, by=UserFactory()
    )
    exam = type(exam).objects.get(pk=exam.pk)
    assert policy_of(exam).release == ReleasePolicy.AFTER_MARKING
    assert AuditEvent.objects.get(verb="marking_policy_changed").data == {
        "release": "after_marking"
    }
