"""Time a call often and print its figures beside those of its floor."""

import os
import statistics
import sys
import time
from collections.abc import Callable


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
