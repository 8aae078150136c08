"""From a view to HTML: whole pages, or one block when htmx asks for a part; redirects and error pages."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from fastapi import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.core.errors import DomainError, NotSignedIn
from app.core.i18n import Message, mark
from app.core.settings import get_settings
from app.core.templating import VIA, Here, at, link, render, with_query

CODE_SHAPE = re.compile(r"[0-9a-z]{4,12}")

# What a page may say after a redirect. A key in the URL chooses a sentence; it never carries one.
TOASTS: dict[str, Message] = {
    "saved": mark("Saved."),
    "counted": mark("Counted again."),
    "created": mark("Created."),
    "refunded": mark("On its way back."),
    "removed": mark("Removed."),
    "withdrawn": mark("Taken back, everywhere at once."),
    "sent": mark("Sent."),
    "ended": mark("Your monthly gift has ended. Nothing more is taken."),
    "moved": mark("Moved."),
    "undone": mark("Undone."),
    "decided": mark("Decided."),
    "copied": mark("Copied."),
    "invited": mark("The invitation is on its way."),
    "revoked": mark("Revoked."),
    "signed-out": mark("You are signed out."),
    "approved": mark("Approved."),
    "told": mark("The team has your answer."),
    "restored": mark("Restored."),
    "asked": mark("Your question has arrived. Someone of the team reads it before anyone else does."),
    "asked-shown": mark("Your question is on the page."),
    "published": mark("Published."),
    "connected": mark("Connected."),
    "holds": mark("The permission holds."),
    "compared": mark("Compared with Stripe."),
    "asked-stripe": mark("Stripe was asked. What agrees now is no longer open."),
    "disconnected": mark("Disconnected. What was kept to publish has been deleted."),
}


def is_partial(request: Request) -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("hx-request-type") == "partial"


def speak(request: Request, language: str) -> None:
    """Use a language for this request unless the person asked for another by `?lang=`."""
    if not request.state.language_asked:
        request.state.language = language


def via(request: Request) -> str:
    """The code of the short link somebody came by; "" without one, and for what cannot be one."""
    code = request.query_params.get(VIA, "")
    return code if CODE_SHAPE.fullmatch(code) else ""


def here_of(request: Request) -> Here:
    """What links made for this request keep. Beside the secret of somebody's forms no text of an address stands."""
    return Here(
        path=request.url.path,
        query=request.url.query,
        language=request.state.language,
        language_asked=request.state.language_asked,
        csrf_token=getattr(request.state, "csrf_token", ""),
        via="" if signed_in(request) else via(request),
    )


def page(
    request: Request,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    block: str | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """The page, or only its `block` when htmx asks for a part."""
    settings = get_settings()
    values: dict[str, Any] = {
        "request": request,
        "path": request.url.path,
        "sandbox": settings.sandbox,
        "development": settings.development,
        "toast": TOASTS.get(request.query_params.get("ok", "")),
        "viewer": getattr(request.state, "viewer", None),
        **(context or {}),
    }
    part = block if block is not None and is_partial(request) else None
    with at(here_of(request)):
        html = render(template, values, language=request.state.language, block=part)
    answer = HTMLResponse(html, status_code=status, headers=dict(headers or {}))
    answer.headers["Content-Language"] = request.state.language
    answer.headers.setdefault("Vary", "HX-Request-Type, Accept-Language, Cookie")
    answer.headers.setdefault("Cache-Control", "no-store" if signed_in(request) or part else "no-cache")
    return answer


def signed_in(request: Request) -> bool:
    """Whether the answer belongs to one person and may not be kept by anyone."""
    return bool(getattr(request.state, "csrf_token", ""))


def redirect(request: Request, path: str, *, ok: str | None = None) -> Response:
    """Lead to another page after an action (303). `ok` names a sentence of TOASTS to show there."""
    if ok is not None:
        path = with_query(path, "ok", ok)
    with at(here_of(request)):
        target = link(path) if path.startswith("/") else path
    if request.headers.get("hx-request") and urlsplit(target).netloc:
        # A fetch may not follow a redirect to another origin: htmx has to navigate.
        return Response(status_code=204, headers={"HX-Redirect": target})
    return RedirectResponse(target, status_code=303)


def safe_next(path: str, default: str) -> str:
    """A path of this site to return to, or the default: never another host, never a trick."""
    allowed = (
        path.startswith("/") and path[1:2] not in ("/", "\\") and path.isprintable() and "\\" not in path
    )
    return path if allowed and "%2f%2f" not in path.lower() and "%09" not in path else default


_TITLES: dict[int, Message] = {
    403: mark("Not allowed"),
    404: mark("Nothing here"),
    405: mark("Nothing here"),
    409: mark("Not now"),
    410: mark("This link has served"),
    413: mark("Too large"),
    422: mark("Something is missing"),
    429: mark("A little slower"),
    500: mark("Something broke on our side"),
    503: mark("A service does not answer"),
}


async def error_page(request: Request, error: Exception) -> Response:
    """Any error as a page, or as a fragment in the toast region. Says nothing about the machine."""
    if isinstance(error, NotSignedIn):
        target = request.url.path if request.method == "GET" else "/studio"
        return redirect(request, f"/studio/sign-in?{urlencode({'next': target})}")
    if isinstance(error, DomainError):
        status, message, headers = error.status, error.message, dict(error.headers)
    else:
        status, headers = 500, {}
        message = mark("It has been noted. What you had saved is safe. Try again in a moment.")
    if "Location" in headers:
        return Response(status_code=status, headers=headers)
    if is_partial(request):
        headers |= {"HX-Retarget": "#toast", "HX-Reswap": "innerHTML"}
    context = {"status": status, "heading": _TITLES.get(status, _TITLES[500]), "message": message}
    return page(request, "errors/error.html", context, block="message", status=status, headers=headers)


def wall(value: datetime, zone: str) -> datetime:
    """An instant as a local datetime, for `<time>` elements."""
    return value.astimezone(ZoneInfo(zone))
