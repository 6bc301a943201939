"""Ways to get hours without learning, each of them refused.

Credit never exceeds what wall time, rate, single presence, checks and the day allow.
"""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from courses.domain import playback, presence
from courses.domain.playback import CARRY_MS, record_intervals
from courses.domain.presence import answer_check
from courses.domain.publishing import publish_course
from courses.domain.seats import settle_all
from courses.domain.sessions import open_session
from courses.errors import CheckUnknown, IntervalInvalid, SequenceConflict
from courses.models import (
    LearnerPresence,
    PlaybackInterval,
    PlaybackSession,
    PresenceCheck,
    UnitProgress,
)
from lms.compliance.models import CreditEntry
from tests.factories.courses import (
    NOW,
    make_asset,
    make_course,
    make_enrollment,
    make_lesson,
    make_published_course,
)

pytestmark = [pytest.mark.unit, pytest.mark.django_db]
LONG = 4 * 3600.0


def at(seconds):
    return NOW + timedelta(seconds=seconds)


def long_course(*, lessons=1, **fields):
    """A course with videos of four hours."""
    course = make_course(**({"presence_minutes": 0} | fields))
    for _ in range(lessons):
        make_lesson(course, asset=make_asset(seconds=LONG), minutes=240)
    publish_course(course=course, now=NOW)
    return course


def begin(enrollment, *, after=0.0, unit=0):
    key = enrollment.syllabus.units[unit]["key"]
    return open_session(enrollment=enrollment, unit_key=key, now=at(after))


def report(session, intervals, *, after, seq=1, rate=1.0, **options):
    return record_intervals(
        public_id=session.public_id,
        seq=seq,
        intervals=intervals,
        rate=rate,
        now=at(after),
        **options,
    )


def credited():
    """What stands in the progress rows when the worker has been there, in seconds.

    It is what the intervals, which are never rewritten, say of themselves.
    """
    settle_all(now=NOW)
    total = sum(UnitProgress.objects.values_list("credited_seconds", flat=True))
    claimed = PlaybackInterval.objects.values_list("credited_ms", flat=True)
    assert round(total * 1000) == sum(claimed)
    return total


# --- claims -----------------------------------------------------------------------


def test_one_post_that_claims_the_whole_lesson():
    session = begin(make_enrollment(course=long_course()))
    assert report(session, [[0, LONG]], after=15).credited_seconds == 15


def test_overlapping_intervals_count_their_union_once():
    session = begin(make_enrollment(course=long_course()))
    with pytest.raises(IntervalInvalid):
        report(session, [[0, 10], [5, 15]], after=15)
    report(session, [[0, 10]], after=15, seq=1)
    assert report(session, [[5, 15]], after=30, seq=2).credited_seconds == 15


def test_backdated_intervals_find_no_time_to_stand_in():
    """Time before the opening belongs to nobody; there is no field to claim it in."""
    enrollment = make_enrollment(course=long_course())
    session = begin(enrollment, after=3600)
    receipt = report(session, [[0, 3600]], after=3601)
    assert receipt.credited_seconds == 1


@pytest.mark.parametrize("rate", [16, 2.01, 0, -1, float("nan")])
def test_a_speed_that_no_player_offers(rate):
    session = begin(make_enrollment(course=long_course()))
    with pytest.raises(IntervalInvalid):
        report(session, [[0, 160]], after=10, rate=rate)
    assert credited() == 0


def test_two_tabs_and_two_devices_share_one_clock():
    enrollment = make_enrollment(course=long_course(lessons=2))
    tabs = [begin(enrollment, unit=n % 2) for n in range(4)]
    for turn in range(1, 21):
        for tab in tabs:
            span = [(turn - 1) * 15, turn * 15]
            report(tab, [span], after=turn * 15, seq=turn)
    assert credited() == 300


def test_replayed_requests_count_once():
    session = begin(make_enrollment(course=long_course()))
    for again in range(5):
        report(session, [[0, 15]], after=15 + again * 60)
    assert (credited(), PlaybackInterval.objects.count()) == (15, 1)


def test_a_changed_clock_changes_nothing():
    """The device's clock is never asked; a server running backwards adds nothing."""
    session = begin(make_enrollment(course=long_course()))
    report(session, [[0, 15]], after=15, seq=1)
    report(session, [[15, 30]], after=-3600, seq=2)
    assert credited() == 15


def test_a_script_that_posts_every_15_s_for_a_lesson_that_is_not_open():
    enrollment = make_enrollment(course=long_course(lessons=2))
    left = begin(enrollment, unit=0)
    begin(enrollment, after=15, unit=1)
    for turn in range(1, 100):
        report(left, [[turn * 15, turn * 15 + 15]], after=15 + turn * 15, seq=turn)
    # The fifteen seconds before it was left, and none of those after.
    assert credited() == 15


