"""Three platforms on loopback that keep every post they accept, each with its vendor's own way against doubles.

Mastodon remembers an Idempotency-Key for an hour; Bluesky keeps one record under a key; Instagram publishes a
container once. What they cannot prove: the vendors' own clocks, limits and lags. Each can kill the process that asks.
"""

import base64
import json
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from app.core import clock

Answer = tuple[int, dict[str, Any] | list[Any]]
NOT_FOUND: Answer = (404, {"error": "not found"})


@dataclass
class Kill:
    """Kill the asking process at the nth request to a place, once the request was acted on or before."""

    where: str
    nth: int = 1
    accepts: bool = False
    pid: int = 0
    known: threading.Event = field(default_factory=threading.Event)

    def strikes(self, place: str) -> bool:
        if not re.search(self.where, place):
            return False
        self.nth -= 1
        return self.nth == 0

    def strike(self) -> None:
        assert self.known.wait(10)
        os.kill(self.pid, signal.SIGKILL)


class Platform:
    """What the three share: every accepted text, and when."""

    secrets: Mapping[str, str]
    remote_id = "1"
    publishing: str  # the request that makes something public
    uploading: str  # the request that hands over media
    refreshing = ""  # the request that renews a permission, where there is one

    def __init__(self) -> None:
        self.accepted: list[tuple[str, datetime]] = []
        self.kill: Kill | None = None
        self.lock = threading.Lock()
        self.ids = iter(range(1, 1_000_000))

    def accept(self, text: str) -> str:
        self.accepted.append((text, clock.now()))
        return str(next(self.ids))

    def times(self, text: str) -> int:
        """How often a text is public."""
        return sum(text in one for one, _ in self.accepted)

    def answer(self, method: str, path: str, given: dict[str, Any], headers: dict[str, str]) -> Answer:
        raise NotImplementedError


MASTODON_TAKES = {"max_characters": 500, "max_media_attachments": 4, "characters_reserved_per_url": 23}


class Mastodon(Platform):
    """https://docs.joinmastodon.org/methods/statuses/#create, /methods/media/#v2."""

    secrets = MappingProxyType({"token": "mastodon-token-0123456789"})
    publishing, uploading = "POST /api/v1/statuses", "POST /api/v2/media"

    def __init__(self) -> None:
        super().__init__()
        self.statuses: list[dict[str, Any]] = []
        self.keys: dict[str, tuple[datetime, dict[str, Any]]] = {}
        self.media: list[str] = []

    def answer(self, method: str, path: str, given: dict[str, Any], headers: dict[str, str]) -> Answer:
        if path.rstrip("/").endswith("/instance"):
            return 200, {
                "version": "4.5.0",
                "api_versions": {"mastodon": 6},
                "configuration": {"statuses": MASTODON_TAKES},
            }
        if path == "/api/v2/media":
            self.media.append(str(next(self.ids)))
            return 200, self._medium(self.media[-1])
        if path.startswith("/api/v1/media/"):
            return 200, self._medium(path.rsplit("/", 1)[1])
        if method == "POST" and path == "/api/v1/statuses":
            return 200, self._post(given, headers["idempotency-key"])
        if path.endswith("/statuses"):
            return 200, list(reversed(self.statuses))
        return NOT_FOUND

    def _medium(self, known: str) -> dict[str, Any]:
        return {"id": known, "type": "image", "url": f"http://127.0.0.1/{known}.jpg"}

    def _post(self, given: dict[str, Any], key: str) -> dict[str, Any]:
        kept = self.keys.get(key)
        if kept and clock.now() - kept[0] < timedelta(hours=1):
            return kept[1]
        known = self.accept(given["status"])
        ids = given.get("media_ids[]") or given.get("media_ids") or []
        made = {
            "id": known,
            "created_at": clock.now().isoformat(),
            "content": f"<p>{given['status']}</p>",
            "url": f"https://mastodon.example/@ecole/{known}",
            "media_attachments": [self._medium(one) for one in ([ids] if isinstance(ids, str) else ids)],
        }
        self.statuses.append(made)
        self.keys[key] = (clock.now(), made)
        return made


