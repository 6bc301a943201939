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


def parsed_lines(module: str, *arguments: str, file: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines that `python -m module` answers, with `file` as its input.

    Lines come as they are written, so that a long table is never held whole. The
    process is killed when its time is up or when the caller stops reading.

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
    clock = threading.Timer(WALL_SECONDS, process.kill)
    clock.start()
    assert process.stdout is not None  # noqa: S101 -- for the type checker: PIPE is set
    try:
        yield from process.stdout
        if process.wait() != 0:
            raise ParserFailed(module)
    finally:
        clock.cancel()
        process.kill()
        process.stdout.close()
        process.wait()
