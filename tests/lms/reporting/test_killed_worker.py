"""A real worker over a real broker, killed with -9 in the middle of many archives."""

import hashlib
import io
import zipfile

import pytest

from lms.audit.enums import Verb
from lms.audit.models import AuditEvent
from lms.core import clock
from lms.core.enums import JobState
from lms.reporting.domain.reports import KEPT
from lms.reporting.enums import ReportKind
from lms.reporting.models import Report, TrainingArchive
from tests.factories.organizations import AdministratorFactory
from tests.factories.reporting import (
    TODAY,
    assigned_people,
    make_assignment,
    make_syllabus,
)
from tests.working import WorkingSite

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
PEOPLE = 30


@pytest.fixture
def site(tmp_path, settings, monkeypatch):
    """A data directory that real workers share with the test; they end with it."""
    fields = [model._meta.get_field("file") for model in (Report, TrainingArchive)]
    with WorkingSite(tmp_path / "site", settings, monkeypatch, *fields) as site:
        yield site


def submit():
    admin = AdministratorFactory()
    syllabus = make_syllabus()
    assignment = make_assignment(
        organization=admin.organization, syllabus=syllabus, by=admin.user, due_on=TODAY
    )
    people = assigned_people(
        assignment=assignment, syllabus=syllabus, count=PEOPLE, done=2
    )
    # As `submit_archives` leaves it, but for the message: that one got lost.
    report = Report.objects.create(
        kind=ReportKind.ARCHIVES,
        organization_id=admin.organization.pk,
        created_by=admin.user,
        params={"members": [person.pk for person in people]},
        language="zh-hans",
        title="档案",
        file_format="zip",
        total=len(people),
        expires_at=clock.now() + KEPT,
    )
    return report, {person.pk for person in people}


def test_a_worker_killed_in_the_middle_goes_on_and_builds_nobody_twice(site):
    report, people = submit()

    first = site.start_worker()  # finds the report by itself: the sweep sends for it
    site.wait_for(lambda: TrainingArchive.objects.count() >= 5, "some archives")
    site.kill(first)
    before = dict(TrainingArchive.objects.values_list("membership_id", "sha256"))
    report.refresh_from_db()
    assert (report.state, report.attempts) == (JobState.RUNNING, 1)
    assert 5 <= len(before) < PEOPLE
    # What it leaves that is killed a little later: a file that no row knows yet.
    left = next(iter(people - before.keys()))
    stray = stray_file(site, report, left)

    site.start_worker()
    site.wait_for(
        lambda: Report.objects.get().state == JobState.DONE, "the second attempt"
    )

    report.refresh_from_db()
    assert (report.attempts, report.done, report.total) == (2, PEOPLE, PEOPLE)
    rows = list(TrainingArchive.objects.values_list("membership_id", "sha256"))
    assert len(rows) == PEOPLE
    assert dict(rows).keys() == people
    # What was sealed before the kill is what it was.
    assert dict(rows).items() >= before.items()
    assert AuditEvent.objects.filter(verb=Verb.ARCHIVE_BUILT).count() == PEOPLE
    stored = list((site.home / "private" / "training-archives").rglob("*.zip"))
    assert len(stored) == PEOPLE
    assert stray.read_bytes()[:2] == b"PK"
    with report.file.open("rb") as file:
        bundle = zipfile.ZipFile(io.BytesIO(file.read()))
    parts = [name for name in bundle.namelist() if name != "manifest.json"]
    assert len(parts) == len(set(parts)) == PEOPLE
    seals = set()
    for name in parts:
        part = zipfile.ZipFile(io.BytesIO(bundle.read(name)))
        seals.add(hashlib.sha256(part.read("manifest.json")).hexdigest())
    assert seals == set(dict(rows).values())


def stray_file(site, report, membership_id):
    """Leave half of a file where the next attempt will put its own."""
    from uuid import uuid5

    public_id = uuid5(report.public_id, f"membership:{membership_id}")
    path = site.home / "private" / "training-archives" / str(public_id) / "archive.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"half a file")
    return path
