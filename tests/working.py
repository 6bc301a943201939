"""Real workers over a real broker on the test database, to be killed with -9."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lms.core.storage import private_storage
from tests.served import database_url

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 120
LOCAL = "django.core.files.storage.FileSystemStorage"


class WorkingSite:
    """A data directory with its workers; leaving it kills what still works.

    Attributes:
        home: the data directory; private files lie in `private`.
    """

    def __init__(self, home, settings, monkeypatch, *fields):
        """`fields` are file fields in private storage, read by the test itself."""
        self.home = home
        self._started = []
        home.mkdir()
        settings.DATA_DIR = home
        settings.STORAGES = settings.STORAGES | {
            alias: {"BACKEND": LOCAL, "OPTIONS": {"location": str(home / alias)}}
            for alias in ("private", "media")
        }
        for field in fields:
            monkeypatch.setattr(field, "storage", private_storage())

    def __enter__(self):
        return self

    def __exit__(self, *_reason):
        for process in self._started:
            self.kill(process)

    def start_worker(self, *, queues="default", concurrency=1):
        """Start a worker with beat; it finds by itself what waits."""
        environment = os.environ | {
            "LMS_DATA_DIR": str(self.home),
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "lms.settings",
            "LOG_LEVEL": "WARNING",
        }
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", "lms", "worker", "--beat"),
                *("--concurrency", str(concurrency), "--queues", queues),
                *("--loglevel", "WARNING", "--without-gossip", "--without-mingle"),
            ],
            cwd=ROOT,
            env=environment,
            stdout=(self.home / "worker.log").open("ab"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def kill(self, process):
        """`kill -9` a worker with all its children."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def wait_for(self, condition, what, *, seconds=PATIENCE_SECONDS):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if condition():
                return
            time.sleep(0.05)
        log = (self.home / "worker.log").read_text()[-3000:]
        pytest.fail(f"Waited in vain for {what}:\n{log}")
