"""Approvals, packages and associations through the API: lists, answers, refusals."""

from datetime import timedelta

import pytest
from django.test import Client

from lms.accounts.domain.tokens import create_token
from lms.accounts.enums import TokenScope
from lms.core import clock
from lms.core.enums import Audience
from lms.organizations.domain.associations import invite_association_member
from lms.organizations.enums import (
    AssociationMemberState,
    ChangeState,
    MembershipRole,
    OrganizationKind,
)
from lms.organizations.models import (
    AssociationMember,
    ChangeRequest,
    Membership,
    Package,
)
from tests.factories.courses import make_published_course
from tests.factories.exams import ItemBankFactory
from tests.factories.organizations import (
    AdministratorFactory,
    MembershipFactory,
    OrganizationFactory,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

BOTH = (TokenScope.ORGANIZATION_READ, TokenScope.ORGANIZATION_WRITE)


def program(user, *scopes):
    token = create_token(user=user, name="hr", scopes=scopes or BOTH, by=user)[1]
    client = Client(enforce_csrf_checks=True)
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def at(membership, rest):
    return f"/api/v1/organizations/{membership.organization.code}/{rest}"


def send(client, method, address, body=None, **headers):
    call = getattr(client, method)
    return call(address, body or {}, content_type="application/json", headers=headers)


@pytest.fixture
def asked():
    """A request to make somebody an administrator, and who did not ask for it."""
    first = AdministratorFactory()
    second = AdministratorFactory(organization=first.organization)
    employee = MembershipFactory(organization=first.organization)
    change = ChangeRequest.objects.create(
        organization=first.organization,
        kind="role",
        subject=f"grant:{employee.pk}",
        title="张三任管理员",
        payload={"grant": employee.pk, "role": "admin", "department": None},
        reason="接班",
        requested_by=first.user,
        requested_at=clock.now(),
        expires_at=clock.now() + timedelta(days=14),
    )
    return change, first, second, employee


def test_changes_are_listed_with_what_the_caller_may_do(asked):
    change, first, second, _employee = asked

    mine = program(first.user).get(at(first, "changes?state=waiting")).json()
    theirs = program(second.user).get(at(first, f"changes/{change.public_id}")).json()
    none = program(second.user).get(at(first, "changes?state=refused")).json()

    assert mine["results"] == [theirs | {"may_decide": False}]
    assert theirs["may_decide"] is True
    assert (theirs["kind"], theirs["reason"], theirs["decided_by"]) == (
        "role",
        "接班",
        None,
    )
    assert none["results"] == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"decision": "refuse"}, 422, "reason_missing"),
        ({"decision": "withdraw"}, 403, "not_own_change"),
        ({"decision": "perhaps"}, 422, "invalid"),
        ({}, 422, "invalid"),
    ],
)
def test_bad_decision_changes_nothing(asked, body, status, code):
    change, first, second, _employee = asked

    address = at(first, f"changes/{change.public_id}:decide")
    answer = send(program(second.user), "post", address, body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    change.refresh_from_db()
    assert change.state == ChangeState.WAITING


def test_nobody_approves_the_own_change(asked):
    change, first, _second, _employee = asked

    address = at(first, f"changes/{change.public_id}:decide")
    answer = send(program(first.user), "post", address, {"decision": "approve"})

    assert (answer.status_code, answer.json()["code"]) == (403, "own_change")


def test_second_person_approves_once(asked):
    change, first, second, employee = asked
    client = program(second.user)
    address = at(first, f"changes/{change.public_id}:decide")
    body = {"decision": "approve", "note": "同意"}

    done = send(client, "post", address, body, **{"Idempotency-Key": "k1"})
    again = send(client, "post", address, body, **{"Idempotency-Key": "k1"})
    other = send(client, "post", address, body)

    assert (done.status_code, done.json()["state"]) == (200, "approved")
    assert done.json()["decided_by"] == second.user.get_full_name()
    assert again.json() == done.json()
    assert (other.status_code, other.json()["code"]) == (409, "change_not_open")
    granted = Membership.objects.filter(
        user=employee.user, organization=first.organization, role=MembershipRole.ADMIN
    )
    assert granted.count() == 1


def test_reading_scope_decides_nothing(asked):
    change, first, second, _employee = asked
    client = program(second.user, TokenScope.ORGANIZATION_READ)

    address = at(first, f"changes/{change.public_id}:decide")
    answer = send(client, "post", address, {"decision": "approve"})

    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")


class Association:
    """An association with a course and a bank of its own, and an enterprise."""

    def __init__(self):
        organization = OrganizationFactory(
            kind=OrganizationKind.ASSOCIATION, name="化工协会"
        )
        self.head = AdministratorFactory(organization=organization)
        owned = {"owner_organization_id": organization.pk, "audience": Audience.PACKAGE}
        self.course = make_published_course(**owned)
        self.bank = ItemBankFactory(title="化工题库", **owned)
        self.member = AdministratorFactory()
        self.today = clock.shanghai_date(clock.now())

    @property
    def terms(self):
        return {
            "title": "化工包",
            "is_open": True,
            "courses": [str(self.course.translation_key)],
            "banks": [str(self.bank.public_id)],
        }

    def invite(self):
        return invite_association_member(
            association=self.head.organization,
            enterprise=self.member.organization,
            starts_on=self.today,
            by=self.head.user,
        )


@pytest.fixture
def association():
    return Association()


def test_package_is_made_changed_and_opened_to_who_accepted(association):
    head, member = program(association.head.user), program(association.member.user)
    list_of_head = at(association.head, "packages")
    list_of_member = at(association.member, "packages")

    made = send(head, "post", list_of_head, association.terms)
    body = made.json()
    address = f"{list_of_head}/{body['id']}"
    changed = send(head, "put", address, association.terms | {"banks": []}).json()
    before = member.get(list_of_member).json()
    invited = association.invite()
    waiting = member.get(list_of_member).json()
    answer = send(
        member,
        "post",
        at(association.member, f"associations/{invited.public_id}:answer"),
        {"answer": "accept"},
    )
    after = member.get(list_of_member).json()

    assert made.status_code == 201
    assert body["association"]["name"] == "化工协会"
    assert [bank["title"] for bank in body["banks"]] == ["化工题库"]
    assert changed["banks"] == []
    assert before["results"] == waiting["results"] == []
    assert answer.json()["state"] == AssociationMemberState.ACCEPTED
    assert after["results"] == [changed] == head.get(list_of_head).json()["results"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"courses": [], "banks": []}, 422, "package_empty"),
        ({"courses": ["00000000-0000-0000-0000-000000000000"]}, 422, "not_offered"),
        ({"title": ""}, 422, "invalid"),
        ({"industry": "chemistry"}, 422, "invalid"),
    ],
)
def test_bad_package_is_refused(association, change, status, code):
    client = program(association.head.user)

    address = at(association.head, "packages")
    answer = send(client, "post", address, association.terms | change)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Package.objects.exists()


