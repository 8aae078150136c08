"""Asks platforms over HTTP: tells what never left from what may have arrived; refuses redirects and inner addresses.

A connection that was not made has changed nothing. Once a request left, only an answer tells what became of it.
"""

import ipaddress
import json
import logging
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx

from app.channels.tries import MayBePublic, NotPublic, SaidNo
from app.core import clock
from app.core.settings import get_settings

# Its lines hold whole addresses, and Telegram's hold the token.
logging.getLogger("httpx").setLevel(logging.WARNING)

TIMEOUT = httpx.Timeout(30, connect=10)  # seconds
LARGEST_ANSWER = 1_000_000  # bytes: what a platform tells of one post is far less
LONGEST_READING = timedelta(minutes=1)
LONGEST_WAIT = timedelta(days=1)

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


@dataclass(frozen=True)
class Answer:
    """What a platform answered: `body` is its JSON object, empty when there was none."""

    status: int
    body: Mapping[str, Any]
    text: str
    headers: Mapping[str, str]

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def retry_after(self) -> timedelta | None:
        return wait_of(self.headers)


def ask(method: str, address: str, *, publishes: bool = False, **options: Any) -> Answer:
    """One request. `publishes` says that its success makes something public.

    Raises NotPublic when it changed nothing for certain, MayBePublic when it may have published.
    """
    transport = {"timeout": options.pop("timeout", TIMEOUT), "trust_env": options.pop("trust_env", True)}
    lost = MayBePublic if publishes else NotPublic
    try:
        with (
            httpx.Client(follow_redirects=False, verify=_tls(), **transport) as client,
            client.stream(method, address, **options) as response,
        ):
            return _answer(response)
    except _NEVER_LEFT as error:
        problem: Exception = NotPublic(f"could not be reached ({type(error).__name__})")
    except (httpx.HTTPError, httpx.StreamError) as error:
        problem = lost(f"the connection broke off ({type(error).__name__})")
    except httpx.InvalidURL:
        problem = SaidNo("the address is not one")
    raise problem  # outside the handlers: httpx's own errors carry the request and its address


def settle_status(answer: Answer, said: str, *, publishes: bool = False) -> None:
    """What a status tells on every platform: too many requests, or a server's own trouble.

    Raises NotPublic or MayBePublic; returns for anything else.
    """
    if answer.status in (408, 425, 429):
        raise NotPublic(said or f"status {answer.status}", answer.retry_after)
    if answer.status >= 500:
        detail = said or f"status {answer.status}"
        if publishes:
            raise MayBePublic(detail)
        raise NotPublic(detail, answer.retry_after)


def wait_of(headers: Mapping[str, str]) -> timedelta | None:
    """How long a platform asks to wait (RFC 9110, 10.2.3): seconds or a date. None when it does not say."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        wait = (
            timedelta(seconds=int(value)) if value.isdigit() else parsedate_to_datetime(value) - clock.now()
        )
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(wait, timedelta(0)), LONGEST_WAIT)


def reachable(address: str) -> str:
    """The IP address to connect to for a web address that somebody typed.

    Every address its name resolves to must be public (OWASP SSRF Prevention Cheat Sheet); on a developer's
    machine loopback is too. Raises SaidNo, or NotPublic when the name cannot be resolved now.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SaidNo("the address is not a web address")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = [str(one[4][0]) for one in socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)]
    except OSError:
        found = []
    if not found:
        raise NotPublic("the name of the server cannot be resolved")
    if not all(_allowed(one) for one in found):
        raise SaidNo("the address leads into a private network")
    return found[0]


def _allowed(found: str) -> bool:
    ip = ipaddress.ip_address(found.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    ip = mapped or ip  # ::ffff:10.0.0.1 is 10.0.0.1
    settings = get_settings()
    if settings.private_addresses or (settings.development and ip.is_loopback):
        return True
    return ip.is_global and not ip.is_multicast and ip not in _NAT64


_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # would carry an inner IPv4 address past the check


def _answer(response: httpx.Response) -> Answer:
    data, until = b"", clock.now() + LONGEST_READING
    for chunk in response.iter_bytes():
        data += chunk
        if len(data) > LARGEST_ANSWER:
            break
        if clock.now() > until:  # a server that answers drop by drop must not hold us
            raise httpx.ReadTimeout("the answer does not end")
    text = data.decode(response.encoding or "utf-8", "replace")
    try:
        body = json.loads(text)
    except ValueError:
        body = {}
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, body if isinstance(body, dict) else {}, text, headers)


@cache
def _tls() -> ssl.SSLContext:
    """Made once: reading the trusted certificates takes longer than most requests."""
    return httpx.create_ssl_context()
