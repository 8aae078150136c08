"""What routes ask for: the supporter behind this browser's cookie, where there is one or where there must be."""

from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.crypto import keyed_hash
from app.core.db import reading
from app.core.deps import SAFE_METHODS, Db
from app.core.errors import Gone
from app.core.forms import FormData, Submitted
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


def visitor(request: Request, session: Session) -> Visit | None:
    """The supporter behind this browser, for routes that open sessions of their own."""
    token = request.cookies.get(cookie_name(), "")
    return queries.visit(session, token) if token else None


def _known(request: Request, session: Db) -> Visit | None:
    return visitor(request, session)


def recognise(request: Request, visit: Visit) -> None:
    """Give the forms of a page of one's own their token, and speak the supporter's language."""
    request.state.csrf_token = keyed_hash("csrf-mine", token_hash(request.cookies[cookie_name()]))
    speak(request, visit.supporter.language)


def required(request: Request, session: Session, form: Submitted) -> Visit:
    """The supporter behind this browser. Raises Gone without one, Forbidden without the token of its forms."""
    visit = visitor(request, session)
    if visit is None:
        raise Gone(mark("This page is closed here. Open your private link again, or ask for a new one."))
    recognise(request, visit)
    if request.method not in SAFE_METHODS:
        check_csrf(request, form, request.state.csrf_token)
    return visit


def _required(request: Request, session: Db, form: FormData) -> Visit:
    return required(request, session, form)


def _reading(request: Request, form: FormData) -> Visit:
    with reading() as session:
        return required(request, session, form)


Known = Annotated[Visit | None, Depends(_known)]
"""The supporter behind this browser, None for whoever sent nothing yet. For public pages."""

Mine = Annotated[Visit, Depends(_required)]
"""The supporter behind this browser; 410 without one. For the pages of one's own things."""

MineAlone = Annotated[Visit, Depends(_reading)]
"""The same, found in a short read: for routes that ask another service and hold no session meanwhile."""
