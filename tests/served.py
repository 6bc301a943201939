"""The real server for tests: gunicorn with several processes on the test database."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Served:
    """A running server and the process that keeps its workers alive."""

    host: str
    port: int
    master: int

    @property
    def workers(self) -> list[int]:
        """Return the processes that answer now."""
        children = Path(f"/proc/{self.master}/task/{self.master}/children")
        return [int(pid) for pid in children.read_text().split()]

    def kill_worker(self, index: int) -> None:
        """`kill -9` one of them in the middle of its work."""
        with contextlib.suppress(ProcessLookupError, IndexError, OSError):
            workers = self.workers
            os.kill(workers[index % len(workers)], signal.SIGKILL)


def database_url() -> str:
    """Name the database of the running test the way an operator would."""
    row = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{row['NAME']}"
    login = f"{row['USER']}:{row['PASSWORD']}".rstrip(":")
    return f"postgres://{login}@{row['HOST']}:{row['PORT'] or 5432}/{row['NAME']}"


@contextlib.contextmanager
def serving(
    *, workers: int, threads: int, settings_module: str = "lms.settings"
) -> Iterator[Served]:
    """Start the server of the deployment guide on a free port; stop it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = Path(settings.DATA_DIR) / f"gunicorn-{port}.log"
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": settings_module,
        "LMS_DATA_DIR": str(settings.DATA_DIR),
        "SECRET_KEY": settings.SECRET_KEY,
        "SITE_URL": f"http://127.0.0.1:{port}",
        "LOG_LEVEL": "ERROR",
    }
    command = [
        *(sys.executable, "-m", "gunicorn", "lms.wsgi"),
        *("--workers", str(workers), "--threads", str(threads)),
        # Loaded once and forked: a killed worker is back at once.
        *("--preload", "--bind", f"127.0.0.1:{port}", "--log-level", "error"),
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait(process, port, log)
        yield Served("127.0.0.1", port, process.pid)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(15)


def _wait(process: subprocess.Popen, port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=5)
            return
        time.sleep(0.2)
    raise RuntimeError(f"The server did not start:\n{log.read_text()[-3000:]}")