def test_a_page_left_open_without_playing_earns_nothing():
    enrollment = make_enrollment(course=long_course())
    session = begin(enrollment)
    receipt = report(session, [[0, 1]], after=8 * 3600)
    assert receipt.credited_seconds == 1
    receipt = report(session, [[1, LONG]], after=8 * 3600 + 10, seq=2)
    assert receipt.credited_seconds == 11 + CARRY_MS / 1000


# --- the day ----------------------------------------------------------------------


def test_a_day_holds_eight_credit_hours(settings):
    settings.STUDY_DAY_SECONDS = 100
    session = begin(make_enrollment(course=long_course()))
    held = report(session, [[0, 300]], after=300)
    assert (held.credited_seconds, held.hold) == (100, "daily_limit")
    assert (held.watched_seconds, held.position) == (200, 200)
    held = report(session, [[200, 230]], after=330, seq=2)
    assert (held.credited_seconds, held.watched_seconds) == (100, 200)


def test_the_day_begins_at_midnight_in_shanghai(settings):
    settings.STUDY_DAY_SECONDS = 100
    enrollment = make_enrollment(course=long_course())
    evening = 13 * 3600 + 3000  # NOW is ten in the morning
    session = begin(enrollment, after=evening)
    report(session, [[0, 300]], after=evening + 300)
    later = report(session, [[200, 500]], after=evening + 900, seq=2)
    assert (later.credited_seconds, later.hold) == (200, "daily_limit")


def test_several_courses_share_the_day(settings):
    settings.STUDY_DAY_SECONDS = 100
    first = make_enrollment(course=long_course())
    second = make_enrollment(course=long_course(slug="other"), learner=first.learner)
    report(begin(first), [[0, 80]], after=80)
    report(begin(second, after=80), [[0, 80]], after=160)
    assert credited() == 100


# --- presence ---------------------------------------------------------------------


@pytest.fixture
def asked_after_a_minute(monkeypatch):
    monkeypatch.setattr(playback, "milliseconds_until_check", lambda mean: 60_000)


def test_checks_come_at_moments_that_nobody_foresees():
    drawn = {presence.milliseconds_until_check(600_000) for _ in range(200)}
    assert len(drawn) > 100
    assert min(drawn) >= 300_000
    assert max(drawn) <= 900_000


def test_nothing_counts_until_somebody_answers(asked_after_a_minute):
    enrollment = make_enrollment(course=long_course(presence_minutes=1))
    session = begin(enrollment)
    for turn in range(1, 40):
        held = report(session, [[turn * 15 - 15, turn * 15]], after=turn * 15, seq=turn)
    assert (held.credited_seconds, held.hold) == (60, "presence")
    answer_check(
        learner=enrollment.learner,
        check_id=held.check.public_id,
        number=held.check.number,
        now=at(600),
    )
    # The waiting is not paid out afterwards.
    free = report(session, [[60, 75]], after=615, seq=40)
    assert (free.credited_seconds, free.hold) == (75, "")


def test_a_question_is_not_escaped_by_another_lesson(asked_after_a_minute):
    enrollment = make_enrollment(course=long_course(lessons=2, presence_minutes=1))
    report(begin(enrollment), [[0, 70]], after=70)
    other = report(begin(enrollment, after=70, unit=1), [[0, 30]], after=100)
    assert (other.credited_seconds, other.hold) == (0, "presence")


def test_nor_by_opening_the_lesson_anew_before_each_question(asked_after_a_minute):
    enrollment = make_enrollment(course=long_course(presence_minutes=1))
    for turn in range(20):
        session = begin(enrollment, after=turn * 10)
        report(session, [[turn * 10, turn * 10 + 10]], after=turn * 10 + 10)
    assert credited() == 60


def test_offline_time_is_asked_about_afterwards(asked_after_a_minute):
    session = begin(make_enrollment(course=long_course(presence_minutes=1)))
    receipt = report(session, [[0, 600]], after=600)
    assert (receipt.credited_seconds, receipt.hold) == (600, "presence")


def test_a_wrong_answer_brings_another_question(asked_after_a_minute):
    enrollment = make_enrollment(course=long_course(presence_minutes=1))
    check = report(begin(enrollment), [[0, 60]], after=60).check
    before = list(check.options)
    again = answer_check(
        learner=enrollment.learner, check_id=check.public_id, number=1, now=at(61)
    )
    assert (again.answered_at, again.wrong_answers) == (None, 1)
    assert again.options != before
    assert LearnerPresence.objects.get().open_check_id == again.pk


