"""Outgoing HTTP that can't be turned against the house (decision 19).

The name is resolved once and the connection goes to exactly that address. Private,
local and reserved addresses are refused unless the operator names the host. Nothing
follows a redirect: an answer that sends elsewhere is an answer like any other.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

PORTS = {"https": 443, "http": 80}
MAX_BYTES = 1024 * 1024


class OutgoingRefused(ValueError):
    """The address may not be called; the setting has to be corrected."""


class OutgoingFailed(OSError):
    """Nobody answered, or not in time, or with more than we read."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


def send(
    *,
    method: str,
    url: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    timeout: float = 10.0,
    max_bytes: int = MAX_BYTES,
) -> Answer:
    """Send one request and return its answer, of whatever status.

    `timeout` is in seconds, for connecting and for each read; an answer of more than
    `max_bytes` fails.

    Raises:
        OutgoingRefused: see `allowed_address`.
        OutgoingFailed: network, TLS, time, or an answer that is too long.
    """
    parts = urlsplit(url)
    host, port = _target(url)
    address = allowed_address(host, port)
    path = parts.path or "/"
    target = f"{path}?{parts.query}" if parts.query else path
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        plain = socket.create_connection((address, port), timeout=timeout)
        connection.sock = (
            ssl.create_default_context().wrap_socket(plain, server_hostname=host)
            if parts.scheme == "https"
            else plain
        )
        connection.request(method, target, body=body, headers=dict(headers or {}))
        response = connection.getresponse()
        read = response.read(max_bytes + 1)
    except (OSError, http.client.HTTPException) as error:
        raise OutgoingFailed(f"{type(error).__name__}: {error}") from error
    finally:
        connection.close()
    if len(read) > max_bytes:
        raise OutgoingFailed("the answer is too long")
    return Answer(response.status, read)


def _target(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or parts.username:
        raise OutgoingRefused("an address has to be https://host/path")
    if parts.scheme == "http" and not _is_named(parts.hostname):
        raise OutgoingRefused("http without TLS only to hosts that are named")
    try:
        return parts.hostname, parts.port or PORTS[parts.scheme]
    except ValueError as error:
        raise OutgoingRefused("the port is not a number") from error


def _is_named(host: str) -> bool:
    return host in settings.OUTGOING_PRIVATE_HOSTS


def allowed_address(host: str, port: int) -> str:
    """Resolve a host once and return the address to connect to.

    Raises:
        OutgoingRefused: one of its addresses is not a public one, and the host does
            not stand in `OUTGOING_PRIVATE_HOSTS`.
        OutgoingFailed: there is no such host.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise OutgoingFailed(f"{host} is not known") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not _is_named(host) and not all(map(_is_public, addresses)):
        raise OutgoingRefused(f"{host} leads into a private network")
    return addresses[0]


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(ip, "ipv4_mapped", None) or ip
    return bool(inner.is_global and not inner.is_multicast)
