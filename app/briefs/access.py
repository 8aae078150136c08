"""What the brief's routes ask for: the influencer behind the phone's cookie, with forms that are theirs."""

from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.crypto import keyed_hash
from app.core.db import reading
from app.core.deps import SAFE_METHODS, Db
from app.core.errors import Gone
from app.core.forms import FormData
from app.core.i18n import mark
from app.core.ids import token_hash
from app.core.pages import speak
from app.core.settings import get_settings
from app.influencers import queries
from app.influencers.queries import Carrier
from app.people.access import check_csrf


def cookie_name() -> str:
    return "__Host-septaine-brief" if get_settings().https else "septaine-brief"


def set_cookie(answer: Response, token: str, *, seconds: int) -> None:
    """Give the phone its cookie; it ends with the link."""
    answer.set_cookie(
        cookie_name(),
        token,
        max_age=seconds,
        path="/",
        secure=get_settings().https,
        httponly=True,
        samesite="lax",
    )


def _carrier(request: Request, session: Db, form: FormData) -> Carrier:
    return _known(request, session, form)


def _carrier_aside(request: Request, form: FormData) -> Carrier:
    with reading() as session:
        return _known(request, session, form)


def _known(request: Request, session: Session, form: FormData) -> Carrier:
    token = request.cookies.get(cookie_name(), "")
    carrier = queries.carrier_by_cookie(session, token) if token else None
    if carrier is None:
        # A cookie whose link has ended: the phone also drops the pages it kept for when there is no network.
        ended = {"Clear-Site-Data": '"cache", "storage"'} if token else None
        raise Gone(
            mark("This brief is closed here. Open your personal link again, or ask for a new one."),
            headers=ended,
        )
    request.state.csrf_token = keyed_hash("csrf-brief", token_hash(token))
    if request.method not in SAFE_METHODS:
        check_csrf(request, form, request.state.csrf_token)
    speak(request, carrier.influencer.language)
    return carrier


Phone = Annotated[Carrier, Depends(_carrier)]
"""The influencer, campaign and link behind this phone."""

PhoneAside = Annotated[Carrier, Depends(_carrier_aside)]
"""The same, for routes that ask other servers or decode pictures and hold no transaction meanwhile."""
