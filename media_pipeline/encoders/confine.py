"""Run one command inside limits: `python -I -S confine.py '{"…"}' COMMAND …`.

A program of its own, and not a `preexec_fn`, because forking Python in a threaded web
server may dead-lock before the exec. It imports nothing of the project.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38


def _lower(kind: int, value: int, *, grace: int = 0) -> None:
    hard = resource.getrlimit(kind)[1]
    if hard == resource.RLIM_INFINITY:
        hard = value + grace
    hard = min(value + grace, hard)
    resource.setrlimit(kind, (min(value, hard), hard))


def main(arguments: list[str]) -> None:
    limits = json.loads(arguments[0])
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        # A killed worker must not leave an encoder behind that goes on writing.
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if os.getppid() != limits["parent"]:
            sys.exit(1)  # the parent died before the line above
        _lower(resource.RLIMIT_AS, limits["memory_bytes"])
    # The soft limit sends SIGXCPU, the hard one SIGKILL: only the first tells why.
    _lower(resource.RLIMIT_CPU, limits["cpu_seconds"], grace=5)
    _lower(resource.RLIMIT_FSIZE, limits["file_bytes"])
    _lower(resource.RLIMIT_CORE, 0)
    with contextlib.suppress(OSError):
        os.nice(limits["nice"])
    os.execv(arguments[1], arguments[1:])  # noqa: S606 -- no shell: the point of it


if __name__ == "__main__":
    main(sys.argv[1:])
