"""Every acknowledged answer is in the scored paper, whatever dies on the way.

Candidates answer through the real server while its processes are killed again and
again and a fifth of the requests is cut off. What the server acknowledged is written
down here, and afterwards compared with the log, the marks and the result.
"""

import asyncio
import json
import sys
from dataclasses import dataclass, field
from random import Random

import pytest
from django.db import connection

from exams.domain.attempts import start_attempt
from exams.domain.writers import open_writer
from exams.models import Attempt, Mark, ResponseEvent, Result
from lms.core.clock import now
from tests.cutting_proxy import CuttingProxy, read_message
from tests.factories.accounts import UserFactory
from tests.factories.exams import ExamFactory, make_fixed_paper, make_items
from tests.served import serving

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
ITEMS = 50
BATCH = 5
CUT_SHARE = 0.2
KILL_EVERY_SECONDS = 1.5
AT_ONCE = 40
TRIES = 400
# A minute on two slow cores. SQLite lets one write at a time.
CANDIDATES = {"postgresql": 200, "sqlite": 20}


@dataclass
class Tab:
    """One writer of one candidate, and what the server said it has."""

    attempt: str
    number: int
    token: str
    events: list[dict]
    acknowledged: list[dict] = field(default_factory=list)


class Unanswered(Exception):
    """The request or its answer was lost on the way."""


async def call(port, method, path, token, body):
    """Send one request on a connection of its own; only a whole answer counts."""
    payload = json.dumps(body).encode()
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nAuthorization: Attempt {token}\r\n"
        f"Content-Length: {len(payload)}\r\n\r\n"
    )
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(head.encode() + payload)
            async with asyncio.timeout(60):
                answer = await read_message(reader)
        finally:
            writer.transport.abort()
    except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
        raise Unanswered from error
    first, _end, rest = answer.partition(b"\r\n")
    status = int(first.split()[1])
    if status >= 500:
        raise Unanswered
    return status, json.loads(rest.partition(b"\r\n\r\n")[2])


async def persist(port, method, path, token, body):
    """Repeat until there is an answer, as the page does."""
    for turn in range(TRIES):
        try:
            return await call(port, method, path, token, body)
        except Unanswered:
            await asyncio.sleep(min(0.05 * (turn + 1), 0.5))
    raise AssertionError(f"{path}: no answer in {TRIES} tries")


async def answer_all(port, tab, rng):
    """Send the answers in batches; what is acknowledged is written down."""
    for start in range(0, len(tab.events), BATCH):
        batch = tab.events[start : start + BATCH]
        if rng.random() < 0.2:
            rng.shuffle(batch)
        status, receipt = await persist(
            port,
            "PUT",
            f"/api/v1/attempts/{tab.attempt}/responses",
            tab.token,
            {"events": batch},
        )
        assert (status, receipt["missing"]) == (200, [])
        assert receipt["acked"] >= max(event["seq"] for event in batch)
        tab.acknowledged += batch


async def sit(port, tabs, rng, gate):
    """All tabs of one candidate at the same time; the last one hands in."""
    async with gate:
        await asyncio.gather(*(answer_all(port, tab, rng) for tab in tabs))
        last = tabs[-1]
        status, result = await persist(
            port,
            "POST",
            f"/api/v1/attempts/{last.attempt}/submit",
            last.token,
            {"last_seq": len(last.events)},
        )
        assert status == 200, result
        return result


async def drive(server, candidates, rng):
    """Run everybody while the processes die; returns the proxy's account."""
    gate = asyncio.Semaphore(AT_ONCE)
    killed = 0

    async def kill_again_and_again():
        nonlocal killed
        while True:
            await asyncio.sleep(KILL_EVERY_SECONDS)
            server.kill_worker(killed)
            killed += 1

    proxy = CuttingProxy(host=server.host, port=server.port, share=CUT_SHARE, seed=7)
    async with proxy:
        killer = asyncio.create_task(kill_again_and_again())
        try:
            sitting = (sit(proxy.port, tabs, rng, gate) for tabs in candidates)
            results = await asyncio.gather(*sitting)
        finally:
            killer.cancel()
    return results, proxy.cuts, killed


def make_tabs(attempt, rng, *, tab_count):
    """Tabs with numbered answers; each item is answered, some of them twice."""
    tabs = []
    for number in range(1, tab_count + 1):
        writer = open_writer(attempt=attempt, client_key=f"tab-{number}", now=now())
        positions = rng.sample(range(1, ITEMS + 1), ITEMS)
        events = [
            {"seq": seq, "position": position, "value": [rng.choice("ABC")]}
            for seq, position in enumerate(positions, start=1)
        ]
        tabs.append(Tab(str(attempt.public_id), writer.number, writer.token, events))
    return tabs


def what_counts(tabs):
    """Fold by hand: per position the newest tab's highest number."""
    best = {}
    for tab in tabs:
        for event in tab.acknowledged:
            rank = (tab.number, event["seq"])
            if rank > best.get(event["position"], ((0, 0), None))[0]:
                best[event["position"]] = (rank, event["value"])
    return {position: value for position, (_rank, value) in best.items()}


def test_no_acknowledged_answer_is_lost_and_none_counts_twice():
    lose_nothing(CANDIDATES[connection.vendor])


def lose_nothing(count):
    """Let `count` people sit through all of it, and compare every answer."""
    rng = Random(20261128)
    exam = ExamFactory(paper=make_fixed_paper(make_items(ITEMS)))
    attempts = [
        start_attempt(exam=exam, candidate=UserFactory(), now=now())
        for _person in range(count)
    ]
    # Every tenth candidate answers in two tabs at once.
    candidates = [
        make_tabs(attempt, rng, tab_count=2 if index % 10 == 0 else 1)
        for index, attempt in enumerate(attempts)
    ]
    # Nothing of this process may hold the database while others die around it.
    connection.close()

    with serving(workers=3, threads=4) as server:
        results, cuts, killed = asyncio.run(drive(server, candidates, rng))

    sys.stdout.write(f"\n{count} candidates, {killed} processes killed, {dict(cuts)}\n")
    cut = sum(n for fate, n in cuts.items() if fate.startswith(("half", "no")))
    assert killed > 0
    assert cut > sum(cuts.values()) * CUT_SHARE / 2

    for attempt, tabs, answer in zip(attempts, candidates, results, strict=True):
        kept = {
            (event.writer, event.seq): (event.position, event.value)
            for event in ResponseEvent.objects.filter(attempt_id=attempt.pk)
        }
        acknowledged = {
            (tab.number, event["seq"]): (event["position"], event["value"])
            for tab in tabs
            for event in tab.acknowledged
        }
        assert len(acknowledged) == ITEMS * len(tabs)
        assert kept == acknowledged
        counting = what_counts(tabs)
        marks = Mark.objects.filter(attempt=attempt)
        assert {mark.position: mark.value for mark in marks} == counting
        assert len(marks) == ITEMS
        right = sum(value == ["A"] for value in counting.values())
        assert Result.objects.get(attempt=attempt).raw == right == answer["score"]
    assert not Attempt.objects.open().exists()
