"""A thousand training archives by one real worker, beside bare pages of reportlab.

`make bench` runs it on the database of `DATABASE_URL`. `LMS_BENCH_SCALE` (default 1)
shortens it.
"""

import io
import time
from pathlib import Path

import pytest
from django.db import connection
from django.utils import translation

from courses.models import PlaybackInterval, PlaybackSession
from exams.domain.printing.fonts import REGULAR, font_faces
from lms.core import clock
from lms.core.enums import JobState
from lms.reporting.domain.archives.facts import person_facts
from lms.reporting.domain.archives.person_pages import person_pages
from lms.reporting.domain.reports import KEPT
from lms.reporting.enums import ReportKind
from lms.reporting.models import Report, TrainingArchive
from tests.benchmarks.bench_exams import load, many, say
from tests.factories.organizations import AdministratorFactory
from tests.factories.reporting import (
    NOW,
    TODAY,
    assigned_people,
    make_assignment,
    make_syllabus,
)
from tests.working import WorkingSite

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PEOPLE = 1_000
COURSES = 3
FLOOR_COUNT = 50


def make_people(admin, count):
    """People with three courses each, and what they watched of them."""
    people = None
    for _course in range(COURSES):
        syllabus = make_syllabus(kinds=("video",) * 6 + ("document", "practical"))
        assignment = make_assignment(
            organization=admin.organization,
            syllabus=syllabus,
            by=admin.user,
            due_on=TODAY,
        )
        if people is None:
            people = assigned_people(
                assignment=assignment, syllabus=syllabus, count=count, done=6
            )
    for person in people:
        enrollment = person.enrollments.get()
        session = PlaybackSession.objects.create(
            learner=person.user,
            enrollment=enrollment,
            unit_key=enrollment.syllabus.units[0]["key"],
            medium="x",
            length_ms=600_000,
            required_ms=570_000,
            opened_at=NOW,
            last_receipt_at=NOW,
            offline_until=NOW,
            ended_at=NOW,
        )
        PlaybackInterval.objects.bulk_create(
            PlaybackInterval(
                enrollment=enrollment,
                session_id=session.pk,
                seq=seq,
                ordinal=0,
                unit_key=session.unit_key,
                start_ms=seq * 10_000,
                end_ms=seq * 10_000 + 10_000,
                rate=1.0,
                counted_ms=10_000,
                credited_ms=10_000,
                received_at=NOW,
            )
            for seq in range(60)
        )
    return people


def floor_rate(facts):
    """Documents a second of bare reportlab: the same words in plain tables."""
    from reportlab.platypus import SimpleDocTemplate, Table

    font_faces()

    def words(value):
        if isinstance(value, dict):
            return [row for part in value.values() for row in words(part)]
        if isinstance(value, list):
            return [row for part in value for row in words(part)]
        return [[str(value)[:40]]]

    started = time.process_time()
    for _number in range(FLOOR_COUNT):
        document = SimpleDocTemplate(io.BytesIO(), invariant=1)
        table = Table(words(facts), style=[("FONTNAME", (0, 0), (-1, -1), REGULAR)])
        document.build([table])
    return FLOOR_COUNT / (time.process_time() - started)


def pages_rate(facts):
    started = time.process_time()
    for _number in range(FLOOR_COUNT):
        person_pages(facts)
    return FLOOR_COUNT / (time.process_time() - started)


def memory(pid):
    """Return the highest memory of a worker's busiest child, in MB."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    peaks = [0]
    for child in [pid, *children]:
        for line in Path(f"/proc/{child}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                peaks.append(int(line.split()[1]) // 1024)
    return max(peaks)


def test_a_thousand_archives(tmp_path, settings, monkeypatch):
    admin = AdministratorFactory()
    count = many(PEOPLE)
    people = make_people(admin, count)
    facts = person_facts(membership=people[0], on=TODAY, language="zh-hans")
    with translation.override("zh-hans"):
        floor, own = floor_rate(facts), pages_rate(facts)
    report = Report.objects.create(
        kind=ReportKind.ARCHIVES,
        organization_id=admin.organization.pk,
        created_by=admin.user,
        params={"members": [person.pk for person in people]},
        language="zh-hans",
        title="档案",
        file_format="zip",
        total=count,
        expires_at=clock.now() + KEPT,
    )
    connection.close()
    fields = [model._meta.get_field("file") for model in (Report, TrainingArchive)]
    with WorkingSite(tmp_path / "site", settings, monkeypatch, *fields) as site:
        worker = site.start_worker()
        site.wait_for(lambda: Report.objects.get().done > 0, "the first archive")
        first, started = Report.objects.get().done, time.perf_counter()
        site.wait_for(
            lambda: Report.objects.get().state == JobState.DONE, "the end", seconds=1800
        )
        seconds = time.perf_counter() - started
        peak = memory(worker.pid)
        report.refresh_from_db()
        size = report.file.size
    assert TrainingArchive.objects.count() == report.done == count
    rate = (count - first) / seconds
    say(
        f"{count} archives by one worker: {seconds:.0f} s, {rate:.1f}/s; pages alone "
        f"{own:.1f}/s of processor time, bare reportlab {floor:.1f}/s; peak of the "
        f"worker {peak} MB; bundle {size // 1024} KB; {load()}"
    )