def test_answering_twice_changes_nothing(asked_after_a_minute):
    enrollment = make_enrollment(course=long_course(presence_minutes=1))
    check = report(begin(enrollment), [[0, 60]], after=60).check
    for moment in (61, 99):
        done = answer_check(
            learner=enrollment.learner,
            check_id=check.public_id,
            number=check.number,
            now=at(moment),
        )
        assert done.answered_at == at(61)


def test_nobody_answers_for_another(asked_after_a_minute):
    enrollment = make_enrollment(course=long_course(presence_minutes=1))
    check = report(begin(enrollment), [[0, 60]], after=60).check
    other = make_enrollment(course=make_published_course(slug="other")).learner
    with pytest.raises(CheckUnknown):
        answer_check(
            learner=other, check_id=check.public_id, number=check.number, now=at(61)
        )


def test_a_course_without_checks_asks_nothing():
    session = begin(make_enrollment(course=long_course(presence_minutes=0)))
    assert report(session, [[0, 3600]], after=3600).hold == ""
    assert not PresenceCheck.objects.exists()


# --- order ------------------------------------------------------------------------


def test_skipping_ahead_counts_nothing_where_the_course_says_so():
    session = begin(make_enrollment(course=long_course(is_in_order=True)))
    assert report(session, [[600, 615]], after=15).watched_seconds == 0
    assert report(session, [[0, 15]], after=30, seq=2).watched_seconds == 15
    assert report(session, [[16, 30]], after=45, seq=3).watched_seconds == 29
    assert report(session, [[100, 110]], after=60, seq=4).watched_seconds == 29


def test_other_courses_are_watched_in_any_order():
    session = begin(make_enrollment(course=long_course()))
    assert report(session, [[600, 615]], after=15).watched_seconds == 15


# --- reading ----------------------------------------------------------------------


def test_time_alone_does_not_finish_a_text():
    enrollment = make_enrollment(kinds=("document",))
    session = begin(enrollment)
    receipt = report(session, [[0, 120]], after=120, scroll=0.4)
    assert (receipt.is_completed, receipt.has_to_scroll) == (False, True)
    receipt = report(session, [[100, 120]], after=130, seq=2, scroll=0.95)
    assert (receipt.is_completed, receipt.has_to_scroll) == (True, False)


def test_nor_does_the_end_of_the_text_without_the_time():
    session = begin(make_enrollment(kinds=("document",)))
    receipt = report(session, [[0, 10]], after=10, scroll=1.0)
    assert not receipt.is_completed


# --- anything goes ----------------------------------------------------------------

action = st.tuples(
    st.sampled_from(["report", "report", "report", "open", "answer", "guess"]),
    st.integers(0, 3),  # which session
    st.floats(0, 400),  # how long later
    st.floats(0, 900),  # where
    st.floats(0.1, 2000),  # how much
    st.integers(1, 6),  # number of the report
    st.sampled_from([1.0, 1.5, 2.0, 16.0]),
)


class TestAnythingGoes(TestCase):
    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(st.lists(action, min_size=1, max_size=20))
    def test_credit_stays_below_everything_that_limits_it(self, actions):
        course = long_course(lessons=2, presence_minutes=1)
        enrollment = make_enrollment(course=course)
        sessions, passed, answered = [begin(enrollment)], 0.0, 0
        for what, which, wait, start, span, seq, rate in actions:
            passed += wait
            check = PresenceCheck.objects.filter(answered_at=None).first()
            if what == "open":
                sessions.append(begin(enrollment, after=passed, unit=which % 2))
            elif what in ("answer", "guess") and check is not None:
                number = check.number if what == "answer" else 5
                answer_check(
                    learner=enrollment.learner,
                    check_id=check.public_id,
                    number=number,
                    now=at(passed),
                )
                answered += what == "answer"
            elif what == "report":
                before = credited()
                try:
                    report(
                        sessions[which % len(sessions)],
                        [[start, start + span]],
                        after=passed,
                        seq=seq,
                        rate=rate,
                    )
                except (IntervalInvalid, SequenceConflict):
                    assert credited() == before
                if check is not None:
                    assert credited() == before
        total = credited()
        assert total <= passed + 0.001
        assert PlaybackSession.objects.active().count() == 1
        rows = PlaybackInterval.objects.all()
        online = sum(row.credited_ms for row in rows if not row.is_offline) / 1000
        # A check comes after a minute and a half at the latest.
        assert online <= 90 * (answered + 1)
        entries = CreditEntry.objects.values_list("seconds", flat=True)
        assert sum(entries) <= total
