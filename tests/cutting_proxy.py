"""A TCP proxy that cuts requests off: before, within or after the work is done."""

import asyncio
from collections import Counter
from random import Random

LIMIT = 2**20


class CuttingProxy:
    """Stands before the server; one request a connection.

    Attributes:
        share: how many of the requests are cut, 0 to 1.
        cuts: how many were cut where.
    """

    def __init__(self, *, host: str, port: int, share: float, seed: int) -> None:
        self.upstream = (host, port)
        self.share = share
        self.rng = Random(seed)
        self.cuts: Counter[str] = Counter()
        self.port = 0

    async def __aenter__(self) -> "CuttingProxy":
        self.server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, limit=LIMIT
        )
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_error: object) -> None:
        self.server.close()

    def _choose(self) -> str:
        if self.rng.random() >= self.share:
            return "whole"
        return self.rng.choice(("half a request", "no answer", "half an answer"))

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        fate = self._choose()
        self.cuts[fate] += 1
        try:
            await self._relay(reader, writer, fate)
        except (OSError, asyncio.IncompleteReadError):
            self.cuts["died with a worker"] += 1
        finally:
            if fate == "whole":
                writer.close()
            else:
                writer.transport.abort()

    async def _relay(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fate: str
    ) -> None:
        request = await read_message(reader)
        upstream_reader, upstream = await asyncio.open_connection(
            *self.upstream, limit=LIMIT
        )
        try:
            sent = request[: len(request) // 2] if fate == "half a request" else request
            upstream.write(sent)
            await upstream.drain()
            if fate == "half a request":
                return
            answer = await upstream_reader.read(-1)
            if fate == "no answer":
                return
            writer.write(
                answer[: len(answer) // 2] if fate == "half an answer" else answer
            )
            await writer.drain()
        finally:
            upstream.transport.abort()


async def read_message(reader: asyncio.StreamReader) -> bytes:
    """Read head and body of one HTTP message whose length is given."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        name, _colon, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    return head + (await reader.readexactly(length) if length else b"")
