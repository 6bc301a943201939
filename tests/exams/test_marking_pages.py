"""The pages around marking: examiner's desk, appeals, admin; who is let in."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exams.domain.marking import LEASE, claim_next
from exams.enums import AppealState, CorrectionState, MarkingTaskState
from exams.models import (
    Appeal,
    Attempt,
    Item,
    KeyCorrection,
    MarkingPolicy,
    MarkingTask,
)
from lms.core.clock import now
from tests.exams.test_marking import essay_exam, make_examiner
from tests.exams.test_release import set_policy, sit
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.exams import (
    ExamFactory,
    ItemBankFactory,
    make_fixed_paper,
    make_item,
)
from tests.factories.organizations import MembershipFactory, RegulatorFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def examiner(db):
    return make_examiner()


@pytest.fixture
def handed_in(db):
    return sit(essay_exam(), UserFactory(), now(), answers=(["A"], ["先通风，再检测"]))


def script(task):
    return reverse("exams:marking_script", args=[task.public_id])


def take_next(client, exam):
    return client.post(reverse("exams:marking_next", args=[exam.public_id]))


def test_an_examiner_marks_from_queue_to_queue(examiner, handed_in):
    client = client_of(examiner)
    queue = client.get(reverse("exams:marking")).content.decode()
    assert handed_in.exam.title in queue
    answer = take_next(client, handed_in.exam)
    task = MarkingTask.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, script(task))
    page = client.get(script(task))
    text = page.content.decode()
    assert "先通风，再检测" in text
    assert handed_in.candidate.get_full_name() not in text
    assert "no-store" in page["Cache-Control"]
    body = {"score_1": "1.5", "comment_1": "步骤不全", "comment": "请复习"}
    done = client.post(script(task), body)
    assert (done.status_code, done["Location"]) == (302, reverse("exams:marking"))
    attempt = Attempt.objects.select_related("result").get(pk=handed_in.pk)
    assert attempt.result.raw == Decimal(4)


@pytest.mark.parametrize("score", ["", "-1", "2.5", "x"])
def test_bad_points_come_back_with_the_field_named(examiner, handed_in, score):
    client = client_of(examiner)
    take_next(client, handed_in.exam)
    task = MarkingTask.objects.get()
    answer = client.post(script(task), {"score_1": score})
    assert answer.status_code == 422
    assert "score_1" in answer.content.decode()
    task.refresh_from_db()
    assert task.state == MarkingTaskState.OPEN


def test_a_held_answer_says_so(examiner, handed_in):
    claim_next(exam=handed_in.exam, by=make_examiner(), now=now())
    client = client_of(examiner)
    answer = client.get(script(MarkingTask.objects.get()))
    assert answer.status_code == 409
    assert "先通风，再检测" not in answer.content.decode()
    assert take_next(client, handed_in.exam)["Location"] == reverse("exams:marking")


def test_points_after_a_take_over_are_refused(examiner, handed_in):
    long_ago = now() - LEASE - timedelta(minutes=1)
    task = claim_next(exam=handed_in.exam, by=examiner, now=long_ago)
    claim_next(exam=handed_in.exam, by=make_examiner(), now=now())
    answer = client_of(examiner).post(script(task), {"score_1": "2"})
    assert answer.status_code == 409


def test_putting_back_frees_the_answer(examiner, handed_in):
    task = claim_next(exam=handed_in.exam, by=examiner, now=now())
    address = reverse("exams:marking_put_back", args=[task.public_id])
    assert client_of(examiner).post(address).status_code == 302
    task.refresh_from_db()
    assert task.examiner is None


@pytest.mark.parametrize(
    "make",
    [UserFactory, lambda: MembershipFactory().user, lambda: RegulatorFactory().user],
)
def test_who_is_no_examiner_has_no_desk(make, handed_in):
    client = client_of(make())
    task = MarkingTask.objects.get()
    assert client.get(reverse("exams:marking")).status_code == 403
    assert client.get(script(task)).status_code == 403
    assert client.post(script(task), {"score_1": "2"}).status_code == 403


def test_an_answer_of_another_owner_does_not_exist(examiner):
    exam = essay_exam(owner_organization_id=4711)
    sit(exam, UserFactory(), now(), answers=(["A"], ["答"]))
    client = client_of(examiner)
    assert client.get(script(MarkingTask.objects.get())).status_code == 404
    assert take_next(client, exam).status_code == 404


def test_visitors_sign_in_first():
    answer = Client().get(reverse("exams:marking"))
    assert "login" in answer["Location"]


def test_the_queue_costs_the_same_for_one_and_three(examiner):
    def hand_in():
        sit(essay_exam(), UserFactory(), now(), answers=(["A"], ["答"]))

    client = client_of(examiner)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("exams:marking"))
        return len(page.context["queues"]), len(queries)

    hand_in()
    client.get(reverse("exams:marking"))
    one, cost_of_one = cost()
    hand_in()
    hand_in()
    three, cost_of_three = cost()
    assert (one, three) == (1, 3)
    assert cost_of_three == cost_of_one


# --- appeals ---


def test_a_candidate_appeals_and_an_examiner_answers(examiner, exam):
    learner = UserFactory()
    done = sit(exam, learner, now(), answers=(["A"], ["B"], ["B"]))
    mine, desk = client_of(learner), client_of(examiner)
    result = reverse("exams:result", args=[done.public_id])
    address = reverse("exams:appeal", args=[done.public_id])
    assert address in mine.get(result).content.decode()
    assert mine.get(address).status_code == 200
    assert mine.post(address, {"position": "2", "reason": ""}).status_code == 422
    assert mine.post(address, {"position": "2", "reason": "B 也对"}).status_code == 302
    again = mine.post(address, {"position": "2", "reason": "再来"})
    assert again.status_code == 409
    appeal = Appeal.objects.get()
    place = reverse("exams:appeal_answer", args=[appeal.public_id])
    assert place in desk.get(reverse("exams:marking")).content.decode()
    assert "B 也对" in desk.get(place).content.decode()
    assert desk.post(place, {"answer": "", "position": "2"}).status_code == 422
    said = desk.post(place, {"answer": "同意", "position": "2", "raw": "1"})
    assert said.status_code == 302
    page = mine.get(result).content.decode()
    assert "同意" in page
    assert "exam-score--passed" in page
    assert desk.post(place, {"answer": "又", "position": "2"}).status_code == 409


def test_an_appeal_is_taken_back(exam):
    learner = UserFactory()
    done = sit(exam, learner, now())
    mine = client_of(learner)
    mine.post(reverse("exams:appeal", args=[done.public_id]), {"reason": "看看"})
    appeal = Appeal.objects.get()
    address = reverse("exams:appeal_withdraw", args=[appeal.public_id])
    assert client_of(UserFactory()).post(address).status_code == 404
    mine.post(address)
    mine.post(address)
    appeal.refresh_from_db()
    assert appeal.state == AppealState.WITHDRAWN


def test_somebody_elses_result_takes_no_appeal_of_mine(exam):
    done = sit(exam, UserFactory(), now())
    address = reverse("exams:appeal", args=[done.public_id])
    assert client_of(UserFactory()).get(address).status_code == 404


# --- the admin ---


@pytest.fixture
def office():
    return client_of(SuperuserFactory())


def test_the_policy_is_changed_and_results_released_by_hand(office, exam):
    address = reverse("exam_office:policy", args=[exam.pk])
    assert office.get(address).status_code == 200
    body = {
        "release": "at_date",
        "release_scope": "score",
        "third_threshold": "0.2",
        "appeal_days": "5",
    }
    assert office.post(address, body).status_code == 200
    assert not MarkingPolicy.objects.exists()
    release = reverse("exam_office:release", args=[exam.pk])
    office.post(release)
    assert office.post(address, body | {"release": "by_hand"}).status_code == 302
    exam = type(exam).objects.get(pk=exam.pk)
    assert (exam.marking_policy.release, exam.marking_policy.is_double) == (
        "by_hand",
        False,
    )
    done = sit(exam, UserFactory(), now())
    office.post(release)
    done.refresh_from_db()
    assert done.is_finalized


def test_a_correction_goes_from_proposal_to_scores(
    office, exam, django_capture_on_commit_callbacks
):
    done = sit(exam, UserFactory(), now(), answers=(["B"], ["A"], ["B"]))
    item = Item.objects.non_polymorphic().order_by("pk").first()
    address = reverse("exam_office:propose", args=[item.pk])
    assert office.get(address).status_code == 200
    body = {"kind": "new_key", "answer": ["B"], "reason": "答案印错"}
    with django_capture_on_commit_callbacks(execute=True):
        assert office.post(address, body).status_code == 302
    assert office.post(address, body).status_code == 200
    correction = KeyCorrection.objects.get()
    place = reverse("exam_office:correction", args=[correction.pk])
    assert done.candidate.get_full_name() in office.get(place).content.decode()
    assert office.get(reverse("exam_office:corrections")).status_code == 200
    office.post(reverse("exam_office:approve_correction", args=[correction.pk]))
    correction.refresh_from_db()
    assert correction.state == CorrectionState.PROPOSED
    second = client_of(SuperuserFactory())
    with django_capture_on_commit_callbacks(execute=True):
        second.post(reverse("exam_office:approve_correction", args=[correction.pk]))
    correction.refresh_from_db()
    assert correction.state == CorrectionState.APPLIED
    assert Attempt.objects.get(pk=done.pk).result.raw == 2
    second.post(reverse("exam_office:reject_correction", args=[correction.pk]))
    correction.refresh_from_db()
    assert correction.state == CorrectionState.APPLIED


@pytest.mark.parametrize(
    ("type_name", "answer", "kept"),
    [
        ("true_false", "true", {"correct": True}),
        ("text_entry", "32|三十二\n8", {"blanks": [["32", "三十二"], ["8"]]}),
        ("numeric", "7", {"correct": "7"}),
        ("order", "A B C", {"correct": ["A", "B", "C"]}),
        ("match", "1:a\n2:b", {"correct": {"1": "a", "2": "b"}}),
        ("hotspot", ["a"], {"correct": ["a"]}),
    ],
)
def test_each_type_is_corrected_in_its_own_terms(office, type_name, answer, kept):
    item = make_item(ItemBankFactory(), type_name)
    address = reverse("exam_office:propose", args=[item.pk])
    body = {"kind": "new_key", "answer": answer, "reason": "更正"}
    assert office.post(address, body).status_code == 302
    content = KeyCorrection.objects.get().content
    assert {name: content[name] for name in kept} == kept
    assert content["stem"] == item.content["stem"]


def test_a_correction_that_is_no_answer_names_the_field(office):
    item = make_item(ItemBankFactory(), "order")
    body = {"kind": "new_key", "answer": "A B", "reason": "更正"}
    answer = office.post(reverse("exam_office:propose", args=[item.pk]), body)
    assert answer.status_code == 200
    assert answer.context["form"].errors["answer"]
    assert KeyCorrection.objects.count() == 0


def test_statistics_stand_beside_exam_paper_and_item(
    office, django_capture_on_commit_callbacks
):
    exam = ExamFactory(paper=make_fixed_paper([make_item(ItemBankFactory())]))
    item = Item.objects.non_polymorphic().get()
    pages = [
        reverse("exam_office:exam_statistics", args=[exam.pk]),
        reverse("exam_office:paper_statistics", args=[exam.paper_id]),
        reverse("exam_office:item_statistics", args=[item.pk]),
    ]
    for page in pages:
        assert office.get(page).status_code == 200
    for answer in (["A"], ["B"]):
        sit(exam, UserFactory(), now(), answers=(answer,))
    with django_capture_on_commit_callbacks(execute=True):
        office.post(reverse("exam_office:recompute", args=[exam.pk]))
    texts = [office.get(page).content.decode() for page in pages]
    assert "<svg" in texts[0]
    assert "<table" in texts[0]
    assert exam.title in texts[1]
    assert "安全第一" in texts[2]
    for page, link in (
        (reverse("exam-deliveries:edit", args=[exam.pk]), pages[0]),
        (reverse("papers:edit", args=[exam.paper_id]), pages[1]),
        (reverse("items:edit", args=[item.pk]), pages[2]),
    ):
        assert link in office.get(page).content.decode()


def test_the_office_of_another_owner_does_not_exist():
    outsider = UserFactory()
    outsider.user_permissions.add(
        Permission.objects.get(
            codename="access_admin", content_type__app_label="wagtailadmin"
        )
    )
    client = client_of(outsider)
    exam = set_policy(ExamFactory(), release="by_hand")
    item = Item.objects.non_polymorphic().first()
    sit(exam, UserFactory(), now())
    for name, key in (
        ("policy", exam.pk),
        ("exam_statistics", exam.pk),
        ("paper_statistics", exam.paper_id),
        ("item_statistics", item.pk),
        ("propose", item.pk),
    ):
        address = reverse(f"exam_office:{name}", args=[key])
        assert client.get(address).status_code == 404, name
    for name in ("release", "recompute"):
        address = reverse(f"exam_office:{name}", args=[exam.pk])
        assert client.post(address).status_code == 404, name
    assert not Attempt.objects.filter(state="finalized").exists()