class Bluesky(Platform):
    """https://docs.bsky.app: com.atproto.server.*, com.atproto.repo.*."""

    remote_id = "did:plc:ecole"
    publishing, uploading = "POST /xrpc/com.atproto.repo.putRecord", "POST /xrpc/com.atproto.repo.uploadBlob"
    refreshing = "POST /xrpc/com.atproto.server.(refresh|create)Session"

    def __init__(self) -> None:
        super().__init__()
        self.records: dict[str, str] = {}
        self.secrets = {"identifier": "ecole.example", "password": "app-pass-word-0123"}

    def answer(self, method: str, path: str, given: dict[str, Any], headers: dict[str, str]) -> Answer:
        name = path.rsplit(".", 1)[-1]
        if name in ("createSession", "refreshSession"):
            return 200, {**self._who(), "accessJwt": jwt("access"), "refreshJwt": jwt("refresh")}
        if name == "getSession":
            return 200, self._who()
        if name == "uploadBlob":
            blob = {"$type": "blob", "ref": {"$link": CID}, "mimeType": "image/jpeg", "size": 10}
            return 200, {"blob": blob}
        if name == "getRecord":
            if given["rkey"] not in self.records:
                return 400, {"error": "RecordNotFound", "message": "Could not locate record"}
            return 200, {"uri": self._uri(given["rkey"]), "cid": CID, "value": {"$type": given["collection"]}}
        if name == "putRecord":
            if given["rkey"] not in self.records:
                self.records[given["rkey"]] = self.accept(given["record"]["text"])
            return 200, {"uri": self._uri(given["rkey"]), "cid": CID}
        return NOT_FOUND

    def _who(self) -> dict[str, Any]:
        return {"handle": "ecole.example", "did": self.remote_id, "active": True}

    def _uri(self, key: str) -> str:
        return f"at://{self.remote_id}/app.bsky.feed.post/{key}"


class Instagram(Platform):
    """https://developers.facebook.com/docs/instagram-platform/content-publishing."""

    secrets = MappingProxyType({"token": "instagram-token-0123456789"})
    remote_id = "17841400000000001"
    publishing, uploading = "POST .*/media_publish", "POST .*/media$"
    refreshing = "GET /refresh_access_token"

    def __init__(self) -> None:
        super().__init__()
        self.containers: dict[str, dict[str, Any]] = {}

    def answer(self, method: str, path: str, given: dict[str, Any], headers: dict[str, str]) -> Answer:
        place = path.rsplit("/", 1)[-1]
        if place == "refresh_access_token":
            return 200, {"access_token": "instagram-renewed-0123456789", "expires_in": 5_184_000}
        if place == "content_publishing_limit":
            return 200, {"data": [{"quota_usage": 0, "config": {"quota_total": 10_000}}]}
        if method == "POST" and place == "media":
            known = str(next(self.ids))
            self.containers[known] = {"caption": given["caption"], "state": "FINISHED"}
            return 200, {"id": known}
        if place == "media_publish":
            return self._publish(self.containers[given["creation_id"]])
        if place == "media":
            return 200, {"data": []}
        if place in self.containers:
            state = self.containers[place]["state"]
            return 200, {"id": place, "status_code": state, "status": state}
        return 200, {"id": place, "permalink": f"https://www.example.com/p/{place}"}

    def _publish(self, container: dict[str, Any]) -> Answer:
        """A container that is already public is refused: the reference does not promise the same answer twice."""
        if container["state"] == "PUBLISHED":
            return 400, {"error": {"code": 100, "message": "The container is already published."}}
        container["state"] = "PUBLISHED"
        return 200, {"id": self.accept(container["caption"])}


CID = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"


def jwt(scope: str) -> str:
    """A token whose access part is about to end, so that every use renews it. Nobody checks its signature."""
    ends = 9_999_999_999 if scope == "refresh" else 1
    parts = [{"alg": "none"}, {"scope": scope, "sub": Bluesky.remote_id, "iat": 1, "exp": ends, "aud": "x"}]
    return ".".join(
        [*(base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts), "c2ln"]
    )


@contextmanager
def serving(platform: Platform) -> Iterator[str]:
    """The platform on a port of its own, while the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(platform))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(platform: Platform) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def serve(self) -> None:
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            given = _given(self.rfile.read, parts.query, headers)
            self.close_connection = True
            with platform.lock:
                kill = platform.kill
                strikes = kill is not None and kill.strikes(f"{self.command} {parts.path}")
                if kill and strikes and not kill.accepts:
                    kill.strike()
                    return
                status, body = platform.answer(self.command, parts.path, given, headers)
                if kill and strikes:
                    kill.strike()
                    return
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = serve  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Tests stay quiet."""

        def handle(self) -> None:
            with suppress(ConnectionError):  # the one who asked is dead
                super().handle()

    return Handler


def _given(read: Callable[[int], bytes], query: str, headers: dict[str, str]) -> dict[str, Any]:
    body = read(int(headers.get("content-length", 0)))
    given: dict[str, Any] = dict(parse_qsl(query))
    kind = headers.get("content-type", "")
    if kind.startswith("application/json"):
        given |= json.loads(body)
    elif kind.startswith("application/x-www-form-urlencoded"):
        for name, value in parse_qsl(body.decode()):
            given[name] = [*given[name], value] if name.endswith("[]") and name in given else value
    return given


PLATFORMS: dict[str, type[Platform]] = {"mastodon": Mastodon, "bluesky": Bluesky, "instagram": Instagram}
