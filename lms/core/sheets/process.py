"""Run one of our parsers alone, with limits, on a stranger's file (decision 19)."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import IO

from django.conf import settings

WALL_SECONDS = 120
# Nothing of ours reaches the process; byte code is off because it may write no file.
ENVIRONMENT = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
}


class ParserFailed(Exception):
    """The process was killed, ran out of time or memory, or broke off."""


class _Patience(threading.Thread):
    """Kills a process that lets its reader wait for more than WALL_SECONDS in all."""

    TICK_SECONDS = 0.2

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__(daemon=True)
        self.is_waiting = True
        self.is_over = threading.Event()
        self._process = process

    def run(self) -> None:
        waited, tick = 0.0, min(self.TICK_SECONDS, WALL_SECONDS)
        while not self.is_over.wait(tick):
            waited += tick if self.is_waiting else 0
            if waited >= WALL_SECONDS:
                self._process.kill()
                return


def parsed_lines(module: str, *arguments: str, file: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines that `python -m module` answers, with `file` as its input.

    Lines come as they are written, so that a long table is never held whole. The
    process is killed when its time is up or when the caller stops reading. Its time is
    that in which the caller waits for it: a caller who takes minutes over what was read
    takes none of it away.

    Raises:
        ParserFailed: it did not end well.
    """
    process = subprocess.Popen(  # noqa: S603 -- our own module, fixed arguments
        [sys.executable, "-m", module, *arguments],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=settings.BASE_DIR,
        env=ENVIRONMENT,
    )
    clock = _Patience(process)
    clock.start()
    assert process.stdout is not None  # noqa: S101 -- for the type checker: PIPE is set
    try:
        for line in process.stdout:
            clock.is_waiting = False
            yield line
            clock.is_waiting = True
        if process.wait() != 0:
            raise ParserFailed(module)
    finally:
        clock.is_over.set()
        process.kill()
        process.stdout.close()
        process.wait()
