"""A real worker, killed with -9 in the middle of a staff list."""

import csv
import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from lms.accounts.models import User
from lms.audit.domain.chain import find_breaks
from lms.core.enums import JobState
from lms.organizations.models import (
    Department,
    Membership,
    StaffImport,
    StaffImportEntry,
)
from tests.factories.organizations import OrganizationFactory
from tests.worker import kill, start_worker, wait_for

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
PEOPLE = 8_000


@pytest.fixture
def data_dir(tmp_path, settings, monkeypatch):
    """A data directory that the worker shares with the test."""
    home = tmp_path / "site"
    home.mkdir()
    settings.DATA_DIR = home
    private = FileSystemStorage(location=str(home / "private"))
    monkeypatch.setattr(StaffImport._meta.get_field("file"), "storage", private)
    return home


@pytest.fixture
def worker(data_dir):
    """Start workers on the test database; all of them end with the test."""
    started = []

    def start():
        started.append(start_worker(data_dir))
        return started[-1]

    yield start
    for process in started:
        kill(process)


def staff_list():
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["姓名", "工号", "手机号", "部门", "岗位"])
    for n in range(PEOPLE):
        writer.writerow(
            ["王安全", f"K{n:05}", f"136{n:08}", f"车间{n % 4}/班组{n % 8}", "操作工"]
        )
    return out.getvalue().encode()


def test_import_goes_on_after_a_killed_worker_and_does_nothing_twice(data_dir, worker):
    organization = OrganizationFactory()
    job = StaffImport.objects.create(
        organization=organization,
        filename="staff.csv",
        file=ContentFile(staff_list(), "staff.csv"),
    )

    first = worker()  # finds the job by itself: no message was ever sent
    wait_for(StaffImportEntry.objects.exists, "the first rows", data_dir)
    kill(first)
    job.refresh_from_db()
    written = StaffImportEntry.objects.count()
    assert (job.state, job.attempts) == (JobState.RUNNING, 1)
    assert 0 < written < PEOPLE
    # Whole chunks or nothing: each noted row has its person and its place.
    assert Membership.objects.filter(organization=organization).count() == written
    assert job.taken == written

    worker()
    wait_for(
        lambda: StaffImport.objects.get().state != JobState.RUNNING, "it", data_dir
    )

    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == (JobState.DONE, 2, "")
    assert (job.taken, job.refused) == (PEOPLE, 0)
    assert job.counts == {"joined": PEOPLE}
    members = Membership.objects.filter(organization=organization)
    numbers = set(members.values_list("employee_number", flat=True))
    assert (members.count(), len(numbers)) == (PEOPLE, PEOPLE)
    assert User.objects.filter(memberships__organization=organization).count() == PEOPLE
    assert User.objects.count() == PEOPLE
    rows = StaffImportEntry.objects.filter(staff_import=job)
    assert set(rows.values_list("row", flat=True)) == set(range(2, PEOPLE + 2))
    assert Department.objects.filter(organization=organization).count() == 4 + 8
    assert list(find_breaks()) == []
