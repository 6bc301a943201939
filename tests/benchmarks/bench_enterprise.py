"""An enterprise of 100,000: its staff list in, its lists out, its dashboard."""

import csv
import io
import os
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection, transaction

from courses.models import Enrollment, PlaybackInterval, UnitProgress
from lms.accounts.models import User
from lms.compliance.models import AssignmentEntry, Obligation, TrainingRule
from lms.core import clock
from lms.core.enums import JobState
from lms.organizations.domain.staff_import.importing import submit_import
from lms.organizations.models import Department, Membership
from lms.reporting.domain.counting import count_training
from lms.reporting.domain.kept_counts import refresh_figures
from lms.reporting.domain.lists import ListRequest, build_list
from lms.reporting.domain.tables import FORMATS
from tests.benchmarks.measure import milliseconds, show
from tests.factories.accounts import UserFactory
from tests.factories.organizations import AdministratorFactory, OrganizationFactory
from tests.factories.reporting import make_assignment, make_syllabus

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PEOPLE = int(os.environ.get("BENCH_PEOPLE", "100000"))
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"
GIVEN = "安平建国志强丽华晓明文军海燕春梅永胜立新"


def resident_id(number):
    """Return a valid identity number of nobody in particular."""
    year, day = 1960 + number % 40, number % 28 + 1
    first = f"110105{year}{number // 28 % 12 + 1:02}{day:02}{number % 1000:03}"
    total = sum(int(d) * w for d, w in zip(first, WEIGHTS, strict=True))
    return first + "10X98765432"[total % 11]


