"""Time a call often and print its figures beside those of its floor."""

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from django.db import connection


def milliseconds(call: Callable[[int], object], *, times: int) -> list[float]:
    """Return the sorted durations of `call(0)`, `call(1)` …, after one warm-up."""
    call(0)
    durations = []
    for turn in range(1, times + 1):
        started = time.perf_counter()
        call(turn)
        durations.append((time.perf_counter() - started) * 1000)
    return sorted(durations)


def show(name: str, durations: list[float], floor: list[float], what: str) -> None:
    """Print median and 95th percentile, and the floor measured in the same run."""
    figures = [
        f"p50 {statistics.median(d):.2f} ms, p95 {d[int(len(d) * 0.95) - 1]:.2f} ms"
        for d in (durations, floor)
    ]
    load = f"load of the last minute {os.getloadavg()[0]:.1f}"
    sys.stdout.write(f"\n{name}: {figures[0]}; floor ({what}): {figures[1]}; {load}\n")


def processor_seconds(pids: Iterable[int]) -> float:
    """Return what processes have used so far, user and system time together."""
    ticks = 0
    for pid in pids:
        # Behind the name in brackets, which may hold blanks: fields 14 and 15.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def backends() -> list[int]:
    """Return the processes in which PostgreSQL serves the others of this database."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [pid for (pid,) in cursor.fetchall()]
