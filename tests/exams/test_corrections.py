"""Correcting a key: who may, whose score changes, what follows and what does not."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from courses.enums import EnrollmentState
from exams.domain.attempts import start_attempt
from exams.domain.corrections import (
    apply_correction,
    approve_correction,
    continue_corrections,
    propose_correction,
    reject_correction,
    try_correction,
)
from exams.domain.responses import ResponseInput, record_events
from exams.domain.review import review_attempt
from exams.domain.submission import submit_attempt
from exams.domain.writers import open_writer
from exams.enums import CorrectionKind, CorrectionState, MarkSource
from exams.errors import CorrectionRefused
from exams.models import Attempt, Item, KeyCorrection, Mark
from exams.signals import result_changed
from lms.audit.models import AuditEvent
from lms.notifications.models import Message
from tests.exams.test_release import set_policy, sit
from tests.factories.accounts import UserFactory
from tests.factories.exams import (
    ExamFactory,
    ItemBankFactory,
    content_for,
    enroll_in,
    make_course,
    make_fixed_paper,
    make_item,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]
B_IS_RIGHT = content_for("choice", correct=["B"])


@pytest.fixture
def author(db):
    return UserFactory()


@pytest.fixture
def item(exam):
    return Item.objects.non_polymorphic().order_by("pk").first()


@pytest.fixture
def propose(item, author, now):
    def call(**fields):
        values = {"kind": CorrectionKind.NEW_KEY, "content": B_IS_RIGHT} | fields
        correction = propose_correction(
            **{"item": item, "reason": "答案印错", "by": author, "now": now} | values
        )
        return try_correction(correction=correction, now=now)

    return call


def approve(correction, now):
    approve_correction(correction=correction, by=UserFactory(), now=now)
    return apply_correction(correction=correction, now=now)


def raw_of(attempt):
    return Attempt.objects.select_related("result").get(pk=attempt.pk).result.raw


def test_the_dry_run_names_who_gains_and_who_loses_and_changes_nothing(
    exam, propose, now
):
    loser = sit(exam, UserFactory(), now, answers=(["A"], ["A"], ["B"]))
    winner = sit(exam, UserFactory(), now, answers=(["B"], ["A"], ["B"]))
    neither = sit(exam, UserFactory(), now, answers=(["C"], ["A"], ["A"]))
    run = propose().dry_run
    rows = {row["attempt"]: row for row in run.pop("rows")}
    assert run == {
        "seen": 3,
        "changed": 2,
        "raised": 1,
        "lowered": 1,
        "now_passed": 1,
        "now_failed": 1,
        "judged": 0,
        "unfit": 0,
    }
    assert set(rows) == {str(loser.public_id), str(winner.public_id)}
    assert rows[str(winner.public_id)] == {
        "attempt": str(winner.public_id),
        "position": 1,
        "before": "0.00",
        "after": "1.00",
        "total_before": "1.00",
        "total_after": "2.00",
        "passed_before": False,
        "passed_after": True,
    }
    assert [raw_of(a) for a in (loser, winner, neither)] == [2, 1, 2]
    assert Mark.objects.exclude(source=MarkSource.AUTOMATIC).count() == 0


def test_an_approved_correction_scores_again_tells_and_records(
    exam, item, propose, now, django_capture_on_commit_callbacks
):
    person = UserFactory()
    enrollment = enroll_in(make_course(exam), person)
    done = sit(exam, person, now, answers=(["B"], ["A"], ["B"]), enrollment=enrollment)
    untouched = sit(exam, UserFactory(), now, answers=(["C"], ["A"], ["A"]))
    heard = []

    def listen(**kw):
        heard.append((kw["attempt"].pk, kw["before"].raw, kw["result"].raw))

    result_changed.connect(listen)
    correction = propose()
    with django_capture_on_commit_callbacks(execute=True):
        assert approve(correction, now + timedelta(days=1)) == 1
    correction.refresh_from_db()
    item.refresh_from_db()
    enrollment.refresh_from_db()
    assert (correction.state, correction.changed_count) == (CorrectionState.APPLIED, 1)
    assert item.current_revision.content["correct"] == ["B"]
    assert (raw_of(done), raw_of(untouched)) == (Decimal(2), Decimal(2))
    assert heard == [(done.pk, Decimal(1), Decimal(2))]
    # From 1 of 3 to 2 of 3: passed, so the unit of the course is complete.
    assert enrollment.state == EnrollmentState.COMPLETED
    message = Message.objects.get(recipient=person, kind="exam")
    assert "答案印错" in message.body
    assert AuditEvent.objects.get(verb="result_changed").data["raw"] == ["1.00", "2.00"]
    review = review_attempt(attempt=done, user=person, language="zh-hans")
    assert review.items[0].correct_response == ["B"]


def test_applying_again_changes_nothing(exam, propose, now):
    sit(exam, UserFactory(), now, answers=(["B"], ["A"], ["B"]))
    correction = propose()
    approve(correction, now)
    before = Mark.objects.count()
    # A worker died after the scoring and before it noted the end.
    KeyCorrection.objects.update(state=CorrectionState.APPROVED)
    assert continue_corrections(now=now) == 0
    assert Mark.objects.count() == before
    assert KeyCorrection.objects.get().state == CorrectionState.APPLIED


def test_nobody_loses_points_where_it_is_said_so(exam, propose, now):
    loser = sit(exam, UserFactory(), now, answers=(["A"], ["A"], ["B"]))
    correction = propose(only_raises=True)
    assert correction.dry_run["changed"] == 0
    assert approve(correction, now) == 0
    assert raw_of(loser) == 2


def test_everybody_gets_the_points(exam, item, propose, now):
    people = [
        sit(exam, UserFactory(), now, answers=a)
        for a in ([["A"]], [["C"]], [["Z"]], [[]])
    ]
    correction = propose(kind=CorrectionKind.CREDIT_ALL, content=None)
    assert approve(correction, now) == 3
    assert [raw_of(a) for a in people] == [1, 1, 1, 1]
    item.refresh_from_db()
    assert item.current_revision.number == 1


def test_a_paper_handed_in_after_the_approval_follows_it(exam, propose, now):
    running = start_attempt(exam=exam, candidate=UserFactory(), now=now)
    open_writer(attempt=running, now=now)
    approve(propose(), now)
    record_events(
        public_id=running.public_id,
        writer=1,
        events=[ResponseInput(1, 1, ["B"])],
        now=now,
    )
    done = submit_attempt(attempt=running, by=None, writer=1, last_seq=1, now=now)
    assert done.result.raw == 1
    # A paper drawn from the new text is not corrected twice.
    fresh = sit(exam, UserFactory(), now, answers=(["B"],))
    assert fresh.result.raw == 1


def test_a_shuffled_paper_is_corrected_through_its_labels(now, author):
    item = make_item(ItemBankFactory())
    exam = ExamFactory(paper=make_fixed_paper([item], shuffle_options=True))
    done = []
    for _ in range(6):
        attempt = start_attempt(exam=exam, candidate=UserFactory(), now=now)
        labels = attempt.key.blob["1"]["labels"]
        b = next(label for label, author_key in labels.items() if author_key == "B")
        open_writer(attempt=attempt, now=now)
        record_events(
            public_id=attempt.public_id,
            writer=1,
            events=[ResponseInput(1, 1, [b])],
            now=now,
        )
        done.append(
            submit_attempt(attempt=attempt, by=None, writer=1, last_seq=1, now=now)
        )
    correction = propose_correction(
        item=item,
        kind=CorrectionKind.NEW_KEY,
        content=B_IS_RIGHT,
        reason="更正",
        by=author,
        now=now,
    )
    try_correction(correction=correction, now=now)
    assert approve(correction, now) == 6
    assert {raw_of(a) for a in done} == {Decimal(1)}


def test_a_hidden_result_is_scored_again_without_a_word(exam, propose, now):
    exam = set_policy(exam, release="by_hand")
    done = sit(exam, UserFactory(), now, answers=(["B"],))
    approve(propose(), now)
    assert raw_of(done) == 1
    assert Message.objects.count() == 0


def test_what_a_person_decided_is_left_alone(exam, propose, now):
    done = sit(exam, UserFactory(), now, answers=(["B"],))
    Mark.objects.create(
        attempt=done,
        position=1,
        number=2,
        source=MarkSource.APPEAL,
        raw=Decimal("0.5"),
        max=1,
        value=["B"],
        marked_at=now,
    )
    correction = propose()
    assert (correction.dry_run["judged"], approve(correction, now)) == (1, 0)


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"reason": "  "}, "reason_missing")],
)
def test_a_proposal_needs_a_reason(propose, fields, code):
    with pytest.raises(CorrectionRefused) as refusal:
        propose(**fields)
    assert refusal.value.code == code


def test_a_key_that_is_no_answer_of_the_item_is_refused(propose):
    with pytest.raises(ValidationError):
        propose(content=content_for("choice", correct=["Z"]))


def test_free_answers_have_no_key_to_correct(author, now):
    item = make_item(ItemBankFactory(), "extended_text")
    with pytest.raises(CorrectionRefused) as refusal:
        propose_correction(
            item=item, kind=CorrectionKind.CREDIT_ALL, reason="x", by=author, now=now
        )
    assert refusal.value.code == "not_objective"


def test_one_open_correction_for_an_item(propose, now):
    first = propose()
    with pytest.raises(CorrectionRefused) as refusal:
        propose()
    assert refusal.value.code == "open_already"
    reject_correction(correction=first, by=UserFactory(), now=now)
    propose()


def test_the_second_person_is_another_one(propose, author, now):
    correction = propose()
    with pytest.raises(CorrectionRefused) as refusal:
        approve_correction(correction=correction, by=author, now=now)
    assert refusal.value.code == "own_proposal"
    with pytest.raises(IntegrityError):
        KeyCorrection.objects.update(state=CorrectionState.APPROVED, decided_by=author)


def test_nobody_approves_what_was_not_tried(item, author, now):
    correction = propose_correction(
        item=item,
        kind=CorrectionKind.CREDIT_ALL,
        reason="题目有误",
        by=author,
        now=now,
    )
    with pytest.raises(CorrectionRefused) as refusal:
        approve_correction(correction=correction, by=UserFactory(), now=now)
    assert refusal.value.code == "not_tried"


@pytest.mark.parametrize("decide", [approve_correction, reject_correction])
def test_a_decision_is_taken_once(propose, now, decide):
    correction = propose()
    reject_correction(correction=correction, by=UserFactory(), now=now)
    with pytest.raises(CorrectionRefused) as refusal:
        decide(correction=correction, by=UserFactory(), now=now)
    assert refusal.value.code == "decided_already"
    assert apply_correction(correction=correction, now=now) == 0