def test_enterprise_makes_no_package(association):
    client = program(association.member.user)

    address = at(association.member, "packages")
    answer = send(client, "post", address, {"title": "自办"})

    assert answer.status_code == 404


def test_enterprise_is_invited_listed_and_taken_back(association):
    head = program(association.head.user)
    address = at(association.head, "association-members")
    body = {
        "code": association.member.organization.code,
        "starts_on": association.today.isoformat(),
    }

    made = send(head, "post", address, body)
    twice = send(head, "post", address, body)
    unknown = send(head, "post", address, body | {"code": "91000000000000000X"})
    listed = head.get(address).json()["results"]
    seen = program(association.member.user).get(at(association.member, "associations"))
    statuses = [
        head.delete(f"{address}/{made.json()['id']}").status_code for _n in range(2)
    ]

    assert (made.status_code, made.json()["state"]) == (201, "invited")
    assert (twice.status_code, twice.json()["code"]) == (409, "already_member")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "invalid")
    assert listed == seen.json()["results"] == [made.json()]
    assert statuses == [204, 204]
    assert not AssociationMember.objects.exists()


def test_enterprise_declines_and_can_t_accept_then(association):
    invited = association.invite()
    client = program(association.member.user)
    address = at(association.member, f"associations/{invited.public_id}:answer")

    declined = send(client, "post", address, {"answer": "decline"})
    late = send(client, "post", address, {"answer": "accept"})

    assert declined.json()["state"] == AssociationMemberState.DECLINED
    assert (late.status_code, late.json()["code"]) == (409, "invitation_answered")


def test_enterprise_that_is_no_association_invites_nobody(association):
    client = program(association.member.user)

    answer = send(
        client,
        "post",
        at(association.member, "association-members"),
        {
            "code": association.head.organization.code,
            "starts_on": association.today.isoformat(),
        },
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "not_an_association")
