"""Sign-in with organization code and employee number, and the second factor."""

import re

import pytest
from allauth.account.adapter import get_adapter
from allauth.mfa.totp.internal import auth as totp
from django.urls import reverse

from lms.accounts.models import User
from tests.factories.accounts import PASSWORD, SuperuserFactory, UserFactory
from tests.factories.organizations import (
    AdministratorFactory,
    MembershipFactory,
    OrganizationFactory,
    RegulatorFactory,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

ADDRESS = "/account/login/organization/"


@pytest.fixture
def member():
    return MembershipFactory(
        organization=OrganizationFactory(short_code="jinggong"),
        employee_number="JH-001",
        user=UserFactory(email=None),
    )


def sign_in(client, code, number, password=PASSWORD, **extra):
    form = {"organization_code": code, "employee_number": number, "password": password}
    return client.post(ADDRESS, form | extra)


def home():
    return get_adapter().get_login_redirect_url(None)


def signed_in_as(client):
    return client.session.get("_auth_user_id")


@pytest.mark.parametrize("number", ["JH-001", " jh-001 ", "ＪＨ-001"])
def test_employee_without_any_address_signs_in(client, member, number):
    response = sign_in(client, member.organization.code.lower(), number)

    assert (response.status_code, response.url) == (302, home())
    assert signed_in_as(client) == str(member.user_id)


def test_short_code_serves_as_well(client, member):
    sign_in(client, " JingGong ", "JH-001")

    assert signed_in_as(client) == str(member.user_id)


def test_session_ends_with_the_browser_unless_asked(client, member):
    sign_in(client, "jinggong", "JH-001")
    assert client.session.get_expire_at_browser_close()
    client.logout()
    sign_in(client, "jinggong", "JH-001", remember="on")

    assert not client.session.get_expire_at_browser_close()


def errors_of(response):
    return [str(e) for e in response.context["form"].non_field_errors()]


def test_every_wrong_part_looks_alike(client, member):
    other = OrganizationFactory(short_code="other")
    answers = [
        sign_in(client, "jinggong", "JH-001", "wrong password"),
        sign_in(client, "jinggong", "JH-999"),
        sign_in(client, other.code, "JH-001"),
        sign_in(client, "nonsense", "JH-001"),
    ]

    assert signed_in_as(client) is None
    assert {r.status_code for r in answers} == {422}
    assert len({tuple(errors_of(r)) for r in answers}) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "pending"},
        {"state": "ended", "ends_on": "2026-01-01"},
        {"starts_on": "2999-01-01"},
        {"role": "expert"},
    ],
)
def test_memberships_that_do_not_count_open_nothing(client, member, fields):
    for name, value in fields.items():
        setattr(member, name, value)
    member.save()

    sign_in(client, "jinggong", "JH-001")

    assert signed_in_as(client) is None


def test_closed_organization_and_inactive_person_open_nothing(client, member):
    member.organization.is_active = False
    member.organization.save()
    sign_in(client, "jinggong", "JH-001")
    member.organization.is_active = True
    member.organization.save()
    User.objects.filter(pk=member.user_id).update(is_active=False)
    sign_in(client, "jinggong", "JH-001")

    assert signed_in_as(client) is None


def test_numbers_that_differ_in_case_only_need_exactness(client, member):
    second = MembershipFactory(
        organization=member.organization, employee_number="jh-001"
    )

    sign_in(client, "jinggong", "jh-001")
    assert signed_in_as(client) == str(second.user_id)
    client.logout()
    sign_in(client, "jinggong", "Jh-001")
    assert signed_in_as(client) is None


def test_guessing_is_stopped_for_the_number_not_for_the_factory(client, member):
    colleague = MembershipFactory(
        organization=member.organization, employee_number="JH-002"
    )
    for _attempt in range(5):
        sign_in(client, "jinggong", "JH-001", "wrong")

    blocked = sign_in(client, "jinggong", "jh-001")
    assert signed_in_as(client) is None
    assert len(errors_of(blocked)) == 1
    sign_in(client, "jinggong", "JH-002")

    assert signed_in_as(client) == str(colleague.user_id)


def test_second_factor_is_asked_here_too(client, member):
    totp.TOTP.activate(member.user, totp.generate_totp_secret())

    response = sign_in(client, "jinggong", "JH-001")

    assert response.url == "/account/2fa/authenticate/"
    assert signed_in_as(client) is None


