"""Starting an attempt, and the tabs that write into it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection

from exams.domain.attempts import open_attempt, start_attempt
from exams.domain.items import revise_item
from exams.domain.tokens import issue_token, read_token
from exams.domain.writers import open_writer
from exams.enums import AttemptState, ClosedBy, ExamKind, PaperState
from exams.errors import AttemptClosed, ExamNotOpen
from exams.models import Attempt, AttemptPaper, Result
from lms.core.errors import AppendOnlyError
from tests.factories.accounts import UserFactory
from tests.factories.exams import ExamFactory, content_for

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def test_start_freezes_the_paper_and_sets_the_deadline(attempt, now):
    assert attempt.deadline == now + timedelta(hours=1)
    assert attempt.closes_at == now + timedelta(hours=1, seconds=30)
    assert attempt.position_count == len(attempt.paper.blob["items"]) == 3
    assert set(attempt.key.blob) == {"1", "2", "3"}


def test_asking_again_returns_the_open_attempt(attempt, exam, candidate, later):
    again = start_attempt(exam=exam, candidate=candidate, now=later(600))
    assert (again.pk, again.deadline) == (attempt.pk, attempt.deadline)


def test_the_database_holds_one_open_attempt_per_person_and_exam(attempt):
    copy = Attempt.objects.get(pk=attempt.pk)
    copy.pk, copy.public_id, copy.number = (
        None,
        "00000000-0000-0000-0000-000000000001",
        2,
    )
    with pytest.raises(IntegrityError, match=r"one_open|UNIQUE"):
        copy.save(force_insert=True)


def test_an_edited_item_changes_nothing_in_a_running_attempt(attempt, exam, now):
    before = AttemptPaper.objects.get(pk=attempt.pk)
    for row in exam.paper.paper_items.select_related("item"):
        content = content_for("choice", stem="改过了", correct=["B"])
        revise_item(item=row.item, content=content, by=None, now=now)
    after = AttemptPaper.objects.get(pk=attempt.pk)
    assert (after.blob, after.sha256) == (before.blob, before.sha256)
    assert attempt.key.blob["1"]["correct"] == ["A"]


def test_a_frozen_paper_cannot_be_changed_by_anyone(attempt):
    with pytest.raises(AppendOnlyError):
        attempt.paper.save()
    with pytest.raises(Exception, match="append-only"), connection.cursor() as cursor:
        cursor.execute("UPDATE exams_attemptpaper SET sha256 = 'x'")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"opens_at": timedelta(minutes=1)}, "not_yet_open"),
        ({"closes_at": timedelta(minutes=-1)}, "window_closed"),
    ],
)
def test_outside_the_window_no_attempt_starts(candidate, now, changes, code):
    window = {name: now + delta for name, delta in changes.items()}
    with pytest.raises(ExamNotOpen) as refusal:
        start_attempt(exam=ExamFactory(**window), candidate=candidate, now=now)
    assert refusal.value.code == code
    assert Attempt.objects.count() == 0


def test_the_end_of_the_window_shortens_nobodys_time(candidate, now):
    exam = ExamFactory(closes_at=now + timedelta(minutes=5))
    attempt = start_attempt(exam=exam, candidate=candidate, now=now)
    assert attempt.deadline == now + timedelta(hours=1)


def test_an_unpublished_paper_is_not_sat(exam, candidate, now):
    exam.paper.state = PaperState.DRAFT
    with pytest.raises(ExamNotOpen) as refusal:
        start_attempt(exam=exam, candidate=candidate, now=now)
    assert refusal.value.code == "paper_not_ready"


def test_attempts_are_limited_and_a_time_out_uses_one(candidate, now, later):
    exam = ExamFactory(max_attempts=1)
    start_attempt(exam=exam, candidate=candidate, now=now)
    with pytest.raises(ExamNotOpen) as refusal:
        start_attempt(exam=exam, candidate=candidate, now=later(4000))
    assert refusal.value.code == "attempts_used"
    closed = Attempt.objects.get()
    assert (closed.state, closed.closed_by) == (
        AttemptState.FINALIZED,
        ClosedBy.DEADLINE,
    )


@pytest.mark.parametrize(("kind", "is_refused"), [("formal", True), ("mock", False)])
def test_who_passed_a_formal_exam_does_not_sit_it_again(
    candidate, now, later, kind, is_refused
):
    exam = ExamFactory(kind=kind)
    attempt = start_attempt(exam=exam, candidate=candidate, now=now)
    open_attempt(exam=exam, candidate=candidate, now=later(4000))
    Result.objects.filter(attempt=attempt).update(raw=3, passed=True)
    if is_refused:
        with pytest.raises(ExamNotOpen) as refusal:
            start_attempt(exam=exam, candidate=candidate, now=later(4001))
        assert refusal.value.code == "already_passed"
    else:
        again = start_attempt(exam=exam, candidate=candidate, now=later(4001))
        assert again.number == 2
    assert exam.kind in ExamKind.values


def test_a_new_tab_is_a_newer_writer_and_the_same_tab_the_same(attempt, now):
    one = open_writer(attempt=attempt, client_key="tab-1", now=now)
    two = open_writer(attempt=attempt, client_key="tab-2", now=now)
    again = open_writer(attempt=attempt, client_key="tab-1", now=now)
    assert [one.number, two.number, again.number] == [1, 2, 1]
    assert [one.is_newest, two.is_newest, again.is_newest] == [True, True, False]
    assert again.token == one.token


def test_a_closed_attempt_opens_no_writer(attempt, exam, candidate, later):
    open_attempt(exam=exam, candidate=candidate, now=later(4000))
    with pytest.raises(AttemptClosed):
        open_writer(attempt=attempt, client_key="tab-9", now=later(4000))


def test_a_token_names_attempt_and_writer_and_can_not_be_forged(attempt):
    token = issue_token(attempt=attempt, writer=2)
    assert read_token(token) == (attempt.public_id, 2)
    forged = token.replace(".2:", ".3:")
    assert forged != token
    assert [read_token(t) for t in (forged, token[:-1], "", "a.b:c", "é")] == [None] * 5


def test_who_sees_which_attempt(attempt, candidate):
    boss = UserFactory(is_staff=True)
    assert list(Attempt.objects.visible_to(candidate)) == [attempt]
    assert list(Attempt.objects.visible_to(UserFactory())) == []
    assert list(Attempt.objects.visible_to(boss)) == [attempt]
    assert list(Attempt.objects.of_candidate(boss)) == []
