"""Reminders reach those who still have to finish, once a day."""

from datetime import date, timedelta

import pytest

from lms.audit.enums import Verb
from lms.audit.models import AuditEvent
from lms.compliance.domain.reminders import remind_people
from lms.compliance.errors import AssignmentNotPermitted
from lms.notifications.models import Message
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.organizations import (
    AdministratorFactory,
    MembershipFactory,
    RegulatorFactory,
)
from tests.factories.reporting import (
    NOW,
    TODAY,
    assigned_people,
    make_assignment,
    make_syllabus,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


@pytest.fixture
def world():
    admin = AdministratorFactory()
    syllabus = make_syllabus()
    assignment = make_assignment(
        organization=admin.organization,
        syllabus=syllabus,
        by=admin.user,
        due_on=date(2026, 11, 25),
    )
    give = {"assignment": assignment, "syllabus": syllabus}
    return {
        "admin": admin,
        "assignment": assignment,
        "done": assigned_people(**give, count=1, done=3, completed_on=TODAY)[0],
        "late": assigned_people(**give, count=1, due_on=TODAY - timedelta(days=3))[0],
        "waiting": assigned_people(**give, count=1)[0],
    }


def remind(world, **changes):
    values = {"assignment": world["assignment"], "by": world["admin"].user, "now": NOW}
    return remind_people(**(values | changes))


def test_who_has_not_finished_is_told_what_and_until_when(world):
    assert remind(world) == 2

    told = {message.recipient: message for message in Message.objects.all()}
    assert set(told) == {world["late"].user, world["waiting"].user}
    assert "十分钟安全入门" in told[world["waiting"].user].subject
    assert "2026-11-25" in told[world["waiting"].user].body
    assert AuditEvent.objects.get(verb=Verb.PEOPLE_REMINDED).data == {"members": 2}


def test_second_press_on_one_day_reaches_nobody(world):
    remind(world)

    assert remind(world) == 0
    assert AuditEvent.objects.filter(verb=Verb.PEOPLE_REMINDED).count() == 1
    assert remind(world, now=NOW + timedelta(days=1)) == 2


def test_choice_narrows_it_down_and_reaches_nobody_outside(world):
    stranger = MembershipFactory()

    told = remind(world, people=[world["late"].public_id, stranger.public_id])

    assert told == 1
    assert Message.objects.get().recipient == world["late"].user


def test_who_left_is_left_alone(world):
    for name, fields in {
        "late": {"state": "ended", "ends_on": TODAY - timedelta(days=1)},
        "waiting": {"ends_on": TODAY - timedelta(days=1)},
    }.items():
        type(world[name]).objects.filter(pk=world[name].pk).update(**fields)

    assert remind(world) == 0


def test_without_a_day_the_text_names_none(world):
    entry = world["assignment"].entries.get(membership=world["waiting"])
    entry.enrollment.due_on = None
    entry.enrollment.save()

    remind(world, people=[world["waiting"].public_id])

    assert "2026" not in Message.objects.get().body


def test_operator_may_remind(world):
    assert remind(world, by=SuperuserFactory()) == 2


@pytest.mark.parametrize(
    "make",
    [
        UserFactory,
        lambda: AdministratorFactory().user,
        lambda: RegulatorFactory().user,
        lambda: MembershipFactory().user,
    ],
    ids=["stranger", "other administrator", "regulator", "employee elsewhere"],
)
def test_nobody_else_may(world, make):
    with pytest.raises(AssignmentNotPermitted):
        remind(world, by=make())

    assert not Message.objects.exists()
