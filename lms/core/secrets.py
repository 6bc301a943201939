"""Secrets that are generated into the data directory when no one gave them.

Used by the settings, so nothing here may import Django.
"""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path


def read_or_create_secret(path: Path, generate: Callable[[], str]) -> str:
    """Return the secret kept in `path`, creating it once (mode 0600).

    Two processes that start together agree on one value: the loser of the exclusive
    hard link reads what the winner wrote.
    """
    if path.exists():
        return path.read_text(encoding="utf-8").strip()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(generate())
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
    return path.read_text(encoding="utf-8").strip()
