"""Sign-in at the platforms that offer it: where to lead a person, and how an answered code becomes a token.

Refuses to follow redirects and to repeat what it was told: no error holds a code, a token or a secret.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from app.channels import graph
from app.channels.base import Identity, Unreachable
from app.channels.net import Answer, ask, reachable
from app.channels.tries import NotPublic, SaidNo
from app.core import clock

MASTODON_SCOPES = "read:accounts read:statuses write:media write:statuses"
MOST_PAGES = 100  # asked for at once; nobody chooses among more on a screen


@dataclass(frozen=True)
class Pages:
    """Facebook's sign-in, which opens the Pages of a person.

    Source: https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow.
    """

    dialog: str = f"https://www.facebook.com/{graph.VERSION}/dialog/oauth"
    api: str = f"https://graph.facebook.com/{graph.VERSION}"
    scopes: str = "pages_show_list,pages_read_engagement,pages_manage_posts"


@dataclass(frozen=True)
class Login:
    """A sign-in that opens one account: its page, and the two addresses that make a code a lasting token."""

    dialog: str
    code: str
    lasting: str
    grant: str
    scopes: str


FACEBOOK = Pages()
# Sources: https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login
# and https://developers.facebook.com/docs/threads/get-started/get-access-tokens-and-permissions.
LOGINS: Mapping[str, Login] = {
    "instagram": Login(
        "https://www.instagram.com/oauth/authorize",
        "https://api.instagram.com/oauth/access_token",
        "https://graph.instagram.com/access_token",
        "ig_exchange_token",
        "instagram_business_basic,instagram_business_content_publish",
    ),
    "threads": Login(
        "https://threads.net/oauth/authorize",
        "https://graph.threads.net/oauth/access_token",
        "https://graph.threads.net/access_token",
        "th_exchange_token",
        "threads_basic,threads_content_publish",
    ),
}


class Refused(Exception):
    """The platform said no; `said` is its reason in its own words, at most 200 characters."""

    def __init__(self, said: str = "") -> None:
        super().__init__("the platform refused")
        self.said = said[:200]


@dataclass(frozen=True)
class App:
    """This instance as an application of a platform."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class Grant:
    """A token and until when it holds (None: without end)."""

    token: str = field(repr=False)
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Offer:
    """An account that a sign-in may publish for, with the token that does."""

    who: Identity
    token: str = field(repr=False)


def challenge(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def mastodon_register(server: str, *, redirect: str, website: str) -> App:
    """Make this instance known to a server: POST /api/v1/apps. Raises Refused, Unreachable."""
    made = _asked(
        "POST",
        f"{server}/api/v1/apps",
        data={
            "client_name": "Septaine",
            "redirect_uris": redirect,
            "scopes": MASTODON_SCOPES,
            "website": website,
        },
    )
    return App(_text(made, "client_id"), _text(made, "client_secret"))


def mastodon_page(server: str, app: App, *, redirect: str, state: str, verifier: str) -> str:
    """Where a person agrees. Servers older than 4.3 ignore the challenge."""
    query = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": redirect,
        "scope": MASTODON_SCOPES,
        "state": state,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
    }
    return f"{server}/oauth/authorize?{urlencode(query)}"


def mastodon_grant(server: str, app: App, *, redirect: str, code: str, verifier: str) -> Grant:
    """The token behind a code; it holds until it is withdrawn. Raises Refused, Unreachable."""
    given = _asked(
        "POST",
        f"{server}/oauth/token",
        data={
            "grant_type": "authorization_code",
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "redirect_uri": redirect,
            "code": code,
            "code_verifier": verifier,
        },
    )
    return Grant(_text(given, "access_token"))


def pages_page(app: App, *, redirect: str, state: str) -> str:
    """Facebook's login dialog."""
    return _dialog(FACEBOOK.dialog, FACEBOOK.scopes, app, redirect=redirect, state=state)


