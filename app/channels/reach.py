"""Which addresses typed by a person this server may call; refuses its own network (ASVS 5.0, 1.3.6)."""

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit


class NotReachable(ValueError):
    """Not the address of a public server, or of none at all."""


def refuse_private(url: str) -> None:
    """Raises NotReachable unless the name leads to public addresses only; asks the name service."""
    parts = urlsplit(url)
    try:
        found = socket.getaddrinfo(parts.hostname or "", parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, ValueError) as error:
        raise NotReachable(parts.hostname or "") from error
    if not found or not all(ip_address(one[4][0]).is_global for one in found):
        raise NotReachable(parts.hostname or "")


def is_loopback(url: str) -> bool:
    """Whether an address is this machine's own: a proxy of the environment leads to the world, never here."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
