"""Study time: never more than the time that passed."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from courses.domain.enrollments import withdraw
from courses.domain.playback import CARRY_MS, record_intervals
from courses.domain.seats import settle_all
from courses.domain.sessions import OFFLINE_FOR, open_session
from courses.enums import EnrollmentState, SessionEnd, UnitState
from courses.errors import (
    EnrollmentClosed,
    IntervalInvalid,
    SequenceConflict,
    UnitNotPlayable,
    UnitUnknown,
)
from courses.models import (
    LearnerPresence,
    PlaybackInterval,
    PlaybackSession,
    UnitProgress,
)
from lms.core.errors import AppendOnlyError
from media_pipeline.enums import AssetState
from tests.factories.courses import (
    NOW,
    lessons_of,
    make_asset,
    make_course,
    make_enrollment,
    make_lesson,
    make_published_course,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]


def at(seconds):
    return NOW + timedelta(seconds=seconds)


def begin(enrollment, *, after=0, unit=0, **options):
    key = enrollment.syllabus.units[unit]["key"]
    return open_session(enrollment=enrollment, unit_key=key, now=at(after), **options)


def progress():
    """The progress rows when the worker has been there."""
    settle_all(now=NOW)
    return UnitProgress.objects.all()


def report(session, intervals, *, after, seq=1, rate=1.0, scroll=0.0):
    return record_intervals(
        public_id=session.public_id,
        seq=seq,
        intervals=intervals,
        rate=rate,
        now=at(after),
        scroll=scroll,
    )


def test_watching_at_normal_speed_counts_second_for_second():
    session = begin(make_enrollment())
    receipt = report(session, [[0, 10]], after=10)
    assert (receipt.watched_seconds, receipt.credited_seconds) == (10, 10)
    assert (receipt.required_seconds, receipt.position) == (57, 10)
    assert receipt.is_active
    assert not receipt.is_completed


def test_the_one_shot_trick_of_the_whole_length_counts_wall_time_only():
    """PlayEdu takes `duration=total` in one call; here two seconds give two seconds."""
    session = begin(make_enrollment())
    receipt = report(session, [[0, 60]], after=2, rate=1.0)
    assert receipt.credited_seconds == 2
    assert receipt.watched_seconds == 4  # at most twice the time that passed
    assert not receipt.is_completed


def test_reports_in_the_same_instant_count_nothing():
    """Frappe LMS adds up whatever `watch_time` a loop sends."""
    session = begin(make_enrollment())
    for seq in range(1, 30):
        receipt = report(session, [[0, 60]], after=0, seq=seq)
    assert (receipt.watched_seconds, receipt.credited_seconds) == (0, 0)
    rows = PlaybackInterval.objects.all()
    assert rows.count() == 29
    assert {row.counted_ms for row in rows} == {0}


def test_double_speed_covers_twice_but_earns_wall_time():
    session = begin(make_enrollment())
    receipt = report(session, [[0, 20]], after=10, rate=2.0)
    assert (receipt.watched_seconds, receipt.credited_seconds) == (20, 10)


def test_watching_the_same_again_earns_nothing():
    session = begin(make_enrollment())
    report(session, [[0, 10]], after=10)
    receipt = report(session, [[0, 10]], after=20, seq=2)
    assert (receipt.watched_seconds, receipt.credited_seconds) == (10, 10)


def test_a_repeated_report_is_answered_and_changes_nothing():
    session = begin(make_enrollment())
    first = report(session, [[0, 10]], after=10)
    before = LearnerPresence.objects.get().last_receipt_at
    again = report(session, [[0, 10]], after=500)
    assert again == first
    assert LearnerPresence.objects.get().last_receipt_at == before
    assert PlaybackInterval.objects.count() == 1


def test_the_same_number_with_other_content_is_a_conflict():
    session = begin(make_enrollment())
    report(session, [[0, 10]], after=10, seq=3)
    with pytest.raises(SequenceConflict) as refused:
        report(session, [[0, 11]], after=20, seq=3)
    assert refused.value.params == {"next_seq": 4}
    assert progress().get().watched_seconds == 10


def test_reports_out_of_order_count_the_same():
    session = begin(make_enrollment())
    report(session, [[10, 20]], after=20, seq=2)
    receipt = report(session, [[0, 10]], after=20.5, seq=1)
    assert receipt.credited_seconds <= 20.5
    assert receipt.watched_seconds >= 10


def test_jitter_of_the_network_costs_nothing():
    session = begin(make_enrollment())
    report(session, [[0, 10]], after=10.8, seq=1)
    receipt = report(session, [[10, 20]], after=20.1, seq=2)
    assert receipt.credited_seconds == 20


def test_idle_time_is_not_saved_up():
    session = begin(make_enrollment())
    report(session, [[0, 1]], after=30, seq=1)
    receipt = report(session, [[1, 60]], after=40, seq=2)
    assert receipt.credited_seconds == 1 + 10 + CARRY_MS / 1000


def test_a_queue_that_was_filled_offline_counts_like_one_report():
    session = begin(make_enrollment())
    for number in range(4):
        start = number * 10
        receipt = report(session, [[start, start + 10]], after=40.1, seq=number + 1)
    assert receipt.credited_seconds == 40


def test_intervals_end_with_the_video():
    session = begin(make_enrollment())
    receipt = report(session, [[50, 300]], after=100)
    assert receipt.watched_seconds == 10


def test_watching_at_higher_speed_loses_nothing_to_uneven_reports():
    # The player sends whole chunks: one report may hold the ground of two.
    session = begin(make_enrollment())
    chunks = [[0, 10.2]], [[10.2, 20.4]], [[20.4, 40.8]], [[40.8, 51]], [[51, 60]]
    for seq, (intervals, after) in enumerate(
        zip(chunks, (10, 20, 30, 40, 43.5), strict=True), start=1
    ):
        receipt = report(session, intervals, after=after, seq=seq, rate=1.5)
    assert receipt.watched_seconds == 60
    assert receipt.credited_seconds <= 43.5


def test_new_ground_never_exceeds_wall_time_times_the_allowed_rate():
    session = begin(make_enrollment())
    report(session, [[0, 20]], after=5, seq=1, rate=2.0)
    receipt = report(session, [[20, 60]], after=15, seq=2, rate=2.0)
    assert receipt.watched_seconds == 30


def test_a_player_that_runs_a_little_past_the_end_is_not_refused():
    session = begin(make_enrollment())
    report(session, [[0, 57]], after=57)
    receipt = report(session, [[60, 62.1]], after=60, seq=2)
    assert (receipt.watched_seconds, receipt.is_completed) == (57, True)
    with pytest.raises(IntervalInvalid) as refused:
        report(session, [[90, 95]], after=70, seq=3)
    assert refused.value.code == "intervals_outside"


def test_enough_coverage_completes_the_lesson_and_the_course(
    django_capture_on_commit_callbacks,
):
    enrollment = make_enrollment()
    session = begin(enrollment)
    with django_capture_on_commit_callbacks(execute=True):
        receipt = report(session, [[0, 57]], after=57)
    assert receipt.is_completed
    enrollment.refresh_from_db()
    assert enrollment.state == EnrollmentState.COMPLETED
    assert enrollment.completed_at == at(57)
    row = UnitProgress.objects.get()
    assert row.state == UnitState.COMPLETED
    assert row.evidence["kind"] == "playback"


def test_a_little_too_little_does_not_complete():
    session = begin(make_enrollment())
    assert not report(session, [[0, 56.9]], after=60).is_completed


def test_required_share_is_that_of_the_syllabus_not_of_the_page():
    course = make_published_course()
    enrollment = make_enrollment(course=course)
    lesson = lessons_of(course)[0]
    lesson.required_share = "0.10"
    lesson.save()
    assert report(begin(enrollment), [[0, 20]], after=20).required_seconds == 57


def test_one_person_is_present_in_one_place():
    enrollment = make_enrollment()
    first = begin(enrollment)
    second = begin(enrollment, after=10)
    first.refresh_from_db()
    assert (first.end_reason, first.ended_at) == (SessionEnd.SUPERSEDED, at(10))
    assert PlaybackSession.objects.active().get() == second


def test_two_tabs_do_not_earn_twice():
    enrollment = make_enrollment()
    first = begin(enrollment)
    second = begin(enrollment, after=10)
    report(first, [[0, 20]], after=20)  # its clock stopped at 10
    receipt = report(second, [[20, 30]], after=20)
    assert receipt.credited_seconds == 20
    assert not report(first, [[30, 60]], after=60, seq=2).is_active
    assert progress().get().credited_seconds == 20


def test_two_lessons_at_once_do_not_earn_twice():
    enrollment = make_enrollment(kinds=("video", "video"))
    first = begin(enrollment)
    second = begin(enrollment, after=0, unit=1)
    report(first, [[0, 30]], after=30)
    report(second, [[0, 30]], after=30)
    rows = {row.unit_key: row.credited_seconds for row in progress()}
    assert sum(rows.values()) == 30


def test_two_courses_at_once_do_not_earn_twice():
    one = make_enrollment(course=make_published_course(slug="one"))
    other = make_enrollment(
        course=make_published_course(slug="two"), learner=one.learner
    )
    first, second = begin(one), begin(other, after=15)
    report(first, [[0, 30]], after=30)
    report(second, [[0, 30]], after=30)
    total = sum(row.credited_seconds for row in progress())
    assert total == 30


def test_what_was_watched_before_the_end_still_counts_afterwards():
    enrollment = make_enrollment()
    first = begin(enrollment)
    begin(enrollment, after=30)
    receipt = report(first, [[0, 30]], after=600)
    assert receipt.credited_seconds == 30
    assert receipt.ended == SessionEnd.SUPERSEDED
    assert PlaybackInterval.objects.get().is_offline


def test_a_late_report_is_marked_as_offline():
    session = begin(make_enrollment())
    report(session, [[0, 50]], after=3600)
    assert PlaybackInterval.objects.get().is_offline


def test_after_its_grant_a_session_earns_no_more():
    session = begin(make_enrollment())
    over = OFFLINE_FOR.total_seconds()
    report(session, [[0, 5]], after=over, seq=1)
    receipt = report(session, [[5, 50]], after=over + 3600, seq=2)
    assert (receipt.is_active, receipt.ended) == (False, "expired")
    # What was watched before may come late, and is no more than that time.
    assert receipt.watched_seconds == 50
    third = report(session, [[50, 60]], after=over + 7200, seq=3)
    assert third.ended == "expired"


def test_a_clock_that_runs_backwards_earns_nothing():
    session = begin(make_enrollment(), after=100)
    assert report(session, [[0, 50]], after=0).credited_seconds == 0


def test_reading_counts_like_watching_and_completes_by_time():
    enrollment = make_enrollment(kinds=("document",))
    session = begin(enrollment)
    assert session.rate_limit == 1
    assert not report(session, [[0, 60]], after=60, seq=1).is_completed
    receipt = report(session, [[60, 120]], after=120, seq=2, scroll=1.0)
    assert receipt.is_completed
    assert receipt.credited_seconds == 120


def test_reading_has_no_double_speed():
    session = begin(make_enrollment(kinds=("document",)))
    with pytest.raises(IntervalInvalid) as refused:
        report(session, [[0, 20]], after=10, rate=2.0)
    assert refused.value.code == "rate_invalid"


def test_an_exercise_earns_time_but_is_finished_by_hand():
    session = begin(make_enrollment(kinds=("exercise",)))
    receipt = report(session, [[0, 120]], after=120)
    assert receipt.credited_seconds == 120
    assert not receipt.is_completed


def test_on_site_training_can_not_be_watched():
    with pytest.raises(UnitNotPlayable) as refused:
        begin(make_enrollment(kinds=("practical",)))
    assert refused.value.code == "not_timed"


def test_a_video_that_is_not_ready_says_so():
    course = make_course()
    make_lesson(course, asset=make_asset(state=AssetState.PROCESSING))
    from courses.domain.publishing import publish_course

    publish_course(course=course, now=NOW)
    with pytest.raises(UnitNotPlayable) as refused:
        begin(make_enrollment(course=course))
    assert refused.value.code == "video_not_ready"


def test_a_length_that_was_unknown_comes_from_the_video():
    course = make_course()
    asset = make_asset(state=AssetState.PROCESSING)
    make_lesson(course, asset=asset)
    from courses.domain.publishing import publish_course

    publish_course(course=course, now=NOW)
    enrollment = make_enrollment(course=course)
    asset.state, asset.sha256, asset.duration_seconds = "ready", "f" * 64, 40.0
    asset.save()
    assert report(begin(enrollment), [[0, 38]], after=38).is_completed


def test_a_unit_of_another_course_is_unknown():
    enrollment = make_enrollment()
    with pytest.raises(UnitUnknown):
        open_session(enrollment=enrollment, unit_key=enrollment.public_id, now=NOW)


def test_a_withdrawn_learner_earns_no_more():
    enrollment = make_enrollment()
    session = begin(enrollment)
    withdraw(enrollment=enrollment, by=enrollment.learner, now=at(5))
    with pytest.raises(EnrollmentClosed):
        report(session, [[0, 30]], after=30)
    with pytest.raises(EnrollmentClosed):
        begin(enrollment, after=40)


def test_evidence_is_never_rewritten():
    report(begin(make_enrollment()), [[0, 10]], after=10)
    row = PlaybackInterval.objects.get()
    row.counted_ms = 999
    with pytest.raises(AppendOnlyError):
        row.save()
    with pytest.raises(AppendOnlyError):
        PlaybackInterval.objects.all().delete()


def test_a_second_language_of_the_same_lesson_earns_no_second_time():
    chinese = make_course()
    lesson = make_lesson(chinese)
    english = make_course(language="en", title="First aid")
    english.translation_key = chinese.translation_key
    english.save()
    make_lesson(english, translation_key=lesson.translation_key)
    from courses.domain.publishing import publish_course

    publish_course(course=chinese, now=NOW)
    enrollment = make_enrollment(course=chinese)
    report(begin(enrollment), [[0, 60]], after=60)
    other = begin(enrollment, after=60, language="en")
    receipt = report(other, [[0, 60]], after=120)
    assert receipt.credited_seconds == 60
    assert receipt.watched_seconds == 60


# --- whatever a client does, in any order ---

step = st.tuples(
    st.integers(0, 30),  # seconds that pass before
    st.integers(0, 3),  # which of the sessions (0 opens a new one)
    st.lists(st.tuples(st.integers(0, 70), st.integers(1, 70)), min_size=1, max_size=3),
    st.sampled_from([0.5, 1.0, 1.5, 2.0]),
    st.integers(1, 6),  # the number of the report: repeats happen
)


class TestAnythingGoes(TestCase):
    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(st.lists(step, min_size=1, max_size=14))
    def test_credit_stays_below_wall_time_and_coverage_below_twice_of_it(self, steps):
        enrollment = make_enrollment(
            course=make_published_course(kinds=("video", "document"))
        )
        passed = 0
        sessions = [begin(enrollment)]
        for wait, which, spans, rate, seq in steps:
            passed += wait
            if which == 0:
                sessions.append(begin(enrollment, after=passed, unit=passed % 2))
            session = sessions[which % len(sessions)]
            intervals = [[start, start + span] for start, span in spans]
            before = self.totals()
            try:
                report(session, intervals, after=passed, seq=seq, rate=rate)
            except (IntervalInvalid, SequenceConflict):
                assert self.totals() == before
                continue
            # Said twice, it is counted once.
            after = self.totals()
            report(session, intervals, after=passed + 0, seq=seq, rate=rate)
            assert self.totals() == after
            assert after[0] >= before[0]
        credited, watched = self.totals()
        assert credited <= passed
        assert watched <= 2 * passed

    def totals(self):
        settle_all(now=NOW)
        rows = UnitProgress.objects.all()
        return (
            sum(row.credited_seconds for row in rows),
            sum(row.watched_seconds for row in rows),
        )