def pages_grant(app: App, *, redirect: str, code: str) -> Grant:
    """The person's long-lived token, of which Pages give tokens without end. Raises Refused, Unreachable."""
    mine = {"client_id": app.client_id, "client_secret": app.client_secret}
    address = f"{FACEBOOK.api}/oauth/access_token"
    short = _asked("POST", address, data={**mine, "redirect_uri": redirect, "code": code})
    exchange = {
        **mine,
        "grant_type": "fb_exchange_token",
        "fb_exchange_token": _text(short, "access_token"),
    }
    return _grant(_asked("POST", address, data=exchange))


def pages_offers(token: str) -> Sequence[Offer]:
    """The Pages a person runs and gave access to. Raises Refused, Unreachable."""
    found = _asked(
        "GET",
        f"{FACEBOOK.api}/me/accounts",
        params={"fields": "id,name,link,access_token", "limit": str(MOST_PAGES)},
        headers={"Authorization": f"Bearer {token}"},
    )
    pages = [one for one in found.get("data", []) if isinstance(one, dict) and one.get("access_token")]
    return [_page(page) for page in pages]


def login_page(channel: str, app: App, *, redirect: str, state: str) -> str:
    """Where a person agrees that Instagram or Threads lets us publish."""
    login = LOGINS[channel]
    return _dialog(login.dialog, login.scopes, app, redirect=redirect, state=state)


def login_grant(channel: str, app: App, *, redirect: str, code: str) -> Grant:
    """A token of sixty days. Meta takes the secret of the second step in the address only.

    Raises Refused, Unreachable.
    """
    login = LOGINS[channel]
    short = _asked(
        "POST",
        login.code,
        data={
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "redirect_uri": redirect,
            "grant_type": "authorization_code",
            "code": code.removesuffix("#_"),  # Meta appends it to what the browser brings back
        },
    )
    query = {
        "grant_type": login.grant,
        "client_secret": app.client_secret,
        "access_token": _text(short, "access_token"),
    }
    return _grant(_asked("GET", login.lasting, params=query))


def _dialog(address: str, scopes: str, app: App, *, redirect: str, state: str) -> str:
    query = {
        "client_id": app.client_id,
        "redirect_uri": redirect,
        "state": state,
        "response_type": "code",
        "scope": scopes,
    }
    return f"{address}?{urlencode(query)}"


def _page(page: Mapping[str, Any]) -> Offer:
    name = str(page.get("name", ""))
    return Offer(Identity(str(page["id"]), name, name, str(page.get("link", ""))), str(page["access_token"]))


def _grant(given: Mapping[str, Any]) -> Grant:
    seconds = given.get("expires_in")
    ends = clock.now() + timedelta(seconds=int(seconds)) if seconds else None
    return Grant(_text(given, "access_token"), ends)


def _asked(method: str, url: str, **request: Any) -> Mapping[str, Any]:
    """The JSON object a platform answers. Raises Refused, Unreachable."""
    failed = ""
    try:
        reachable(url)  # a person may have typed the server
        answer = ask(method, url, **request)
    except (NotPublic, SaidNo) as error:
        failed = str(error)
    if failed:
        raise Unreachable(failed)  # outside the handler: no chain leads to an address that held a secret
    return _said(answer)


def _said(answer: Answer) -> Mapping[str, Any]:
    if answer.status >= 500 or answer.status == 429:
        raise Unreachable(f"status {answer.status}")
    if not answer.ok or "error" in answer.body or "error_message" in answer.body:
        raise Refused(_reason(answer.body))
    if not answer.body:
        raise Unreachable("not the answer of such a server")
    return answer.body


def _reason(said: Mapping[str, Any]) -> str:
    """Why, as OAuth (RFC 6749, 5.2) and the Graph API word it."""
    error = said.get("error")
    if isinstance(error, dict):
        return str(error.get("message", ""))
    return str(said.get("error_description") or said.get("error_message") or error or "")


def _text(said: Mapping[str, Any], name: str) -> str:
    """A field of the answer, which Instagram may wrap in a list called data."""
    wrapped = said.get("data")
    value = (wrapped[0] if isinstance(wrapped, list) and wrapped else said).get(name)
    if not isinstance(value, str) or not value:
        raise Unreachable(f"the answer lacks {name}")
    return value
