"""What routes ask for: the supporter behind this browser's cookie, where there is one or where there must be."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from app.core.crypto import keyed_hash
from app.core.deps import SAFE_METHODS, Db
from app.core.errors import Gone
from app.core.forms import FormData
from app.core.i18n import mark
from app.core.ids import token_hash
from app.core.pages import speak
from app.core.settings import get_settings
from app.people.access import check_csrf
from app.supporters import queries
from app.supporters.queries import Visit
from app.supporters.rules import VISIT_LIFE


def cookie_name() -> str:
    return "__Host-septaine-mine" if get_settings().https else "septaine-mine"


def set_cookie(answer: Response, token: str) -> None:
    """Let the browser be known as its supporter."""
    answer.set_cookie(
        cookie_name(),
        token,
        max_age=int(VISIT_LIFE.total_seconds()),
        path="/",
        secure=get_settings().https,
        httponly=True,
        samesite="lax",
    )


def _known(request: Request, session: Db) -> Visit | None:
    token = request.cookies.get(cookie_name(), "")
    return queries.visit(session, token) if token else None


def _required(request: Request, session: Db, form: FormData) -> Visit:
    token = request.cookies.get(cookie_name(), "")
    visit = queries.visit(session, token) if token else None
    if visit is None:
        raise Gone(mark("This page is closed here. Open your private link again, or ask for a new one."))
    request.state.csrf_token = keyed_hash("csrf-mine", token_hash(token))
    if request.method not in SAFE_METHODS:
        check_csrf(request, form, request.state.csrf_token)
    speak(request, visit.supporter.language)
    return visit


Known = Annotated[Visit | None, Depends(_known)]
"""The supporter behind this browser, None for whoever sent nothing yet. For public pages."""

Mine = Annotated[Visit, Depends(_required)]
"""The supporter behind this browser; 410 without one. For the pages of one's own things."""
