"""Scoring a paper and computing statistics, beside their floors."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import transaction

from exams.domain.attempts import start_attempt
from exams.domain.responses import ResponseInput, record_events
from exams.domain.scoring import score_attempt
from exams.domain.statistics import compute_statistics
from exams.domain.writers import open_writer
from exams.enums import AttemptState, ClosedBy, MarkSource
from exams.models import (
    Attempt,
    AttemptKey,
    AttemptPaper,
    Mark,
    ResponseEvent,
    Result,
)
from tests.benchmarks.measure import milliseconds, show
from tests.factories.accounts import UserFactory
from tests.factories.exams import ExamFactory, make_fixed_paper, make_items

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ITEMS = 100
TIMES = 30
ATTEMPTS = 1_000


def answered(exam):
    attempt = start_attempt(exam=exam, candidate=UserFactory(), now=NOW)
    open_writer(attempt=attempt, now=NOW)
    events = [ResponseInput(n, n, ["A"]) for n in range(1, ITEMS + 1)]
    record_events(public_id=attempt.public_id, writer=1, events=events, now=NOW)
    return Attempt.objects.select_related("exam", "paper", "key").get(pk=attempt.pk)


def test_scoring_an_attempt_of_100_items():
    exam = ExamFactory(paper=make_fixed_paper(make_items(ITEMS)))
    attempts = [answered(exam) for _ in range(TIMES + 1)]

    def score(turn):
        with transaction.atomic():
            score_attempt(attempt=attempts[turn], now=NOW)

    scored = milliseconds(score, times=TIMES)
    assert Result.objects.count() == TIMES + 1
    others = [answered(exam) for _ in range(TIMES + 1)]

    def write(turn):
        """Read the answers, write a hundred rows and one: what any scoring must do."""
        attempt = others[turn]
        with transaction.atomic():
            values = ResponseEvent.objects.filter(attempt_id=attempt.pk)
            read = dict(values.values_list("position", "value"))
            Mark.objects.bulk_create(
                Mark(
                    attempt=attempt,
                    position=position,
                    source=MarkSource.AUTOMATIC,
                    value=value,
                    raw=1,
                    max=1,
                    marked_at=NOW,
                )
                for position, value in read.items()
            )

    floor = milliseconds(write, times=TIMES)
    show("score_attempt (100 items)", scored, floor, "reading and writing its rows")


def test_statistics_of_many_attempts():
    """Memory must not grow with the attempts: peak is printed for 1x and 4x of them."""
    import sys
    import tracemalloc

    exam = ExamFactory(paper=make_fixed_paper(make_items(20)))
    pattern = start_attempt(exam=exam, candidate=UserFactory(), now=NOW)
    blob, key = pattern.paper.blob, pattern.key.blob
    peaks = []
    for count in (ATTEMPTS // 4, ATTEMPTS):
        fill(exam, blob, key, count - Result.objects.count())
        tracemalloc.start()
        compute_statistics(exam=exam, now=NOW)
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
    sys.stdout.write(
        f"\nstatistics: peak {peaks[0]:.1f} MB for {ATTEMPTS // 4} attempts, "
        f"{peaks[1]:.1f} MB for {ATTEMPTS}\n"
    )
    assert peaks[1] < peaks[0] * 2
    timed = milliseconds(lambda turn: compute_statistics(exam=exam, now=NOW), times=3)

    def read(turn):
        rows = Mark.objects.filter(attempt__exam=exam).values_list("position", "raw")
        assert sum(1 for _row in rows.iterator(chunk_size=2000)) == ATTEMPTS * 20

    floor = milliseconds(read, times=3)
    show(f"statistics ({ATTEMPTS} attempts)", timed, floor, "reading the marks once")


def fill(exam, blob, key, count):
    """Finalized attempts written in bulk."""
    first = Attempt.objects.count() + 1
    people = [UserFactory() for _ in range(20)]
    attempts = Attempt.objects.bulk_create(
        Attempt(
            exam=exam,
            candidate=people[n % 20],
            number=first + n,
            state=AttemptState.FINALIZED,
            seed=1,
            position_count=20,
            started_at=NOW,
            deadline=NOW.replace(hour=3),
            closes_at=NOW.replace(hour=3),
            submitted_at=NOW,
            closed_by=ClosedBy.CANDIDATE,
        )
        for n in range(count)
    )
    AttemptPaper.objects.bulk_create(
        AttemptPaper(attempt=a, blob=blob, sha256="") for a in attempts
    )
    AttemptKey.objects.bulk_create(AttemptKey(attempt=a, blob=key) for a in attempts)
    Mark.objects.bulk_create(
        (
            Mark(
                attempt=a,
                position=p,
                source=MarkSource.AUTOMATIC,
                value=["A" if (a.pk + p) % 3 else "B"],
                raw=Decimal((a.pk + p) % 3 > 0),
                max=1,
                marked_at=NOW,
            )
            for a in attempts
            for p in range(1, 21)
        ),
        batch_size=5000,
    )
    Result.objects.bulk_create(
        Result(
            attempt=a,
            raw=13,
            max=20,
            passed=True,
            pass_mark=Decimal("0.6"),
            computed_at=NOW,
            released_at=NOW,
        )
        for a in attempts
    )
