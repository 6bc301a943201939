"""What a request tells about where it comes from."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

from exams.domain.entry import Surroundings


def client_address(request: HttpRequest) -> str | None:
    """Return the address of the device; None where it can't be known.

    Behind our proxy the last entry of `X-Forwarded-For` is the peer the proxy saw;
    all entries before it are the client's own words. Without a proxy the header is
    worth nothing.
    """
    raw = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        raw = request.headers.get("X-Forwarded-For", "").rpartition(",")[2]
    try:
        address = ipaddress.ip_address(raw.strip())
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def surroundings_of(request: HttpRequest) -> Surroundings:
    """Return from where, and with which browser, somebody asks."""
    return Surroundings(
        address=client_address(request),
        url=request.build_absolute_uri(),
        config_key_hash=request.headers.get("X-SafeExamBrowser-ConfigKeyHash", ""),
        request_hash=request.headers.get("X-SafeExamBrowser-RequestHash", ""),
        user_agent=request.headers.get("User-Agent", ""),
    )
