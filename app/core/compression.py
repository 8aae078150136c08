"""Compresses answers worth it: brotli where the browser takes it, else gzip. Leaves what is already encoded.

Pages with a person's CSRF token are compressed too. BREACH (CVE-2013-3587) needs the attacker's text beside
the secret in one answer, in requests that another site sends with the victim's cookie. The session cookie is
SameSite=Lax, and such pages echo no parameter of a navigation but `ok`, which only chooses a sentence.
"""

import gzip
import re

import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

WORTH_IT = 500  # bytes
_TYPES = re.compile(
    r"text/|application/(?:[\w.+-]*\+)?(?:json|xml)|application/javascript|application/ld\+json|image/svg\+xml"
)


def chosen(accept_encoding: str) -> str | None:
    """`br`, `gzip` or None, as the Accept-Encoding header allows (RFC 9110, 12.5.3)."""
    weights: dict[str, float] = {}
    for part in accept_encoding.lower().split(",")[:20]:
        name, _, parameter = part.strip().partition(";")
        found = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", parameter)
        weights[name.strip()] = float(found[1]) if found else 1.0
    for name in ("br", "gzip"):
        if weights.get(name, weights.get("*", 0.0)) > 0:
            return name
    return None


def compress(body: bytes, encoding: str) -> bytes:
    """The body in an encoding, at a cost that suits an answer made on the spot."""
    if encoding == "br":
        return bytes(brotli.compress(body, quality=5, mode=brotli.MODE_TEXT))
    return gzip.compress(body, compresslevel=6, mtime=0)


class Compression:
    """Holds one answer back until it is whole, then sends it compressed; streams pass as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        encoding = chosen(Headers(scope=scope).get("accept-encoding", ""))
        await self.app(scope, receive, _Held(send, encoding))


class _Held:
    def __init__(self, send: Send, encoding: str | None) -> None:
        self.send = send
        self.encoding = encoding
        self.start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _suits(message):
            MutableHeaders(scope=message).add_vary_header("Accept-Encoding")
            if self.encoding is not None:
                self.start = message
                return
        elif self.start is not None and message["type"] == "http.response.body":
            start, self.start = self.start, None
            body = message.get("body", b"")
            if not message.get("more_body", False) and len(body) >= WORTH_IT and self.encoding:
                headers = MutableHeaders(scope=start)
                message = {**message, "body": compress(body, self.encoding)}
                headers["content-encoding"] = self.encoding
                headers["content-length"] = str(len(message["body"]))
                if etag := headers.get("etag"):
                    headers["etag"] = etag if etag.startswith("W/") else f"W/{etag}"
            await self.send(start)
        await self.send(message)


def _suits(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return (
        start["status"] not in (204, 304)
        and "content-encoding" not in headers
        and _TYPES.match(headers.get("content-type", "")) is not None
    )
