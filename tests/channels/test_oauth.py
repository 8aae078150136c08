"""What sign-in at a platform answers besides a token, and that no error repeats what it was told."""

import http.server
import threading
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from app.channels import oauth
from app.channels.base import Unreachable
from app.channels.oauth import App

APP = App("client", "the-secret-of-the-app")
CODE = "the-code-of-the-answer"


class _Server(http.server.BaseHTTPRequestHandler):
    status, headers_, body = 200, {}, b""  # type: tuple[int, dict[str, str], bytes]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(self.status)
        for name, value in {"Content-Length": str(len(self.body)), **self.headers_}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: Any) -> None:
        """Silent."""


@pytest.fixture
def server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Server) as opened:
        threading.Thread(target=opened.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{opened.server_port}"
        opened.shutdown()


def _grant(server: str) -> oauth.Grant:
    return oauth.mastodon_grant(
        server, APP, redirect="https://here.example/back", code=CODE, verifier="the-verifier"
    )


@pytest.mark.parametrize(
    ("status", "headers", "body", "raised", "said"),
    [
        (400, {}, b'{"error": "invalid_grant", "error_description": "Too old"}', oauth.Refused, "Too old"),
        (400, {}, b'{"error": {"message": "Bad code", "code": 100}}', oauth.Refused, "Bad code"),
        (400, {}, b'{"error_message": "Invalid platform app"}', oauth.Refused, "Invalid platform app"),
        (403, {}, b"<html>no</html>", oauth.Refused, ""),
        (302, {"Location": "http://127.0.0.1:9/"}, b"", oauth.Refused, ""),
        (200, {}, b"<html>a shop</html>", Unreachable, ""),
        (200, {}, b'["a list"]', Unreachable, ""),
        (200, {}, b'{"token_type": "bearer"}', Unreachable, ""),
        (429, {}, b"{}", Unreachable, ""),
        (502, {}, b"", Unreachable, ""),
    ],
)
def test_what_is_no_token_is_told(
    server: str,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    headers: dict[str, str],
    body: bytes,
    raised: type[Exception],
    said: str,
) -> None:
    for name, value in (("status", status), ("headers_", headers), ("body", body)):
        monkeypatch.setattr(_Server, name, value)
    with pytest.raises(raised) as refused:
        _grant(server)
    assert getattr(refused.value, "said", "") == said
    _holds_no_secret(refused.value)


def test_a_server_that_is_not_there_is_out_of_reach() -> None:
    with pytest.raises(Unreachable) as refused:
        _grant("http://127.0.0.1:9")
    _holds_no_secret(refused.value)


def _holds_no_secret(error: BaseException) -> None:
    told = "".join(traceback.format_exception(error))
    assert CODE not in told.replace(f'CODE = "{CODE}"', "")
    assert "the-secret-of-the-app" not in told
    assert "the-verifier" not in told.replace('verifier="the-verifier"', "")


def test_the_challenge_of_a_verifier() -> None:
    """The example of RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert oauth.challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
