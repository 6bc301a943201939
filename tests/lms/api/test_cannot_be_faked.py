"""Ways to get hours without learning, each tried by the calls that a program can make.

`tests/courses/test_cannot_be_faked.py` tries the arithmetic behind them more widely.
"""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from courses.domain import playback
from courses.domain.publishing import publish_course
from courses.domain.seats import settle_all
from courses.models import PlaybackInterval, PlaybackSession, PresenceCheck
from lms.api.resources import counting, lessons
from lms.compliance.models import CreditEntry
from tests.factories.courses import (
    NOW,
    make_asset,
    make_course,
    make_enrollment,
    make_lesson,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
LONG = 4 * 3600.0


class Clock:
    """The server's clock, in seconds since the course was published."""

    seconds = 0.0

    def __call__(self):
        return NOW + timedelta(seconds=self.seconds)


class Device:
    """A tab or a phone that has opened a lesson; it knows its token alone."""

    def __init__(self, client, unit):
        self.client = client
        self.url = f"/api/v1/lessons/{unit}/playback"
        opened = self.post(f"{self.url}/sessions", {"device": "test"})
        assert opened.status_code == 201, opened.content
        self.session, self.token = opened.json()["session"], opened.json()["token"]

    def post(self, url, body, **headers):
        return self.client.post(
            url, body, content_type="application/json", headers=headers
        )

    def send(self, intervals, *, seq=1, rate=1.0, **more):
        body = {
            "session": self.session,
            "seq": seq,
            "intervals": intervals,
            "rate": rate,
        }
        return self.post(self.url, body | more, Authorization=f"Playback {self.token}")

    def report(self, *args, **options):
        answer = self.send(*args, **options)
        assert answer.status_code == 200, answer.content
        return answer.json()


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    for module in (lessons, counting):
        monkeypatch.setattr(module, "now", clock)
    return clock


def long_course(*, presence_minutes=0, **fields):
    """A course with two videos of four hours."""
    course = make_course(presence_minutes=presence_minutes, **fields)
    for _lesson in range(2):
        make_lesson(course, asset=make_asset(seconds=LONG), minutes=240)
    publish_course(course=course, now=NOW)
    return course


@pytest.fixture
def open_lesson(client):
    """Return a function that opens a lesson of one learner on one more device."""
    enrollment = make_enrollment(course=long_course())
    client.force_login(enrollment.learner)

    def open_one(unit=0):
        return Device(client, enrollment.syllabus.units[unit]["key"])

    return open_one


def earned():
    """Return what has reached the ledger, in seconds."""
    settle_all(now=NOW + timedelta(days=2))
    return sum(CreditEntry.objects.values_list("seconds", flat=True))


def test_one_post_that_claims_the_whole_lesson(open_lesson, clock):
    device = open_lesson()
    clock.seconds = 15
    assert device.report([[0, LONG]])["credited_seconds"] == 15
    assert earned() == 15


def test_overlapping_intervals_count_their_union_once(open_lesson, clock):
    device = open_lesson()
    clock.seconds = 15
    assert device.send([[0, 10], [5, 15]]).json()["code"] == "intervals_overlap"
    device.report([[0, 10]])
    clock.seconds = 30
    assert device.report([[5, 15]], seq=2)["credited_seconds"] == 15
    assert earned() == 15


def test_backdated_intervals_find_no_time_to_stand_in(open_lesson, clock):
    """No field says when something was watched; one that claims it is refused."""
    clock.seconds = 3600
    device = open_lesson()
    clock.seconds = 3601
    claim = device.report([[0, 3600]], watched_at="2020-01-01T00:00:00Z")
    assert claim["credited_seconds"] == 1
    assert earned() == 1


@pytest.mark.parametrize("rate", [16, 2.01, 0, -1, "16"])
def test_a_speed_that_no_player_offers(open_lesson, clock, rate):
    device = open_lesson()
    clock.seconds = 10
    assert device.send([[0, 160]], rate=rate).status_code == 422
    assert (earned(), PlaybackInterval.objects.count()) == (0, 0)


def test_the_fastest_speed_earns_the_time_that_passed(open_lesson, clock):
    device = open_lesson()
    clock.seconds = 10
    receipt = device.report([[0, 20]], rate=2.0)
    assert (receipt["watched_seconds"], receipt["credited_seconds"]) == (20, 10)


def test_two_tabs_and_two_devices_share_one_clock(open_lesson, clock):
    devices = [open_lesson(unit=n % 2) for n in range(4)]
    for turn in range(1, 11):
        clock.seconds = turn * 15
        answers = [d.report([[turn * 15 - 15, turn * 15]], seq=turn) for d in devices]
    assert [answer["active"] for answer in answers] == [False, False, False, True]
    assert {answer["ended"] for answer in answers[:3]} == {"superseded"}
    assert earned() == 150
    assert PlaybackSession.objects.active().count() == 1


def test_replayed_requests_count_once(open_lesson, clock):
    device = open_lesson()
    for again in range(4):
        clock.seconds = 15 + again * 60
        assert device.report([[0, 15]])["credited_seconds"] == 15
    answer = device.send([[15, 30]])
    assert (answer.status_code, answer.json()["code"]) == (409, "sequence_conflict")
    assert (earned(), PlaybackInterval.objects.count()) == (15, 1)


def test_a_changed_clock_changes_nothing(open_lesson, clock):
    device = open_lesson()
    clock.seconds = 15
    device.report([[0, 15]])
    clock.seconds = -3600
    device.report([[15, 30]], seq=2)
    assert earned() == 15


def test_a_script_that_posts_every_15_s_for_a_lesson_that_is_not_open(
    open_lesson, clock
):
    left = open_lesson(unit=0)
    clock.seconds = 15
    open_lesson(unit=1)
    for turn in range(1, 40):
        clock.seconds = 15 + turn * 15
        receipt = left.report([[turn * 15, turn * 15 + 15]], seq=turn)
    assert (receipt["active"], receipt["ended"]) == (False, "superseded")
    # The fifteen seconds before it was left, and none of those after.
    assert earned() == 15


def test_nor_does_a_token_for_the_lesson_beside_it(open_lesson, clock):
    device, other = open_lesson(unit=0), open_lesson(unit=1)
    clock.seconds = 15
    other.token = device.token
    assert other.send([[0, 15]]).json()["code"] == "session_unknown"
    other.session = device.session
    answer = other.send([[0, 15]])
    assert (answer.status_code, answer.json()["code"]) == (404, "session_unknown")
    assert earned() == 0


def test_a_page_left_open_without_playing_earns_nothing(open_lesson, clock):
    device = open_lesson()
    clock.seconds = 8 * 3600
    assert device.send([]).json()["code"] == "intervals_missing"
    assert earned() == 0
    assert device.report([[0, 1]])["credited_seconds"] == 1
    clock.seconds += 10
    carried = playback.CARRY_MS / 1000
    assert device.report([[1, LONG]], seq=2)["credited_seconds"] == 11 + carried


def test_a_day_holds_so_much_and_no_more(open_lesson, clock, settings):
    settings.STUDY_DAY_SECONDS = 100
    device = open_lesson()
    clock.seconds = 300
    held = device.report([[0, 300]])
    assert (held["credited_seconds"], held["hold"]) == (100, "daily_limit")


def test_nothing_counts_until_somebody_answers(client, clock, monkeypatch):
    monkeypatch.setattr(playback, "milliseconds_until_check", lambda mean: 60_000)
    enrollment = make_enrollment(course=long_course(presence_minutes=1))
    client.force_login(enrollment.learner)
    device = Device(client, enrollment.syllabus.units[0]["key"])
    for turn in range(1, 20):
        clock.seconds = turn * 15
        held = device.report([[turn * 15 - 15, turn * 15]], seq=turn)
    assert (held["credited_seconds"], held["hold"]) == (60, "presence")
    # The other lesson is no way round it.
    other = Device(client, enrollment.syllabus.units[1]["key"])
    clock.seconds += 15
    receipt = other.report([[0, 15]])
    assert (receipt["credited_seconds"], receipt["hold"]) == (0, "presence")
    wrong = {"check": held["check"]["id"], "number": 1}
    checks = f"{device.url}/checks"
    assert device.post(checks, wrong).json()["answered"] is False
    number = PresenceCheck.objects.get().number
    answered = device.post(checks, wrong | {"number": number})
    assert answered.json() == {"answered": True, "check": None}
    clock.seconds += 15
    receipt = other.report([[15, 30]], seq=2)
    assert (receipt["credited_seconds"], receipt["hold"]) == (15, "")


# --- anything goes ----------------------------------------------------------------

action = st.tuples(
    st.sampled_from(["report", "report", "report", "open", "answer", "guess"]),
    st.integers(0, 3),  # which device
    st.floats(0, 400),  # how long later
    st.floats(0, 900),  # where
    st.floats(0.1, 2000),  # how much
    st.integers(1, 6),  # number of the report
    st.sampled_from([1.0, 1.5, 2.0, 16.0]),
)


class TestAnythingGoes(TestCase):
    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(st.lists(action, min_size=1, max_size=12))
    def test_credit_stays_below_everything_that_limits_it(self, actions):
        enrollment = make_enrollment(course=long_course(presence_minutes=1))
        self.client.force_login(enrollment.learner)
        units = [unit["key"] for unit in enrollment.syllabus.units]
        clock, answered = Clock(), 0
        with pytest.MonkeyPatch.context() as patch:
            for module in (lessons, counting):
                patch.setattr(module, "now", clock)
            devices = [Device(self.client, units[0])]
            for what, which, wait, start, span, seq, rate in actions:
                clock.seconds += wait
                check = PresenceCheck.objects.filter(answered_at=None).first()
                device = devices[which % len(devices)]
                if what == "open":
                    devices.append(Device(self.client, units[which % 2]))
                elif what == "report":
                    answer = device.send([[start, start + span]], seq=seq, rate=rate)
                    assert answer.status_code in {200, 409, 422}
                elif check is not None:
                    number = check.number if what == "answer" else 5
                    body = {"check": str(check.public_id), "number": number}
                    assert device.post(f"{device.url}/checks", body).status_code == 200
                    answered += what == "answer"
        rows = PlaybackInterval.objects.all()
        credited = sum(row.credited_ms for row in rows) / 1000
        online = sum(row.credited_ms for row in rows if not row.is_offline) / 1000
        assert earned() <= credited <= clock.seconds + 0.001
        # A check comes after a minute and a half at the latest.
        assert online <= 90 * (answered + 1)
        assert PlaybackSession.objects.active().count() == 1
