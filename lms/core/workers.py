"""Which process holds a lease, and whether it still lives."""

import os
import socket
from pathlib import Path

HOST_CHARACTERS = 40


def worker_identity() -> str:
    """Name this process so that a later one can tell whether it still lives."""
    pid = os.getpid()
    return f"{_host()}:{pid}:{_started(pid)}"


def is_dead(identity: str) -> bool:
    """Return whether `identity` is a process of this host that has ended.

    Of another host nothing is known: False, its lease has to run out.
    """
    host, _, rest = identity.partition(":")
    pid, _, started = rest.partition(":")
    if host != _host() or not pid.isdigit():
        return False
    return _started(int(pid)) != started


def _host() -> str:
    return socket.gethostname()[:HOST_CHARACTERS].replace(":", "-")


def _started(pid: int) -> str:
    """Return when a process began, "" if it is gone; process ids are used again."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return "" if Path("/proc").is_dir() else _alive(pid)
    state, *fields = stat.rpartition(")")[2].split()
    return "" if state == "Z" else fields[18]


def _alive(pid: int) -> str:
    """Without /proc only the process id can be asked for."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    return "running"
