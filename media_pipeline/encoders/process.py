"""Start a confined command, look after it, and say why it failed."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from media_pipeline.encoders.errors import EncodingError
from media_pipeline.enums import Failure

CONFINE = Path(__file__).with_name("confine.py")
GIGABYTE = 1024**3
TICK_SECONDS = 0.5
DETAIL_BYTES = 2000
# FFmpeg catches SIGXCPU, ends its files and leaves with this code.
CAUGHT_SIGNAL = 255
STARVED = ("cannot allocate memory", "no space left", "file too large")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one command may use. Wall time counts sleeping too, CPU time threads."""

    wall_seconds: int
    cpu_seconds: int
    memory_bytes: int = 3 * GIGABYTE
    file_bytes: int = 8 * GIGABYTE
    nice: int = 10


def run_confined(
    command: Sequence[str],
    *,
    limits: Limits,
    folder: Path,
    on_tick: Callable[[], None] = lambda: None,
) -> str:
    """Run `command` in `folder` and return what it wrote to standard error.

    `on_tick` is called about twice a second; when it raises, the command is killed
    and the exception goes on (a worker that lost its lease stops at once).

    Raises:
        EncodingError: the command failed or hit a limit; `detail` ends with its words.
    """
    bounds = {
        "parent": os.getpid(),
        "memory_bytes": limits.memory_bytes,
        "cpu_seconds": limits.cpu_seconds,
        "file_bytes": limits.file_bytes,
        "nice": limits.nice,
    }
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(  # noqa: S603 -- fixed program, list of arguments
            [sys.executable, "-I", "-S", str(CONFINE), json.dumps(bounds), *command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            # No secret of the site reaches a program that parses hostile files.
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            start_new_session=True,
        )
        try:
            _wait(process, limits.wall_seconds, on_tick)
        finally:
            _end(process)
        log.seek(0)
        text = log.read().decode("utf-8", "replace")
    if process.returncode != 0:
        raise _failure(process.returncode, text)
    return text


def _wait(
    process: subprocess.Popen[bytes], wall_seconds: int, on_tick: Callable[[], None]
) -> None:
    deadline = time.monotonic() + wall_seconds
    while True:
        try:
            process.wait(timeout=TICK_SECONDS)
        except subprocess.TimeoutExpired:
            if time.monotonic() > deadline:
                raise EncodingError(
                    Failure.TIMEOUT, f"stopped after {wall_seconds} s"
                ) from None
            on_tick()
        else:
            return


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _failure(returncode: int, text: str) -> EncodingError:
    detail = f"exit {returncode}: {text[-DETAIL_BYTES:].strip()}"
    if returncode in (-signal.SIGXCPU, CAUGHT_SIGNAL):
        return EncodingError(Failure.TIMEOUT, detail)
    starved = any(word in text.lower() for word in STARVED)
    # Nobody but the kernel, out of memory, kills it: our own kill raises before.
    if returncode in (-signal.SIGXFSZ, -signal.SIGKILL) or starved:
        return EncodingError(Failure.RESOURCES, detail)
    return EncodingError(Failure.ENCODER, detail)
