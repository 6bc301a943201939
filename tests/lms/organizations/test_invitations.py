"""One person joins by hand: an own account to open, or a question to answer."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError

from lms.accounts.domain.people import set_mobile
from lms.accounts.models import User
from lms.audit.enums import Verb
from lms.audit.models import AuditEvent
from lms.notifications.models import EmailDelivery, Message
from lms.organizations.domain import invitations
from lms.organizations.domain.invitations import (
    can_be_invited,
    invite_member,
    send_invitation,
)
from lms.organizations.domain.members import NewMember
from lms.organizations.errors import AlreadyMember, InvitationNotPossible
from lms.organizations.models import Membership
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.organizations import (
    AdministratorFactory,
    MembershipFactory,
    OrganizationFactory,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


@pytest.fixture
def admin():
    return AdministratorFactory()


def invite(admin, **fields):
    values = {"name": "李明", "employee_number": "E1", "email": "li@example.org"}
    return invite_member(
        organization=admin.organization,
        member=NewMember(**(values | fields)),
        by=admin.user,
    )


def link_in(delivery):
    return re.search(r"https?://[^/]+(/\S*password/reset/key/\S+)", delivery.text)[1]


def test_new_person_gets_a_link_that_opens_the_account_once(admin, client):
    invited = invite(admin)

    delivery = EmailDelivery.objects.get()
    link = link_in(delivery)
    assert delivery.to == "li@example.org"
    assert delivery.is_secret
    assert link in delivery.html
    assert "设置密码：\n" in delivery.text
    assert (invited.is_waiting, invited.initial_password) == (False, "")
    form = client.get(link, follow=True)
    action = form.redirect_chain[-1][0]
    password = "雨天路滑，出门注意安全"
    client.post(action, {"password1": password, "password2": password})
    user = User.objects.get(email="li@example.org")
    assert user.check_password(password)
    signed_in = client.post(
        "/account/login/", {"login": "li@example.org", "password": password}
    )
    assert signed_in.status_code == 302
    assert "confirm-email" not in signed_in["Location"]
    assert EmailAddress.objects.get(user=user).verified
    client.logout()
    assert client.get(link, follow=True).context["token_fail"]


def test_link_of_a_reset_proves_nothing_for_who_has_another_address(client):
    user = UserFactory()
    EmailAddress.objects.create(user=user, email="other@example.org", verified=True)

    from lms.accounts.domain.password_links import note_proven_address

    note_proven_address(user=user)

    assert EmailAddress.objects.get(user=user).email == "other@example.org"


def test_person_without_an_address_gets_a_password_that_is_shown_once(admin):
    invited = invite(admin, email="")

    user = invited.membership.user
    assert len(invited.initial_password) == invitations.PASSWORD_LENGTH
    assert user.check_password(invited.initial_password)
    assert not EmailDelivery.objects.exists()
    with pytest.raises(InvitationNotPossible):
        send_invitation(membership=invited.membership, by=admin.user)


@pytest.mark.parametrize("known_by", ["email", "mobile"])
def test_who_has_an_account_is_asked_and_keeps_all_of_it(admin, known_by):
    person = UserFactory(display_name="李明明", email="own@example.org")
    set_mobile(user=person, mobile="13800138000", by=None)
    contact = {"email": person.email} if known_by == "email" else {"email": ""}
    given = contact | {"mobile": "13800138000"}
    if known_by == "email":
        given["mobile"] = "13900139000"

    invited = invite(admin, name="另一个名字", **given)

    person.refresh_from_db()
    assert invited.is_waiting
    assert invited.initial_password == ""
    assert (person.display_name, person.email) == ("李明明", "own@example.org")
    assert person.mobile == "13800138000"
    assert person.check_password(PASSWORD)
    assert invited.membership.listed_name == "另一个名字"
    assert Message.objects.get().recipient == person
    # The question of the inbox, never a link to a password.
    assert "password" not in EmailDelivery.objects.get().text


def test_person_on_the_list_is_not_added_twice(admin):
    membership = MembershipFactory(organization=admin.organization)

    with pytest.raises(AlreadyMember):
        invite(admin, email=membership.user.email)

    assert Membership.objects.filter(user=membership.user).count() == 1


def test_person_who_left_may_be_asked_again(admin):
    gone = MembershipFactory(
        organization=admin.organization, state="ended", ends_on="2026-01-01"
    )

    assert invite(admin, email=gone.user.email).is_waiting


def test_account_that_came_into_being_meanwhile_is_asked(admin, monkeypatch):
    person = UserFactory(email="li@example.org")
    real, calls = invitations.add_member, []

    def late(**kwargs):
        calls.append(kwargs)
        if len(calls) == 1:
            raise IntegrityError
        return real(**kwargs)

    monkeypatch.setattr(invitations, "find_person", lambda member: None)
    monkeypatch.setattr(invitations, "add_member", late)

    invited = invite(admin)

    assert invited.is_waiting
    assert invited.membership.user == person


def test_invitation_can_be_repeated_until_a_password_is_chosen(admin):
    membership = invite(admin).membership
    assert can_be_invited(membership)

    send_invitation(membership=membership, by=admin.user)

    assert EmailDelivery.objects.count() == 2
    assert AuditEvent.objects.filter(verb=Verb.INVITATION_SENT).count() == 2
    membership.user.set_password(PASSWORD)
    membership.user.save()
    assert not can_be_invited(membership)
    with pytest.raises(InvitationNotPossible):
        send_invitation(membership=membership, by=admin.user)


def test_nobody_who_waits_gets_a_link_to_an_account():
    pending = MembershipFactory(state="pending", organization=OrganizationFactory())
    pending.user.set_unusable_password()

    assert not can_be_invited(pending)
