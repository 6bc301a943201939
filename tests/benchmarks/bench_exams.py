"""The exam at the rush hour, over HTTP, each figure beside its floor.

`make bench` runs it on the database of `DATABASE_URL`; the figures that are promised
are those of PostgreSQL. `LMS_BENCH_SCALE` (default 1) shortens everything.
"""

import json
import os
import subprocess
import sys
from statistics import median

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.domain.attempts import start_attempt
from exams.domain.prepared import prepare_exam
from exams.domain.responses import ResponseInput, record_events
from exams.domain.scoring import score_attempt
from exams.domain.writers import open_writer
from exams.models import Attempt, ResponseEvent
from lms.accounts.models import User
from lms.core.clock import now
from tests.benchmarks.floor_urls import TABLE
from tests.benchmarks.measure import backends, milliseconds, processor_seconds
from tests.factories.accounts import UserFactory
from tests.factories.exams import ExamFactory, make_fixed_paper, make_items
from tests.served import serving

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SCALE = float(os.environ.get("LMS_BENCH_SCALE", "1"))
CONCURRENCY = 50
SERVER = {"workers": 2, "threads": 4, "settings_module": "tests.benchmarks.floor"}


def say(text):
    sys.stdout.write(f"\n{text}\n")


def send(server, queues, concurrency=CONCURRENCY):
    """Let the generator send the queues; returns its figures."""
    order = {"port": server.port, "concurrency": concurrency, "queues": queues}
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.load"],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def rate(figures):
    return sum(figures["statuses"].values()) / figures["seconds"]


def own_share(figures):
    """How much of the machine the generator itself took."""
    return figures["own_seconds"] / (figures["seconds"] * (os.cpu_count() or 1))


def load():
    """Tell what else the machine was doing."""
    return f"load of the last minute {os.getloadavg()[0]:.1f}"


def many(count):
    return max(1, int(count * SCALE))


def make_writers(exam, count):
    attempts = []
    for _person in range(count):
        attempt = start_attempt(exam=exam, candidate=UserFactory(), now=now())
        writer = open_writer(attempt=attempt, client_key="bench", now=now())
        attempts.append((attempt, writer))
    return attempts


def saves(writers, first, count):
    """One queue a candidate: `count` answers with rising numbers."""
    return [
        [
            [
                "PUT",
                f"/api/v1/attempts/{attempt.public_id}/responses",
                {"Authorization": f"Attempt {writer.token}"},
                {"events": [{"seq": seq, "position": seq % 100 + 1, "value": ["A"]}]},
            ]
            for seq in range(first, first + count)
        ]
        for attempt, writer in writers
    ]


def test_saving_one_answer_beside_a_bare_view():
    exam = ExamFactory(paper=make_fixed_paper(make_items(100)))
    writers = make_writers(exam, CONCURRENCY)
    serial = "bigserial" if connection.vendor == "postgresql" else "integer"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {TABLE} (id {serial} PRIMARY KEY, body text)")
    connection.close()
    # Short turns, one after the other: a neighbor's load meets both alike.
    turns, each = 9, many(20)
    bare = [
        [["POST", f"/bench/{n}/", {}, {"events": []}] for _turn in range(each)]
        for n in range(CONCURRENCY)
    ]
    ratios = []
    with serving(**SERVER) as server:
        send(server, bare[:4])
        send(server, saves(writers, 1, 1))
        for turn in range(turns):
            floor = send(server, bare)
            saved = send(server, saves(writers, 2 + turn * each, each))
            assert set(floor["statuses"]) == set(saved["statuses"]) == {"200"}
            ratios.append(rate(saved) / rate(floor))
            say(
                f"PUT responses at concurrency {CONCURRENCY}: {rate(saved):.0f}/s; "
                f"bare view: {rate(floor):.0f}/s; ratio {ratios[-1]:.2f}; generator's "
                f"share {own_share(saved):.0%} and {own_share(floor):.0%}; {load()}"
            )
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")
    assert ResponseEvent.objects.count() == CONCURRENCY * (1 + turns * each)
    say(f"PUT responses: median ratio {median(ratios):.2f} (asked: 0.70)")


