"""A real worker over a real broker, killed with -9 in the middle of a batch."""

from pathlib import Path

import pytest

from certificates.domain.audit import find_breaks
from certificates.domain.batches import submit_completions
from certificates.domain.verification import verify_pdf
from certificates.enums import Verdict
from certificates.models import (
    BatchRow,
    Certificate,
    CertificateBatch,
    NumberSeries,
    RegisterEntry,
)
from certificates.tasks import run_certificate_batch
from courses.models import Enrollment
from lms.accounts.models import User
from lms.core import clock
from lms.core.enums import JobState
from lms.notifications.models import Message
from tests import worker as workers
from tests.certificates.forging import document_of
from tests.factories.certificates import CertifiedSyllabusFactory
from tests.worker import wait_for

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]

COUNT = 450
QUEUE = "certificates"


@pytest.fixture
def start_worker(private_files, settings, tmp_path):
    """Start a worker with beat on the test's database, files and keys."""
    settings.DATA_DIR = tmp_path
    started = []

    def start():
        started.append(workers.start_worker(tmp_path, queues=QUEUE))
        workers.call_task(tmp_path, "certificates.sweep_batches", queue=QUEUE)
        return started[-1]

    yield start
    for process in started:
        workers.kill(process)


def completions(count):
    syllabus = CertifiedSyllabusFactory()
    people = User.objects.bulk_create(
        [User(display_name=f"张伟{n}") for n in range(count)]
    )
    rows = Enrollment.objects.bulk_create(
        [
            Enrollment(
                learner=person, syllabus=syllabus, course_key=syllabus.course_key,
                state="completed", enrolled_at=clock.now(), completed_at=clock.now(),
            )
            for person in people
        ]
    )  # fmt: skip
    return [row.pk for row in rows]


def whole():
    """Return how many certificates there are, after looking at all of them."""
    serials = list(
        Certificate.objects.order_by("serial").values_list("serial", flat=True)
    )
    assert serials == list(range(1, len(serials) + 1)), "a number twice, or a gap"
    indexes = Certificate.objects.order_by("serial").values_list(
        "register_index", flat=True
    )
    leaves = RegisterEntry.objects.order_by("index").values_list("index", flat=True)
    assert list(indexes) == list(leaves), "a certificate without its leaf, or a stray"
    enrollments = Certificate.objects.values_list("enrollment_id", flat=True)
    assert len(set(enrollments)) == len(serials), "somebody has two"
    marked = BatchRow.objects.filter(certificate__isnull=False).count()
    assert marked == len(serials)
    last = NumberSeries.objects.values_list("last_serial", flat=True).first()
    assert (last or 0) == len(serials)
    return len(serials)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc (Linux)")
def test_a_worker_killed_twice_leaves_no_gap_and_no_double(
    template, start_worker, tmp_path, monkeypatch
):
    # The message of the web server is lost; here it would be done at once.
    monkeypatch.setattr(run_certificate_batch, "delay_on_commit", lambda batch_id: None)
    batch = submit_completions(
        template=template, name="x", enrollment_ids=completions(COUNT), by=None
    )

    first = start_worker()
    wait_for(Certificate.objects.exists, "the first chunk", tmp_path)
    workers.kill(first)
    after_first = whole()
    assert 0 < after_first <= COUNT

    second = start_worker()
    rendered = Certificate.objects.exclude(pdf="")
    before = rendered.count()
    wait_for(lambda: rendered.count() > before + 20, "documents", tmp_path)
    workers.kill(second)
    assert whole() >= after_first
    batch.refresh_from_db()
    assert batch.state == JobState.RUNNING, "it was killed in the middle"
    assert rendered.count() < COUNT

    start_worker()
    wait_for(
        lambda: CertificateBatch.objects.get().state == JobState.DONE, "the end",
        tmp_path, seconds=300,
    )  # fmt: skip
    batch.refresh_from_db()
    assert whole() == COUNT
    assert (batch.issued, batch.rendered, batch.refused) == (COUNT, COUNT, 0)
    assert batch.attempts >= 2
    stored = list((tmp_path / "private" / "certificates").rglob("*.pdf"))
    named = {str(tmp_path / "private" / c.pdf.name) for c in Certificate.objects.all()}
    assert named <= {str(path) for path in stored}
    assert Message.objects.filter(kind="certificate_issued").count() == COUNT
    assert list(find_breaks()) == []
    for certificate in Certificate.objects.order_by("?")[:3]:
        report = verify_pdf(data=document_of(certificate), now=clock.now())
        assert report.verdict == Verdict.VALID