def staff_rows():
    seen = set()
    for n in range(PEOPLE):
        identity = resident_id(n * 7 + n // 1000)
        identity = "" if identity in seen else identity
        seen.add(identity)
        name = SURNAMES[n % 20] + GIVEN[n // 20 % 18] + GIVEN[n // 360 % 18]
        path = f"事业部{n % 5}/车间{n % 20}/班组{n % 60}"
        yield [
            name, f"E{n:06}", f"13{n:09}", "", identity, path, f"岗位{n % 30}",
            "从业人员", "2026-03-01",
        ]  # fmt: skip


def staff_list():
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ["姓名", "工号", "手机号", "邮箱", "身份证号", "部门", "岗位", "岗位类别",
         "入职日期"]
    )  # fmt: skip
    writer.writerows(staff_rows())
    return out.getvalue().encode()


def resident_megabytes():
    """Return what this process holds in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def watched():
    """Yield figures that hold seconds and megabytes above the start afterwards."""
    figures, stop = {}, threading.Event()
    idle = peak = resident_megabytes()

    def watch():
        nonlocal peak
        while not stop.wait(0.05):
            peak = max(peak, resident_megabytes())

    thread = threading.Thread(target=watch)
    thread.start()
    started, cpu = time.perf_counter(), time.process_time()
    try:
        yield figures
    finally:
        figures["seconds"] = time.perf_counter() - started
        figures["cpu"] = time.process_time() - cpu
        stop.set()
        thread.join()
        figures["megabytes"] = peak - idle
        figures["idle"] = idle


def test_staff_list_comes_in():
    data = staff_list()
    organization = OrganizationFactory()
    # The task runs where the row is committed, in this process.
    with watched() as figures:
        job = submit_import(
            organization=organization,
            file=io.BytesIO(data),
            size=len(data),
            filename="staff.csv",
            by=None,
        )
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.error
    assert Membership.objects.filter(organization=organization).count() == PEOPLE
    floor = insert_floor()
    sys.stdout.write(
        f"\nimport of {PEOPLE} staff rows: {figures['seconds']:.1f} s (limit 120 s; "
        f"{figures['cpu']:.1f} s of one core), "
        f"{figures['megabytes']:.0f} MB over {figures['idle']:.0f} MB (limit 300 MB); "
        f"floor (as many bare rows of a person, inserted in batches): {floor:.1f} s\n"
    )
    assert figures["megabytes"] < 300


def insert_floor():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_staff_floor (id integer, body text)")
    started = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO bench_staff_floor VALUES (%s, %s)",
            [(number, "x" * 200) for number in range(PEOPLE)],
        )
    taken = time.perf_counter() - started
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_staff_floor")
    return taken


INTERVALS = int(os.environ.get("BENCH_INTERVALS", "5000000"))


@pytest.fixture
def large():
    """An enterprise of PEOPLE in 100 departments, each assigned, owing and learning."""
    admin = AdministratorFactory()
    organization, day = admin.organization, clock.shanghai_date(clock.now())
    tops = [
        Department.objects.create(organization=organization, name=f"事业部{n}")
        for n in range(10)
    ]
    departments = [
        Department.objects.create(
            organization=organization, name=f"车间{n}", parent=tops[n % 10]
        )
        for n in range(90)
    ]
    syllabus = make_syllabus()
    assignment = make_assignment(
        organization=organization, syllabus=syllabus, by=admin.user, due_on=day
    )
    users = User.objects.bulk_create(
        (User(display_name=f"员工{n}", password="!") for n in range(PEOPLE)),
        batch_size=5000,
    )
    members = Membership.objects.bulk_create(
        (
            Membership(
                user=user,
                organization=organization,
                department=departments[n % 90],
                listed_name=user.display_name,
                employee_number=f"E{n:06}",
                state="active",
                starts_on=day.replace(year=day.year - 1),
            )
            for n, user in enumerate(users)
        ),
        batch_size=5000,
    )
    now = clock.now()
    enrollments = Enrollment.objects.bulk_create(
        (
            Enrollment(
                learner_id=member.user_id,
                course_key=syllabus.course_key,
                syllabus=syllabus,
                membership=member,
                organization_id=organization.pk,
                state="completed" if n % 3 else "active",
                enrolled_at=now,
                completed_at=now if n % 3 else None,
                due_on=day.replace(year=day.year - 1) if n % 2 else day,
            )
            for n, member in enumerate(members)
        ),
        batch_size=5000,
    )
    UnitProgress.objects.bulk_create(
        (
            UnitProgress(
                enrollment=enrollment,
                unit_key=unit["key"],
                state="completed",
                completed_at=now,
            )
            for n, enrollment in enumerate(enrollments)
            for unit in syllabus.units[: n % 3]
        ),
        batch_size=5000,
    )
    AssignmentEntry.objects.bulk_create(
        (
            AssignmentEntry(
                assignment=assignment, membership_id=e.membership_id, enrollment=e
            )
            for e in enrollments
        ),
        batch_size=5000,
    )
    rule = TrainingRule.objects.first()
    Obligation.objects.bulk_create(
        (
            Obligation(
                membership=member,
                rule=rule,
                phase=rule.phase,
                topic=rule.topic,
                category=rule.category,
                period_start=day.replace(month=1, day=1),
                period_end=day.replace(month=12, day=31),
                required_seconds=1000,
                state=("met", "open", "overdue")[n % 3],
            )
            for n, member in enumerate(members)
        ),
        batch_size=5000,
    )
    add_intervals(INTERVALS)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return admin, assignment


def add_intervals(count):
    each = count // PEOPLE
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO courses_playbackinterval (enrollment_id, session_id, seq, "
            "ordinal, unit_key, start_ms, end_ms, rate, counted_ms, credited_ms, "
            "is_offline, received_at) "
            "SELECT e.id, e.id, n, 0, e.course_key, n * 15000, n * 15000 + 14800, 1, "
            "14800, 14800, false, now() "
            "FROM courses_enrollment e, generate_series(1, %s) n",
            [each],
        )


def test_overview_and_exports(large, client, settings):
    settings.LMS_REQUIRE_STAFF_MFA = False
    admin, _assignment = large
    organization, day = admin.organization, clock.shanghai_date(clock.now())

    def count(_turn):
        count_training(organization=organization, today=day)

    counted = milliseconds(count, times=5)
    refresh_figures(now=clock.now())
    client.force_login(admin.user)
    address = f"/enterprise/{organization.code}/"

    def first_view(_turn):
        cache.clear()
        assert client.get(address).status_code == 200

    page = milliseconds(first_view, times=10)
    floor = milliseconds(lambda _turn: Membership.objects.count(), times=10)
    people = f"{PEOPLE} people, {PlaybackInterval.objects.count()} intervals"
    show(f"counting an overview ({people})", counted, floor, "SELECT count(*)")
    show(
        "page of the overview with nothing cached (limit 500 ms; figures counted by "
        "the worker, up to 5 minutes old)",
        page,
        floor,
        "SELECT count(*)",
    )
    for file_format in ("csv", "xlsx", "pdf"):
        asked = ListRequest(
            organization=organization,
            user=UserFactory(),
            params={},
            language="zh-hans",
            today=day,
        )
        path = Path("/tmp") / f"bench.{file_format}"
        with watched() as figures, path.open("wb") as file:
            FORMATS[file_format][0](build_list("members", asked), file)
        sys.stdout.write(
            f"\nexport of {PEOPLE} rows as {file_format}: {figures['seconds']:.1f} s "
            f"(limit 30 s; {figures['cpu']:.1f} s of one core), "
            f"{figures['megabytes']:.0f} MB over {figures['idle']:.0f} MB "
            f"(limit 100 MB), {path.stat().st_size / 1e6:.1f} MB\n"
        )
        path.unlink()
        if file_format != "pdf":
            assert figures["megabytes"] < 100
