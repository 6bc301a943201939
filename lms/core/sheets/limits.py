"""What the process that parses a stranger's file may use. No Django here."""

import resource

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 60


def limit_resources() -> None:
    """Give up memory, time and files before the first byte is parsed."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
