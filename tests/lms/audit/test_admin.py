"""The audit trail in the editors' admin: read, and in words."""

import pytest

from lms.audit.domain import record
from lms.audit.enums import Verb
from lms.audit.models import AuditEvent
from lms.audit.wagtail_hooks import object_name
from tests.factories.accounts import SuperuserFactory
from tests.factories.organizations import OrganizationFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def test_operators_read_what_an_event_is_about_in_words(client):
    record(verb=Verb.ORGANIZATION_CHANGED, obj=OrganizationFactory())
    client.force_login(SuperuserFactory(language="en"))

    page = client.get("/admin/audit_events/").text

    assert "organizations.organization" not in page.split("<tbody>")[1]
    assert "Organization" in page.split("<tbody>")[1]


def test_what_has_no_model_any_more_keeps_its_label():
    assert object_name(AuditEvent(object_type="gone.thing")) == "gone.thing"
    assert object_name(AuditEvent(object_type="")) == ""
