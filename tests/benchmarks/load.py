"""A load generator in a process of its own: `python -m tests.benchmarks.load`.

Reads one JSON document from standard input: `port`, `concurrency` and `queues`, a list
of lists of `[method, path, headers, body]`. Each queue is sent in order on a kept
connection; as many queues as `concurrency` run at once. Writes statuses, the seconds
it took and the seconds of processor time it used itself.
"""

import asyncio
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

Request = list[Any]
HEAD_LIMIT = 2**20


def encode(request: Request) -> bytes:
    """Return the bytes of one request."""
    method, path, headers, body = request
    payload = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if payload:
        lines.append("Content-Type: application/json")
    lines.append(f"Content-Length: {len(payload)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + payload


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """Return the status, and whether the connection stays open."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
    await reader.readexactly(length)
    return int(head[9:12]), b"connection: close" not in head


async def work(port: int, queues: Iterator[list[bytes]], statuses: Counter) -> None:
    """Send queue after queue; a connection that was closed is opened again."""
    reader = writer = None
    for queue in queues:
        for request in queue:
            if writer is None:
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1", port, limit=HEAD_LIMIT
                )
            writer.write(request)
            status, is_kept = await read_answer(reader)
            statuses[status] += 1
            if not is_kept:
                writer.close()
                writer = None
    if writer is not None:
        writer.close()


async def run(port: int, concurrency: int, queues: list[list[bytes]]) -> Counter:
    """Send everything; return how often each status came."""
    statuses: Counter = Counter()
    waiting = iter(queues)
    await asyncio.gather(*(work(port, waiting, statuses) for _n in range(concurrency)))
    return statuses


def main() -> None:
    """Read the order, carry it out, write the figures."""
    order = json.load(sys.stdin)
    queues = [[encode(request) for request in queue] for queue in order["queues"]]
    used = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    statuses = asyncio.run(run(order["port"], order["concurrency"], queues))
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    own = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    figures = {"statuses": statuses, "seconds": seconds, "own_seconds": own}
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    main()
