"""The demo, started as a visitor finds it: real server, worker and content."""

import contextlib
import json
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
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_PATIENCE_SECONDS = 400


@dataclass(frozen=True)
class Site:
    url: str
    data_dir: Path
    environment: dict[str, str]

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one management command against the running site's data."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def build_world(self, folder: Path) -> dict[str, Any]:
        """Make the states that the demo does not bring: see `tests.e2e.world`."""
        code = f"from tests.e2e.world import build; build({str(folder)!r})"
        answer = self.manage("shell", "-v0", "-c", code)
        lines = [x for x in answer.stdout.splitlines() if x.startswith("WORLD")]
        if not lines:
            raise RuntimeError(answer.stderr[-4000:])
        made: dict[str, Any] = json.loads(lines[0].removeprefix("WORLD"))
        return made | {"url": self.url, "folder": folder}


def running_site(url: str, data_dir: Path) -> Site:
    """Name a demo that runs already."""
    environment = os.environ | {
        "LMS_DATA_DIR": str(data_dir),
        "SITE_URL": url,
        "DJANGO_SETTINGS_MODULE": "lms.settings",
    }
    return Site(url=url, data_dir=data_dir, environment=environment)


@contextlib.contextmanager
def served_site(data_dir: Path, *, database_url: str = "") -> Iterator[Site]:
    """Serve the demo content on a free port until the block ends.

    Raises:
        RuntimeError: it did not start; with the end of its log.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "LMS_DATA_DIR": str(data_dir),
        "PORT": str(port),
        "SITE_URL": url,
        "DJANGO_SETTINGS_MODULE": "lms.settings",
        "EMAIL_URL": f"filemail:///{data_dir}/mail",
        "LOG_LEVEL": "WARNING",
    }
    environment.pop("DATABASE_URL", None)
    if database_url:
        environment["DATABASE_URL"] = database_url
    with (data_dir / "demo.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run_demo"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_until_ready(process, url, data_dir / "demo.log")
            yield Site(url=url, data_dir=data_dir, environment=environment)
        finally:
            stop(process)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{url}/health/ready", timeout=2)
            return
        time.sleep(0.5)
    raise RuntimeError(f"The demo did not start:\n{log.read_text()[-4000:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(15)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
