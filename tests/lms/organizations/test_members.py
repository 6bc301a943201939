"""Members: nobody's account is taken over, nobody sees another employer."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from lms.accounts.domain.identity import store_identity_document
from lms.accounts.domain.people import set_mobile
from lms.accounts.models import IdentityDocument, User
from lms.core.scope import scope_for
from lms.notifications.models import Message
from lms.organizations.domain.jurisdictions import grant_jurisdiction
from lms.organizations.domain.members import (
    NewMember,
    accept_membership,
    add_member,
    change_place,
    decline_membership,
    end_membership,
)
from lms.organizations.domain.queries import (
    active_memberships,
    current_membership,
    organization_members,
)
from lms.organizations.errors import (
    AlreadyMember,
    EmployeeNumberTaken,
    ForeignDepartment,
    MembershipNotOpen,
    NotYourMembership,
)
from lms.organizations.models import Jurisdiction, Membership
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.organizations import (
    AdministratorFactory,
    DepartmentFactory,
    MembershipFactory,
    OrganizationFactory,
    PositionFactory,
    RegulatorFactory,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]

ID_NUMBER = "11010519491231002X"


def add(organization=None, **fields):
    values = {"name": "李明", "employee_number": "E1"}
    return add_member(
        organization=organization or OrganizationFactory(),
        member=NewMember(**(values | fields)),
        by=None,
    )


def test_new_person_gets_an_account_and_is_active_at_once():
    membership = add(
        mobile="138 0013 8000",
        email="Li@example.org",
        identity_number=ID_NUMBER,
        initial_password="first password",
        starts_on=date(2026, 1, 1),
    )

    user = membership.user
    assert (membership.state, membership.listed_name) == ("active", "李明")
    assert (user.email, user.mobile) == ("li@example.org", "13800138000")
    assert user.check_password("first password")
    assert IdentityDocument.objects.get().user == user


@pytest.mark.parametrize(
    "known_by",
    [
        {"mobile": "13800138000"},
        {"email": "LI@example.org"},
        {"identity_number": ID_NUMBER},
    ],
)
def test_existing_person_is_left_untouched_and_asked(known_by):
    person = UserFactory(email="li@example.org", display_name="李明明")
    set_mobile(user=person, mobile="13800138000", by=person)
    store_identity_document(
        user=person, type="resident_id", number=ID_NUMBER, by=person
    )
    before = User.objects.values().get()
    others = {
        "mobile": "13900139000",
        "email": "other@example.org",
        "identity_number": "110101190001010014",
        "initial_password": "taken over",
    }

    membership = add(**(others | known_by))

    assert (membership.user, membership.state) == (person, "pending")
    assert membership.listed_name == "李明"
    assert User.objects.values().get() == before
    assert person.identity_documents.count() == 1
    assert User.objects.get().check_password(PASSWORD)
    message = Message.objects.get()
    assert (message.recipient, message.url) == (person, "/account/memberships/")


def test_adding_twice_returns_the_same_row_and_asks_once():
    organization, person = OrganizationFactory(), UserFactory(email="li@example.org")

    one = add(organization, email=person.email)
    two = add(organization, email=person.email)

    assert one == two
    assert Message.objects.count() == 1
    accept_membership(membership=one, by=person, now=timezone.now())
    assert add(organization, email=person.email) == one


def test_pending_membership_gives_no_access_and_shows_the_listed_name_only():
    organization, person = OrganizationFactory(), UserFactory(email="li@example.org")
    administrator = AdministratorFactory(organization=organization).user
    membership = add(organization, email=person.email)

    assert scope_for(person).member_organization_ids == frozenset()
    assert current_membership(person) is None
    seen = Membership.objects.visible_to(administrator).get(pk=membership.pk)
    assert seen.listed_name == "李明"
    assert str(seen).startswith("李明 · ")
    assert not User.objects.visible_to(administrator).filter(pk=person.pk).exists()


def test_person_accepts_and_accepting_again_changes_nothing():
    person = UserFactory(email="li@example.org")
    membership = add(email=person.email)

    accept_membership(membership=membership, by=person, now=timezone.now())
    accept_membership(membership=membership, by=person, now=timezone.now())

    assert membership.state == "active"
    assert current_membership(person) == membership


def test_nobody_else_answers():
    person = UserFactory(email="li@example.org")
    membership = add(email=person.email)
    administrator = AdministratorFactory(organization=membership.organization).user

    for answer in (accept_membership, decline_membership):
        with pytest.raises(NotYourMembership):
            answer(membership=membership, by=administrator, now=timezone.now())
    membership.refresh_from_db()
    assert membership.state == "pending"


def test_declined_membership_can_not_be_accepted_later():
    person = UserFactory(email="li@example.org")
    membership = add(email=person.email)

    decline_membership(membership=membership, by=person, now=timezone.now())
    decline_membership(membership=membership, by=person, now=timezone.now())

    assert membership.state == "ended"
    with pytest.raises(MembershipNotOpen):
        accept_membership(membership=membership, by=person, now=timezone.now())


def test_active_membership_can_not_be_declined():
    membership = add()

    with pytest.raises(MembershipNotOpen):
        decline_membership(
            membership=membership, by=membership.user, now=timezone.now()
        )


def test_employee_number_is_unique_among_the_active():
    organization = OrganizationFactory()
    first = add(organization)

    with pytest.raises(EmployeeNumberTaken):
        add(organization, name="王五")
    assert User.objects.count() == 1
    end_membership(membership=first, on=date(2026, 1, 1), by=None, now=timezone.now())
    assert add(organization, name="王五").state == "active"
    assert add(OrganizationFactory()).employee_number == "E1"


def test_number_given_away_meanwhile_stops_the_acceptance():
    organization, person = OrganizationFactory(), UserFactory(email="li@example.org")
    waiting = add(organization, email=person.email)
    add(organization, name="王五")

    with pytest.raises(EmployeeNumberTaken):
        accept_membership(membership=waiting, by=person, now=timezone.now())


def test_table_refuses_a_second_active_role_and_number():
    membership = MembershipFactory(employee_number="E1")
    same = {
        "organization": membership.organization,
        "listed_name": "x",
        "state": "active",
        "starts_on": date(2026, 1, 1),
    }

    for fields in (
        {"user": membership.user},
        {"user": UserFactory(), "employee_number": "E1"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.create(**same, **fields)
    Membership.objects.create(**same, user=membership.user, role="expert")


def test_loser_of_a_race_reads_what_happened(monkeypatch):
    organization = OrganizationFactory()
    add(organization)
    from lms.organizations.domain import members

    monkeypatch.setattr(members, "_number_is_taken", lambda **kwargs: False)

    with pytest.raises((EmployeeNumberTaken, AlreadyMember)):
        add(organization, name="王五")


def test_parts_of_another_organization_are_refused():
    for fields in (
        {"department": DepartmentFactory()},
        {"position": PositionFactory()},
    ):
        with pytest.raises(ForeignDepartment):
            add(**fields)
        with pytest.raises(ForeignDepartment):
            change_place(
                membership=MembershipFactory(),
                **({"department": None, "position": None} | fields),
                by=None,
            )


def test_member_without_name_or_with_a_bad_number_is_refused():
    for fields in ({"name": " "}, {"employee_number": "a b"}):
        with pytest.raises(ValidationError):
            add(**fields)
    assert not User.objects.exists()


def test_end_stops_access_after_the_last_day(frozen_now):
    membership = MembershipFactory()
    user = membership.user

    end_membership(
        membership=membership, on=date(2026, 11, 25), by=None, now=timezone.now()
    )
    assert membership.state == "active"
    assert current_membership(user) == membership
    frozen_now.tick(timedelta(days=3))
    assert current_membership(user) is None
    assert (
        scope_for(User.objects.get(pk=user.pk)).member_organization_ids == frozenset()
    )


def test_end_in_the_past_takes_effect_at_once_and_only_once(frozen_now):
    membership = MembershipFactory()

    for day in (date(2026, 11, 1), date(2026, 11, 30)):
        end_membership(membership=membership, on=day, by=None, now=timezone.now())

    assert (membership.state, membership.ends_on) == ("ended", date(2026, 11, 1))


def test_end_today_takes_effect_at_once(frozen_now):
    membership = MembershipFactory()

    end_membership(
        membership=membership, on=date(2026, 11, 23), by=None, now=timezone.now()
    )

    assert membership.state == "ended"


def test_days_are_those_of_china():
    from freezegun import freeze_time

    membership = MembershipFactory(starts_on=date(2026, 11, 24))
    with freeze_time("2026-11-23 15:59:00"):
        assert not active_memberships(user=membership.user).exists()
    with freeze_time("2026-11-23 16:01:00"):
        assert active_memberships(user=membership.user).exists()


def test_current_membership_prefers_work_then_age():
    user = UserFactory()
    AdministratorFactory(user=user, starts_on=date(2020, 1, 1))
    new = MembershipFactory(user=user, starts_on=date(2026, 1, 1))
    old = MembershipFactory(user=user, starts_on=date(2025, 1, 1))

    assert current_membership(user) == old
    assert current_membership(user, new.organization_id) == new
    assert current_membership(user, organization_id=0) is None


def test_members_of_an_organization_cost_one_query(django_assert_num_queries):
    organization = OrganizationFactory()
    MembershipFactory.create_batch(3, organization=organization)
    AdministratorFactory(organization=organization)

    with django_assert_num_queries(1):
        rows = organization_members(organization_id=organization.pk)
        assert len([m.user.display_name for m in rows]) == 3


def test_place_changes_inside_the_organization():
    membership = MembershipFactory()
    department = DepartmentFactory(organization=membership.organization)

    change_place(membership=membership, department=department, position=None, by=None)

    membership.refresh_from_db()
    assert membership.department == department


def test_jurisdiction_is_for_active_regulators():
    regulator = RegulatorFactory()

    grant_jurisdiction(membership=regulator, region_prefix="3298", by=None)
    grant_jurisdiction(membership=regulator, region_prefix="3298", by=None)

    assert Jurisdiction.objects.filter(membership=regulator).count() == 2
    with pytest.raises(MembershipNotOpen):
        grant_jurisdiction(membership=MembershipFactory(), region_prefix="32", by=None)
    with pytest.raises(ValidationError):
        grant_jurisdiction(membership=regulator, region_prefix="", by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Jurisdiction.objects.create(membership=regulator, region_prefix="")
