"""A real worker for certificates over a real broker, on the test's own database."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from tests.media_pipeline.test_killed_worker import database_url, kill

ROOT = Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")


class RealWorker:
    """A worker with two processes and beat; its files lie below `home`."""

    def __init__(self, home: Path) -> None:
        self.environment = os.environ | {
            "LMS_DATA_DIR": str(home),
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "lms.settings",
            "FIELD_ENCRYPTION_KEYS": settings.FIELD_ENCRYPTION_KEYS,
            "LOG_LEVEL": "WARNING",
        }
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", "lms", "worker", "--beat"),
                *("--concurrency", "2", "--queues", "certificates"),
                *("--loglevel", "WARNING", "--without-gossip", "--without-mingle"),
            ],
            cwd=ROOT, env=self.environment, stdout=(home / "worker.log").open("ab"),
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip

    def sweep(self) -> None:
        """Send what beat sends every minute: it finds batches without a worker."""
        sweep = ("certificates.sweep_batches", "--queue", "certificates")
        subprocess.run(
            [sys.executable, "-m", "celery", "-A", "lms", "call", *sweep],
            cwd=ROOT, env=self.environment, check=True, capture_output=True,
        )  # fmt: skip

    def processor_seconds(self) -> float:
        """Return what all its processes have used so far."""
        total = 0
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = entry.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == self.process.pid:
                total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def kill(self) -> None:
        kill(self.process)
