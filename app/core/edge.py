"""The edge of the server: request id, language, headers, size limits, cross-site defence, last resort."""

import re
import time
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs, urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core import metrics
from app.core.deps import SAFE_METHODS
from app.core.errors import DomainError, Forbidden, NotFound
from app.core.i18n import LANGUAGES, mark, negotiate
from app.core.ids import new_pid
from app.core.settings import Settings

log = structlog.get_logger("edge")

# Called by machines that prove themselves by signature or key, never by an ambient cookie.
# `/follow/stop/` ends letters at one click (RFC 8058): the address itself is what proves the right to.
CSRF_EXEMPT = ("/sandbox/stripe/v1/", "/sandbox/webhook", "/follow/stop/")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET = frozenset({"/healthz", "/readyz", "/metrics", "/assets/{digest}/{name:path}"})
UPLOADS = "multipart/form-data"
STREAM = "text/event-stream"
SMALL_BODY = 1024 * 1024

ErrorPage = Callable[[Request, Exception], Awaitable[Response]]


class BodyTooLarge(DomainError):
    status = 413

    def __init__(self) -> None:
        super().__init__(mark("This is too large to be received. Choose a smaller file."))


def security_headers(settings: Settings) -> dict[str, str]:
    """The headers of every answer. `form-action` names Stripe: a form post is redirected there."""
    form_targets = ["'self'", "https://checkout.stripe.com"]
    if settings.stripe_api_base:
        parts = urlsplit(settings.stripe_api_base)
        form_targets.append(f"{parts.scheme}://{parts.netloc}")
    policy = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        f"form-action {' '.join(form_targets)}",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    ]
    headers = {
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "strict-origin-when-cross-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=()",
    }
    if settings.https:
        policy.append("upgrade-insecure-requests")
        headers["strict-transport-security"] = "max-age=63072000; includeSubDomains"
    return {"content-security-policy": "; ".join(policy), **headers}


class Edge:
    """One pure ASGI layer around the app (several BaseHTTPMiddleware cost six times more)."""

    def __init__(self, app: ASGIApp, settings: Settings, error_page: ErrorPage) -> None:
        self.app = app
        self.settings = settings
        self.error_page = error_page
        self.headers = security_headers(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_headers = Headers(scope=scope)
        request_id = _request_id(request_headers)
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        state["language"], state["language_asked"] = _language(scope, request_headers)
        status, began, lasts = 0, time.perf_counter(), 0.0

        async def send_with_headers(message: Message) -> None:
            nonlocal status, lasts
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith(STREAM):
                    lasts = time.perf_counter() - began  # a stream is as quick as its first byte
                framed = "frame-ancestors *" in headers.get("content-security-policy", "")
                for name, value in self.headers.items():
                    if not (framed and name == "x-frame-options"):  # it would refuse what the policy allows
                        headers.setdefault(name, value)
                headers["x-request-id"] = request_id
            await send(message)

        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            _refuse_nul(scope)
            self._refuse_cross_site(scope, request_headers)
            limit = self._body_limit(request_headers)
            await self.app(scope, _limited(receive, limit), send_with_headers)
        except Exception as error:
            if status:
                raise
            if not isinstance(error, DomainError):
                log.exception("unhandled error", route=route_of(scope))
            response = await self.error_page(Request(scope), error)
            await response(scope, receive, send_with_headers)
        finally:
            _note(scope, status, lasts or time.perf_counter() - began)

    def _body_limit(self, headers: Headers) -> int:
        """How many bytes the body may have; raises BodyTooLarge when it announces more."""
        limit = SMALL_BODY
        if headers.get("content-type", "").startswith(UPLOADS):
            limit += self.settings.upload_limit_mb * 1024 * 1024
        announced = headers.get("content-length", "0")
        if not announced.isdigit() or int(announced) > limit:
            raise BodyTooLarge
        return limit

    def _refuse_cross_site(self, scope: Scope, headers: Headers) -> None:
        """Unsafe requests must come from our own pages: Sec-Fetch-Site, else Origin, must say so."""
        if scope["method"] in SAFE_METHODS or scope["path"].startswith(CSRF_EXEMPT):
            return
        site = headers.get("sec-fetch-site")
        if site is not None:
            if site == "same-origin":
                return
        elif (origin := headers.get("origin")) is not None and origin in {
            self.settings.base_url,
            f"{scope['scheme']}://{headers.get('host', '')}",
        }:
            return
        raise Forbidden(mark("This form was sent from another site. Open the page here and send it again."))


def route_of(scope: Scope) -> str:
    """The template of the path, e.g. `/brief/{token}`: a path itself may hold a secret."""
    return str(getattr(scope.get("route"), "path", "none"))


def _note(scope: Scope, status: int, seconds: float) -> None:
    """The request's line in the log and its figures; health probes are counted and not written."""
    route = route_of(scope)
    method = scope["method"] if scope["method"] in _METHODS else "OTHER"
    metrics.observe(method, route, status, seconds)
    if route not in _QUIET:
        log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


def _refuse_nul(scope: Scope) -> None:
    """No page has a NUL in its address; PostgreSQL would refuse to be asked for one."""
    if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
        raise NotFound


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if re.fullmatch(r"[A-Za-z0-9-]{8,64}", given) else new_pid()


def _language(scope: Scope, headers: Headers) -> tuple[str, bool]:
    """The language of the request and whether the person asked for it by `?lang=`."""
    if b"lang=" in scope["query_string"]:
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])[-1]
        if asked in LANGUAGES:
            return asked, True
    return negotiate(headers.get("accept-language", "")), False


def _limited(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > limit:
                raise BodyTooLarge
        return message

    return counted
