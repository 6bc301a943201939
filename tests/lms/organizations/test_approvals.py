"""A sensitive change takes effect when a second person has agreed, once."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connections

from lms.audit.enums import Verb
from lms.audit.models import AuditEvent
from lms.core import clock
from lms.notifications.models import Message
from lms.organizations.domain.administrators import (
    administrators,
    ask_to_grant,
    ask_to_revoke,
)
from lms.organizations.domain.approvals import (
    approve_change,
    deciders,
    expire_changes,
    refuse_change,
    withdraw_change,
)
from lms.organizations.errors import (
    AlreadyMember,
    ChangeAskedAlready,
    ChangeNotOpen,
    LastAdministrator,
    MembershipNotOpen,
    NotAdministrator,
    OwnChange,
    ReasonMissing,
)
from lms.organizations.models import ChangeRequest, Membership
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.organizations import (
    AdministratorFactory,
    DepartmentFactory,
    MembershipFactory,
    RegulatorFactory,
)

pytestmark = [pytest.mark.integration]
DAY = timedelta(days=1)


class World:
    def __init__(self):
        self.asker = AdministratorFactory()
        self.organization = self.asker.organization
        self.second = AdministratorFactory(organization=self.organization)
        self.employee = MembershipFactory(organization=self.organization)
        self.now = clock.now()

    def ask(self, *, department=None, reason="接任安全科长"):
        return ask_to_grant(
            employee=self.employee,
            department=department,
            reason=reason,
            by=self.asker.user,
            now=self.now,
        )

    def approve(self, change, by=None):
        return approve_change(change=change, by=by or self.second.user, now=self.now)

    def roles(self):
        rows = administrators(
            organization=self.organization, on=clock.shanghai_date(self.now)
        )
        return {m.user_id for m in rows}


@pytest.fixture
def world(db):
    return World()


def verbs():
    return list(
        AuditEvent.objects.filter(verb__startswith="change_")
        .order_by("pk")
        .values_list("verb", flat=True)
    )


def test_nothing_changes_before_somebody_agrees(world):
    change = world.ask()

    assert world.employee.user_id not in world.roles()
    message = Message.objects.get(recipient=world.second.user)
    assert world.employee.listed_name in message.subject
    assert message.url == (
        f"/enterprise/{world.organization.code}/changes/{change.public_id}/"
    )
    assert not Message.objects.filter(recipient=world.asker.user).exists()


def test_approval_does_the_change_and_leaves_its_trace(world):
    change = world.approve(world.ask())

    assert world.employee.user_id in world.roles()
    assert (change.state, change.decided_by) == ("approved", world.second.user)
    assert verbs() == [Verb.CHANGE_REQUESTED, Verb.CHANGE_APPROVED]
    event = AuditEvent.objects.get(verb=Verb.CHANGE_APPROVED)
    assert event.actor_subject_id == world.second.user.subject_id
    assert event.organization_id == world.organization.pk


def test_department_is_administered_below_only(world):
    department = DepartmentFactory(organization=world.organization)

    world.approve(world.ask(department=department))

    created = Membership.objects.get(user=world.employee.user, role="unit_admin")
    assert created.department == department


def test_refusal_needs_a_reason_and_changes_nothing(world):
    change = world.ask()
    with pytest.raises(ReasonMissing):
        refuse_change(change=change, by=world.second.user, note=" ", now=world.now)

    refuse_change(change=change, by=world.second.user, note="不合适", now=world.now)

    assert (change.state, change.decision_note) == ("refused", "不合适")
    assert world.employee.user_id not in world.roles()
    assert "不合适" in Message.objects.get(recipient=world.asker.user).body


def test_nobody_approves_what_they_asked_for(world):
    change = world.ask()

    with pytest.raises(OwnChange):
        world.approve(change, by=world.asker.user)

    assert ChangeRequest.objects.get().state == "waiting"


@pytest.mark.parametrize(
    "make",
    [
        lambda w: w.employee.user,
        lambda w: AdministratorFactory().user,
        lambda w: RegulatorFactory().user,
        lambda w: UserFactory(),
        lambda w: (
            AdministratorFactory(
                organization=w.organization, ends_on=clock.shanghai_date(w.now) - DAY
            ).user
        ),
        lambda w: (
            MembershipFactory(
                organization=w.organization,
                role="unit_admin",
                employee_number="",
                department=DepartmentFactory(organization=w.organization),
            ).user
        ),
    ],
    ids=["employee", "elsewhere", "regulator", "stranger", "former", "department"],
)
def test_others_neither_ask_nor_decide(world, make):
    user = make(world)
    change = world.ask()

    with pytest.raises(NotAdministrator):
        world.approve(change, by=user)
    with pytest.raises(NotAdministrator):
        refuse_change(change=change, by=user, note="x", now=world.now)
    with pytest.raises(NotAdministrator):
        ask_to_revoke(administrator=world.second, reason="x", by=user, now=world.now)

    assert list(ChangeRequest.objects.values_list("state", flat=True)) == ["waiting"]


def test_where_there_is_one_administrator_the_operator_decides(db):
    operator, world = SuperuserFactory(), World()
    world.second.delete()

    change = world.ask()

    assert deciders(change) == [operator]
    world.approve(change, by=operator)
    assert world.employee.user_id in world.roles()


def test_same_change_is_asked_once(world):
    world.ask()

    with pytest.raises(ChangeAskedAlready):
        world.ask()

    assert ChangeRequest.objects.count() == 1


def test_request_without_reason_is_refused(world):
    with pytest.raises(ReasonMissing):
        world.ask(reason="  ")

    assert not ChangeRequest.objects.exists()


def test_expired_change_is_not_approved_and_may_be_asked_again(world):
    change = world.ask()
    late = world.now + timedelta(days=14)

    with pytest.raises(ChangeNotOpen):
        approve_change(change=change, by=world.second.user, now=late)
    assert (expire_changes(now=late), expire_changes(now=late)) == (1, 0)

    change.refresh_from_db()
    assert change.state == "expired"
    world.now = late
    assert world.ask().state == "waiting"


def test_only_the_asker_withdraws(world):
    change = world.ask()
    with pytest.raises(OwnChange):
        withdraw_change(change=change, by=world.second.user, now=world.now)

    withdraw_change(change=change, by=world.asker.user, now=world.now)

    assert change.state == "withdrawn"
    with pytest.raises(ChangeNotOpen):
        world.approve(change)


def test_decided_is_decided(world):
    change = world.approve(world.ask())

    with pytest.raises(ChangeNotOpen):
        refuse_change(change=change, by=world.second.user, note="x", now=world.now)

    assert ChangeRequest.objects.get().state == "approved"


def test_who_left_meanwhile_gets_no_rights_and_the_change_still_waits(world):
    change = world.ask()
    world.employee.state = "ended"
    world.employee.ends_on = clock.shanghai_date(world.now)
    world.employee.save()

    with pytest.raises(MembershipNotOpen):
        world.approve(change)

    assert ChangeRequest.objects.get().state == "waiting"
    assert Verb.CHANGE_APPROVED not in verbs()


def test_right_that_is_held_is_not_asked_for(world):
    world.approve(world.ask())

    with pytest.raises(AlreadyMember):
        world.ask()

    assert ChangeRequest.objects.count() == 1


def test_rights_are_taken_at_once_when_approved(world):
    change = ask_to_revoke(
        administrator=world.second, reason="离任", by=world.asker.user, now=world.now
    )
    third = AdministratorFactory(organization=world.organization)

    approve_change(change=change, by=third.user, now=world.now)

    assert world.second.user_id not in world.roles()


def test_somebody_always_remains(db):
    operator, world = SuperuserFactory(), World()
    gone = ask_to_revoke(
        administrator=world.second, reason="离任", by=world.asker.user, now=world.now
    )
    approve_change(change=gone, by=operator, now=world.now)

    with pytest.raises(LastAdministrator):
        ask_to_revoke(
            administrator=world.asker, reason="离任", by=operator, now=world.now
        )

    assert world.roles() == {world.asker.user_id}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_who_approve_at_once_do_it_once():
    world = World()
    third = AdministratorFactory(organization=world.organization)
    change = world.ask()
    start, outcomes = Barrier(2), []

    def decide(user):
        start.wait()
        try:
            mine = ChangeRequest.objects.get(pk=change.pk)
            approve_change(change=mine, by=user, now=world.now)
            outcomes.append("done")
        except ChangeNotOpen:
            outcomes.append("late")
        finally:
            connections.close_all()

    threads = [Thread(target=decide, args=[u]) for u in (world.second.user, third.user)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["done", "late"]
    granted = Membership.objects.filter(user=world.employee.user, role="admin")
    assert granted.count() == 1
    assert AuditEvent.objects.filter(verb=Verb.CHANGE_APPROVED).count() == 1