def test_saving_with_a_hundred_times_the_attempts():
    exam = ExamFactory()
    ((attempt, writer),) = make_writers(exam, 1)

    def save(turn):
        return record_events(
            public_id=attempt.public_id,
            writer=writer.number,
            events=[ResponseInput(turn + 1, 1, ["A"])],
            now=now(),
        )

    few = milliseconds(save, times=many(200))
    with CaptureQueriesContext(connection) as before:
        save(10_000)
    people = User.objects.bulk_create(
        User(email=f"bench{n}@example.com") for n in range(many(5_000))
    )
    Attempt.objects.bulk_create(
        Attempt(
            exam=exam,
            candidate=person,
            number=1,
            seed=1,
            position_count=3,
            started_at=attempt.started_at,
            deadline=attempt.deadline,
            closes_at=attempt.closes_at,
        )
        for person in people
    )
    others = Attempt.objects.exclude(pk=attempt.pk).values_list("pk", flat=True)
    ResponseEvent.objects.bulk_create(
        (
            ResponseEvent(
                attempt_id=pk,
                writer=1,
                seq=seq,
                position=1,
                value=["A"],
                received_at=attempt.started_at,
            )
            for pk in others
            for seq in range(1, 21)
        ),
        batch_size=5_000,
    )
    with CaptureQueriesContext(connection) as after:
        save(10_001)
    crowded = milliseconds(lambda turn: save(20_000 + turn), times=many(200))
    control = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    own = [q for q in after if q["sql"].split()[0] not in control]
    assert 0 < len(own) <= 3
    assert len(after) == len(before)
    say(
        f"record_events: {len(own)} statements; median {few[len(few) // 2]:.2f} ms "
        f"alone, {crowded[len(crowded) // 2]:.2f} ms beside {len(others)} attempts"
    )


def session_of(user):
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key


def test_a_thousand_starts_of_a_hundred_items():
    exam = ExamFactory(paper=make_fixed_paper(make_items(100), shuffle_items=True))
    count = many(1_000)
    made = prepare_exam(exam=exam, now=now(), count=count)
    sessions = [session_of(UserFactory()) for _person in range(count)]
    token = "b" * 32
    queues = [
        [
            [
                "POST",
                f"/api/v1/exams/{exam.public_id}/attempts",
                {
                    "Cookie": f"sessionid={session}; csrftoken={token}",
                    "X-CSRFToken": token,
                    "Idempotency-Key": f"tab-{number}",
                },
                {},
            ]
        ]
        for number, session in enumerate(sessions)
    ]
    connection.close()
    with serving(**SERVER) as server:
        warm = processor_seconds(server.workers)
        figures = send(server, queues)
        web = (processor_seconds(server.workers) - warm) / count * 1000
        database = processor_seconds(backends()) / count * 1000
    own = figures["own_seconds"] / count * 1000
    assert figures["statuses"] == {"201": count}
    assert Attempt.objects.filter(position_count=100).count() == count
    say(
        f"{count} starts of 100 items ({made} papers lay ready): "
        f"{figures['seconds']:.1f} s, {rate(figures):.0f}/s (asked: 1,000 in 10 s); "
        f"generator's share {own_share(figures):.0%}; processor time of a start: "
        f"{web:.1f} ms web, {database:.1f} ms database, {own:.1f} ms generator; "
        f"{load()}"
    )


def test_scoring_a_hundred_items():
    exam = ExamFactory(paper=make_fixed_paper(make_items(100)))
    writers = make_writers(exam, 21)
    for attempt, writer in writers:
        record_events(
            public_id=attempt.public_id,
            writer=writer.number,
            events=[ResponseInput(n, n, ["A"]) for n in range(1, 101)],
            now=now(),
        )
    attempts = [
        Attempt.objects.select_related("exam", "paper", "key").get(pk=attempt.pk)
        for attempt, _writer in writers
    ]
    durations = milliseconds(
        lambda turn: score_attempt(attempt=attempts[turn], now=now()), times=20
    )
    say(
        f"score_attempt, 100 items: median {median(durations):.1f} ms (asked: 20 ms); "
        f"{load()}"
    )
