"""A real worker with beat, over a real broker, on the database of the test."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from tests.served import database_url

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 120
TICKS = os.sysconf("SC_CLK_TCK")


def environment_of(data_dir):
    """Return what makes a process of the project work on the test's own rows."""
    return os.environ | {
        "LMS_DATA_DIR": str(data_dir),
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "lms.settings",
        "FIELD_ENCRYPTION_KEYS": settings.FIELD_ENCRYPTION_KEYS,
        "LOG_LEVEL": "WARNING",
    }


def start_worker(data_dir, *, queues="default", concurrency=2):
    """Start a worker whose log is `worker.log` in its data directory."""
    with (data_dir / "worker.log").open("ab") as log:
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", "lms", "worker", "--beat"),
                *("--concurrency", str(concurrency), "--queues", queues),
                *("--loglevel", "WARNING", "--without-gossip", "--without-mingle"),
            ],
            cwd=ROOT,
            env=environment_of(data_dir),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def kill(process):
    """End a worker and its children at once, as `kill -9` does."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def call_task(data_dir, name, *, queue="default"):
    """Send a task as beat does when its time has come."""
    subprocess.run(
        [
            *(sys.executable, "-m", "celery", "-A", "lms"),
            *("call", name, "--queue", queue),
        ],
        cwd=ROOT,
        env=environment_of(data_dir),
        check=True,
        capture_output=True,
    )


def processor_seconds(process):
    """Return what a worker and its children have used so far."""
    total = 0
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == process.pid:
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def wait_for(condition, what, data_dir, *, seconds=PATIENCE_SECONDS):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.02)
    log = (data_dir / "worker.log").read_text()[-3000:]
    pytest.fail(f"Waited in vain for {what}:\n{log}")
