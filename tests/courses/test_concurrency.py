"""Two at once, with real transactions; on PostgreSQL they really meet."""

import contextlib
from datetime import timedelta

import pytest

from courses.domain.enrollments import enroll_self, withdraw
from courses.domain.playback import record_intervals
from courses.domain.progress import complete_unit
from courses.domain.publishing import publish_course
from courses.domain.seats import settle_all
from courses.domain.sessions import open_session
from courses.errors import EnrollmentClosed
from courses.models import (
    Enrollment,
    PlaybackInterval,
    PlaybackSession,
    Syllabus,
    UnitProgress,
)
from lms.compliance.models import CreditEntry
from tests.concurrency import at_once
from tests.factories.accounts import UserFactory
from tests.factories.courses import (
    NOW,
    lessons_of,
    make_enrollment,
    make_lesson,
    make_published_course,
)

pytestmark = [
    pytest.mark.unit,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


def test_joining_in_four_tabs_gives_one_enrollment():
    course, learner = make_published_course(), UserFactory()

    def join():
        enroll_self(learner=learner, course=course, now=NOW)

    at_once(*[join] * 4)
    assert Enrollment.objects.count() == 1


def test_opening_in_four_tabs_leaves_one_active_session():
    enrollment = make_enrollment()
    key = enrollment.syllabus.units[0]["key"]

    def begin():
        open_session(enrollment=enrollment, unit_key=key, now=NOW)

    at_once(*[begin] * 4)
    assert PlaybackSession.objects.active().count() == 1
    assert PlaybackSession.objects.count() == 4


def test_the_same_report_four_times_counts_once():
    enrollment = make_enrollment()
    key = enrollment.syllabus.units[0]["key"]
    session = open_session(enrollment=enrollment, unit_key=key, now=NOW)

    def send():
        record_intervals(
            public_id=session.public_id,
            seq=1,
            intervals=[[0, 60]],
            rate=1,
            now=NOW + timedelta(seconds=60),
        )

    at_once(*[send] * 4)
    assert PlaybackInterval.objects.count() == 1
    assert UnitProgress.objects.get().credited_seconds == 60
    assert sum(CreditEntry.objects.values_list("seconds", flat=True)) == 60


def test_different_reports_at_once_share_the_wall_time():
    enrollment = make_enrollment()
    key = enrollment.syllabus.units[0]["key"]
    session = open_session(enrollment=enrollment, unit_key=key, now=NOW)

    def send(number):
        record_intervals(
            public_id=session.public_id,
            seq=number,
            intervals=[[number * 10, number * 10 + 10]],
            rate=1,
            now=NOW + timedelta(seconds=12),
        )

    calls = [lambda n=n: send(n) for n in (1, 2, 3, 4)]
    at_once(*calls, lambda: settle_all(now=NOW))
    settle_all(now=NOW)
    progress = UnitProgress.objects.get()
    assert 0 < progress.credited_seconds <= 12
    assert progress.watched_seconds <= 24


def test_completing_at_once_completes_once():
    enrollment = make_enrollment(kinds=("practical",))
    key = enrollment.syllabus.units[0]["key"]

    def complete():
        mine = Enrollment.objects.get(pk=enrollment.pk)
        complete_unit(enrollment=mine, unit_key=key, now=NOW)

    at_once(*[complete] * 4)
    assert UnitProgress.objects.get().is_completed
    assert CreditEntry.objects.count() == 1


def test_reporting_opening_and_withdrawing_at_once_never_wait_for_each_other():
    enrollment = make_enrollment(kinds=("video", "video"))
    keys = [unit["key"] for unit in enrollment.syllabus.units]
    session = open_session(enrollment=enrollment, unit_key=keys[0], now=NOW)

    def send(number):
        with contextlib.suppress(EnrollmentClosed):
            record_intervals(
                public_id=session.public_id,
                seq=number,
                intervals=[[0, number * 20]],
                rate=1,
                now=NOW + timedelta(seconds=number * 20),
            )

    def open_other():
        with contextlib.suppress(EnrollmentClosed):
            mine = Enrollment.objects.get(pk=enrollment.pk)
            later = NOW + timedelta(seconds=30)
            open_session(enrollment=mine, unit_key=keys[1], now=later)

    def leave():
        mine = Enrollment.objects.get(pk=enrollment.pk)
        withdraw(enrollment=mine, by=mine.learner, now=NOW + timedelta(seconds=40))

    calls = [lambda n=n: send(n) for n in (1, 2, 3)]
    at_once(*calls, open_other, leave, lambda: settle_all(now=NOW))
    claimed = sum(PlaybackInterval.objects.values_list("credited_ms", flat=True))
    kept = sum(UnitProgress.objects.values_list("credited_seconds", flat=True))
    assert claimed == round(kept * 1000) <= 60_000
    assert sum(CreditEntry.objects.values_list("seconds", flat=True)) == int(kept)


def test_publishing_at_once_writes_one_version():
    course = make_published_course()
    make_lesson(course, kind="document")
    assert len(lessons_of(course)) == 2

    def publish():
        publish_course(course=course, now=NOW)

    at_once(*[publish] * 3)
    versions = Syllabus.objects.values_list("version", flat=True)
    assert sorted(versions) == [1, 2]
