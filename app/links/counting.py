"""Counts looks at public pages beside the requests, never in them: taken in memory, written every second at once.

A page waits for none of it. What a process that is killed had not written is lost: a second's looks at most.
Refuses to hold more than `MOST`: while the database is away, the oldest looks go first.
"""

import threading
from collections import deque
from urllib.parse import parse_qs, urlsplit

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core import clock
from app.core.db import transaction
from app.core.edge import route_of
from app.core.pages import CODE_SHAPE
from app.core.settings import get_settings
from app.core.templating import VIA
from app.links.noting import Look, note
from app.links.rules import Place
from app.links.sorting import split
from app.people.access import cookie_name

log = structlog.get_logger("links")

EVERY = 1.0  # seconds
MOST = 50_000
AT_ONCE = 2000  # looks in one transaction, so that others wait for it a few milliseconds only
_LONGEST = 512  # of a header: what is longer tells nothing more
_CAMPAIGN = "/c/{slug}"
SHORT = "/r/{code}"

# Pages of others' screens, and parts of pages: nobody comes to see them.
_NO_PAGE = ("/widget", "/overlay", "/wall", "/state", "/stream", "/pulse")
_PLACES = {
    "": Place.CAMPAIGN,
    "days": Place.DAY,
    "donate": Place.DONATE,
    "voices": Place.VOICES,
    "impact": Place.IMPACT,
    "sources": Place.SOURCES,
}


def place_of(route: str) -> Place | None:
    """Which place a route shows; None when it is no page of a campaign that people come to."""
    if not route.startswith(_CAMPAIGN) or any(part in route for part in _NO_PAGE):
        return None
    return _PLACES.get(route.removeprefix(_CAMPAIGN).strip("/").split("/")[0], Place.OTHER)


class Counter:
    """The looks of one process that are not written yet, and the thread that writes them."""

    def __init__(self, *, every: float = EVERY, counts: bool = True) -> None:
        self.every, self.counts = every, counts
        self._looks: deque[Look] = deque(maxlen=MOST)
        self._writing = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._lost = False  # said once in the log, not every second

    def add(self, look: Look) -> None:
        """Take a look; costs a request an append."""
        if self.counts:
            self._looks.append(look)

    def start(self) -> None:
        """Begin to write every second, unless this instance counts nothing."""
        if not self.counts:
            return
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="visits", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what is left, and end."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=10)
        self._try()

    def flush(self) -> int:
        """Write what was taken; returns how many looks. What cannot be written is kept for the next time."""
        written = 0
        with self._writing:
            while self._looks:
                part = [self._looks.popleft() for _ in range(min(AT_ONCE, len(self._looks)))]
                try:
                    with transaction() as session:
                        note(session, part)
                except Exception:
                    self._looks.extendleft(reversed(part[-(MOST - len(self._looks)) :]))
                    raise
                written += len(part)
        return written

    def _run(self) -> None:
        while not self._stopping.wait(self.every):
            self._try()

    def _try(self) -> None:
        try:
            self.flush()
            self._lost = False
        except SQLAlchemyError as error:
            if not self._lost:
                log.warning("visits cannot be written: trying again every second", error=type(error).__name__)
            self._lost = True


class Watch:
    """Takes a look where a public page was answered with success, once the answer is on its way."""

    def __init__(self, app: ASGIApp, counter: Counter) -> None:
        self.app, self.counter = app, counter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(("/c/", "/r/")):
            await self.app(scope, receive, send)
            return
        shown = False

        async def send_and_see(message: Message) -> None:
            nonlocal shown
            if message["type"] == "http.response.start":
                shown = _is_page(scope, message)
            await send(message)

        await self.app(scope, receive, send_and_see)
        if shown and (look := look_of(scope)) is not None:
            self.counter.add(look)


def _is_page(scope: Scope, message: Message) -> bool:
    """A whole page in answer to GET. Of a short link only HEAD: whoever follows it is counted where it leads."""
    status, method = message["status"], scope["method"]
    if route_of(scope) == SHORT:
        return bool(method == "HEAD" and status == 302)
    if method != "GET" or status != 200:
        return False
    headers = Headers(raw=message["headers"])
    return headers.get("content-type", "").startswith("text/html")


def look_of(scope: Scope) -> Look | None:
    """What there is to count of a request that was answered; None for members of the team and parts of a page."""
    headers = Headers(scope=scope)
    if headers.get("hx-request") or f"{cookie_name()}=" in headers.get("cookie", ""):
        return None
    route = route_of(scope)
    short = route == SHORT
    place = place_of(route)
    if place is None and not short:
        return None
    query = parse_qs(scope["query_string"].decode("latin-1")[:2000])
    params = scope.get("path_params", {})
    code = params.get("code", "") if short else query.get(VIA, [""])[-1]
    referrer = headers.get("referer", "")[:_LONGEST]
    return Look(
        at=clock.now(),
        slug="" if short else params.get("slug", ""),
        place=place,
        code=code if CODE_SHAPE.fullmatch(code) else "",
        address=scope["client"][0] if scope.get("client") else "",
        agent=headers.get("user-agent", "")[:_LONGEST],
        referrer=referrer,
        utm_source=query.get("utm_source", [""])[-1][:40],
        language=scope.get("state", {}).get("language", ""),
        ahead=scope["method"] == "HEAD" or _is_ahead(headers),
        inside=_is_inside(referrer, headers.get("host", "")),
    )


def _is_ahead(headers: Headers) -> bool:
    """Whether a browser or an app reads the page in case somebody opens it (Fetch, `Sec-Purpose`)."""
    told = (headers.get(name, "") for name in ("sec-purpose", "purpose", "x-purpose", "x-moz"))
    return any(word in one.lower() for one in told for word in ("prefetch", "prerender", "preview"))


def _is_inside(referrer: str, host: str) -> bool:
    """Whether the page before is one of ours, under the name we go by or the one that was asked."""
    _, before = split(referrer)
    return bool(before) and before in (host, urlsplit(get_settings().base_url).netloc)
