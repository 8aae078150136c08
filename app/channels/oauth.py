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

import httpx

from app.channels.base import Identity, Unreachable
from app.channels.reach import is_loopback
from app.core import clock

TIMEOUT = httpx.Timeout(15.0, connect=5.0)
GRAPH_VERSION = "v24.0"
META_PAGES = 100  # Pages asked for at once; nobody chooses among more on a screen


@dataclass(frozen=True)
class Doors:
    """Where a vendor's sign-in stands: the page a person sees, and the machine that exchanges codes."""

    dialog: str
    api: str


META = Doors(
    f"https://www.facebook.com/{GRAPH_VERSION}/dialog/oauth", f"https://graph.facebook.com/{GRAPH_VERSION}"
)
THREADS = Doors("https://threads.net/oauth/authorize", "https://graph.threads.net")

MASTODON_SCOPES = "read:accounts read:statuses write:media write:statuses"
META_SCOPES: Mapping[str, str] = {
    "facebook": "pages_show_list,pages_read_engagement,pages_manage_posts",
    "instagram": "pages_show_list,pages_read_engagement,instagram_basic,instagram_content_publish",
}
THREADS_SCOPES = "threads_basic,threads_content_publish"


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
    remote_id: str = ""


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


def meta_page(app: App, *, channel: str, redirect: str, state: str) -> str:
    """Facebook's login dialog for a Page, or for the Instagram account of a Page."""
    query = {
        "client_id": app.client_id,
        "redirect_uri": redirect,
        "state": state,
        "response_type": "code",
        "scope": META_SCOPES[channel],
    }
    return f"{META.dialog}?{urlencode(query)}"


def meta_grant(app: App, *, redirect: str, code: str) -> Grant:
    """The person's long-lived token, of which Pages give tokens without end. Raises Refused, Unreachable."""
    mine = {"client_id": app.client_id, "client_secret": app.client_secret}
    address = f"{META.api}/oauth/access_token"
    short = _asked("POST", address, data={**mine, "redirect_uri": redirect, "code": code})
    exchange = {
        **mine,
        "grant_type": "fb_exchange_token",
        "fb_exchange_token": _text(short, "access_token"),
    }
    return _grant(_asked("POST", address, data=exchange))


def meta_offers(token: str, *, channel: str) -> Sequence[Offer]:
    """The Pages a person runs, or the Instagram accounts tied to them. Raises Refused, Unreachable."""
    wanted = "id,name,link,access_token,instagram_business_account{id,username,name}"
    found = _asked(
        "GET",
        f"{META.api}/me/accounts",
        params={"fields": wanted, "limit": str(META_PAGES)},
        headers={"Authorization": f"Bearer {token}"},
    )
    pages = [one for one in found.get("data", []) if isinstance(one, dict) and one.get("access_token")]
    made = [_instagram(page) if channel == "instagram" else _page(page) for page in pages]
    return [offer for offer in made if offer is not None]


def threads_page(app: App, *, redirect: str, state: str) -> str:
    """Where a person agrees that Threads lets us publish."""
    query = {
        "client_id": app.client_id,
        "redirect_uri": redirect,
        "state": state,
        "response_type": "code",
        "scope": THREADS_SCOPES,
    }
    return f"{THREADS.dialog}?{urlencode(query)}"


def threads_grant(app: App, *, redirect: str, code: str) -> Grant:
    """A token of sixty days, and whose it is. Raises Refused, Unreachable."""
    short = _asked(
        "POST",
        f"{THREADS.api}/oauth/access_token",
        data={
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "redirect_uri": redirect,
            "grant_type": "authorization_code",
            "code": code.removesuffix("#_"),  # Meta appends it to what the browser brings back
        },
    )
    query = {
        "grant_type": "th_exchange_token",
        "client_secret": app.client_secret,
        "access_token": _text(short, "access_token"),
    }
    lasting = _grant(_asked("GET", f"{THREADS.api}/access_token", params=query))
    return Grant(lasting.token, lasting.expires_at, str(short.get("user_id", "")))


def _page(page: Mapping[str, Any]) -> Offer | None:
    name = str(page.get("name", ""))
    return Offer(Identity(str(page["id"]), name, name, str(page.get("link", ""))), str(page["access_token"]))


def _instagram(page: Mapping[str, Any]) -> Offer | None:
    tied = page.get("instagram_business_account")
    if not isinstance(tied, dict) or not tied.get("id"):
        return None
    handle = str(tied.get("username", ""))
    who = Identity(
        str(tied["id"]), f"@{handle}", str(tied.get("name", "")), f"https://www.instagram.com/{handle}/"
    )
    return Offer(who, str(page["access_token"]))


def _grant(given: Mapping[str, Any]) -> Grant:
    seconds = given.get("expires_in")
    ends = clock.now() + timedelta(seconds=int(seconds)) if seconds else None
    return Grant(_text(given, "access_token"), ends)


def _asked(method: str, url: str, **request: Any) -> Mapping[str, Any]:
    """The JSON a platform answers. Errors are raised anew: httpx writes addresses, and queries, into its own."""
    try:
        with httpx.Client(timeout=TIMEOUT, trust_env=not is_loopback(url)) as client:
            answer = client.request(method, url, **request)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(type(error).__name__) from None
    if answer.status_code >= 500 or answer.status_code == 429:
        raise Unreachable(f"status {answer.status_code}")
    try:
        said = answer.json()
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise Refused if answer.status_code >= 400 else Unreachable("not the answer of such a server")
    if answer.status_code >= 300 or "error" in said:
        raise Refused(_reason(said))
    return said


def _reason(said: Mapping[str, Any]) -> str:
    """Why, as OAuth (RFC 6749, 5.2) and the Graph API word it."""
    error = said.get("error")
    if isinstance(error, dict):
        return str(error.get("message", ""))
    return str(said.get("error_description") or said.get("error_message") or error or "")


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value:
        raise Unreachable(f"the answer lacks {name}")
    return value