def test_empty_form_names_its_fields(client):
    response = client.post(ADDRESS, {})

    assert set(response.context["form"].errors) == {
        "organization_code",
        "employee_number",
        "password",
    }
    assert client.get(ADDRESS).status_code == 200


def test_it_leads_back_but_never_to_another_site(client, member):
    assert sign_in(client, "jinggong", "JH-001", next="/account/").url == "/account/"
    assert client.get(ADDRESS).url == home()
    client.logout()
    away = sign_in(client, "jinggong", "JH-001", next="//evil.example/")
    assert away.url == home()


# --- staff need a second factor where it is switched on -------------------------------
def code_of(secret):
    counter = next(totp.yield_hotp_counters_from_time())
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def make(role):
    return {
        "operator": SuperuserFactory,
        "administrator": lambda: AdministratorFactory().user,
        "regulator": lambda: RegulatorFactory().user,
        "employee": lambda: MembershipFactory().user,
        "individual": UserFactory,
    }[role]()


@pytest.mark.parametrize(
    ("role", "is_held"),
    [
        ("operator", True),
        ("administrator", True),
        ("regulator", True),
        ("employee", False),
        ("individual", False),
    ],
)
def test_staff_are_led_to_set_one_up(client, settings, role, is_held):
    settings.LMS_REQUIRE_STAFF_MFA = True
    client.force_login(make(role))

    response = client.get("/account/messages/")

    assert (response.status_code == 302) is is_held
    if is_held:
        assert response.url == reverse("mfa_index")
        assert client.get("/account/2fa/").status_code == 200
        assert client.get("/api/v1/schema/").status_code == 403
        assert client.get("/account/tokens/").url == reverse("mfa_index")


def test_nobody_is_held_where_it_is_switched_off(client, settings):
    settings.LMS_REQUIRE_STAFF_MFA = False
    client.force_login(make("administrator"))

    assert client.get("/account/messages/").status_code == 200


def test_staff_prove_it_once_per_session(
    client, settings, django_assert_max_num_queries
):
    settings.LMS_REQUIRE_STAFF_MFA = True
    membership = AdministratorFactory()
    user = membership.user
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    client.force_login(user)

    held = client.get("/en/account/messages/")
    assert re.match(r"/en/account/2fa/reauthenticate/\?next=", held.url)
    client.post(held.url, {"code": code_of(secret)})

    assert client.get("/account/messages/").status_code == 200
    assert client.session["second_factor_proven_for"] == user.pk


# --- answers to employers -------------------------------------------------------------
def test_person_answers_on_the_page(client):
    membership = MembershipFactory(state="pending")
    client.force_login(membership.user)

    page = client.get("/account/memberships/")
    assert page.context["waiting"] == [membership]
    client.post(f"/account/memberships/{membership.public_id}/accept/")

    membership.refresh_from_db()
    assert membership.state == "active"


def test_person_declines_on_the_page(client):
    membership = MembershipFactory(state="pending")
    client.force_login(membership.user)

    client.post(f"/account/memberships/{membership.public_id}/decline/")

    membership.refresh_from_db()
    assert membership.state == "ended"


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_membership_of_somebody_else_is_not_found(client, answer):
    membership = MembershipFactory(state="pending")
    administrator = AdministratorFactory(organization=membership.organization).user
    for user in (administrator, SuperuserFactory()):
        client.force_login(user)
        response = client.post(f"/account/memberships/{membership.public_id}/{answer}/")
        assert response.status_code == 404
    membership.refresh_from_db()
    assert membership.state == "pending"


def test_answer_too_late_is_a_conflict_with_a_page(client):
    membership = MembershipFactory(state="ended", ends_on="2026-01-01")
    client.force_login(membership.user)

    response = client.post(f"/account/memberships/{membership.public_id}/accept/")

    assert response.status_code == 409
    assert "text/html" in response["Content-Type"]


def test_page_costs_the_same_for_one_and_three(client):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    user = UserFactory()
    MembershipFactory(user=user)
    client.force_login(user)
    counts = []
    for _turn in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/account/memberships/").status_code == 200
        counts.append(len(queries))
        MembershipFactory.create_batch(2, user=user)
    assert counts[0] == counts[1] <= 25
