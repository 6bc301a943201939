"""How many conversions one host runs at once.

A lock file per slot: the kernel frees it when its process dies, however it dies.
"""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings


@contextlib.contextmanager
def media_slot() -> Iterator[bool]:
    """Hold one of the host's MEDIA_TRANSCODE_CONCURRENCY slots; False if all are taken.

    It never waits: a waiting task would keep a worker process from exams and mail.
    """
    folder = Path(settings.DATA_DIR) / "work" / "slots"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(settings.MEDIA_TRANSCODE_CONCURRENCY):
        with (folder / f"media-{number}.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield True
            return
    yield False
