"""A plain report reads and changes one row; what follows is left to the worker."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses.domain.playback import record_intervals
from courses.domain.publishing import publish_course
from courses.domain.queries import outline_of
from courses.domain.seats import settle_all
from courses.domain.sessions import open_session
from courses.errors import SessionUnknown
from courses.models import (
    LearnerPresence,
    PlaybackInterval,
    PlaybackSession,
    UnitProgress,
)
from courses.tasks import settle_playback
from lms.compliance.models import CreditEntry
from tests.factories.courses import (
    NOW,
    make_asset,
    make_course,
    make_enrollment,
    make_lesson,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]
CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def at(seconds):
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def enrollment():
    course = make_course(presence_minutes=0)
    for _lesson in range(2):
        make_lesson(course, asset=make_asset(seconds=4 * 3600.0), minutes=240)
    publish_course(course=course, now=NOW)
    return make_enrollment(course=course)


def begin(enrollment, *, after=0, unit=0):
    key = enrollment.syllabus.units[unit]["key"]
    return open_session(enrollment=enrollment, unit_key=key, now=at(after))


def report(session, intervals, *, after, seq=1, **options):
    return record_intervals(
        public_id=session.public_id,
        seq=seq,
        intervals=intervals,
        rate=1.0,
        now=at(after),
        **options,
    )


def statements(call):
    with CaptureQueriesContext(connection) as seen:
        call()
    return [q["sql"] for q in seen if q["sql"].split()[0] not in CONTROL]


def test_a_report_is_two_statements_on_postgresql_and_three_on_sqlite(enrollment):
    session = begin(enrollment)
    first = statements(lambda: report(session, [[0, 10]], after=10))
    for turn in range(2, 40):
        # With gaps, so that the coverage grows, too.
        span = [turn * 20, turn * 20 + 10]
        report(session, [span], after=turn * 10, seq=turn)
    later = statements(
        lambda: report(session, [[0, 15], [900, 905]], after=500, seq=40)
    )
    assert len(first) == len(later) == (2 if connection.vendor == "postgresql" else 3)
    assert PlaybackInterval.objects.count() == 41


def test_an_hour_of_reports_reaches_the_ledger_by_the_worker_alone(enrollment):
    session = begin(enrollment)
    for turn in range(1, 13):
        report(session, [[turn * 10 - 10, turn * 10]], after=turn * 10, seq=turn)
    assert not CreditEntry.objects.exists()
    assert settle_all(now=at(121)) == 1
    assert CreditEntry.objects.get().seconds == 120
    assert settle_all(now=at(122)) == 0
    # Less than a portion waits …
    report(session, [[120, 130]], after=130, seq=13)
    assert (settle_all(now=at(131)), CreditEntry.objects.count()) == (1, 1)
    assert UnitProgress.objects.get().credited_seconds == 130
    # … until nobody reports any more.
    assert settle_all(now=at(600)) == 1
    assert sum(CreditEntry.objects.values_list("seconds", flat=True)) == 130
    assert settle_all(now=at(660)) == 0
    row = PlaybackSession.objects.get()
    assert (row.last_receipt_at, row.last_seq) == (at(130), 13)


def test_the_task_settles(enrollment, frozen_now):
    session = begin(enrollment)
    report(session, [[0, 75]], after=75)
    settle_playback()
    assert CreditEntry.objects.get().seconds == 75


def test_the_learner_sees_what_the_worker_has_not_settled(enrollment):
    session = begin(enrollment)
    report(session, [[0, 20]], after=20)
    assert UnitProgress.objects.get().watched_seconds == 0
    outline = outline_of(
        syllabus=enrollment.syllabus, language="zh-hans", enrollment=enrollment
    )
    unit = outline.units[0]
    seen = (unit.watched_seconds, unit.credited_seconds, unit.position_seconds)
    assert seen == (20, 20, 20)


def test_what_comes_late_for_a_lesson_is_known_to_its_running_session(enrollment):
    first = begin(enrollment)
    second = begin(enrollment, after=30)
    report(second, [[30, 40]], after=40)
    late = report(first, [[0, 30]], after=41)
    assert (late.credited_seconds, late.watched_seconds) == (40, 40)
    # Already seen by the other: nothing is earned with it a second time.
    again = report(second, [[0, 40]], after=60, seq=2)
    assert (again.credited_seconds, again.watched_seconds) == (40, 40)
    settle_all(now=at(61))
    assert UnitProgress.objects.get().credited_seconds == 40


def test_what_comes_late_counts_towards_the_same_day(enrollment, settings):
    settings.STUDY_DAY_SECONDS = 50
    first = begin(enrollment)
    second = begin(enrollment, after=40, unit=1)
    assert report(first, [[0, 40]], after=41).credited_seconds == 40
    held = report(second, [[0, 20]], after=60)
    assert (held.credited_seconds, held.hold) == (10, "daily_limit")
    assert LearnerPresence.objects.get().day_ms == 50_000


def test_a_session_that_was_opened_before_there_were_seats_goes_on(enrollment):
    session = begin(enrollment)
    LearnerPresence.objects.all().delete()
    assert report(session, [[0, 10]], after=10).credited_seconds == 10
    assert LearnerPresence.objects.get().session_id == session.pk
    assert report(session, [[10, 20]], after=20, seq=2).credited_seconds == 20


def test_a_session_of_another_lesson_or_person_is_unknown(enrollment):
    session = begin(enrollment)
    for wrong in (
        {"unit_key": enrollment.public_id},
        {"learner_id": enrollment.learner_id + 1},
    ):
        with pytest.raises(SessionUnknown):
            report(session, [[0, 10]], after=10, **wrong)
    PlaybackSession.objects.update(ended_at=at(5))
    LearnerPresence.objects.update(session_id=None)
    with pytest.raises(SessionUnknown):
        report(session, [[0, 10]], after=10, unit_key=enrollment.public_id)
    assert not PlaybackInterval.objects.exists()


def test_one_row_that_can_not_be_settled_keeps_nobody_else_waiting(
    enrollment, monkeypatch, caplog
):
    from courses.domain import seats
    from courses.errors import UnitUnknown

    other = make_enrollment(course=enrollment_course(enrollment))
    for one in (enrollment, other):
        report(begin(one), [[0, 70]], after=70)
    whole = seats.settle

    def broken(*, presence, **options):
        if presence.pk == enrollment.learner_id:
            raise UnitUnknown("unit_unknown", "gone")
        return whole(presence=presence, **options)

    monkeypatch.setattr(seats, "settle", broken)
    assert settle_all(now=at(71)) == 1
    assert "was not settled" in caplog.text
    assert CreditEntry.objects.get().enrollment_id == other.pk
    monkeypatch.undo()
    assert settle_all(now=at(72)) == 1
    assert CreditEntry.objects.count() == 2


def enrollment_course(enrollment):
    from courses.models import CoursePage

    return CoursePage.objects.get(translation_key=enrollment.course_key)
