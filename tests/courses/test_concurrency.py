"""Two at once, with real transactions; on PostgreSQL they really meet."""

from datetime import timedelta

import pytest

from courses.domain.enrollments import enroll_self
from courses.domain.playback import record_intervals
from courses.domain.progress import complete_unit
from courses.domain.publishing import publish_course
from courses.domain.sessions import open_session
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
            session=session,
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
            session=session,
            seq=number,
            intervals=[[number * 10, number * 10 + 10]],
            rate=1,
            now=NOW + timedelta(seconds=12),
        )

    calls = [lambda n=n: send(n) for n in (1, 2, 3, 4)]
    at_once(*calls)
    progress = UnitProgress.objects.get()
    assert progress.credited_seconds <= 12
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


def test_publishing_at_once_writes_one_version():
    course = make_published_course()
    make_lesson(course, kind="document")
    assert len(lessons_of(course)) == 2

    def publish():
        publish_course(course=course, now=NOW)

    at_once(*[publish] * 3)
    versions = Syllabus.objects.values_list("version", flat=True)
    assert sorted(versions) == [1, 2]
