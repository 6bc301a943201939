"""Batches: thousands at once, killed anywhere, and never a number twice or a gap."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import translation

from certificates.domain import batches
from certificates.domain.batches import (
    Trained,
    completed_without_certificate,
    progress_of,
    retry_batch,
    run_batch,
    submit_completions,
    submit_training,
    wake_batches,
)
from certificates.domain.issuing import issue_certificate
from certificates.enums import CertificateState
from certificates.models import (
    BatchRow,
    Certificate,
    CertificateBatch,
    NumberSeries,
    RegisterEntry,
)
from lms.audit.enums import Verb
from lms.audit.models import AuditEvent
from lms.core.enums import JobState
from lms.notifications.models import Message
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.certificates import (
    NOW,
    CertifiedSyllabusFactory,
    CompletedEnrollmentFactory,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


class Killed(BaseException):
    """What a SIGKILL is to Python code: nothing catches it."""


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(batches, "CHUNK", 3)
    monkeypatch.setattr(batches, "RENDER_CHUNK", 2)


@pytest.fixture
def completions(template):
    """Seven people who completed one course."""
    syllabus = CertifiedSyllabusFactory()
    return [CompletedEnrollmentFactory(syllabus=syllabus) for _ in range(7)]


@pytest.fixture
def submit(template):
    def do(enrollments, **changes):
        order = {
            "template": template,
            "name": "Autumn",
            "enrollment_ids": [e.pk for e in enrollments],
            "by": SuperuserFactory(),
        }
        return submit_completions(**order | changes)

    return do


def whole(count):
    """The promise: serials 1..n, leaves 0..n-1, one certificate for each."""
    serials = sorted(Certificate.objects.values_list("serial", flat=True))
    leaves = sorted(Certificate.objects.values_list("register_index", flat=True))
    entries = list(
        RegisterEntry.objects.order_by("index").values_list("index", flat=True)
    )
    last = NumberSeries.objects.values_list("last_serial", flat=True).first() or 0
    assert serials == list(range(1, count + 1))
    assert leaves == entries == list(range(count))
    assert last == count


def expire_leases():
    CertificateBatch.objects.update(lease_expires_at=NOW - timedelta(days=999))


def test_batch_issues_renders_and_tells_everybody(completions, submit):
    batch = submit(completions)
    assert run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.total) == (JobState.DONE, 7)
    assert (batch.issued, batch.refused, batch.rendered) == (7, 0, 7)
    whole(7)
    order = Certificate.objects.order_by("serial").values_list("enrollment_id")
    assert [pk for (pk,) in order] == [e.pk for e in completions]
    assert not Certificate.objects.filter(pdf="").exists()
    assert Message.objects.filter(kind="certificate_issued").count() == 7
    call_command("audit_register")


def test_second_run_of_a_finished_batch_does_nothing(completions, submit):
    batch = submit(completions)
    assert run_batch(batch_id=batch.pk)
    assert not run_batch(batch_id=batch.pk)
    whole(7)


def test_each_chunk_is_audited_with_its_numbers(completions, submit):
    batch = submit(completions)
    run_batch(batch_id=batch.pk)
    events = AuditEvent.objects.filter(verb="certificate_issued").order_by("sequence")
    numbers = [number for event in events for number in event.data["numbers"]]
    stored = Certificate.objects.order_by("serial").values_list("number", flat=True)
    assert numbers == list(stored)
    assert {event.object_id for event in events} == {str(batch.public_id)}


@pytest.mark.parametrize("at", range(1, 14))
def test_killed_at_any_step_nothing_is_doubled_or_lost(
    completions, submit, monkeypatch, at
):
    """The worker dies at its n-th renewal, inside or after each piece of work."""
    batch = submit(completions)
    real, calls = batches._renew, []

    def dies(held):
        calls.append(held)
        if len(calls) == at:
            raise Killed
        real(held)

    monkeypatch.setattr(batches, "_renew", dies)
    try:
        run_batch(batch_id=batch.pk)
    except Killed:
        whole(Certificate.objects.count())  # also while it lies dead
        marked = BatchRow.objects.filter(certificate__isnull=False).count()
        assert marked == Certificate.objects.count()
        assert not run_batch(batch_id=batch.pk), "the lease still runs"
        expire_leases()
        assert run_batch(batch_id=batch.pk)
    whole(7)
    assert not Certificate.objects.filter(pdf="").exists()
    assert Message.objects.filter(kind="certificate_issued").count() == 7


def test_worker_that_lost_its_lease_writes_nothing_more(
    completions, submit, monkeypatch
):
    batch = submit(completions)
    real = batches.write_certificates

    def taken_over(**kwargs):
        CertificateBatch.objects.update(attempts=5)
        return real(**kwargs)

    monkeypatch.setattr(batches, "write_certificates", taken_over)
    assert not run_batch(batch_id=batch.pk)
    whole(0)


def test_dead_batch_is_found_again_by_the_sweep(completions, submit):
    batch = submit(completions)
    assert wake_batches() == 1
    run_batch(batch_id=batch.pk)
    assert wake_batches() == 0


def test_refused_people_do_not_cost_a_number_or_hold_up_the_others(template, submit):
    good = CompletedEnrollmentFactory()
    unprintable = CompletedEnrollmentFactory(learner__display_name="𡘙田")
    unfinished = CompletedEnrollmentFactory(completed_at=None, state="active")
    has_one = CompletedEnrollmentFactory()
    issue_certificate(enrollment=has_one, now=NOW)
    batch = submit([unprintable, good, unfinished, has_one])
    run_batch(batch_id=batch.pk)
    rows = batch.rows.order_by("position")
    assert [row.code for row in rows] == [
        "glyph_missing", "", "not_completed", "has_certificate",
    ]  # fmt: skip
    assert "𡘙 (U+21619)" in rows[0].message
    whole(2)
    assert progress_of(batch) == {"issued": 1, "refused": 3, "rendered": 1}


def test_who_was_refused_is_tried_again_once_the_reason_is_mended(template, submit):
    good = CompletedEnrollmentFactory()
    unfinished = CompletedEnrollmentFactory(completed_at=None, state="active")
    has_one = CompletedEnrollmentFactory()
    issue_certificate(enrollment=has_one, now=NOW)
    batch = submit([good, unfinished, has_one])
    by = SuperuserFactory()
    assert not retry_batch(batch=batch, by=by), "it has not even run"
    run_batch(batch_id=batch.pk)
    unfinished.completed_at, unfinished.state = NOW, "completed"
    unfinished.save()
    assert retry_batch(batch=batch, by=by)
    assert not retry_batch(batch=batch, by=by), "a second click"
    assert run_batch(batch_id=batch.pk)
    rows = batch.rows.order_by("position")
    assert [row.code for row in rows] == ["", "", "has_certificate"]
    assert rows[1].certificate.holder == unfinished.learner
    whole(3)
    assert Message.objects.filter(kind="certificate_issued").count() == 3
    seen = AuditEvent.objects.filter(verb=Verb.CERTIFICATE_BATCH_RETRIED).get()
    assert (seen.actor_subject_id, seen.data) == (by.subject_id, {"rows": 1})


def test_batch_that_failed_goes_on_where_it_stopped(completions, submit, monkeypatch):
    batch = submit(completions)

    def broken(**_rows):
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(batches, "attach_pdfs", broken)
        assert not run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, "disk is full" in batch.error) == (JobState.FAILED, True)
    assert retry_batch(batch=batch, by=SuperuserFactory())
    assert run_batch(batch_id=batch.pk)
    assert not Certificate.objects.filter(pdf="").exists()
    whole(7)


def test_only_issuers_try_a_batch_again(client, template, submit):
    batch = submit([CompletedEnrollmentFactory(completed_at=None, state="active")])
    run_batch(batch_id=batch.pk)
    address = f"/admin/certificates/batches/{batch.public_id}/"
    client.force_login(UserFactory())
    client.post(f"{address}retry/")
    batch.refresh_from_db()
    assert batch.state == JobState.DONE
    client.force_login(SuperuserFactory())
    assert client.get(f"{address}retry/").status_code == 405
    assert f"{address}retry/" in client.get(address).content.decode()
    assert client.post(f"{address}retry/", follow=True).status_code == 200
    batch.refresh_from_db()
    assert batch.state == JobState.QUEUED


def test_a_refusal_is_told_in_the_language_of_who_handed_the_batch_in(submit):
    unfinished = CompletedEnrollmentFactory(completed_at=None, state="active")
    batch = submit([unfinished], by=SuperuserFactory(language="en"))
    with translation.override("zh-hans"):
        run_batch(batch_id=batch.pk)
    assert batch.rows.get().message == "The course is not completed."


def test_on_site_training_is_certified_with_its_evidence(template):
    people = [Trained(UserFactory(), 4 * 2700), Trained(UserFactory())]
    batch = submit_training(
        template=template,
        name="Crane drill",
        title="起重作业现场培训",
        completed_on=NOW.date(),
        people=[*people, people[0]],
        by=SuperuserFactory(),
        evidence=("../list.pdf", b"%PDF-1.4"),
        organization_name="江海精工机械有限公司",
    )
    run_batch(batch_id=batch.pk)
    with batch.evidence.open("rb") as file:
        assert file.read() == b"%PDF-1.4"
    assert ".." not in batch.evidence.name
    first, second, again = (row.certificate for row in batch.rows.order_by("position"))
    assert first.facts["title"]["text"] == "起重作业现场培训"
    assert [first.facts["hours"][0]["hours"], second.facts["hours"]] == ["4.0", []]
    assert (again.holder, first.holder) == (people[0].holder, people[0].holder)
    assert first.enrollment is None
    assert first.state == CertificateState.ISSUED
    whole(3)


def test_completions_without_certificate_are_found_once(completions, submit):
    key = completions[0].course_key
    ids = completed_without_certificate(course_key=key)
    assert ids == [e.pk for e in completions]
    run_batch(batch_id=submit(completions[:4]).pk)
    left = completed_without_certificate(course_key=key)
    assert left == [e.pk for e in completions[4:]]


def test_page_names_who_was_refused(client, template):
    """Of an on-site training as of a course; the evidence goes out as a download."""
    person = UserFactory(display_name="张\U000e0020伟")
    batch = submit_training(
        template=template, name="演练", title="演练", completed_on=NOW.date(),
        people=[Trained(person)], by=SuperuserFactory(), evidence=("签到表.pdf", b"x"),
    )  # fmt: skip
    run_batch(batch_id=batch.pk)
    client.force_login(SuperuserFactory())
    address = f"/admin/certificates/batches/{batch.public_id}/"
    page = client.get(address)
    assert [row.person for row in page.context["page_obj"]] == [str(person)]
    assert "U+E0020" in page.content.decode()
    response = client.get(f"{address}evidence/")
    assert b"".join(response.streaming_content) == b"x"
    assert response["Content-Disposition"].startswith("attachment")
    seen = AuditEvent.objects.filter(verb=Verb.EVIDENCE_VIEWED).get()
    assert seen.data == {"batch": str(batch.public_id)}
    client.force_login(UserFactory())
    assert client.get(f"{address}evidence/").status_code in (302, 403)


def test_batch_leads_to_its_certificates(client, completions, submit):
    batch = submit(completions[:3])
    issue_certificate(enrollment=completions[3], now=NOW)
    client.force_login(SuperuserFactory())
    address = f"/admin/certificates/batches/{batch.public_id}/"
    link = f'href="{address}certificates/"'
    assert link not in client.get(address).content.decode()
    assert "尚未签发" in client.get(f"{address}certificates/").content.decode()
    run_batch(batch_id=batch.pk)
    assert link in client.get(address).content.decode()
    page = client.get(f"{address}certificates/")
    numbers = [row.number for row in page.context["page_obj"]]
    rows = batch.rows.order_by("position")
    assert numbers == [row.certificate.number for row in rows]
    client.force_login(UserFactory())
    assert client.get(f"{address}certificates/").status_code in (302, 403)
