"""A platform on loopback that signs people in, and channels that answer what a test tells them."""

import base64
import hashlib
import json
import threading
from collections.abc import Mapping
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.channels.base import Account, Identity, Renewed

TOKEN = "token-of-the-account-4b8e2f"  # looked for in files and logs


class Channel:
    """What `identify` and `renew` do is set by the test: a value to return or an error to raise."""

    code = "mastodon"
    renews_before: timedelta | None = None
    who: Any = Identity("7", "@ecole@mastodon.example", "L’école", "https://mastodon.example/@ecole")
    renewed: Any = None
    asked: list[Account] = []  # noqa: RUF012 - shared on purpose: the registry makes its own instance

    def identify(self, account: Account) -> Identity:
        self.asked.append(account)
        return _told(self.who)

    def renew(self, account: Account) -> Renewed:
        self.asked.append(account)
        return _told(self.renewed)


class Lasting(Channel):
    """Its permissions end after sixty days and are extended ten days before."""

    code = "threads"
    renews_before = timedelta(days=10)
    renewed: Any = None
    asked: list[Account] = []  # noqa: RUF012


class Rotating(Channel):
    """Gives a session in exchange for the app password while it is asked who the account is."""

    code = "bluesky"
    who: Any = Identity("did:plc:abc", "ecole.bsky.social", url="https://bsky.app/profile/ecole.bsky.social")

    def identify(self, account: Account) -> Identity:
        account.keep({**account.secrets, "session": "a-session"})
        return _told(self.who)


def _told(told: Any) -> Any:
    if isinstance(told, Exception):
        raise told
    return told


class Platform:
    """A server that registers applications and exchanges codes as Mastodon, Facebook and Threads do."""

    def __init__(self) -> None:
        self.registered: list[Mapping[str, str]] = []
        self.challenge = ""  # of the page the person was led to
        self.code = "the-code-of-the-answer"
        self.pages: list[dict[str, Any]] = []
        self.status = 200  # of every answer
        self.refusal: dict[str, Any] | None = None  # instead of a token
        handler = type("Handler", (_Handler,), {"platform": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, given: Mapping[str, str], bearer: str) -> tuple[int, Any]:
        if self.status != 200:
            return self.status, {"error": "out of order"}
        if path == "/api/v1/apps":
            self.registered.append(given)
            return 200, {"client_id": f"app-{len(self.registered)}", "client_secret": "app-secret"}
        if path in ("/oauth/token", "/oauth/access_token"):
            return self._exchanged(path, given)
        if path == "/access_token":
            assert given["grant_type"] in ("ig_exchange_token", "th_exchange_token")
            assert given["client_secret"].endswith("-secret-of-the-app")
            return 200, {"access_token": TOKEN, "expires_in": 5_184_000}
        if path == "/me/accounts":
            assert bearer == f"Bearer long-{TOKEN}"
            return 200, {"data": self.pages}
        return 404, {"error": "not_found"}

    def _exchanged(self, path: str, given: Mapping[str, str]) -> tuple[int, Any]:
        if self.refusal is not None:
            return 400, self.refusal
        if given.get("grant_type") == "fb_exchange_token":
            return 200, {"access_token": f"long-{given['fb_exchange_token']}"}
        if given.get("code") != self.code:
            return 400, {"error": "invalid_grant", "error_description": "The code is not one of ours."}
        if path == "/oauth/token":
            digest = hashlib.sha256(given["code_verifier"].encode()).digest()
            assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == self.challenge
            assert given["client_secret"] == "app-secret"
        if given["client_id"] == "instagram-app":
            return 200, {"data": [{"access_token": TOKEN, "user_id": "17", "permissions": "…"}]}
        return 200, {"access_token": TOKEN, "user_id": 17}


class _Handler(BaseHTTPRequestHandler):
    platform: Platform

    def do_GET(self) -> None:
        self._answer(parse_qs(urlsplit(self.path).query))

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self._answer(parse_qs(self.rfile.read(length).decode()))

    def _answer(self, given: Mapping[str, list[str]]) -> None:
        status, said = self.platform.answer(
            self.command,
            urlsplit(self.path).path,
            {name: values[0] for name, values in given.items()},
            self.headers.get("Authorization", ""),
        )
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """The test's output stays its own."""
