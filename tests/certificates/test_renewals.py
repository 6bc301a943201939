"""Reminders before the end, and reissue with a correction."""

from datetime import timedelta

import pytest
from django.urls import reverse

from certificates.domain.batches import Trained, run_batch, submit_training
from certificates.domain.issuing import reissue_certificate
from certificates.domain.renewals import remind_of_expiry
from certificates.domain.verification import verify_number
from certificates.enums import Verdict
from certificates.models import Certificate, CertificateTemplate
from lms.audit.models import AuditEvent
from lms.notifications.models import Message
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.certificates import NOW

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


@pytest.fixture
def ending(issue):
    CertificateTemplate.objects.update(validity_months=12)
    return issue(document=False)


def reminders():
    return Message.objects.filter(dedupe_key__startswith="expiring:").count()


def test_each_stretch_reminds_once_also_after_a_day_off(ending):
    told = []
    for left in (61, 60, 59, 31, 29, 28, 8, 7, 6, 0, -1):
        remind_of_expiry(today=ending.valid_until - timedelta(days=left))
        told.append(reminders())
    assert told == [0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3]


def test_who_renewed_is_left_in_peace(ending, issue):
    newer = issue(learner=ending.holder, document=False)
    Certificate.objects.filter(pk=newer.pk).update(
        course_key=ending.course_key,
        valid_until=ending.valid_until + timedelta(days=300),
    )
    assert remind_of_expiry(today=ending.valid_until) == 0


def test_revoked_and_unlimited_ones_are_not_reminded_of(issue, ending):
    Certificate.objects.filter(pk=ending.pk).update(state="revoked")
    CertificateTemplate.objects.update(validity_months=None)
    issue(document=False)
    assert remind_of_expiry(today=ending.valid_until) == 0


def test_on_site_certificate_is_reissued_with_the_corrected_name(template):
    holder = UserFactory(display_name="张玮")
    batch = submit_training(
        template=template, name="x", title="起重作业", completed_on=NOW.date(),
        people=[Trained(holder, 2700)], by=SuperuserFactory(),
        evidence=("list.pdf", b"%PDF"), organization_name="江海精工",
    )  # fmt: skip
    run_batch(batch_id=batch.pk)
    old = Certificate.objects.get()
    holder.display_name = "张伟"
    holder.save()
    old = Certificate.objects.get()
    by = SuperuserFactory()
    new = reissue_certificate(certificate=old, by=by, now=NOW, reason="name")
    assert new.facts["holder"]["name"] == "张伟"
    for member in ("title", "hours", "organization", "completed_on"):
        assert new.facts[member] == old.facts[member]
    assert verify_number(number=old.number, now=NOW).verdict == Verdict.SUPERSEDED
    assert verify_number(number=new.number, now=NOW).verdict == Verdict.VALID
    event = AuditEvent.objects.get(object_id=new.number)
    assert event.data["reason"] == "name"


def test_correction_in_the_admin(client, issue):
    certificate = issue(document=False)
    client.force_login(SuperuserFactory())
    address = reverse("certificates_office:detail", args=[certificate.number])
    answer = client.post(address, {"reissue": "1", "correction": ""})
    assert answer.status_code == 200
    answer = client.post(address, {"reissue": "1", "correction": "the name"})
    new = Certificate.objects.get(replaces=certificate)
    assert answer.url == reverse("certificates_office:detail", args=[new.number])
