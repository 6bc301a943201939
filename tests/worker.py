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

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 120


def start_worker(data_dir, *, queues="default"):
    """Start a worker whose log is `worker.log` in its data directory."""
    environment = os.environ | {
        "LMS_DATA_DIR": str(data_dir),
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "lms.settings",
        "LOG_LEVEL": "WARNING",
    }
    with (data_dir / "worker.log").open("ab") as log:
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", "lms", "worker", "--beat"),
                *("--concurrency", "2", "--queues", queues),
                *("--loglevel", "WARNING", "--without-gossip", "--without-mingle"),
            ],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def kill(process):
    """End a worker and its children at once, as `kill -9` does."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def database_url():
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{database['NAME']}"
    host = f"{database['HOST']}:{database['PORT'] or 5432}"
    return f"postgres://{database['USER']}:{database['PASSWORD']}@{host}/{database['NAME']}"


def wait_for(condition, what, data_dir):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.02)
    log = (data_dir / "worker.log").read_text()[-3000:]
    pytest.fail(f"Waited in vain for {what}:\n{log}")
