"""Marking by people: seats, leases, two examiners, a third one."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission

from exams.domain.desk import queues_of, script_of
from exams.domain.marking import (
    LEASE,
    PointInput,
    agree,
    claim_next,
    claim_task,
    mark_task,
    open_missing_tasks,
    put_back,
    rubric_of,
    weigh,
)
from exams.enums import AttemptState, MarkingTaskState, MarkSource
from exams.errors import InvalidPoints, TaskTaken
from exams.models import Assessment, Mark, MarkingPolicy, MarkingTask
from lms.audit.models import AuditEvent
from lms.core.errors import AppendOnlyError
from lms.notifications.models import Message
from lms.organizations.enums import MembershipRole
from tests.exams.test_release import set_policy, sit
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.exams import (
    ExamFactory,
    ItemBankFactory,
    make_fixed_paper,
    make_item,
)
from tests.factories.organizations import (
    AdministratorFactory,
    MembershipFactory,
    RegulatorFactory,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def make_examiner():
    person = UserFactory()
    person.user_permissions.add(Permission.objects.get(codename="mark_attempts"))
    return person


def essay_exam(**fields):
    bank = ItemBankFactory()
    items = [make_item(bank), make_item(bank, "extended_text", score=Decimal(4))]
    return ExamFactory(paper=make_fixed_paper(items), **fields)


@pytest.fixture
def examiner(db):
    return make_examiner()


@pytest.fixture
def essay(db):
    return essay_exam()


@pytest.fixture
def handed_in(essay, candidate, now):
    return sit(essay, candidate, now, answers=(["A"], ["先通风，再检测"]))


def give(task, by, score, now, **fields):
    return mark_task(
        task=task, by=by, points=[PointInput(Decimal(score))], now=now, **fields
    )


def test_a_free_answer_gets_a_seat_and_nothing_else_does(handed_in):
    task = MarkingTask.objects.get()
    assert (task.attempt, task.position, task.seat, task.state) == (
        handed_in,
        2,
        1,
        MarkingTaskState.OPEN,
    )
    assert open_missing_tasks() == 0


def test_seats_that_are_missing_are_made_by_the_sweep(handed_in):
    MarkingTask.objects.all().delete()
    assert open_missing_tasks() == 1
    assert open_missing_tasks() == 0


def test_an_empty_free_answer_needs_no_examiner(essay, candidate, now):
    done = sit(essay, candidate, now, answers=(["A"],))
    assert done.state == AttemptState.FINALIZED
    assert MarkingTask.objects.count() == 0


def test_points_of_the_rubric_become_a_mark_and_finish_the_paper(
    handed_in, examiner, now
):
    task = claim_next(exam=handed_in.exam, by=examiner, now=now)
    assessment = give(task, examiner, "1", now, comment="缺检测")
    handed_in.refresh_from_db()
    # The rubric has 2 points, the item is worth 4: half of it is 2.
    assert assessment.raw == Decimal("2.00")
    assert assessment.points == [
        {"text": "通风", "most": "2", "score": "1", "comment": ""}
    ]
    mark = Mark.objects.get(attempt=handed_in, position=2, number=2)
    assert (mark.raw, mark.source, mark.examiner, mark.comment) == (
        Decimal(2),
        MarkSource.EXAMINER,
        examiner,
        "缺检测",
    )
    assert mark.value == ["先通风，再检测"]
    assert (handed_in.state, handed_in.result.raw) == (
        AttemptState.FINALIZED,
        Decimal(3),
    )
    assert handed_in.result.passed is True
    assert Message.objects.filter(recipient=handed_in.candidate).count() == 1
    assert AuditEvent.objects.filter(verb="answer_marked").count() == 1


def test_marking_again_changes_nothing_and_other_points_are_refused(
    handed_in, examiner, now
):
    task = claim_next(exam=handed_in.exam, by=examiner, now=now)
    first = give(task, examiner, "1", now)
    assert give(task, examiner, "1", now) == first
    with pytest.raises(TaskTaken):
        give(task, examiner, "2", now)
    assert Assessment.objects.count() == 1
    with pytest.raises(AppendOnlyError):
        first.save()


@pytest.mark.parametrize("score", ["-0.5", "2.5"])
def test_points_out_of_range_are_refused_by_line(handed_in, examiner, now, score):
    task = claim_next(exam=handed_in.exam, by=examiner, now=now)
    with pytest.raises(InvalidPoints) as refusal:
        give(task, examiner, score, now)
    assert refusal.value.params["line"] == 1
    with pytest.raises(InvalidPoints):
        mark_task(task=task, by=examiner, points=[], now=now)
    task.refresh_from_db()
    assert task.state == MarkingTaskState.OPEN


def test_without_a_rubric_the_examiner_gives_the_points_of_the_item():
    key = {"max_score": "4", "rubric": []}
    assert rubric_of(key) == [("", Decimal(4))]
    given = weigh([PointInput(Decimal("2.5"))], rubric=rubric_of(key), max=Decimal(4))
    assert given == Decimal("2.50")


def test_a_claim_is_a_lease(handed_in, examiner, now):
    other = make_examiner()
    task = claim_next(exam=handed_in.exam, by=examiner, now=now)
    assert claim_next(exam=handed_in.exam, by=other, now=now) is None
    with pytest.raises(TaskTaken) as refusal:
        claim_task(task=task, by=other, now=now + LEASE)
    assert refusal.value.code == "taken"
    # Renewed by its holder.
    claim_task(task=task, by=examiner, now=now + timedelta(minutes=5))
    late = now + timedelta(minutes=5) + LEASE + timedelta(seconds=1)
    taken_over = claim_task(task=task, by=other, now=late)
    assert taken_over.examiner == other
    with pytest.raises(TaskTaken):
        give(task, examiner, "1", late)
    give(task, other, "1", late)


def test_a_lapsed_lease_that_nobody_took_over_still_counts(handed_in, examiner, now):
    task = claim_next(exam=handed_in.exam, by=examiner, now=now)
    give(task, examiner, "2", now + timedelta(hours=5))
    assert Mark.objects.filter(source=MarkSource.EXAMINER).count() == 1


def test_an_answer_can_be_put_back(handed_in, examiner, now):
    task = claim_next(exam=handed_in.exam, by=examiner, now=now)
    put_back(task=task, by=make_examiner())
    task.refresh_from_db()
    assert task.examiner == examiner
    put_back(task=task, by=examiner)
    assert claim_next(exam=handed_in.exam, by=make_examiner(), now=now) is not None


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(UserFactory, id="a colleague without the right"),
        pytest.param(lambda: AdministratorFactory().user, id="an administrator"),
        pytest.param(lambda: MembershipFactory().user, id="an employee"),
        pytest.param(lambda: RegulatorFactory().user, id="a regulator"),
    ],
)
def test_nobody_else_marks(handed_in, now, make):
    person = make()
    task = MarkingTask.objects.get()
    assert not MarkingTask.objects.visible_to(person).exists()
    with pytest.raises(TaskTaken) as refusal:
        claim_task(task=task, by=person, now=now)
    assert refusal.value.code == "not_yours"
    assert queues_of(user=person, now=now) == []


def test_nobody_marks_their_own_answer(essay, now):
    both = make_examiner()
    sit(essay, both, now, answers=(["A"], ["我的回答"]))
    assert claim_next(exam=essay, by=both, now=now) is None
    with pytest.raises(TaskTaken):
        claim_task(task=MarkingTask.objects.get(), by=both, now=now)


@pytest.mark.parametrize("role", [MembershipRole.ADMIN, MembershipRole.EXPERT])
def test_an_organization_marks_its_own_exams_and_no_others(now, candidate, role):
    member = MembershipFactory(role=role, employee_number="")
    exam = essay_exam(owner_organization_id=member.organization_id)
    sit(exam, candidate, now, answers=(["A"], ["答"]))
    foreign = essay_exam(owner_organization_id=member.organization_id + 999)
    sit(foreign, candidate, now, answers=(["A"], ["答"]))
    assert claim_next(exam=exam, by=member.user, now=now) is not None
    assert claim_next(exam=foreign, by=member.user, now=now) is None
    # The platform's examiners are no examiners of an organization.
    assert claim_next(exam=exam, by=make_examiner(), now=now) is None


def test_operators_mark_the_platforms_exams(handed_in, now):
    assert claim_next(exam=handed_in.exam, by=SuperuserFactory(), now=now) is not None


# --- two examiners ---


@pytest.mark.parametrize(
    ("raws", "points"),
    [
        (["3"], "3"),
        # within a fifth of 10: the mean
        (["6", "8"], "7.00"),
        (["6", "8.01"], None),
        # the third agrees with the second
        (["2", "8", "7"], "7.50"),
        # the third is far from both and decides alone
        (["0", "10", "5"], "5"),
    ],
)
def test_how_several_examiners_agree(raws, points):
    policy = MarkingPolicy(third_threshold=Decimal("0.2"))
    result = agree([Decimal(r) for r in raws], max=Decimal(10), policy=policy)
    assert result == (None if points is None else Decimal(points))


@pytest.fixture
def double(essay, candidate, now):
    exam = set_policy(essay, is_double=True, third_threshold=Decimal("0.2"))
    sit(exam, candidate, now, answers=(["A"], ["先通风，再检测"]))
    return exam


def test_double_marking_takes_two_people_and_waits_for_both(double, now):
    first, second = make_examiner(), make_examiner()
    one = claim_next(exam=double, by=first, now=now)
    give(one, first, "2", now)
    assert claim_next(exam=double, by=first, now=now) is None
    assert not Mark.objects.filter(source=MarkSource.EXAMINER).exists()
    two = claim_next(exam=double, by=second, now=now)
    with pytest.raises(TaskTaken) as refusal:
        claim_task(task=two, by=first, now=now + LEASE + LEASE)
    assert refusal.value.code == "not_yours"
    give(two, second, "2", now)
    mark = Mark.objects.get(source=MarkSource.EXAMINER)
    assert (mark.raw, mark.examiner) == (Decimal(4), None)


def test_two_that_differ_call_a_third(double, now):
    people = [make_examiner() for _ in range(3)]
    for person, score in zip(people, ("0", "2", "1.75"), strict=True):
        give(claim_next(exam=double, by=person, now=now), person, score, now)
    assert list(MarkingTask.objects.order_by("seat").values_list("seat", "state")) == [
        (1, "done"),
        (2, "done"),
        (3, "done"),
    ]
    # 3.50 and 4.00 lie within 0.8 of each other: the mean.
    assert Mark.objects.get(source=MarkSource.EXAMINER).raw == Decimal("3.75")


# --- what an examiner sees ---


def test_blind_marking_hides_the_candidate(handed_in, examiner, now):
    task = claim_next(exam=handed_in.exam, by=examiner, now=now)
    script = script_of(task=task)
    assert (script.candidate, script.model, script.value) == (
        "",
        "先通风",
        ["先通风，再检测"],
    )
    set_policy(handed_in.exam, is_blind=False)
    task = MarkingTask.objects.select_related("attempt__exam").get()
    assert script_of(task=task).candidate == handed_in.candidate.get_full_name()


def test_the_desk_counts_what_waits(double, now, django_assert_num_queries):
    first, second = make_examiner(), make_examiner()
    claim_next(exam=double, by=first, now=now)
    (queue,) = queues_of(user=first, now=now)
    assert (queue.waiting, queue.held, queue.others, queue.done) == (0, 1, 1, 0)
    (queue,) = queues_of(user=second, now=now)
    assert (queue.waiting, queue.held, queue.others, queue.done) == (1, 0, 1, 0)
