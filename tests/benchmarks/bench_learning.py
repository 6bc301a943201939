"""Learning at scale: reports of the player, and the duties of a hundred thousand.

`make bench` runs it on the database of `DATABASE_URL`; the figures that are promised
are those of PostgreSQL. `LMS_BENCH_SCALE` (default 1) shortens everything.
"""

import resource
import time
from datetime import date, timedelta
from statistics import median
from uuid import uuid4

import pytest
from django.db import connection

from courses.domain.publishing import publish_course
from courses.domain.sessions import open_session
from courses.domain.tokens import playback_token
from courses.models import LearnerPresence, PlaybackInterval, PlaybackSession
from lms.accounts.models import User
from lms.compliance.domain.duties import recompute_duties
from lms.compliance.models import CreditEntry, Obligation
from lms.core.clock import now
from lms.organizations.enums import MembershipState
from lms.organizations.models import Membership
from tests.benchmarks.bench_exams import (
    CONCURRENCY,
    SERVER,
    load,
    many,
    own_share,
    rate,
    say,
    send,
)
from tests.benchmarks.floor_urls import TABLE
from tests.benchmarks.measure import backends, processor_seconds
from tests.factories.courses import (
    make_asset,
    make_course,
    make_enrollment,
    make_lesson,
)
from tests.factories.organizations import OrganizationFactory, PositionFactory
from tests.served import serving

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
DAY = date(2026, 11, 23)
PEOPLE = 100_000


def make_watchers(count):
    """Learners in the middle of a long video, each with a session."""
    course = make_course()
    make_lesson(course, asset=make_asset(seconds=8 * 3600.0), minutes=480)
    publish_course(course=course)
    opened_at = now() - timedelta(hours=2)
    watchers = []
    for _person in range(count):
        enrollment = make_enrollment(course=course)
        unit = enrollment.syllabus.units[0]["key"]
        session = open_session(enrollment=enrollment, unit_key=unit, now=opened_at)
        watchers.append((unit, session))
    # Nobody plays on behind a question: the first check lies beyond these reports.
    LearnerPresence.objects.update(until_check_ms=8 * 3_600_000)
    return watchers


def reports(watchers, first, count):
    """One queue a learner: `count` reports of ten seconds that follow each other."""
    return [
        [
            [
                "POST",
                f"/api/v1/lessons/{unit}/playback",
                {"Authorization": f"Playback {playback_token(session)}"},
                {
                    "session": str(session.public_id),
                    "seq": seq,
                    "intervals": [[seq * 10.0, seq * 10.0 + 10]],
                    "rate": 1.0,
                },
            ]
            for seq in range(first, first + count)
        ]
        for unit, session in watchers
    ]


def measured(server, queues):
    """Send the queues; return the figures, and the processor time they took, in s.

    That of the web server and the database: a neighbor's load hardly changes it.
    """
    pids = [*server.workers, *backends()]
    before = processor_seconds(pids)
    figures = send(server, queues)
    return figures, processor_seconds(pids) - before


def test_reporting_playback_beside_a_bare_view():
    watchers = make_watchers(CONCURRENCY)
    serial = "bigserial" if connection.vendor == "postgresql" else "integer"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {TABLE} (id {serial} PRIMARY KEY, body text)")
    connection.close()
    # Short turns, one after the other: a neighbor's load meets both alike.
    turns, each = 9, many(20)
    bare = [
        [["POST", f"/bench/{n}/", {}, {"intervals": []}] for _turn in range(each)]
        for n in range(CONCURRENCY)
    ]
    ratios, work = [], []
    with serving(**SERVER) as server:
        send(server, bare[:4])
        send(server, reports(watchers, 1, 1))
        for turn in range(turns):
            queues = reports(watchers, 2 + turn * each, each)
            floor, floor_work = measured(server, bare)
            sent, sent_work = measured(server, queues)
            assert set(floor["statuses"]) == set(sent["statuses"]) == {"200"}
            ratios.append(rate(sent) / rate(floor))
            work.append(floor_work / sent_work)
            say(
                f"playback reports at concurrency {CONCURRENCY}: {rate(sent):.0f}/s; "
                f"bare view: {rate(floor):.0f}/s; ratio {ratios[-1]:.2f}; generator's "
                f"share {own_share(sent):.0%} and {own_share(floor):.0%}; processor "
                f"time of server and database {sent_work:.2f} s and {floor_work:.2f} "
                f"s, ratio {work[-1]:.2f}; {load()}"
            )
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")
    assert PlaybackInterval.objects.count() == CONCURRENCY * (1 + turns * each)
    assert PlaybackSession.objects.active().count() == CONCURRENCY
    say(
        f"playback reports: median ratio {median(ratios):.2f} (asked: 0.70), "
        f"by processor time {median(work):.2f}"
    )


def make_staff(count):
    """Employees of a hundred enterprises, in bulk: rows as the registry has them."""
    posts = []
    for number in range(100):
        organization = OrganizationFactory(industry=("C34", "C26", "F51")[number % 3])
        posts += [
            PositionFactory(organization=organization, category=category)
            for category in ("worker", "safety_manager", "principal")
        ]
    users = User.objects.bulk_create(
        [
            User(display_name=f"员工{n}", email=None, subject_id=uuid4())
            for n in range(count)
        ],
        batch_size=2000,
    )
    return Membership.objects.bulk_create(
        [
            Membership(
                user=user,
                organization_id=posts[n % len(posts)].organization_id,
                position=posts[n % len(posts)],
                listed_name=f"员工{n}",
                employee_number=f"E{n:06d}",
                state=MembershipState.ACTIVE,
                starts_on=date(2020 + n % 7, 1 + n % 9, 1),
            )
            for n, user in enumerate(users)
        ],
        batch_size=2000,
    )


def make_credit(members):
    """A ledger entry for every second member; hashes play no part here."""
    course, unit = uuid4(), uuid4()
    rows = [
        CreditEntry(
            subject_id=member.user.subject_id,
            sequence=1,
            membership_id=member.pk,
            organization_id=member.organization_id,
            course_key=course,
            unit_key=unit,
            source="verified_time",
            seconds=12 * 2700,
            rule_version="bench",
            recorded_at=now(),
            credited_on=DAY,
            hash=uuid4().hex,
        )
        for member in members[::2]
    ]
    CreditEntry.objects.bulk_create(rows, batch_size=2000)


def test_duties_of_a_hundred_thousand():
    members = make_staff(many(PEOPLE))
    make_credit(members)
    for title in ("first run", "nothing changed", "the next year"):
        on = DAY if title != "the next year" else date(2027, 1, 4)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started, used = time.perf_counter(), time.process_time()
        done = recompute_duties(on=on)
        seconds = time.perf_counter() - started
        own = time.process_time() - used
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        say(
            f"duties of {done.members} people, {title}: {seconds:.1f} s "
            f"({own:.1f} s of Python), {done.added} added, {done.changed} verdicts, "
            f"{(after - before) // 1024} MB more (asked: 60 s at {PEOPLE})"
        )
    assert Obligation.objects.count() >= len(members)
