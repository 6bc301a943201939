"""Calls that meet at the same moment, each with a database connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections

MEETING_SECONDS = 20


def at_once(
    *calls: Callable[[], Any], refusals: tuple[type[Exception], ...] = ()
) -> list[Any]:
    """Run the calls in threads and return their answers in order.

    An error of one of the `refusals` is an answer too; any other is raised here.
    """
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=MEETING_SECONDS)
            return call()
        except refusals as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
