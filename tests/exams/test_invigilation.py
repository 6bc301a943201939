"""The invigilator's desk: who may see it, what it costs, what it shows."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exams.domain.attempts import start_attempt
from exams.domain.evidence import EvidenceInput, record_evidence
from exams.domain.replay import replay_attempt
from exams.domain.responses import ResponseInput, record_events
from exams.domain.writers import open_writer
from exams.models import Accommodation, Attempt
from exams.templatetags.exam_tags import answered_over_time
from lms.core.clock import now
from lms.organizations.enums import MembershipRole
from tests.exams.conftest import NOW
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.exams import ExamFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def browser_of(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def house():
    return OrganizationFactory()


@pytest.fixture
def exam(house):
    return ExamFactory(owner_organization_id=house.pk)


@pytest.fixture
def invigilator(house):
    user = UserFactory()
    MembershipFactory(user=user, organization=house, role=MembershipRole.ADMIN)
    return user


@pytest.fixture
def desk(invigilator):
    return browser_of(invigilator)


def sitting(exam, candidate=None):
    attempt = start_attempt(exam=exam, candidate=candidate or UserFactory(), now=now())
    open_writer(attempt=attempt, client_key="tab", user_agent="Phone", now=now())
    return attempt


def addresses(exam, attempt):
    return [
        reverse("exams:live", args=[exam.public_id]),
        reverse("exams:replay", args=[attempt.public_id]),
        reverse("exams:extra_time", args=[exam.public_id]),
        reverse("exams:likeness", args=[exam.public_id]),
    ]


def other_house_admin():
    user = UserFactory()
    MembershipFactory(user=user, role=MembershipRole.ADMIN)
    return user


def member(house, role):
    user = UserFactory()
    MembershipFactory(user=user, organization=house, role=role)
    return user


def test_the_owner_opens_every_page(desk, exam):
    for address in addresses(exam, sitting(exam)):
        assert desk.get(address).status_code == 200
    assert desk.get(reverse("exams:invigilation")).status_code == 200


@pytest.mark.parametrize("who", ["candidate", "employee", "regulator", "other admin"])
def test_for_everybody_else_the_desk_does_not_exist(house, exam, who):
    attempt = sitting(exam)
    user = {
        "candidate": lambda: attempt.candidate,
        "employee": lambda: member(house, MembershipRole.EMPLOYEE),
        "regulator": lambda: member(house, MembershipRole.REGULATOR),
        "other admin": other_house_admin,
    }[who]()
    client = browser_of(user)
    for address in addresses(exam, attempt):
        assert client.get(address).status_code == 404
        assert client.post(address, {"kind": "ended", "reason": "xx"}).status_code in (
            404,
            405,
        )
    assert Attempt.objects.get(pk=attempt.pk).is_open


def test_an_employer_has_no_hand_in_an_exam_of_the_platform(desk, house, invigilator):
    exam = ExamFactory()
    attempt = sitting(exam)
    for address in addresses(exam, attempt):
        assert desk.get(address).status_code == 404
    operator = browser_of(SuperuserFactory())
    assert operator.get(addresses(exam, attempt)[0]).status_code == 200


def test_a_step_is_taken_with_its_reason(desk, exam):
    attempt = sitting(exam)
    address = reverse("exams:replay", args=[attempt.public_id])
    refused = desk.post(address, {"kind": "paused", "reason": ""})
    assert refused.status_code == 422
    assert desk.post(address, {"kind": "paused", "reason": "停电"}).status_code == 302
    attempt.refresh_from_db()
    assert attempt.is_paused
    again = desk.post(address, {"kind": "paused", "reason": "停电"})
    assert again.status_code == 422
    page = desk.get(address).content.decode()
    assert "停电" in page


def test_everybody_is_extended_but_not_oneself(desk, exam, invigilator):
    others = [sitting(exam) for _person in range(2)]
    own = sitting(exam, invigilator)
    body = {"kind": "extended", "minutes": 10, "reason": "网络中断"}
    address = reverse("exams:live", args=[exam.public_id])
    assert desk.post(address, body).status_code == 302
    for attempt in others:
        before = attempt.deadline
        attempt.refresh_from_db()
        assert attempt.deadline - before == timedelta(minutes=10)
    own.refresh_from_db()
    assert own.intervention_count == 0
    mine = reverse("exams:replay", args=[own.public_id])
    assert desk.post(mine, body).status_code == 404


def test_the_table_costs_the_same_for_one_and_for_many(desk, exam):
    address = reverse("exams:live", args=[exam.public_id])
    htmx = {"HTTP_HX_REQUEST": "true"}

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(address, **htmx).status_code == 200
        return len(queries)

    sitting(exam)
    desk.get(address, **htmx)
    one = cost()
    for _person in range(3):
        attempt = sitting(exam)
        record_events(
            public_id=attempt.public_id,
            writer=1,
            events=[ResponseInput(1, 1, ["A"])],
            now=now(),
        )
        record_evidence(
            attempt=attempt, writer=1, reports=[EvidenceInput("focus_lost")], now=now()
        )
    assert cost() == one
    page = desk.get(address, **htmx)
    assert page.context["rows"][0].answered == 1
    assert [fact.count for fact in page.context["rows"][0].facts] == [1]
    assert "<html" not in page.content.decode()


def test_extra_time_is_given_and_withdrawn(desk, exam, house):
    worker = member(house, MembershipRole.EMPLOYEE)
    address = reverse("exams:extra_time", args=[exam.public_id])
    body = {"person": worker.email.upper(), "minutes": 20, "reason": "右手受伤"}
    assert desk.post(address, body).status_code == 302
    row = Accommodation.objects.get()
    assert (row.candidate, row.extra_seconds) == (worker, 1200)
    assert "右手受伤" in desk.get(address).content.decode()
    assert desk.post(address, {"withdraw": row.pk}).status_code == 302
    assert not Accommodation.objects.exists()


def test_extra_time_tells_nothing_about_strangers(desk, exam, invigilator):
    stranger = UserFactory()
    address = reverse("exams:extra_time", args=[exam.public_id])
    for name in (stranger.email, "nobody@example.com", invigilator.email):
        body = {"person": name, "minutes": 20, "reason": "原因"}
        answer = desk.post(address, body)
        assert list(answer.context["form"].errors) == ["person"]
    assert not Accommodation.objects.exists()


# ---- replay ------------------------------------------------------------------


def test_an_attempt_is_told_again_in_order(exam, django_assert_num_queries):
    attempt = start_attempt(exam=exam, candidate=UserFactory(), now=NOW)
    open_writer(
        attempt=attempt, client_key="a", user_agent="A", address="10.0.0.1", now=NOW
    )

    def at(seconds):
        return NOW + timedelta(seconds=seconds)

    for seq, position, value, seconds in [
        (1, 2, "A", 30),
        (2, 1, "B", 32),
        (3, 2, "C", 90),
    ]:
        record_events(
            public_id=attempt.public_id,
            writer=1,
            events=[ResponseInput(seq, position, [value])],
            now=at(seconds),
        )
    record_evidence(
        attempt=attempt,
        writer=1,
        reports=[
            EvidenceInput("focus_lost", at(40)),
            EvidenceInput("focus_regained", at(65)),
        ],
        now=at(66),
    )
    with django_assert_num_queries(4):
        told = replay_attempt(attempt=attempt)
    assert [(m.kind, m.offset, m.is_change) for m in told.moments] == [
        ("started", 0, False),
        ("window", 0, False),
        ("answer", 30, False),
        ("answer", 32, False),
        ("evidence", 66, False),
        ("evidence", 66, False),
        ("answer", 90, True),
    ]
    assert told.away_seconds == 25
    assert [(t.position, t.first_offset, t.changes) for t in told.timings] == [
        (2, 30, 1),
        (1, 32, 0),
    ]
    assert told.progress == [(0, 0), (30, 1), (32, 2), (90, 2)]
    assert (told.quick_answers, told.changed_answers) == (1, 1)
    assert (told.addresses, told.devices) == (["10.0.0.1"], 1)
    chart = answered_over_time(told)
    assert chart["labels"][0] == "0:00"
    assert chart["labels"][-1] == "1:30"
    assert chart["series"][0]["values"] == [0, 0, 0, 2, 2, 2, 2, 2, 2]


def test_no_page_of_the_desk_says_guilty(desk, exam):
    attempt = sitting(exam)
    for address in addresses(exam, attempt):
        page = desk.get(address).content.decode()
        assert not any(word in page for word in ("作弊", "违规", "cheat", "guilty"))


def offers_the_desk(user):
    return reverse("exams:invigilation") in browser_of(user).get("/").content.decode()


def test_the_menu_leads_who_may_invigilate_to_the_desk(exam, house, invigilator):
    assert offers_the_desk(invigilator)
    assert offers_the_desk(SuperuserFactory())


def test_the_menu_offers_no_desk_to_anybody_else(exam, house):
    others = [member(house, MembershipRole.EMPLOYEE), UserFactory()]
    others.append(other_house_admin())
    assert [offers_the_desk(user) for user in others] == [False] * 3


def test_the_list_of_exams_costs_the_same_for_one_and_three(house, desk):
    address = reverse("exams:invigilation")

    def cost(more):
        for _turn in range(more):
            sitting(ExamFactory(owner_organization_id=house.pk))
        desk.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(address).content.decode().count("exams/") > 0
        return len(queries)

    assert cost(1) == cost(2)
