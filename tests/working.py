"""Real workers over a real broker on the test database, to be killed with -9."""

from lms.core.storage import private_storage
from tests import worker

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
        process = worker.start_worker(self.home, queues=queues, concurrency=concurrency)
        self._started.append(process)
        return process

    def kill(self, process):
        """`kill -9` a worker with all its children."""
        worker.kill(process)

    def wait_for(self, condition, what, *, seconds=worker.PATIENCE_SECONDS):
        worker.wait_for(condition, what, self.home, seconds=seconds)
