"""From a view to HTML: whole pages, or one named block when htmx asks for a part. Refuses undefined names."""

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.core import clock, i18n
from app.core.assets import asset
from app.core.errors import DomainError, NotSignedIn
from app.core.i18n import Message, mark
from app.core.settings import get_settings

TEMPLATES = Path(__file__).parent.parent / "templates"

_request: ContextVar[Request] = ContextVar("request")

# What a page may say after a redirect. A key in the URL chooses a sentence; it never carries one.
TOASTS: dict[str, Message] = {
    "saved": mark("Saved."),
    "created": mark("Created."),
    "removed": mark("Removed."),
    "sent": mark("Sent."),
    "moved": mark("Moved."),
    "undone": mark("Undone."),
    "copied": mark("Copied."),
    "invited": mark("The invitation is on its way."),
    "revoked": mark("Revoked."),
    "signed-out": mark("You are signed out."),
}


def is_partial(request: Request) -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("hx-request-type") == "partial"


def speak(request: Request, language: str) -> None:
    """Use a language for this request unless the person asked for another by `?lang=`."""
    if not request.state.language_asked:
        request.state.language = language


def link(path: str) -> str:
    """A path that keeps the language the person asked for."""
    request = _request.get()
    if not request.state.language_asked or "lang=" in path:
        return path
    base, hash_mark, anchor = path.partition("#")
    return f"{base}{'&' if '?' in base else '?'}lang={request.state.language}{hash_mark}{anchor}"


def switch_lang_url(language: str) -> str:
    """The address of this page in another language."""
    request = _request.get()
    query = [(key, value) for key, value in request.query_params.multi_items() if key not in ("lang", "ok")]
    return f"{request.url.path}?{urlencode([*query, ('lang', language)])}"


def csrf_token() -> str:
    """The token of the signed-in person's forms; empty on public pages, which carry no cookie to abuse."""
    return getattr(_request.get().state, "csrf_token", "")


def absolute(path: str) -> str:
    """A path as a full address, for mails, feeds and sharing."""
    return f"{get_settings().base_url}{path}"


def _paragraphs(text: str) -> Markup:
    """Plain text as paragraphs and line breaks; markup in it stays text."""
    parts = [part.strip() for part in text.split("\n\n") if part.strip()]
    return Markup("").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(line for line in part.split("\n"))) for part in parts
    )


def _is_markup(name: str | None) -> bool:
    """Everything is escaped as HTML but the text halves of mails."""
    return name is None or not name.endswith(".txt")


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The one Jinja environment; macros are published as `ui` so that a block rendered alone sees them."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=_is_markup,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=get_settings().development,
    )
    env.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.policies["ext.i18n.trimmed"] = True
    env.globals.update(
        asset=asset,
        link=link,
        switch_lang_url=switch_lang_url,
        csrf_token=csrf_token,
        absolute=absolute,
        money=i18n.money,
        number=i18n.number,
        percent=i18n.percent,
        date=i18n.day,
        datetime=i18n.moment,
        time=i18n.clock_time,
        join=i18n.join,
        now=clock.now,
    )
    env.filters["paragraphs"] = _paragraphs
    env.globals["ui"] = env.get_template("ui/kit.html").module
    return env


def render(template: str, context: Mapping[str, Any], *, language: str, block: str | None = None) -> str:
    """Render a template, or one of its blocks alone, in a language. Needs no request (mails)."""
    with i18n.speaking(language):
        loaded = environment().get_template(template)
        values = {"locale": language, **context}
        if block is None:
            return loaded.render(values)
        return "".join(loaded.blocks[block](loaded.new_context(values)))


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
    token = _request.set(request)
    try:
        html = render(template, values, language=request.state.language, block=part)
    finally:
        _request.reset(token)
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
        base, hash_mark, anchor = path.partition("#")
        path = f"{base}{'&' if '?' in base else '?'}ok={ok}{hash_mark}{anchor}"
    token = _request.set(request)
    try:
        target = link(path) if path.startswith("/") else path
    finally:
        _request.reset(token)
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
    from zoneinfo import ZoneInfo

    return value.astimezone(ZoneInfo(zone))
