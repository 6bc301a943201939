"""The badge on other sites: few facts, signed, no script, framed where allowed."""

import base64
import json
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.urls import reverse

from lms.audit.enums import Verb
from lms.audit.models import AuditEvent
from lms.compliance.models import Obligation, TrainingRule
from lms.core import clock
from lms.core.signing import load_jwk, public_jwk, signing_key, verify_compact
from lms.organizations.models import StatusBadge
from tests.factories.organizations import AdministratorFactory, MembershipFactory

pytestmark = [
    pytest.mark.integration,
    pytest.mark.django_db,
]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def admin():
    return AdministratorFactory()


@pytest.fixture
def badge(admin):
    """Return the badge of an enterprise with three of four obligations met."""
    today = clock.shanghai_date(clock.now())
    rule = TrainingRule.objects.first()
    for state in ("met", "met", "met", "open"):
        Obligation.objects.create(
            membership=MembershipFactory(organization=admin.organization),
            rule=rule,
            phase=rule.phase,
            topic=rule.topic,
            category=rule.category,
            period_start=today - timedelta(days=30),
            period_end=today + timedelta(days=30),
            required_seconds=100,
            state=state,
        )
    return StatusBadge.objects.create(
        organization=admin.organization,
        is_enabled=True,
        origins=["https://permit.example.cn"],
    )


def at(badge, file_format="svg"):
    return reverse("portal:badge", args=[badge.public_id, file_format])


def payload_of(text):
    token = ElementTree.fromstring(text).find(f"{SVG}metadata").text
    segment = token.split(".")[1]
    data = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    return token, json.loads(data)


def test_visitor_sees_few_signed_facts(client, badge, admin):
    response = client.get(at(badge))

    token, facts = payload_of(response.text)
    assert facts == {
        "code": admin.organization.code,
        "name": admin.organization.name,
        "on": clock.shanghai_date(clock.now()).isoformat(),
        "state": "in_order",
        "met_percent": 75,
    }
    key = load_jwk(public_jwk(signing_key().private_key.public_key()))
    _kid, signed = verify_compact(
        token, keys={signing_key().kid: key}, type_name="anxue-training-status+jws"
    )
    assert json.loads(signed) == facts
    assert "75%" in response.text


@pytest.mark.parametrize("file_format", ["svg", "html"])
def test_badge_runs_nothing_and_is_framed_where_allowed(client, badge, file_format):
    response = client.get(at(badge, file_format))

    assert response.headers["Content-Security-Policy"] == (
        "default-src 'none'; base-uri 'none'; "
        "frame-ancestors 'self' https://permit.example.cn"
    )
    assert "X-Frame-Options" not in response.headers
    assert response.headers["Cache-Control"] == "public, max-age=600"
    assert not response.cookies
    assert "<script" not in response.text


def test_unchanged_badge_is_not_sent_again(client, badge):
    first = client.get(at(badge))

    again = client.get(at(badge), headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")


def test_second_look_counts_nothing(client, badge, django_assert_max_num_queries):
    client.get(at(badge))

    with django_assert_max_num_queries(1):
        client.get(at(badge))


def test_overdue_is_said(client, badge):
    Obligation.objects.filter(state="open").update(state="overdue")

    assert payload_of(client.get(at(badge)).text)[1]["state"] == "overdue"


def test_name_can_not_break_out_of_the_picture(client, badge, admin):
    admin.organization.name = '<script>alert(1)</script>"&'
    admin.organization.save()

    _token, facts = payload_of(client.get(at(badge)).text)

    assert facts["name"] == '<script>alert(1)</script>"&'
    assert "<script" not in client.get(at(badge, "html")).text


def test_badge_that_is_switched_off_does_not_exist(client, badge):
    badge.is_enabled = False
    badge.save()

    assert client.get(at(badge)).status_code == 404


def test_unknown_format_does_not_exist(client, badge):
    assert client.get(at(badge, "js")).status_code == 404


def test_administrator_switches_it_on_and_copies_the_line(client, admin):
    client.force_login(admin.user)
    address = reverse("portal:badge_settings", args=[admin.organization.code])

    client.post(address, {"is_enabled": "on", "origins": "https://WWW.example.cn/\n\n"})

    badge = StatusBadge.objects.get()
    assert (badge.is_enabled, badge.origins) == (True, ["https://www.example.cn"])
    assert at(badge, "html") in client.get(address).text
    event = AuditEvent.objects.get(verb=Verb.BADGE_CHANGED)
    assert event.organization_id == admin.organization.pk


@pytest.mark.parametrize(
    "origin",
    [
        "http://www.example.cn",
        "https://*",
        "https://example.cn; script-src *",
        "https://example.cn/path",
        "https://example.cn 'unsafe-inline'",
        "javascript:alert(1)",
        "https://",
    ],
)
def test_what_is_no_site_is_refused(client, admin, origin):
    client.force_login(admin.user)
    address = reverse("portal:badge_settings", args=[admin.organization.code])

    page = client.post(address, {"is_enabled": "on", "origins": origin})

    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["origins"]
    assert not StatusBadge.objects.exists()
