"""The addresses where Stripe tells its news: a signed event is kept, then answered; anything else is refused.

It stands before everything else of the server. A notification is no page: it has no language, no cookie and no
form, nothing of it may stand in a log, and in a burst it must cost nobody's place. Stripe proves itself by its
signature over the raw body, so other sites' forms need no defence of their own here.
"""

import time

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core import clock, metrics
from app.core.db import reading
from app.donations import tracing
from app.donations.service import doors, inbox
from app.donations.service.together import afterwards, together
from app.payments.base import BadSignature
from app.payments.door import WEBHOOK_PATH, Door, door
from app.people import queries as people

log = structlog.get_logger("donations")

LARGEST = 1024 * 1024  # bytes; Stripe's events are a few thousand
_OWN = f"{WEBHOOK_PATH}/"
_HEADERS = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]
_WORDS = {
    200: b"kept",
    400: b"refused",
    404: b"not found",
    405: b"post only",
    413: b"too large",
    500: b"not kept",
}


class Letterbox:
    """Answers at the webhook's addresses and lets everything else pass."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(WEBHOOK_PATH):
            await self.app(scope, receive, send)
            return
        began, own = time.perf_counter(), scope["path"].removeprefix(_OWN)
        shared = own == WEBHOOK_PATH
        status, new = 404, False
        if shared or (own != scope["path"] and "/" not in own):
            try:
                status, new = await _told(scope, receive, None if shared else own)
            except Exception:
                log.exception("a notification was not kept")
                status = 500  # Stripe sends it again
        await _answer(send, status)
        route = WEBHOOK_PATH if shared else f"{_OWN}{{pid}}"
        metrics.observe("POST", route, status, time.perf_counter() - began)
        if new and afterwards.told():
            await run_in_threadpool(afterwards.act)


async def _told(scope: Scope, receive: Receive, organisation: str | None) -> tuple[int, bool]:
    """What to answer, and whether something new waits to be acted on."""
    if scope["method"] != "POST":
        return 405, False
    body = await _body(receive)
    if body is None:
        return 413, False
    entrance = door() if organisation is None else await run_in_threadpool(_own_door, organisation)
    # Whoever knows that the secret is empty could sign: such an address does not exist.
    if entrance is None or not any(secret.strip() for secret in entrance.webhook_secrets):
        return 404, False
    try:
        event = entrance.gateway.read_event(body, _signature(scope), entrance.webhook_secrets, clock.now())
        return 200, await together.keep(event, entrance.gateway)
    except (BadSignature, inbox.WrongMode):
        return 400, False


def _own_door(pid: str) -> Door | None:
    """The account of an organisation's own; the address is the organisation's and stays when keys change."""
    with reading() as session:
        organisation = people.organisation_by_pid(session, pid)
        own = tracing.stripe_account(session, organisation.id) if organisation else None
        try:
            return doors.door_for(session, own.pid) if own else None
        except doors.NoDoor:
            return None


async def _body(receive: Receive) -> bytes | None:
    """The raw body, which is what was signed; None when it is too large or its sender went away."""
    parts, size = [], 0
    while True:
        message: Message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LARGEST:
            return None
        if not message.get("more_body"):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def _signature(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"stripe-signature":
            return str(value, "latin-1")
    return None


async def _answer(send: Send, status: int) -> None:
    words = _WORDS[status]
    headers = [*_HEADERS, (b"content-length", b"%d" % len(words))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": words})
