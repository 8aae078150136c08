"""What studio routes ask for: who is signed in, for which organisation, with a form that is really theirs."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.crypto import same
from app.core.deps import SAFE_METHODS, Db
from app.core.errors import Forbidden, NotSignedIn
from app.core.forms import CSRF_FIELD, FormData, Submitted
from app.core.i18n import mark
from app.core.pages import speak
from app.core.settings import get_settings
from app.people import sessions
from app.people.rules import Actor, Permission
from app.people.sessions import SignedIn


@dataclass(frozen=True)
class Viewer:
    """What layouts may know of the person looking."""

    name: str
    organisation: str
    actor: Actor | None

    def may(self, permission: str) -> bool:
        return self.actor is not None and self.actor.may(Permission(permission))


def cookie_name() -> str:
    """`__Host-` ties the cookie to this host and to TLS; plain http (the local demo) cannot carry it."""
    return "__Host-septaine" if get_settings().https else "septaine"


def set_cookie(answer: Response, token: str) -> None:
    """Give the browser its session token."""
    answer.set_cookie(
        cookie_name(),
        token,
        max_age=int(sessions.ABSOLUTE.total_seconds()),
        path="/",
        secure=get_settings().https,
        httponly=True,
        samesite="lax",
    )


def clear_cookie(answer: Response) -> None:
    answer.delete_cookie(cookie_name(), path="/", secure=get_settings().https, httponly=True, samesite="lax")


def check_csrf(request: Request, form: FormData, expected: str) -> None:
    """Raises Forbidden when an unsafe request lacks the token of the session it rides on."""
    if request.method in SAFE_METHODS:
        return
    given = request.headers.get("x-csrf-token") or form.get(CSRF_FIELD)
    if not same(given, expected):
        raise Forbidden(mark("This form is too old to be sent. Reload the page; what you typed is kept."))


def _visitor(request: Request, session: Db) -> SignedIn | None:
    token = request.cookies.get(cookie_name(), "")
    found = sessions.find(session, token) if token else None
    if found is None:
        return None
    if request.method in SAFE_METHODS:
        sessions.touch(found)
    request.state.csrf_token = found.csrf_token
    organisation = found.organisation.name if found.organisation else ""
    request.state.viewer = Viewer(found.person.name, organisation, found.actor)
    speak(request, found.person.language)
    return found


Visitor = Annotated[SignedIn | None, Depends(_visitor)]
"""Whoever is signed in, or None; a route that acts for them calls `check_csrf` itself."""


def _signed_in(request: Request, found: Visitor, form: FormData) -> SignedIn:
    if found is None:
        raise NotSignedIn
    check_csrf(request, form, found.csrf_token)
    return found


Account = Annotated[SignedIn, Depends(_signed_in)]
"""A signed-in person, whether or not they belong to an organisation."""


def _member(found: Account) -> Actor:
    actor = found.actor
    if actor is None:
        raise Forbidden(mark("You belong to no organisation here. Ask for an invitation."))
    return actor


Member = Annotated[Actor, Depends(_member)]
"""The acting member of an organisation; services and queries filter by its organisation."""


def member_of(request: Request, session: Session, form: Submitted) -> Actor:
    """The acting member as `Member` finds them, with a session of the caller's: for routes that call another
    server and hold no transaction meanwhile. Raises NotSignedIn, Forbidden."""
    return _member(_signed_in(request, _visitor(request, session), form))


def may(permission: Permission) -> Any:
    """A route dependency that refuses members whose role lacks a permission."""

    def check(actor: Member) -> None:
        actor.require(permission)

    return Depends(check)
